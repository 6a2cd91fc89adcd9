"""Service points (一社八站): stations of organisations in communities."""
