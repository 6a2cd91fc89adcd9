"""Situations of the source documents, built through the public APIs of a running stack."""
