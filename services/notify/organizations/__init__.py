"""The names of organisations, copied from the register for the texts of messages."""
