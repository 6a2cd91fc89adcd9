"""Supervision visits (督导): planned, made, what was found becomes tasks or rectifications, visited again."""
