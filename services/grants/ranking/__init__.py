"""The ranking of a round: a pure function of recorded inputs that anybody can compute again."""
