"""Bases, intakes, stays and what is done for those who stay."""
