"""The registry's figures, as of any day."""
