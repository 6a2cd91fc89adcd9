"""Guidance in three phases (事前、事中、事后), as often as an organisation's class asks for."""
