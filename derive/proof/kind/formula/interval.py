"""Polynomial relations on an interval, decided by counting real roots exactly."""

from __future__ import annotations

import time
from typing import Any

from sympy import Expr, Ge, Gt, Le, Lt, sympify

from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.proof.algebra.univariate import nonnegative, polynomial
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.obligation import Answered


@decide.register
def _on_interval(claim: OnInterval, budget_s: float = 5.0) -> Verdict:
    """Prove by counting roots, or refute at a rational point."""
    try:
        answer = on_interval(
            str(claim.relation), claim.relation, claim.letter, claim.low, claim.high
        )
    except Unsupported as error:
        return undecided(str(error))
    low = "-oo" if claim.low is None else claim.low
    high = "oo" if claim.high is None else claim.high
    return conclude([answer], f"all {claim.letter} from {low} to {high}")


def on_interval(name: str, relation: Any, letter: Expr, low: Any, high: Any) -> Answered:
    """The obligation that a polynomial relation holds on a closed interval.

    Raises Unsupported for what is no relation between polynomials.
    """
    begun = time.perf_counter()
    if not isinstance(relation, (Gt, Ge, Lt, Le)):
        raise Unsupported(f"{relation} is no <, <=, > or >= that depends on {letter}")
    for end in (low, high):
        if end is not None and not sympify(end).is_Rational:
            raise Unsupported(f"the end {end} is no rational number")
    gap = polynomial(relation.gts - relation.lts, letter)
    found = nonnegative(gap, low, high, strict=isinstance(relation, (Gt, Lt)))
    seconds = time.perf_counter() - begun
    before = str(relation)
    if found is True:
        shown = f"{gap.as_expr()}: no change of sign there, by Sturm's theorem"
        return Answered(Obligation(name, before, shown, "proved", (), seconds))
    if found is None:
        return Answered(Obligation(name, before, "not shown", "undecided", (), seconds))
    sides = tuple((str(s), str(sympify(s).subs(letter, found))) for s in relation.args)
    return Answered(
        Obligation(name, before, "false", "refuted", (f"at {letter} = {found}",), seconds),
        Counterexample(((str(letter), str(found)),), sides, before),
    )


__all__ = ["on_interval"]
