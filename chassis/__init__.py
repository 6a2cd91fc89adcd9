"""What every service stands on: log, outbox, relay, inbox, timers, HTTP. It knows no service."""
