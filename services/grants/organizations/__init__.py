"""The local copy of organisations and their coverage, built from events, and the bans that bar one."""
