"""Events of the registry's hub bodies and the people and papers around them."""
