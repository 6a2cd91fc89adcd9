"""Events of the registry: records of people in need: encrypted, purpose-bound, every look logged."""
