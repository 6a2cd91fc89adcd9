"""Duties to cover an organisation, and what covers it."""
