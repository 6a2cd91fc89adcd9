"""Yearly training plans: what is planned, and what was held of it."""
