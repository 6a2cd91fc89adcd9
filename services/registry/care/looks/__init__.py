"""Looks: who read what is sealed in a record, for what purpose."""
