"""Coordination cases (协调事项、联合行动): several bodies, each with a part of its own."""
