"""Declarations of optimizers, statements about them, and their step programs.

    from optwright.derive import Optimizer, catalog, prove, Verdict

Names are imported when first asked for, so that a part can be used without the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.derive.claim.statement import Statement
    from optwright.derive.claim.verdict import Verdict
    from optwright.derive.judge import recheck
    from optwright.derive.language.declaration import Optimizer
    from optwright.derive.proof.relate.compare import compare
    from optwright.derive.reading import read
    from optwright.derive.rule import catalog
    from optwright.derive.statement.collection import statements
    from optwright.derive.work.prover import prove
    from optwright.derive.work.relation import relations

_HOMES = {
    "Optimizer": "language.declaration",
    "Statement": "claim.statement",
    "Verdict": "claim.verdict",
    "catalog": "rule",
    "compare": "proof.relate.compare",
    "prove": "work.prover",
    "read": "reading",
    "recheck": "judge",
    "relations": "work.relation",
    "statements": "statement.collection",
}
"""The room of each public name. No room bears the name of what it holds."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


__all__ = [
    "Optimizer",
    "Statement",
    "Verdict",
    "catalog",
    "compare",
    "prove",
    "read",
    "recheck",
    "relations",
    "statements",
]
