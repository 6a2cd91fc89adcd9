"""The embedded engines: PostgreSQL and a Kafka-compatible broker from PyPI wheels, started, tethered to the
process that started them, and supervised. Linux only, since it reads `/proc` and uses `prctl`.
"""
