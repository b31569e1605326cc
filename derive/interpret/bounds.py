"""Ranges of floating-point numbers, and one rounded operation of a format on them at a time.

A rounded operation is monotone in its operands, so the ends of a range, computed in the format
itself, enclose every result; subnormal numbers, overflow and NaN come out as they do in the format.
Functions that are not rounded correctly are computed by outward-rounded intervals, and then moved
outwards by the units in the last place that they are allowed to be wrong by.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from mpmath.libmp import fone, from_float, libmpi

from optwright.derive.interpret.field import relation_holds
from optwright.derive.interpret.format import Format
from optwright.derive.interpret.interval import Ends, float_ends, outward, raised

_BITS = 80
"""Bits of elementary functions, well beyond a float's."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What floating-point arithmetic may give: numbers from low to high, and NaN if `nan`.

    Empty (low > high) if it can only be NaN.
    """

    low: float
    high: float
    nan: bool = False

    def __contains__(self, x: float) -> bool:
        return self.nan if math.isnan(x) else self.low <= x <= self.high

    @property
    def empty(self) -> bool:
        return self.low > self.high

    @property
    def point(self) -> bool:
        """One number for sure."""
        return self.low == self.high and not self.nan

    @property
    def zero(self) -> bool:
        """Whether zero is among the numbers."""
        return self.low <= 0 <= self.high

    @property
    def unbounded(self) -> bool:
        """Whether an infinity is among the numbers."""
        return not self.empty and (math.isinf(self.low) or math.isinf(self.high))

    @property
    def magnitudes(self) -> tuple[float, float]:
        """The least and the largest absolute value."""
        sizes = abs(self.low), abs(self.high)
        return 0.0 if self.zero else min(sizes), max(sizes)

    def hull(self, other: Bounds) -> Bounds:
        """The least range that holds both."""
        return Bounds(min(self.low, other.low), max(self.high, other.high), self.nan or other.nan)

    def within(self, other: Bounds) -> bool:
        """Whether all of it is in the other."""
        inside = self.empty or (other.low <= self.low and self.high <= other.high)
        return inside and (other.nan or not self.nan)

    def negated(self) -> Bounds:
        """The numbers with the other sign."""
        return Bounds(-self.high, -self.low, self.nan)

    def related(self, relation: str, other: Bounds) -> bool | None:
        """Whether <, <=, == or != holds between the two for sure; None if both may be."""
        if self.empty or other.empty:
            return relation == "!="
        if relation in ("==", "!="):
            if self.point and other.point and self.low == other.low:
                return relation == "=="
            apart = self.high < other.low or other.high < self.low
            return (relation == "!=") if apart else None
        if not relation_holds(self.low, relation, other.high):
            return False
        certain = relation_holds(self.high, relation, other.low) and not (self.nan or other.nan)
        return True if certain else None


NAN = Bounds(math.inf, -math.inf, True)
ANYTHING = Bounds(-math.inf, math.inf, True)


def around(function: str, r: Bounds) -> Bounds:
    """Floats around all values of exp, log, cos, sin or tanh of a range, NaN where there is none.

    It is an enclosure of the exact values: nothing is allowed for a wrong evaluation.
    """
    if r.empty:
        return NAN
    low, high, nan = r.low, r.high, r.nan
    if function == "log":
        if high < 0:
            return NAN
        nan, low = nan or low < 0, max(low, 0.0)
    if function in ("cos", "sin") and r.unbounded:
        return NAN if low == high else Bounds(-1.0, 1.0, True)
    if function in ("cos", "sin"):
        return Bounds(
            *float_ends(outward(function, (from_float(low), from_float(high)), _BITS)), nan
        )
    return Bounds(_end(function, low)[0], _end(function, high)[1], nan)


def _end(function: str, x: float) -> tuple[float, float]:
    """Floats around an increasing function at one number."""
    if math.isinf(x) or (function == "exp" and abs(x) > 800) or (function == "log" and x == 0):
        limits = {"exp": (0.0, math.inf), "log": (-math.inf, math.inf), "tanh": (-1.0, 1.0)}
        limit = limits[function][x > 0]
        if math.isinf(x) or function == "log":
            return limit, limit
        return (0.0, math.ulp(0.0)) if x < 0 else (math.inf, math.inf)
    end = from_float(x)
    return float_ends(outward(function, (end, end), _BITS))


def _corner(x: float, y: float) -> tuple[float, float]:
    """Floats around x**y for x >= 0; where that is a limit, what C99 says of it."""
    if x in (0, 1, math.inf) or y == 0 or math.isinf(y):
        limit = math.inf if x == 0 and y < 0 else math.pow(x, y)
        return limit, limit
    reach = y * math.log(x)
    if abs(reach) > 800:
        return (math.inf, math.inf) if reach > 0 else (0.0, math.ulp(0.0))
    base, exponent = from_float(x), from_float(y)
    return float_ends(raised((base, base), (exponent, exponent), _BITS))


def powers(r: Bounds, e: Bounds) -> Bounds:
    """Floats around all powers of two ranges, as C99 defines `pow` where it is a limit."""
    nan = r.nan or e.nan
    if r.empty or e.empty:
        if e.point and e.low == 0:
            return Bounds(1.0, 1.0)
        return Bounds(1.0, 1.0, True) if e.zero or (e.empty and 1 in r) else NAN
    if r.zero and e.low < 0:
        return ANYTHING  # the sign of a zero is not followed, so neither is that of the infinity
    if r.low < 0:
        found = _powers_below_zero(r, e)
    else:
        corners = [_corner(x, y) for x in {r.low, r.high} for y in {e.low, e.high}]
        found = Bounds(min(low for low, _ in corners), max(high for _, high in corners))
    if nan and (e.zero or 1 in r):
        found = found.hull(Bounds(1.0, 1.0))  # 1**NaN and NaN**0 are 1
    return Bounds(found.low, found.high, nan or found.nan)


def _powers_below_zero(r: Bounds, e: Bounds) -> Bounds:
    """Powers of a range with negative numbers: real for whole exponents only."""
    parts = [powers(Bounds(max(r.low, 0.0), r.high), e)] if r.high >= 0 else []
    if e.point and e.low.is_integer():
        mirrored = powers(Bounds(max(-r.high, 0.0), -r.low), e)
        parts.append(mirrored.negated() if e.low % 2 == 1 else mirrored)
    elif e.unbounded or math.floor(e.high) >= math.ceil(e.low):
        return ANYTHING  # the exponent may be whole, or may not
    else:
        parts += [NAN, *([powers(Bounds(math.inf, math.inf), e)] if r.low == -math.inf else [])]
    return reduce(Bounds.hull, parts)


@dataclass(frozen=True)
class Rounded:
    """Operations on ranges, one at a time, each rounded to a format."""

    format: Format

    def round(self, r: Bounds) -> Bounds:
        """The range, rounded once."""
        return Bounds(self.format.round(r.low), self.format.round(r.high), r.nan)

    def add(self, a: Bounds, b: Bounds) -> Bounds:
        """A sum of two."""
        low, high = self.format.round(a.low + b.low), self.format.round(a.high + b.high)
        opposed = (a.low == -math.inf and b.high == math.inf) or (
            a.high == math.inf and b.low == -math.inf
        )
        # inf - inf at an end: NaN there, and the infinity that is certain everywhere else.
        low = math.inf if math.isnan(low) else low
        high = -math.inf if math.isnan(high) else high
        return NAN if a.empty or b.empty else Bounds(low, high, a.nan or b.nan or opposed)

    def multiply(self, a: Bounds, b: Bounds) -> Bounds:
        """A product of two."""
        if a.empty or b.empty:
            return NAN
        undefined = (a.zero and b.unbounded) or (b.zero and a.unbounded)
        if undefined and a.low == a.high and b.low == b.high:
            return NAN
        ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        ends = [self.format.round(0.0 if math.isnan(e) else e) for e in ends]
        return Bounds(min(ends), max(ends), a.nan or b.nan or undefined)

    def divide(self, a: Bounds, b: Bounds) -> Bounds:
        """A quotient of two."""
        if a.empty or b.empty:
            return NAN
        undefined = (a.zero and b.zero) or (a.unbounded and b.unbounded)
        if undefined and a.low == a.high and b.low == b.high:
            return NAN
        nan = a.nan or b.nan or undefined
        if b.zero:
            # The sign of a zero is not followed, so neither is that of the infinity.
            return Bounds(-math.inf, math.inf, nan)
        ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
        ends = [self.format.round(e) for e in ends if not math.isnan(e)]
        if undefined:
            ends += [
                0.0,
                math.copysign(math.inf, a.low) * math.copysign(1, b.low),
                math.copysign(math.inf, a.high) * math.copysign(1, b.high),
            ]
        return Bounds(min(ends), max(ends), nan)

    def modulo(self, a: Bounds, b: Bounds) -> Bounds:
        """a - b*floor(a/b), whose one rounding is the last."""
        if a.empty or b.empty:
            return NAN
        if b.high < 0:
            return self.modulo(a.negated(), b.negated()).negated()
        if b.low <= 0 or a.nan or b.nan or a.unbounded or b.unbounded:
            return NAN if b.point and b.low == 0 else ANYTHING
        if b.point and Fraction(a.low) // Fraction(b.low) == Fraction(a.high) // Fraction(b.low):
            return self.round(Bounds(a.low % b.low, a.high % b.low))
        return Bounds(0.0, b.high)

    def exact_product(self, over: Sequence[Bounds], under: Sequence[Bounds]) -> Bounds:
        """The exact product of some finite ranges, divided by others without zero, rounded once."""
        ends: Ends = (fone, fone)
        for r in over:
            ends = libmpi.mpi_mul(ends, (from_float(r.low), from_float(r.high)), _BITS)
        for r in under:
            ends = libmpi.mpi_div(ends, (from_float(r.low), from_float(r.high)), _BITS)
        low, high = float_ends(ends)
        return self.round(Bounds(low, high, any(r.nan for r in (*over, *under))))

    def widen(self, r: Bounds, ulps: int) -> Bounds:
        """The range with its ends moved outwards; never across zero."""
        if r.empty:
            return r
        low = self.format.round(r.low)
        high = self.format.round(r.high)
        low = low if math.isinf(low) else low - ulps * self._step(low, ulps)
        high = high if math.isinf(high) else high + ulps * self._step(high, -ulps)
        # What ends beyond the largest number by so few units may also end below it.
        largest = self.format.largest
        if low == math.inf and r.low <= largest * (1 + 2 * ulps * self.format.unit):
            low = largest
        if high == -math.inf and -r.high <= largest * (1 + 2 * ulps * self.format.unit):
            high = -largest
        low = max(low, 0.0) if r.low >= 0 else low
        high = min(high, 0.0) if r.high <= 0 else high
        return Bounds(self.format.round(low), self.format.round(high), r.nan)

    def _step(self, end: float, inward: int) -> float:
        """The largest unit in the last place at an end, or so few units inside of it."""
        unit = self.format.spacing(end)
        return max(unit, self.format.spacing(end + 2 * inward * unit))


def increasing(r: Bounds, function: Callable[[float], float]) -> Bounds:
    """An increasing function that no format rounds, such as floor."""
    return NAN if r.empty else Bounds(function(r.low), function(r.high), r.nan)


__all__ = ["ANYTHING", "NAN", "Bounds", "Rounded", "around", "increasing", "powers"]
