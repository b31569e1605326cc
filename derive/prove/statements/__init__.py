"""What is claimed of the catalogue's optimizers, true and false, by subject.

Each module lists its statements in `statements`; every false one is there to be refuted.
"""

from __future__ import annotations

from optwright.derive.prove.statement import Statements
from optwright.derive.prove.statements import adam, adaptive, decay, dialect, model, momentum, sign

modules = (momentum, adaptive, adam, decay, sign, model, dialect)
"""The modules, in order."""

statements = Statements(s for module in modules for s in module.statements)

__all__ = ["modules", "statements"]
