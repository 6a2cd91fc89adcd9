"""Activities in communities: for whom, under the Party's flag or not, reaching how many."""
