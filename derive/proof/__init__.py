"""Decide statements about optimizers, exactly: proved, refuted or undecided, with the evidence.

prove("M1")                 a statement by its id, or a `Statement` of one's own
decide(claim)               a claim by itself
statements["M1"].words      the statements about the catalogue
"""

from __future__ import annotations

import time

from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Verdict, undecided
from optwright.derive.error import TimeIsOver
from optwright.derive.proof import kind as _kinds  # noqa: F401  (registers the kinds of claims)
from optwright.derive.proof.registry import NoDecider, decide
from optwright.derive.proof.time_limit import guard

GRACE_S = 1.5
"""Seconds after its budget at which a claim that has not looked at the clock is ended."""


def prove(statement: str | Statement, budget_s: float = 30.0) -> Verdict:
    """Decide a statement, given by its id or as it is, in this process.

    The budget is processor time. What looks at no clock, as SymPy's arithmetic, is ended.
    Raises UnknownStatement for an id that is not there, TypeError for what is neither, NoDecider
    for a claim of a class that nobody has said how to decide.
    """
    if isinstance(statement, str):
        from optwright.derive.statement.collection import statements

        statement = statements[statement]
    if not isinstance(statement, Statement):
        raise TypeError(f"prove takes the id of a statement or a Statement, not {statement!r}")
    begun = time.perf_counter()
    try:
        with guard(budget_s + GRACE_S):
            verdict = decide(statement.claim, budget_s)
    except TimeIsOver:
        verdict = undecided(f"out of time after {budget_s:g} s")
    return verdict.named(statement.id, time.perf_counter() - begun)


__all__ = ["NoDecider", "decide", "prove"]
