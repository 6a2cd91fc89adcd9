"""Liaisons (联络员): of communities, for information, of the hub's own staff; hand-over and coverage."""
