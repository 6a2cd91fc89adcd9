"""Placements (三社联动): an organisation in a community, with its social worker."""
