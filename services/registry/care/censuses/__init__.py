"""Censuses of people in care: counts at the end of a month, the only thing that leaves this service."""
