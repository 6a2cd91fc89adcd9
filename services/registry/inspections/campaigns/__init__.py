"""Inspection campaigns (年检部署): opened at any tier, they open the inspections of every stack below."""
