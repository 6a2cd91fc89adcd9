"""Cadences: what a body holds each month, quarter, half year or year; each period opens its record."""
