"""Requests of people for what is kept of them: the ground of a look that is theirs (PIPL 45)."""
