"""Help outside a stay (技术支持): four kinds, hours, provider."""
