"""Records of people in need: encrypted, purpose-bound, every look logged."""
