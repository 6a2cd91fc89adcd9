"""The yearly report under the three responsibilities of a hub (T31), filled from records."""
