"""Under fire: the real services killed at every step and at random, and a second opinion on what is left."""
