"""Trees in interval arithmetic: what contains the exact value, to hundreds of digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

from mpmath import iv

from optwright.derive.certificate.form import Tree
from optwright.derive.interpret import EXACT, Inexact
from optwright.derive.judge.point.value import Point, Unvalued

BITS = 400


@contextmanager
def precise() -> Iterator[None]:
    """Intervals whose ends have so many bits."""
    before, iv.prec = iv.prec, BITS
    try:
        yield
    finally:
        iv.prec = before


def _interval(x: Fraction) -> Any:
    return iv.mpf(x.numerator) / iv.mpf(x.denominator)


def enclosed(node: Tree, values: Mapping[str, Fraction]) -> Any:
    """An interval that contains the value of a tree; raises Unvalued where it may have none."""
    if isinstance(node, str):
        return _interval(Fraction(node))
    head, *args = node
    if head == "x":
        if args[0] not in values:
            raise Unvalued(f"{args[0]} has no value")
        return _interval(values[args[0]])
    if head == "^":
        return _power(enclosed(args[0], values), args[1], values)
    xs = [enclosed(x, values) for x in args]
    match head:
        case "+":
            return reduce(add, xs)
        case "*":
            return reduce(mul, xs)
        case "exp":
            return iv.exp(xs[0])
        case "abs":
            return abs(xs[0])
        case "log":
            if not xs[0].a > 0:
                raise Unvalued("the logarithm of what may not be positive")
            return iv.log(xs[0])
        case "cos" | "sin":
            return getattr(iv, head)(xs[0])
        case "pi":
            return iv.pi + 0
    raise Unvalued(f"{head} has no enclosure")


def _power(base: Any, exponent: Tree, values: Mapping[str, Fraction]) -> Any:
    try:
        exact = Point(values, EXACT)(exponent)
    except (Inexact, Unvalued):
        exact = None
    if exact is not None and exact.denominator == 1:
        if exact < 0 and base.a <= 0 <= base.b:
            raise Unvalued("division by what may be zero")
        return base ** int(exact)
    if base.a == 0 == base.b and exact is not None and exact > 0:
        return base
    if not base.a > 0:
        raise Unvalued("a root of what may not be positive")
    if exact == Fraction(1, 2):
        return iv.sqrt(base)
    power = enclosed(exponent, values) if exact is None else _interval(exact)
    return iv.exp(power * iv.log(base))


def ends(x: Any) -> tuple[Fraction, Fraction]:
    """The ends of an interval as fractions; raises Unvalued for one that is not bounded."""
    found = []
    for end in (x.a, x.b):
        sign, mantissa, exponent, _ = end._mpi_[0]
        if not mantissa and exponent:
            raise Unvalued("an interval that is not bounded")
        found.append(Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** exponent)
    return found[0], found[1]


__all__ = ["BITS", "enclosed", "ends", "precise"]
