"""Source comparisons: another office's list, matched, field by field, accepted or not."""
