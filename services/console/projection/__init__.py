"""The read model: every subject as its newest event has it, and every event on a timeline."""
