"""Cases of a base: what organisations want, queued by department."""
