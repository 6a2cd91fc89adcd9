"""Funds: opened, increased, committed without ever overspending, released, lapsed, closed."""
