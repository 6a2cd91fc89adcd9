"""Care records: whom somebody looks after, with what consent and plan, until when."""
