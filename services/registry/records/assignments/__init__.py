"""Contact assignments: who keeps in touch with whom; handed over when an officer leaves."""
