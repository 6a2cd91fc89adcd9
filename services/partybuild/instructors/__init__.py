"""Dispatched party-building instructors with a capacity."""
