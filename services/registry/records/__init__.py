"""What is kept of an organisation year by year: returns, governance, service points, placements."""
