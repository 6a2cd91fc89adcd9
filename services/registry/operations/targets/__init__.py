"""Targets (S28): figure, body, period, value, weight; frozen when the period ends, then measured."""
