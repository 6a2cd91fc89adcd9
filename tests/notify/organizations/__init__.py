"""Tests of the copy of the register."""
