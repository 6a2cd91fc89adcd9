"""The check of one body (检查对象): drawn in a spot check or named, looked at, what was found put right."""
