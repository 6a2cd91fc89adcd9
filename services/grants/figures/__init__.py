"""The figures this service answers as of a day or between two."""
