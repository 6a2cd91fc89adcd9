"""The page people work in: a read model built from events, and a client of the services' HTTP commands."""
