"""A small service for tests of the chassis: funds of the catalogue's grants stream, and nothing else."""
