"""Contracts by which a base is run (运营合同): services logged, a review each year."""
