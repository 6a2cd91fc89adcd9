"""What the body addressed does with a report: its own record, which goes down to the sender."""
