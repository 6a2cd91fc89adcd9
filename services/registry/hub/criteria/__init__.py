"""Admission criteria (准入标准): by version, one in force; what a pre-review answers."""
