"""Rational functions as numbers: the reference interpreter run on letters, so for all values.

What a declaration computes from letters is one fraction of polynomials, which says what it computes
from every number. A case distinction is made only where the sign of what it rests on is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from optwright.derive import interpret as reference
from optwright.derive.interpret import Ambiguous, Exact, Inexact, NoFraction
from optwright.derive.judge.kernel.box import ANY, NEGATIVE, POSITIVE, ZERO
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.point.run import coordinates
from optwright.derive.judge.point.value import Unvalued
from optwright.derive.language.declaration import Optimizer

CLOCK = "t"
Signs = Callable[[Fractional], int]
"""A mask of the signs that a fraction may have."""


def fractional(x: Any) -> Fractional:
    """A number of either kind as a fraction of polynomials."""
    return x if isinstance(x, Fractional) else Fractional(Poly.number(x))


def _plain(x: Fractional) -> Any:
    """A constant as the number that it is."""
    constant = x.top.constant
    return constant if constant is not None and not x.below else x


def _unsure(x: Fractional) -> int:
    return ANY


class RationalFunctions(Exact):
    """Fractions of polynomials. `signs` tells what signs one may have where it is looked at."""

    name = "rational functions"

    def __init__(self, letters: Unknowns, signs: Signs = _unsure) -> None:
        self.letters, self.signs = letters, signs

    def number(self, x: Any) -> Any:
        return _plain(x) if isinstance(x, Fractional) else super().number(x)

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        if not any(isinstance(x, Fractional) for x in terms):
            return super().add(terms, depth)
        return _undefined(terms) or _plain(_sum(terms))

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        if not any(isinstance(x, Fractional) for x in (*over, *under)):
            return super().multiply(over, under, slack)
        undefined = _undefined((*over, *under))
        if undefined is not None:
            return undefined
        product = fractional(Fraction(1))
        for x in over:
            product = product * fractional(x)
        for x in under:
            if not fractional(x).top:
                return NoFraction("division by zero")
            product = product * fractional(x).inverse()
        return _plain(product)

    def power(self, base: Any, exponent: Any) -> Any:
        if isinstance(exponent, Fraction) and isinstance(base, Fractional):
            if exponent.denominator != 1:
                return NoFraction("the root of a letter")
            if exponent >= 0:
                return _plain(base ** int(exponent))
            return _plain(base.inverse() ** int(-exponent))
        if isinstance(exponent, Fractional) or isinstance(base, Fractional):
            return NoFraction("a power that is no rational function")
        found = super().power(base, exponent)
        if isinstance(found, NoFraction) and exponent == Fraction(1, 2) and base > 0:
            return self.letters.root(base)
        return found

    def apply(self, function: str, x: Any) -> Any:
        if function == "sqrt":
            return self.power(x, Fraction(1, 2))
        if not isinstance(x, Fractional):
            return super().apply(function, x)
        mask = self.signs(x) if function in ("Abs", "sign") else ANY
        if mask not in (NEGATIVE, ZERO, POSITIVE):
            return NoFraction(f"{function} of letters")
        sign = Fraction({NEGATIVE: -1, ZERO: 0, POSITIVE: 1}[mask])
        return sign if function == "sign" else self.multiply([sign, x])

    def largest(self, values: Sequence[Any]) -> Any:
        if not any(isinstance(x, Fractional) for x in values):
            return super().largest(values)
        return NoFraction("the largest of letters")

    def modulo(self, a: Any, b: Any) -> Any:
        if isinstance(a, Fractional) or isinstance(b, Fractional):
            return NoFraction("the remainder of letters")
        return super().modulo(a, b)

    def compare(self, a: Any, relation: str, b: Any) -> Any:
        gap = self.subtract(self.settle(a), self.settle(b))
        if not isinstance(gap, Fractional):
            return super().compare(gap, relation, Fraction(0))
        wanted = {"<": NEGATIVE, "<=": NEGATIVE | ZERO, "==": ZERO, "!=": NEGATIVE | POSITIVE}
        mask, true = self.signs(gap), wanted[relation]
        return None if mask & true and mask & ~true else bool(mask & true)

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        if condition is None:
            raise Ambiguous("a case distinction whose sign is not known")
        return a if condition else b


def _undefined(terms: Sequence[Any]) -> NoFraction | None:
    return next((x for x in terms if isinstance(x, NoFraction)), None)


def _sum(terms: Sequence[Any]) -> Fractional:
    total = fractional(Fraction(0))
    for x in terms:
        total = total + fractional(x)
    return total


class _Before:
    """The number of steps done before step t, t being a letter."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock

    def __add__(self, one: int) -> Any:
        return self.clock


Gradient = Callable[[Any], Any]
"""The gradient's number at a number."""


def stepped(
    system: Optimizer,
    hyper: Mapping[str, Any],
    field: Exact,
    slope: Gradient,
    letters: Callable[[str], Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Theta and the state before and after step t on one coordinate: t and all before it letters.

    letters: makes one for a name; the states have theirs with a dash. Raises Inexact or Ambiguous
    where the field does not know what comes after.
    """
    names = ["theta", *(s.name for s in system.states)]
    if len(names) != len(system.state) + 1:
        raise Unvalued(f"{system.id} keeps a history")
    before = {name: letters(f"{name}'") for name in names}
    own = {h.name: hyper[h.name] for h in system.hyper}
    origin = letters("theta_0'")
    first = reference.start(system, [_entry(origin)], own, field)
    state = {name: _filled(first.state[name], before[name]) for name in names[1:]}
    snapshot = replace(
        first,
        t=_Before(letters(CLOCK)),
        theta=(_entry(before["theta"]),),
        state=state,
    )

    def grad(points: Any) -> Any:
        return [_entry(field.number(slope(points[0].flat[0])))]

    after = reference.advance(system, snapshot, own, {"grad": grad})
    found = {name: coordinates(after.state[name]) for name in names[1:]}
    found["theta"] = coordinates(after.theta)
    return before, {name: _one(found[name]) for name in names}


def _entry(x: Any) -> Any:
    import numpy as np

    array = np.empty((1,), dtype=object)
    array[0] = x
    return array


def _filled(data: Any, x: Any) -> Any:
    """State data of the same form with one number in it."""
    if isinstance(data, tuple):
        return tuple(_filled(d, x) for d in data)
    return _entry(x) if hasattr(data, "flat") else x


def _one(x: Any) -> Any:
    if isinstance(x, list):
        (x,) = x
    if isinstance(x, NoFraction):
        raise Inexact(x.reason)
    return x


__all__ = ["CLOCK", "RationalFunctions", "Unknowns", "fractional", "stepped"]
