"""Tests of the HTTP layer, over real HTTP on a real database."""
