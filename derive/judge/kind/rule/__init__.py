"""Claims about rules, rechecked; the modules of `optwright.derive.proof.kind.rule`."""
