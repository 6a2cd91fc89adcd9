"""Matters of every kind as the console shows them: their words, their forms, what is due, saved filters."""
