"""What is claimed of the catalogue's optimizers, true and false, by subject.

Each module lists its statements in `statements`; every false one is there to be refuted.
"""

from __future__ import annotations

from dataclasses import replace

from optwright.derive.claim.statement import Statement, Statements
from optwright.derive.statement.loss import (
    data,
    difference,
    landscape,
    model,
    newton,
    quadratic,
    quadratic_dialect,
    quadratic_momentum,
    quasi_newton,
    symmetry,
    unit,
)
from optwright.derive.statement.people import issue, quiz
from optwright.derive.statement.rule import (
    adam,
    adam_bound,
    adam_text,
    adaptive,
    adaptive_text,
    decay,
    dialect,
    dialect_adam,
    momentum,
    momentum_text,
    schedule,
    sign,
    wrapper,
)

modules = (
    momentum,
    momentum_text,
    adaptive,
    adaptive_text,
    adam,
    adam_bound,
    adam_text,
    decay,
    sign,
    model,
    quasi_newton,
    symmetry,
    unit,
    wrapper,
    schedule,
    quadratic,
    quadratic_momentum,
    quadratic_dialect,
    dialect,
    dialect_adam,
    quiz,
    landscape,
    difference,
    newton,
    data,
    issue,
)
"""The modules, in order."""


def _cited(statement: Statement) -> Statement:
    """The statement, found under the threads that it decides too."""
    threads = (x.where for x in issue.issues if statement.id in x.decided)
    return replace(statement, rows=(*statement.rows, *threads))


statements = Statements(_cited(s) for module in modules for s in module.statements)

__all__ = ["modules", "statements"]
