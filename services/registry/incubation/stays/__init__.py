"""Stays (入驻): from the application over the agreement to graduation (出壳)."""
