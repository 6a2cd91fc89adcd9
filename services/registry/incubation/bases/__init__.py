"""Incubation bases (孵化基地): level, focus, departments, and places that are never given twice."""
