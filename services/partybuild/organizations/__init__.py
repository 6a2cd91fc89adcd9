"""This service's own copy of the register, built from the registry's events."""
