"""Whom notify writes to: opaque people with a role in a division."""
