"""Emergency orders (应急措施): who stands still, in this stack and in those below."""
