"""Rectification (整改): what an organisation has to put right, by when, and what it showed."""
