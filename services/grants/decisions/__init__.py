"""Decisions on a round: publicity, awards within the budget, the reserve list, reopening, the end."""
