"""Tests of the grants service."""
