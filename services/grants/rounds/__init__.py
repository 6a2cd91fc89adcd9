"""Rounds of venture philanthropy (公益创投) and of honours, from announcement to conclusion."""
