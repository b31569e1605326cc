"""Real numbers between ends that hold them for sure: the field of proofs by computation.

A number of `Certain` is a fraction where it is one, and else an `Enclosed`, whose ends are rounded
outwards. What a span cannot decide is refused: it raises `Inexact`, or is `NoFraction` where an arm
that nobody chooses may be so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from mpmath.libmp import (
    fnone,
    fone,
    from_float,
    from_rational,
    libmpi,
    mpf_abs,
    mpf_add,
    mpf_cmp,
    mpf_pos,
    mpf_shift,
    mpf_sub,
    mpf_tanh,
    round_ceiling,
    round_floor,
    to_float,
    to_rational,
)

from optwright.derive.interpret.exact import Exact, NoFraction
from optwright.derive.interpret.field import Array, Inexact
from optwright.derive.interpret.format import Format

Ends = tuple[Any, Any]
"""A low and a high end, as mpmath's raw binary numbers: the intervals of `mpmath.libmp.libmpi`."""

_GUARD = 20
"""Bits that functions are computed with beyond those wanted; half of them may be wrong."""


@dataclass(frozen=True)
class Enclosed:
    """A real number between two binary numbers."""

    ends: Ends

    @cached_property
    def low(self) -> Fraction:
        """The lower end, exactly."""
        return Fraction(*map(int, to_rational(self.ends[0])))

    @cached_property
    def high(self) -> Fraction:
        """The upper end, exactly."""
        return Fraction(*map(int, to_rational(self.ends[1])))

    def __str__(self) -> str:
        return f"{float(self.low):.12g}…"


Number = Fraction | Enclosed
"""A real number as `Certain` has it."""


def ends_of(x: Number, bits: int) -> Ends:
    """Ends of so many bits around a number; those of a span as they are."""
    if isinstance(x, Enclosed):
        return x.ends
    p, q = x.numerator, x.denominator
    return from_rational(p, q, bits, round_floor), from_rational(p, q, bits, round_ceiling)


def _tanh(ends: Ends, bits: int) -> Ends:
    low, high = ends
    return mpf_tanh(low, bits), mpf_tanh(high, bits)


_RULES: dict[str, Callable[[Ends, int], Ends]] = {
    "exp": libmpi.mpi_exp,
    "log": libmpi.mpi_log,
    "cos": libmpi.mpi_cos,
    "sin": libmpi.mpi_sin,
    "tanh": _tanh,
}
_WAVES = ("cos", "sin", "tanh")


def outward(function: str, ends: Ends, bits: int) -> Ends:
    """Ends that hold the values of exp, log (of positive numbers), cos, sin or tanh between ends.

    mpmath computes elementary functions to the last bit but not always to the right side of it: so
    they are computed with twenty bits more, and moved outwards by ten of them.
    """
    low, high = _RULES[function](ends, bits + _GUARD)
    low = mpf_sub(low, mpf_shift(mpf_abs(low), -bits - _GUARD // 2), bits, round_floor)
    high = mpf_add(high, mpf_shift(mpf_abs(high), -bits - _GUARD // 2), bits, round_ceiling)
    if function in _WAVES:
        low = fnone if mpf_cmp(low, fnone) < 0 else low
        high = fone if mpf_cmp(high, fone) > 0 else high
    return low, high


def raised(base: Ends, exponent: Ends, bits: int) -> Ends:
    """Ends that hold every power of a positive number; they are infinite or 0 beyond e**±10**6."""
    low, high = libmpi.mpi_mul(outward("log", base, bits), exponent, bits)
    limit = from_float(1e6)
    within = mpf_cmp(mpf_abs(low), limit) < 0 and mpf_cmp(mpf_abs(high), limit) < 0
    if not within:
        raise Inexact("a power beyond exp(1000000)")
    return outward("exp", (low, high), bits)


def fraction_ends(x: Number) -> tuple[Fraction, Fraction]:
    """The ends of a number as fractions."""
    return (x.low, x.high) if isinstance(x, Enclosed) else (x, x)


def float_ends(ends: Ends) -> tuple[float, float]:
    """The nearest floats outside of the ends, or the ends where they are floats."""
    low = to_float(mpf_pos(ends[0], 53, round_floor))
    high = to_float(mpf_pos(ends[1], 53, round_ceiling))
    return (  # subnormal floats are rounded once more, to the nearest
        low if mpf_cmp(from_float(low), ends[0]) <= 0 else math.nextafter(low, -math.inf),
        high if mpf_cmp(from_float(high), ends[1]) >= 0 else math.nextafter(high, math.inf),
    )


class Certain(Exact):
    """Fractions, and spans where a number is none; what a span cannot decide is refused."""

    name = "certain"

    def __init__(self, digits: int = 60) -> None:
        self.bits = int(digits * 3.33) + 10

    def ends(self, x: Number) -> Ends:
        """The number's ends, at the working precision where it is a fraction."""
        return ends_of(x, self.bits)

    def _number(self, ends: Ends) -> Number:
        """What lies between ends: the fraction where they meet."""
        return Enclosed(ends) if ends[0] != ends[1] else Enclosed(ends).low

    def number(self, x: Any) -> Any:
        return x if isinstance(x, (Enclosed, NoFraction)) else super().number(x)

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        if not _spans(terms):
            return super().add(terms, depth)
        total = self.ends(terms[0])
        for x in terms[1:]:
            total = libmpi.mpi_add(total, self.ends(x), self.bits)
        return self._number(total)

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        if not _spans([*over, *under]):
            return super().multiply(over, under, slack)
        total = self.ends(Fraction(1))
        for x in over:
            total = libmpi.mpi_mul(total, self.ends(x), self.bits)
        for x in under:
            if _may_be_zero(x):
                return NoFraction("division by what may be zero")
            total = libmpi.mpi_div(total, self.ends(x), self.bits)
        return self._number(total)

    def power(self, base: Any, exponent: Any) -> Any:
        for x in (base, exponent):
            if isinstance(x, NoFraction):
                return x
        if isinstance(base, Fraction) and isinstance(exponent, Fraction):
            found = super().power(base, exponent)
            if not isinstance(found, NoFraction) or base <= 0:
                return found
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            if exponent < 0 and _may_be_zero(base):
                return NoFraction("division by what may be zero")
            return self._number(libmpi.mpi_pow_int(self.ends(base), int(exponent), self.bits))
        low = base.low if isinstance(base, Enclosed) else base
        if exponent == Fraction(1, 2) and low >= 0:
            return self._number(libmpi.mpi_sqrt(self.ends(base), self.bits))
        if low > 0:
            try:
                return self._number(raised(self.ends(base), self.ends(exponent), self.bits))
            except Inexact as error:
                return NoFraction(str(error))
        return NoFraction(f"({base})**({exponent}) may not be real")

    def apply(self, function: str, x: Any) -> Any:
        if function == "sqrt":
            return self.power(x, Fraction(1, 2))
        if isinstance(x, NoFraction):
            return x
        if isinstance(x, Fraction):
            found = super().apply(function, x)
            if function not in _RULES or not isinstance(found, NoFraction):
                return found
        if function == "Abs":
            return self._number(libmpi.mpi_abs(self.ends(x), self.bits))
        if function in _RULES:
            return self._elementary(function, x)
        low, high = (Exact.apply(self, function, end) for end in (x.low, x.high))
        known = low == high and not (function == "sign" and _may_be_zero(x))
        return low if known else NoFraction(f"{function} of a number known to sixty digits")

    def _elementary(self, function: str, x: Number) -> Any:
        ends = self.ends(x)
        if function == "log" and mpf_cmp(ends[0], from_float(0.0)) <= 0:
            return NoFraction("log of what may not be positive")
        if function == "exp" and any(mpf_cmp(mpf_abs(e), from_float(1e6)) > 0 for e in ends):
            return NoFraction("exp of a number beyond 1000000")
        return self._number(outward(function, ends, self.bits))

    def largest(self, values: Sequence[Any]) -> Any:
        if not _spans(values):
            return super().largest(values)
        lows, highs = zip(*(fraction_ends(x) for x in values), strict=True)
        return self._between(max(lows), max(highs))

    def modulo(self, a: Any, b: Any) -> Any:
        if not _spans([a, b]):
            return super().modulo(a, b)
        whole = self.apply("floor", self.multiply([a], [b]))
        return self.subtract(a, self.multiply([b, whole]))

    def round_to(self, x: Any, format: Format) -> Any:
        if not _spans([x]):
            return super().round_to(x, format)
        low, high = (Exact.round_to(self, end, format) for end in (x.low, x.high))
        return low if low == high else NoFraction("the rounding of a number known to sixty digits")

    def pi(self) -> Any:
        return Enclosed(libmpi.mpi_pi(self.bits))

    def compare(self, a: Any, relation: str, b: Any) -> bool:
        if not _spans([a, b]):
            return super().compare(a, relation, b)
        (low, high), (below, above) = fraction_ends(a), fraction_ends(b)
        if high < below:
            return relation != "=="
        if above < low:
            return relation == "!="
        raise Inexact(f"whether {a} {relation} {b} is not known")

    def inverse_root(self, a: Array, p: Any) -> Array:
        """Of two by two by roots of roots: the root of A is (A + s I)/r, s**2 = det A."""
        diagonal = all(a[i, j] == 0 for i, j in np.ndindex(a.shape) if i != j)
        if diagonal or a.shape != (2, 2) or p not in (1, 2, 4, 8):
            return super().inverse_root(a, p)
        (x, y), (_, z) = a
        while p > 1:
            side = self.apply("sqrt", self.subtract(self.multiply([x, z]), self.multiply([y, y])))
            scale = self.apply("sqrt", self.add([x, z, side, side]))
            x, z = (self.multiply([self.add([e, side])], [scale]) for e in (x, z))
            y, p = self.multiply([y], [scale]), p / 2
        det = self.subtract(self.multiply([x, z]), self.multiply([y, y]))
        result = a.copy()
        for place, e in (((0, 0), z), ((1, 1), x), ((0, 1), self.negate(y))):
            result[place] = self.multiply([e], [det])
        result[1, 0] = result[0, 1]
        return result

    def size(self, x: Any) -> Any:
        return abs(x.low) if isinstance(x, Enclosed) else super().size(x)

    def _between(self, low: Fraction, high: Fraction) -> Number:
        return self._number((self.ends(low)[0], self.ends(high)[1])) if low != high else low


def differ(a: Number, b: Number) -> bool:
    """Whether two numbers differ for sure."""
    (low, high), (below, above) = fraction_ends(a), fraction_ends(b)
    return high < below or above < low


def _spans(values: Sequence[Any]) -> bool:
    """Whether spans occur among these, and nothing undefined."""
    return any(isinstance(x, Enclosed) for x in values) and not any(
        isinstance(x, NoFraction) for x in values
    )


def _may_be_zero(x: Number) -> bool:
    return x.low <= 0 <= x.high if isinstance(x, Enclosed) else x == 0


CERTAIN = Certain()

__all__ = [
    "CERTAIN",
    "Certain",
    "Enclosed",
    "Ends",
    "Number",
    "differ",
    "ends_of",
    "float_ends",
    "fraction_ends",
    "outward",
    "raised",
]
