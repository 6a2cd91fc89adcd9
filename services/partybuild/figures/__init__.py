"""Counts, coverage rates and subsidy readings, each as of a day or for a year."""
