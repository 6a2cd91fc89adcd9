"""Applications in a round, from draft to award, reserve list or refusal."""
