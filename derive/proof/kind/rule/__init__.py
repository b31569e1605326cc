"""Claims about rules: equalities, symmetries, invariants, limits, means."""
