"""Organisations on their three axes: legal form, legal status, hub link."""
