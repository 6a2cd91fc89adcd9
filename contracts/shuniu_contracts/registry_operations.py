"""Events of the registry about what a hub does through the year."""
