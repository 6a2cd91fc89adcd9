"""The eligibility language: conditions of a round as data, judged on the local copy of organisations."""
