"""Plans: span, phases and milestones, who adopted them, and where span and phases disagree."""
