"""Tests of the `shuniu` command."""
