"""Claims about rules on losses, rechecked; the modules of `optwright.derive.proof.kind.loss`."""
