"""Messages: one for each event, rule and recipient; queued, sent, read, acknowledged."""
