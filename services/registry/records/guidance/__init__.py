"""Guidance towards registration (注册引导)."""
