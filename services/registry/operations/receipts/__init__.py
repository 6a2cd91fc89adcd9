"""Receipts of tasks: the lower body's own record, which adds up on the way back to the issuer."""
