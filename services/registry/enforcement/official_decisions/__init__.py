"""Official decisions (有关机关的决定): an authority's act in its own division, applied by the home."""
