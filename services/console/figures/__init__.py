"""A region's published figures beside the computed ones."""
