"""Cultivation lists (分类培育): class, target stage, measures, review."""
