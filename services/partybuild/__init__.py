"""Party-building: which organisation is covered, how, what is missing, and what it costs."""
