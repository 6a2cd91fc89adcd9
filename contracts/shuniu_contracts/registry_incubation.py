"""Events of the registry: bases, intakes, stays and what is done for those who stay."""
