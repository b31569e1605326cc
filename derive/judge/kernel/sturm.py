"""Polynomials in one letter with rational coefficients: roots counted, and kept inside circles.

Coefficients are of 1, x, x**2, … Real roots are counted by Sturm's theorem; whether all complex
ones lie inside the unit circle is told by the recursion of Schur and Cohn.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from optwright.derive.judge.kernel.polynomial import Poly

Coefficients = Sequence[Fraction]


def coefficients(p: Poly, index: int) -> list[Fraction]:
    """The polynomial in this letter alone; raises ValueError if it has others."""
    parts = p.parts(index)
    found = [Fraction(0)] * (max(parts, default=0) + 1)
    for power, part in parts.items():
        constant = part.constant
        if constant is None:
            raise ValueError("a polynomial in more than one letter")
        found[power] = constant
    return trimmed(found)


def trimmed(p: Coefficients) -> list[Fraction]:
    """Without leading zeros; zero is empty."""
    found = list(p)
    while found and not found[-1]:
        found.pop()
    return found


def value(p: Coefficients, x: Fraction) -> Fraction:
    """The value, by Horner's rule."""
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def derivative(p: Coefficients) -> list[Fraction]:
    """The derivative."""
    return [k * c for k, c in enumerate(p)][1:]


def _divided(a: Coefficients, b: Coefficients) -> tuple[list[Fraction], list[Fraction]]:
    rest = list(a)
    quotient = [Fraction(0)] * max(len(a) - len(b) + 1, 0)
    for k in reversed(range(len(quotient))):
        quotient[k] = rest[k + len(b) - 1] / b[-1]
        for i, c in enumerate(b):
            rest[k + i] -= quotient[k] * c
    return quotient, trimmed(rest[: len(b) - 1])


def simple(p: Coefficients) -> list[Fraction]:
    """The polynomial with the same roots, each once; p is not zero."""
    a, b = trimmed(p), trimmed(derivative(p))
    while b:
        a, b = b, _divided(a, b)[1]
    return _divided(trimmed(p), a)[0]


def roots(p: Coefficients, low: Fraction | None, high: Fraction | None) -> int:
    """How many different real roots lie in (low, high]; None is an infinite end, p is not zero."""
    chain = [simple(p)]
    chain.append(trimmed(derivative(chain[0])))
    while chain[-1]:
        chain.append([-c for c in _divided(chain[-2], chain[-1])[1]])

    def changes(x: Fraction | None, side: int) -> int:
        if x is None:
            values = [q[-1] * side ** (len(q) - 1) for q in chain if q]
        else:
            values = [v for q in chain if (v := value(q, x))]
        return sum(a * b < 0 for a, b in pairwise(values))

    return changes(low, -1) - changes(high, 1)


def positive(
    p: Coefficients, low: Fraction | None, high: Fraction | None, low_open: bool = False
) -> bool:
    """Whether p > 0 on the interval, closed unless its low end is said to be open or infinite."""
    p = trimmed(p)
    if not p:
        return False
    ends = [x for x in (None if low_open else low, high) if x is not None]
    middle = _inside(low, high)
    if any(value(p, x) <= 0 for x in ends) or value(p, middle) <= 0:
        return False
    return roots(p, low, high) == 0


def nonnegative(p: Coefficients, low: Fraction | None, high: Fraction | None) -> bool:
    """Whether p >= 0 on the closed interval."""
    p = trimmed(p)
    if not p:
        return True
    odd = _odd(p)
    inner = roots(odd, low, high) - (high is not None and not value(odd, high))
    if inner:
        return False
    places = [_inside(low, high, k) for k in range(1, len(p) + 1)]
    return all(value(p, x) >= 0 for x in places)


def _odd(p: Coefficients) -> list[Fraction]:
    """The product of the simple factors that occur an odd number of times."""
    found, rest, place = [Fraction(1)], trimmed(p), 0
    while len(rest) > 1:
        once = simple(rest)  # roots that occur at least this often
        below = _divided(rest, once)[0]
        again = simple(below) if len(below) > 1 else [Fraction(1)]
        place += 1
        if place % 2:
            found = _times(found, _divided(once, _common(once, again))[0])
        rest = below
    return found


def _common(a: Coefficients, b: Coefficients) -> list[Fraction]:
    a, b = trimmed(a), trimmed(b)
    while b:
        a, b = b, _divided(a, b)[1]
    return list(a)


def _times(a: Coefficients, b: Coefficients) -> list[Fraction]:
    found = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return found


def _inside(low: Fraction | None, high: Fraction | None, part: int = 1) -> Fraction:
    """A point inside the interval, another one for each part 1, 2, …"""
    if low is None:
        return (Fraction(1) if high is None else high) - part
    return low + part if high is None else low + (high - low) / (part + 1)


def stable(p: Coefficients) -> bool:
    """Whether all complex roots lie inside the unit circle; p is not zero."""
    p = trimmed(p)
    while len(p) > 1:
        first, last = p[0], p[-1]
        if abs(first) >= abs(last):
            return False
        p = [last * a - first * b for a, b in zip(p, reversed(p), strict=True)][1:]
    return True


__all__ = [
    "coefficients",
    "derivative",
    "nonnegative",
    "positive",
    "roots",
    "simple",
    "stable",
    "trimmed",
    "value",
]
