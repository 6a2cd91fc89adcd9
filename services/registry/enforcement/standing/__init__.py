"""Standing (枢纽评判): follows what is open about an organisation; shown beside credit listing."""
