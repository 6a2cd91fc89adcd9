"""What an organisation sees and does itself, with an account of its own (B03, L14)."""
