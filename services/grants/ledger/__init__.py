"""Double entry in fen: every movement of a fund is a balanced entry, reversed where wrong, never deleted."""
