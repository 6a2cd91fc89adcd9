"""Registration applications, from the first consultation to the authority's answer."""
