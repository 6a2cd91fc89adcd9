"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area

AREA = Area(name="incubation")
