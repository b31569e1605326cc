"""Polynomials and fractions with rational coefficients, as small as a checker needs them.

Unknowns are integers; a monomial is a sorted tuple of pairs (unknown, exponent). A fraction keeps
its denominator as a product of polynomials, so that what was divided by stays in sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

Monomial = tuple[tuple[int, int], ...]

MAX_TERMS = 20_000
"""Beyond so many terms a certificate is not followed."""


class TooLarge(ArithmeticError):
    """A polynomial has grown beyond what is followed."""


class Poly:
    """A polynomial; equal ones compare equal and hash alike."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        self.terms = {m: x for m, x in terms.items() if x}
        self._hash: int | None = None

    @classmethod
    def number(cls, x: Any) -> Poly:
        return cls({(): Fraction(x)})

    @classmethod
    def unknown(cls, index: int, power: int = 1) -> Poly:
        return cls({((index, power),) if power else (): Fraction(1)})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Poly) -> Poly:
        total = dict(self.terms)
        for m, x in other.terms.items():
            known = total.get(m)
            total[m] = x if known is None else known + x
        return Poly(total)

    def __sub__(self, other: Poly) -> Poly:
        return self + other.scaled(-1)

    def __mul__(self, other: Poly) -> Poly:
        total: dict[Monomial, Fraction] = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                m = times(a, b)
                known = total.get(m)
                total[m] = x * y if known is None else known + x * y
        if len(total) > MAX_TERMS:
            raise TooLarge(f"a polynomial of {len(total)} terms")
        return Poly(total)

    def __pow__(self, power: int) -> Poly:
        result = Poly.number(1)
        for _ in range(power):
            result = result * self
        return result

    def scaled(self, x: Any) -> Poly:
        return Poly({m: y * x for m, y in self.terms.items()})

    @property
    def constant(self) -> Fraction | None:
        """The number that it is, None if it is none."""
        return self.terms.get((), Fraction(0)) if set(self.terms) <= {()} else None

    @property
    def single(self) -> int | None:
        """The unknown that it is, None if it is anything else."""
        if len(self.terms) == 1:
            ((m, x),) = self.terms.items()
            if x == 1 and len(m) == 1 and m[0][1] == 1:
                return m[0][0]
        return None

    def unknowns(self) -> set[int]:
        return {i for m in self.terms for i, _ in m}

    def parts(self, index: int) -> dict[int, Poly]:
        """Its coefficients as a polynomial in one unknown, by exponent."""
        found: dict[int, dict[Monomial, Fraction]] = {}
        for m, x in self.terms.items():
            power = dict(m).get(index, 0)
            found.setdefault(power, {})[tuple(p for p in m if p[0] != index)] = x
        return {power: Poly(terms) for power, terms in found.items()}

    def put(self, index: int, by: Poly, every: int = 1) -> Poly:
        """With `by` in place of each full power unknown**every."""
        if all(n < every for m in self.terms for i, n in m if i == index):
            return self
        result = Poly({})
        for power, part in self.parts(index).items():
            result = result + part * by ** (power // every) * Poly.unknown(index, power % every)
        return result

    def primitive(self) -> tuple[Fraction, Poly]:
        """Scale and polynomial such that multiples of one polynomial have one primitive part."""
        if not self.terms:
            return Fraction(0), self
        scale = self.terms[max(self.terms)]
        return scale, self.scaled(1 / scale)

    def content(self) -> Monomial:
        """The largest monomial that divides it."""
        common: dict[int, int] | None = None
        for m in self.terms:
            own = dict(m)
            common = (
                own
                if common is None
                else {i: min(n, own[i]) for i, n in common.items() if i in own}
            )
        return tuple(sorted((common or {}).items()))

    def remainder(self, divisor: Poly) -> tuple[Poly, Poly]:
        """Quotient and remainder: self = quotient*divisor + remainder."""
        order = sorted(self.unknowns() | divisor.unknowns())

        def rank(m: Monomial) -> tuple[int, ...]:
            own = dict(m)
            return tuple(own.get(i, 0) for i in order)

        lead = max(divisor.terms, key=rank)
        rest, quotient, left = dict(self.terms), Poly({}), Poly({})
        while rest:
            top = max(rest, key=rank)
            shift = over(top, lead)
            if shift is None:
                left = left + Poly({top: rest.pop(top)})
                continue
            factor = Poly({shift: rest[top] / divisor.terms[lead]})
            quotient = quotient + factor
            rest = (Poly(rest) - factor * divisor).terms
        return quotient, left


def times(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    if not a or not b:
        return a or b
    powers = dict(a)
    for i, n in b:
        powers[i] = powers.get(i, 0) + n
    return tuple(sorted(powers.items()))


def over(a: Monomial, b: Monomial) -> Monomial | None:
    """The quotient of two monomials, None where it is none."""
    powers = dict(a)
    for i, n in b:
        powers[i] = powers.get(i, 0) - n
    if any(n < 0 for n in powers.values()):
        return None
    return tuple(sorted((i, n) for i, n in powers.items() if n))


class Fractional:
    """A fraction: a polynomial over a product of polynomials with their powers."""

    __slots__ = ("below", "top")

    def __init__(self, top: Poly, below: Mapping[Poly, int] | None = None) -> None:
        kept = {p: n for p, n in (below or {}).items() if n and p.constant is None}
        for p, n in (below or {}).items():
            if p.constant is not None:
                top = top.scaled(Fraction(1) / p.constant**n)
        for p in list(kept):
            while kept.get(p) and p.unknowns() <= top.unknowns():
                quotient, left = top.remainder(p)
                if left:
                    break
                top = quotient
                kept[p] -= 1
        self.top = top
        self.below = {p: n for p, n in kept.items() if n} if top else {}

    def __add__(self, other: Fractional) -> Fractional:
        below = dict(self.below)
        for p, n in other.below.items():
            below[p] = max(n, below.get(p, 0))
        return Fractional(self.raised(below) + other.raised(below), below)

    def raised(self, below: Mapping[Poly, int]) -> Poly:
        """The numerator over a larger denominator."""
        top = self.top
        for p, n in below.items():
            top = top * p ** (n - self.below.get(p, 0))
        return top

    def __sub__(self, other: Fractional) -> Fractional:
        return self + other * Fractional(Poly.number(-1))

    def __mul__(self, other: Fractional) -> Fractional:
        below = dict(self.below)
        for p, n in other.below.items():
            below[p] = below.get(p, 0) + n
        return Fractional(self.top * other.top, below)

    def __pow__(self, power: int) -> Fractional:
        return Fractional(self.top**power, {p: n * power for p, n in self.below.items()})

    def inverse(self) -> Fractional:
        """One over it; raises ZeroDivisionError for zero."""
        if not self.top:
            raise ZeroDivisionError
        top = Poly.number(1)
        for p, n in self.below.items():
            top = top * p**n
        scale, part = self.top.primitive()
        return Fractional(top.scaled(1 / scale), {part: 1})


def product(polys: Iterable[tuple[Poly, int]]) -> Poly:
    """The product of powers."""
    result = Poly.number(1)
    for p, n in polys:
        result = result * p**n
    return result


__all__ = ["Fractional", "Monomial", "Poly", "TooLarge", "over", "product", "times"]
