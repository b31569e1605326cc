"""Counterexamples run again by the reference interpreter, which shares no code with the prover."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Rational

from optwright.derive import reference
from optwright.derive.number import DECIMAL50, EXACT, Field, Inexact, fraction
from optwright.derive.prove.run import ANSWER, POINT, Run
from optwright.derive.prove.system import Question
from optwright.derive.prove.verdict import Counterexample

TOLERANCE = Decimal(10) ** -40
"""By how much a replayed number may differ where it is irrational."""


def replay(found: Counterexample) -> bool:
    """Whether every run of a counterexample gives the same states in the reference interpreter.

    Exactly where all numbers are rational, else to forty digits.
    """
    return all(agrees(run) for run in found.runs)


def agrees(run: Run) -> bool:
    """Whether the reference interpreter finds the states of a run."""
    for field in (EXACT, DECIMAL50):
        try:
            return _agrees(run, field)
        except Inexact:
            continue
    return False


def _agrees(run: Run, field: Field) -> bool:
    snapshot = reference.start(run.system, [_array(run.theta)], _hyper(run, 1), field)
    for number, state in enumerate(run.states[1:], 1):
        snapshot = reference.advance(
            run.system, snapshot, _hyper(run, number), _oracles(run, number)
        )
        for name, x in state.items():
            data = snapshot.theta if name == "theta" else snapshot.state[name]
            if not _near(_first(data), _plain(x)):
                return False
    return True


def _hyper(run: Run, step: int) -> dict[str, Any]:
    values = run.hyper_at(step)
    return {h.name: _plain(values[h.name]) for h in run.system.hyper}


def _plain(x: Expr) -> Fraction | Decimal:
    return Fraction(int(x.p), int(x.q)) if x.is_Rational else Decimal(str(x.evalf(60)))


def _array(x: Expr) -> np.ndarray[Any, Any]:
    entry = np.empty((1,), dtype=object)
    entry[0] = _plain(x)
    return entry


def _first(data: Any) -> Any:
    while isinstance(data, (tuple, list, np.ndarray)):
        data = data.flat[0] if isinstance(data, np.ndarray) else data[0]
    return data


def _near(found: Any, wanted: Fraction | Decimal) -> bool:
    if isinstance(found, Fraction) and isinstance(wanted, Fraction):
        return found == wanted
    a, b = fraction(found), fraction(wanted)
    return abs(Fraction(a) - Fraction(b)) <= Fraction(TOLERANCE) * (1 + abs(Fraction(b)))


def _oracles(run: Run, step: int) -> Mapping[str, Any]:
    """The scripted problem as the reference interpreter asks it, on one entry."""
    maps = dict(run.answer)

    def exact(x: Any) -> Rational:
        number = Fraction(fraction(_first(x)))
        return Rational(number.numerator, number.denominator)

    def answer(kind: str, *args: Any) -> Expr:
        seen = (run.point.subs(POINT, args[0]), *args[1:])
        heard = run.objective.answer(step, Question(kind, seen))
        return maps[kind].subs(ANSWER, heard) if kind in maps else heard

    def asked(kind: str) -> Any:
        def ask(*question: Any) -> Any:
            if kind == "noise":
                return [_array(answer(kind, question[0]))]
            heard = answer(kind, *map(exact, question))
            if kind == "value":
                return _plain(heard)
            return _array(heard).reshape(1, 1) if kind == "hessian" else [_array(heard)]

        return ask

    return {
        kind: asked(kind)
        for kind in ("grad", "value", "hessian", "hessian_diagonal", "hvp", "noise")
    }


__all__ = ["agrees", "replay"]
