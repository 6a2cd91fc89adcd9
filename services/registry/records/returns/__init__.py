"""Periodic and yearly returns of organisations: hours, donations, learners, classes, income mix."""
