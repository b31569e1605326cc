"""What a declaration computes, in the arithmetic of a chosen field: the oracle of every test."""
