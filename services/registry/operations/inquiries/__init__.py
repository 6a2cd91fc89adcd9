"""Inquiries (首问负责制): the first person asked stays answerable until it is answered."""
