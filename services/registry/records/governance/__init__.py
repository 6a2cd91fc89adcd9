"""Governance checklists: four systems, charter template, declaration on fees."""
