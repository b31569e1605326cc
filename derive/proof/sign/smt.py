"""Ask z3, where it is installed, whether a polynomial can be negative in a region.

Letters become real unknowns with their intervals, rules and known signs.  Denominators have been
cleared before.  "Impossible" is a proof on z3's word; a model is only a proposal, which the caller
replays exactly.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Expr, Rational

from optwright.derive.proof.algebra.domain import NEGATIVE, POSITIVE, ZERO
from optwright.derive.proof.algebra.normal import Algebra
from optwright.derive.proof.algebra.polynomial import Poly

__all__ = ["negative_point"]


@cache
def _z3() -> Any:
    try:
        found = importlib.import_module("z3")
    except ImportError:
        return None
    return found if hasattr(found, "Solver") else None  # a folder of that name is no z3


def negative_point(
    algebra: Algebra, poly: Poly, *, strict: bool = False, timeout_s: float = 1.0
) -> dict[Expr, Rational] | bool | None:
    """A proposed point where ``poly < 0`` (``<= 0`` if strict), by atom.

    False: z3 says that there is none.  None: z3 is missing, out of time, or knows only an
    irrational point.
    """
    z3 = _z3()
    if z3 is None or timeout_s <= 0:
        return None
    unknowns = [z3.Real(f"x{i}") for i in range(len(algebra.letters))]
    solver = z3.Solver()
    solver.set("timeout", max(1, int(timeout_s * 1000)))
    solver.add(*_region(algebra, unknowns))
    value = _term(poly, unknowns)
    solver.add(value <= 0 if strict else value < 0)
    answer = solver.check()
    if answer == z3.unsat:
        return False
    return _point(algebra, unknowns, solver.model()) if answer == z3.sat else None


def _number(value: int | Fraction) -> Any:
    return _z3().RealVal(str(Fraction(value)))


def _term(p: Poly, unknowns: Sequence[Any]) -> Any:
    total = _number(0)
    for monomial, value in p.terms.items():
        product = _number(value)
        for letter, power in monomial:
            for _ in range(power):
                product = product * unknowns[letter]
        total = total + product
    return total


def _region(algebra: Algebra, unknowns: Sequence[Any]) -> Iterator[Any]:
    """What is known of the letters: their intervals, rules and signs."""
    for letter, x in zip(algebra.letters, unknowns, strict=True):
        box = letter.interval
        if box.lo is not None:
            yield x > _number(box.lo) if box.lo_open else x >= _number(box.lo)
        if box.hi is not None:
            yield x < _number(box.hi) if box.hi_open else x <= _number(box.hi)
    for index, (power, by) in algebra.rules.items():
        yield _term(Poly.letter(index, power), unknowns) == _term(by, unknowns)
    for known, mask in algebra.known.items():
        value = _term(known, unknowns)
        sides = [(POSITIVE, value > 0), (ZERO, value == 0), (NEGATIVE, value < 0)]
        yield _z3().Or(*(side for bit, side in sides if mask & bit))


def _point(algebra: Algebra, unknowns: Sequence[Any], model: Any) -> dict[Expr, Rational] | None:
    """The atoms of a model; None where one of them is irrational."""
    point = {}
    for letter, x in zip(algebra.letters, unknowns, strict=True):
        value = model.eval(x, model_completion=True)
        if letter.atom:
            if not _z3().is_rational_value(value):
                return None
            point[letter.expr] = Rational(value.numerator_as_long(), value.denominator_as_long())
    return point
