"""Candidacies: in-house projects and grass-roots groups on the way to an organisation."""
