"""Expressions that take given values at given points: proposals, to be verified by others.

Tried in order: constants, products of half-integer powers of hyperparameters, of 1 - h and of
bias corrections 1 - h**t, and such products times one sum or difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from sympy import Expr, Integer, Mul, Rational, Symbol, sqrt

from optwright.derive.language.symbol import t
from optwright.derive.proof.run.numeric import linear, number

CLOSE = 1e-6
Point = Mapping[Symbol, float]


def constant(y: float) -> Expr | None:
    """The simple rational, or root of one, that a float is close to."""
    for power in (1, 2):
        for most, close in ((1000, 1e-9), (10**5, 1e-12)):
            near = Fraction(y**power).limit_denominator(most)
            if abs(y**power - near) <= close * max(1.0, abs(y)):
                found = Rational(near.numerator, near.denominator)
                return found if power == 1 else sqrt(found) * (1 if y > 0 else -1)
    return None


def recognise(values: Sequence[float], points: Sequence[Point]) -> Expr | None:
    """An expression in the symbols of the points (t among them where it varies)."""
    size = max(map(abs, values))
    if size < 1e-8:
        return Integer(0)
    if max(values) - min(values) < 1e-8 * size:
        return constant(values[0])
    if min(values) * max(values) <= 0:
        return None
    sign = 1 if values[0] > 0 else -1
    logs = [math.log(abs(y)) for y in values]
    base = _logs(_base(points[0]), points)
    # An identity or a ratio to it is by far the most frequent.
    for expr, row in base:
        if all(abs(a - b) < CLOSE for a, b in zip(logs, row, strict=True)):
            return sign * expr
    product = _product(logs, base)
    if product is not None:
        return sign * product
    for expr, row in _logs(_more(points[0]), points):
        for power in (1, -1, Rational(1, 2), Rational(-1, 2)):
            rest = [a - float(power) * b for a, b in zip(logs, row, strict=True)]
            product = _product(rest, base)
            if product is not None:
                return sign * product * expr**power
    return None


def _base(point: Point) -> Iterator[Expr]:
    yield from (s for s in point if s != t)
    if t in point:
        yield t
    for s in point:
        if s != t and 0 < point[s] < 1:
            yield 1 - s
            if t in point:
                yield 1 - s**t


def _more(point: Point) -> Iterator[Expr]:
    symbols = [s for s in point if s != t]
    yield from (1 + s for s in symbols)
    if t in point:
        for s in symbols:
            yield from (1 - s ** (t - 1), 1 - s ** (t + 1), 1 + (t - 1) * s, s**t)
    for a, b in combinations(symbols, 2):
        yield from (1 - a * b, 1 + a * b, a + b, a - b, b - a, a + b - a * b, 1 - a**2 * b)


def _logs(exprs: Iterator[Expr], points: Sequence[Point]) -> list[tuple[Expr, list[float]]]:
    rows = []
    for expr in exprs:
        row = [number(expr, point) for point in points]
        if all(x > 0 for x in row):
            rows.append((expr, [math.log(x) for x in row]))
    return rows


def _product(logs: Sequence[float], base: Sequence[tuple[Expr, list[float]]]) -> Expr | None:
    """The product of half-integer powers and a simple number that has these logarithms."""
    columns = [row for _, row in base]
    matrix = [[1.0, *(c[k] for c in columns)] for k in range(len(logs))]
    found = linear(matrix, logs, CLOSE)
    if found is None:
        return None
    powers = [Rational(round(2 * x), 2) for x in found[1:]]
    if any(abs(float(p) - x) > 1e-4 or abs(p) > 3 for p, x in zip(powers, found[1:], strict=True)):
        return None
    rest = [
        a - math.fsum(float(p) * c[k] for p, c in zip(powers, columns, strict=True))
        for k, a in enumerate(logs)
    ]
    factor = _simple(math.exp(math.fsum(rest) / len(rest)))
    if factor is None:
        return None
    return Mul(factor, *(e**p for (e, _), p in zip(base, powers, strict=True)))


def _simple(y: float) -> Expr | None:
    """A number with a small denominator, or the root of one; less close than `constant`."""
    for power in (1, 2):
        near = Fraction(y**power).limit_denominator(60)
        if near and abs(y**power - near) <= CLOSE * near:
            found = Rational(near.numerator, near.denominator)
            return found if power == 1 else sqrt(found)
    return None


__all__ = ["constant", "recognise"]
