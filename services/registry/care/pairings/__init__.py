"""Pairings of a giver and a child in difficulty (爱心牵手困境儿童)."""
