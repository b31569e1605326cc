"""That a simulation fails, holds if one symbol has a certain value, and only then."""

from __future__ import annotations

import time
from typing import Any

import sympy
from sympy import Integer, sympify

from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.verdict import Verdict, undecided
from optwright.derive.error import OutOfTime, Unsupported
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.kind.rule.simulation import SimulationAttempt, Unmatched
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.obligation import decide_equation, decide_relation, neutral
from optwright.derive.proof.sign.zero import factor_defect


@decide.register
def _only_if(claim: OnlyIf, budget_s: float = 5.0) -> Verdict:
    """Prove both directions, or say which is open."""
    attempt = SimulationAttempt(claim.claim, time.process_time() + budget_s)
    try:
        attempt.prove()
    except (Unsupported, Unmatched) as error:
        return undecided(str(error))
    failed = [row for row in attempt.failed if not row[0].startswith(("start", "invariant"))]
    if not failed:
        return undecided("the simulation does not fail")
    put = {claim.symbol: sympify(claim.value)}
    answers = []
    for name, gap, domain in failed:
        answers.append(decide_equation(f"if: {name}", gap.xreplace(put), Integer(0), domain))
    name, gap, domain = failed[0]
    # As numbers in their own right: facts between atoms narrow the domain of the defect.
    facts = Domain.where(*claim.where, sympy.Ne(claim.symbol, claim.value))
    narrowed = Domain((*domain.bounds, *facts.bounds), (*domain.facts, *facts.facts))
    defect = factor_defect(neutral(gap), domain).numerator
    for factor in sympy.Mul.make_args(defect):
        base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
        if not base.is_number:
            answers.append(decide_relation(f"only if: {base}", sympy.Ne(base, 0), narrowed))
    said = (*attempt.conditions(), f"{claim.symbol} = {claim.value}", *map(str, claim.where))
    open_ = [a.obligation.name for a in answers if a.status != "proved"]
    if open_:
        # What fails in a state that no run reaches refutes nothing.
        return undecided(", ".join(open_), obligations=tuple(a.obligation for a in answers))
    if attempt.refute()[0] is None:
        return undecided("no exact run in which it fails")
    return conclude(answers, attempt.scope(), said)


def only_if(claim: Simulation, symbol: Any, value: Any, budget_s: float = 2.0) -> OnlyIf | None:
    """The claim that a simulation holds only if a symbol has a value, with its `where` found.

    What else would make the first failing defect vanish is assumed not to: its other factors are
    not zero. None if the simulation does not fail, or the value makes no factor vanish.
    """
    attempt = SimulationAttempt(claim, time.process_time() + budget_s)
    try:
        if claim.start:
            attempt.prove()
        else:
            attempt.prove_step()
        failed = [row for row in attempt.failed if not row[0].startswith(("start", "invariant"))]
        if not failed:
            return None
        _, gap, domain = failed[0]
        factors = sympy.Mul.make_args(factor_defect(neutral(gap), domain).numerator)
    except (Unsupported, Unmatched, ValueError, ArithmeticError, OutOfTime):
        return None
    put = {symbol: sympify(value)}
    others: list[Any] = []
    for factor in factors:
        base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
        if base.is_number:
            continue
        if decide_equation("", base.xreplace(put), Integer(0), domain, 0.3).status != "proved":
            others.append(sympy.Ne(base, 0))
    kept = len(others) < sum(not f.is_number for f in factors)
    return OnlyIf(claim, symbol, value, tuple(others)) if kept else None


__all__ = ["only_if"]
