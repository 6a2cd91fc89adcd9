"""Tasks (下达): what an upper body asks of those below, and until when."""
