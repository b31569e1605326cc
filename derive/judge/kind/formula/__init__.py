"""Claims about formulas, rechecked; the modules of `optwright.derive.proof.kind.formula`."""
