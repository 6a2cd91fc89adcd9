"""How much was written and how much of it was read."""
