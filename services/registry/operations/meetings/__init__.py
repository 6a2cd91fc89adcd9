"""Meetings: due by cadence, held or missed, who came, what was decided and became a task."""
