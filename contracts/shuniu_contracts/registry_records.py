"""Events of the registry about what is kept of an organisation year by year."""
