"""Which event is told to whom: the rules of the region profile as the domain reads them."""
