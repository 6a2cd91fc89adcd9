"""The grants service: who gets which money for what, from the fund to the award."""
