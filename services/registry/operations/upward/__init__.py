"""Upward reports: what a lower body tells an upper one, raised one tier where no answer comes."""
