"""Brands: cultivated, recognised, designated; of organisations, villages and towns."""
