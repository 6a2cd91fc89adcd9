"""Numbers of organisations in outside systems (社会建设织网工程)."""
