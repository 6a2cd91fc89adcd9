"""Enforcement: what authorities decide, credit lists, standing, risks, illegal organisations, emergencies."""
