"""The whole matrix, `make test-faults`: minutes, and hundreds of kills."""
