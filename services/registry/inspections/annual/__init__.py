"""Annual inspection (年检) and annual report (年报) of one organisation for one year."""
