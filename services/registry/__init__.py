"""The registry: who exists, in what standing, who looks after them."""
