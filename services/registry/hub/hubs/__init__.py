"""Hubs (枢纽型社会组织): what they rest on, their sections and lead group, and what they have."""
