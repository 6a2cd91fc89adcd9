"""Intakes (批次) of a base: called, and closed on their last day."""
