"""Spot checks (双随机抽查): bodies and inspectors drawn by a recorded seed, so that it can be drawn again."""
