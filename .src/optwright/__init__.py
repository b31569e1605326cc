"""Optimizers declared as equations, proved against each other, and generated as readable code.

Import what you need from the subpackages; this module loads none of them:

- ``optwright.generated.numpy``: optimizers to run, in place on NumPy arrays;
- ``optwright.derive``: declarations, proofs and comparisons (needs SymPy).
"""

__version__ = "0.1.0"

DISPLAY = "optwright.templates.latex.display"
"""What prints declarations and verdicts in a notebook; loaded when one is shown."""
