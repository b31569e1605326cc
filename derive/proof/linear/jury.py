"""Where the roots of a real polynomial lie: Jury's conditions, and their signs on an interval.

All roots of a monic p lie inside the circle of radius R exactly if q(s) = (1 - s)**n *
p(R*(1 + s)/(1 - s)) has all its roots in the left half-plane, which Hurwitz's determinants tell
(Jury 1964; Liénard & Chipart 1914). For degree 2 that is p(R) > 0, p(-R) > 0 and R**2 > p(0).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb

from sympy.polys.fields import FracElement, FracField
from sympy.polys.rings import PolyElement

from optwright.derive.proof.linear.step import Polynomial


def inside(poly: Polynomial, radius: FracElement) -> tuple[FracElement, ...]:
    """Rational functions that are all positive exactly where all roots are inside the circle.

    poly: monic, real. radius: positive. For degrees 1 and 2 they are all >= 0 exactly where no root
    is outside the circle.
    """
    field: FracField = radius.field
    size = len(poly) - 1
    moved = [field.zero] * (size + 1)
    scale = field.one
    for k, c in enumerate(poly):
        for power in range(size + 1):
            weight = sum(
                comb(k, i) * comb(size - k, power - i) * (-1) ** (power - i)
                for i in range(power + 1)
            )
            moved[power] += c * scale * weight
        scale *= radius
    signs = [moved[0], moved[size], *(c / (size if size == 2 else 1) for c in moved[1:size])]
    falling = moved[::-1]
    for order in range(size - 1, 1, -2):
        table = [
            [
                falling[2 * i - j + 1] if 0 <= 2 * i - j + 1 <= size else field.zero
                for i in range(order)
            ]
            for j in range(order)
        ]
        signs.append(determinant(table, field))
    return tuple(dict.fromkeys(signs))


def determinant(table: Sequence[Sequence[FracElement]], field: FracField) -> FracElement:
    """By the first row; for the few rows that Hurwitz needs."""
    if not table:
        return field.one
    total = field.zero
    for j, top in enumerate(table[0]):
        if top:
            rest = [[x for k, x in enumerate(row) if k != j] for row in table[1:]]
            total += (-1) ** j * top * determinant(rest, field)
    return total


def discriminant(poly: Polynomial) -> FracElement | None:
    """Negative exactly where the polynomial has roots that are not real; None beyond degree 2."""
    if len(poly) == 3:
        return poly[1] ** 2 - 4 * poly[0]
    return poly[0].field.one if len(poly) == 2 else None


Coefficients = tuple[Fraction, ...]
"""Of 1, x, x**2, …; the last one is not zero."""


class Section:
    """A rational function of one letter, the others being numbers, on an interval."""

    def __init__(self, top: Coefficients, bottom: Coefficients) -> None:
        self.top, self.bottom = top, bottom

    def __call__(self, x: Fraction) -> Fraction:
        """The value; raises ZeroDivisionError where there is none."""
        return _at(self.top, x) / _at(self.bottom, x)

    def defined(self, low: Fraction, high: Fraction) -> bool:
        """Whether it has a value everywhere on the closed interval."""
        return bool(self.bottom) and _roots(self.bottom, low, high) == 0

    def positive(self, low: Fraction, high: Fraction, low_open: bool) -> bool:
        """Whether it is positive on [low, high], or on (low, high]; it must be defined there."""
        if not self.top or self(high) <= 0:
            return False
        return _roots(self.top, low, high) == (low_open and _at(self.top, low) == 0)

    def pieces(self, low: Fraction, high: Fraction) -> Iterator[Fraction]:
        """Points that separate the zeros inside the interval."""
        todo = [(low, high)]
        while todo:
            a, b = todo.pop()
            if _roots(self.top, a, b) and b - a > (high - low) / 1000:
                middle = (a + b) / 2
                yield middle
                todo += [(a, middle), (middle, b)]


def section(value: FracElement, letter: int, point: Sequence[Fraction]) -> Section:
    """The function of the letter in this place; point: the numbers for all, its own is ignored."""
    return Section(*(_section(p, letter, point) for p in (value.numer, value.denom)))


def _section(p: PolyElement, letter: int, point: Sequence[Fraction]) -> Coefficients:
    parts: dict[int, Fraction] = {}
    for powers, x in p.items():
        value = Fraction(int(x.numerator), int(x.denominator))
        for k, n in enumerate(powers):
            if n and k != letter:
                value *= point[k] ** n
        parts[powers[letter]] = parts.get(powers[letter], Fraction(0)) + value
    return _trim([parts.get(n, Fraction(0)) for n in range(max(parts, default=0) + 1)])


def value_at(value: FracElement, point: Sequence[Fraction]) -> Fraction:
    """The value at a point; raises ZeroDivisionError where there is none."""

    def at(p: PolyElement) -> Fraction:
        total = Fraction(0)
        for powers, x in p.items():
            part = Fraction(int(x.numerator), int(x.denominator))
            for k, n in enumerate(powers):
                if n:
                    part *= point[k] ** n
            total += part
        return total

    return at(value.numer) / at(value.denom)


def _trim(p: Sequence[Fraction]) -> Coefficients:
    size = len(p)
    while size and not p[size - 1]:
        size -= 1
    return tuple(p[:size])


def _at(p: Coefficients, x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def _divide(a: Coefficients, b: Coefficients) -> tuple[Coefficients, Coefficients]:
    """Quotient and remainder."""
    rest, quotient = list(a), []
    while len(rest) >= len(b):
        scale = rest[-1] / b[-1]
        for k, c in enumerate(b, len(rest) - len(b)):
            rest[k] -= scale * c
        rest.pop()
        quotient.append(scale)
    return tuple(reversed(quotient)), _trim(rest)


def _roots(p: Coefficients, low: Fraction, high: Fraction) -> int:
    """The distinct real roots of a polynomial that is not zero in [low, high] (Sturm)."""
    at_low = not _at(p, low)
    if len(p) < 2 or low == high:
        return int(at_low)
    if len(p) == 2:
        return int(low <= -p[0] / p[1] <= high)
    chain = [p, _trim([k * c for k, c in enumerate(p)][1:])]
    while True:
        rest = _divide(chain[-2], chain[-1])[1]
        if not rest:
            break
        chain.append(tuple(-c for c in rest))
    if len(chain[-1]) > 1:  # roots that are multiple: once each
        return _roots(_divide(p, chain[-1])[0], low, high)

    def changes(x: Fraction) -> int:
        signs = [y > 0 for y in (_at(q, x) for q in chain) if y]
        return sum(a != b for a, b in pairwise(signs))

    # Sturm counts those in (low, high], whether or not the ends are roots.
    return changes(low) - changes(high) + at_low


__all__ = ["Section", "determinant", "discriminant", "inside", "section", "value_at"]
