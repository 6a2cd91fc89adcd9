"""One organisation in a clean-up: its own check, the hub's review, the authority's handling, acceptance."""
