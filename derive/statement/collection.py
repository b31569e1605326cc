"""What is claimed of the catalogue's optimizers, true and false, by subject.

Each module lists its statements in `statements`; every false one is there to be refuted.
"""

from __future__ import annotations

from dataclasses import replace

from optwright.derive.claim.statement import Statement, Statements
from optwright.derive.statement.loss import data, landscape, model, quadratic, symmetry
from optwright.derive.statement.people import issue, quiz
from optwright.derive.statement.rule import (
    adam,
    adaptive,
    decay,
    dialect,
    momentum,
    schedule,
    sign,
    wrapper,
)

modules = (
    momentum,
    adaptive,
    adam,
    decay,
    sign,
    model,
    symmetry,
    wrapper,
    schedule,
    quadratic,
    dialect,
    quiz,
    landscape,
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
