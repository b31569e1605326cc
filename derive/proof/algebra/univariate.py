"""Polynomials in one letter on an interval: their sign, decided by counting real roots exactly.

Sturm's theorem counts the roots of a polynomial with rational coefficients between two rationals,
so every such relation is either proved, or refuted at a rational point.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, Integer, Poly, Rational, sympify

from optwright.derive.error import Unsupported


def polynomial(expr: Any, letter: Expr) -> Poly:
    """The expression as a polynomial with rational coefficients; Unsupported if it is none."""
    try:
        return Poly(sympify(expr), letter, domain="QQ")
    except (sympy.PolynomialError, sympy.CoercionFailed) as error:
        raise Unsupported(f"{expr} is no polynomial in {letter} with rational numbers") from error


def negative_point(
    poly: Poly, low: Any = None, high: Any = None, *, strict: bool = False
) -> Rational | None:
    """A rational point of the closed interval where the polynomial is negative, or None: nowhere.

    strict: where it is zero counts too. An end that is None is infinite. Raises Unsupported if it
    is zero at irrational points only, which strict relations exclude without a rational witness.
    """
    for x in _candidates(poly, low, high):
        value = poly.eval(x)
        if value < 0 or (strict and value == 0):
            return x
    if strict and poly.count_roots(low, high):
        raise Unsupported(f"{poly.as_expr()} is zero at irrational points only")
    return None


def _candidates(poly: Poly, low: Any, high: Any) -> Iterator[Rational]:
    """Rational points of the interval: its ends, rational roots, one between any two roots."""
    ends = [sympify(x) for x in (low, high) if x is not None]
    if poly.is_ground:
        yield ends[0] if ends else Integer(0)
        return
    width, cells = Rational(1, 100), poly.intervals(eps=Rational(1, 100))
    while any(a[1] >= b[0] for (a, _), (b, _) in pairwise(cells)):
        width /= 16
        cells = poly.intervals(eps=width)
    edges = [x for cell, _ in cells for x in cell]
    outer = max(map(abs, edges), default=Integer(0)) + 1
    places = sorted(
        x
        for x in {-outer, outer, *edges, *ends, *poly.ground_roots()}
        if (low is None or x >= low) and (high is None or x <= high)
    )
    yield from places
    for a, b in pairwise(places):
        yield (a + b) / 2


def nonnegative(
    poly: Poly, low: Any = None, high: Any = None, *, strict: bool = False
) -> Rational | bool | None:
    """Whether the polynomial is >= 0 (> 0 if strict) on the closed interval.

    True, a rational point where it is not, or None where neither could be told.
    """
    try:
        found = negative_point(poly, low, high, strict=strict)
    except Unsupported:
        return None
    if found is not None:
        return found
    return True if _certified(poly, low, high, strict) else None


def _certified(poly: Poly, low: Any, high: Any, strict: bool) -> bool:
    """Sturm's proof: no root of odd multiplicity inside, and a positive value between the ends."""
    if poly.is_ground:
        value = poly.LC()
        return bool(value > 0 or (value == 0 and not strict))
    if strict:
        return bool(poly.count_roots(low, high) == 0 and poly.eval(_between(low, high)) > 0)
    odd = sympy.prod((p for p, n in poly.sqf_list()[1] if n % 2), start=Poly(1, poly.gen))
    ends = {sympify(x) for x in (low, high) if x is not None}
    inner = odd.count_roots(low, high) - sum(odd.eval(x) == 0 for x in ends)
    if inner:
        return False
    sample = next((x for x in _inside(low, high, poly.degree() + 1) if poly.eval(x) != 0), None)
    return sample is not None and bool(poly.eval(sample) > 0)


def _between(low: Any, high: Any) -> Expr:
    if low is None:
        return Integer(0) if high is None else sympify(high) - 1
    return sympify(low) + 1 if high is None else (sympify(low) + sympify(high)) / 2


def _inside(low: Any, high: Any, count: int) -> Iterator[Expr]:
    """More inner points of an interval than a polynomial of degree `count - 1` has roots."""
    a = sympify(low) if low is not None else (sympify(high) if high is not None else 0) - count - 1
    b = sympify(high) if high is not None else a + count + 1
    for k in range(1, count + 1):
        yield a + (b - a) * Rational(k, count + 1)


def root_between(poly: Poly, low: Any, high: Any, width: Any) -> tuple[Fraction, Fraction] | None:
    """An interval not wider than `width` with the only root in an interval, or None if not one."""
    if poly.count_roots(low, high) != 1:
        return None
    for (a, b), _ in poly.intervals(eps=width, inf=low, sup=high):
        return Fraction(int(a.p), int(a.q)), Fraction(int(b.p), int(b.q))
    return None


__all__ = [
    "negative_point",
    "nonnegative",
    "polynomial",
    "root_between",
]
