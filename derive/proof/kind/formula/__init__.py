"""Claims about formulas: identities, inequalities, matrices, counts."""
