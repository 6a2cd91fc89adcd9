"""Trainings, lectures and site visits: asked for by survey, held by cadence, with who came."""
