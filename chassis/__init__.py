"""What every service stands on: log, outbox, relay, inbox, consumer, timers, HTTP; it knows no service and no domain word."""
