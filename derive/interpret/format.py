"""Binary floating-point formats: what is stored in them, and how numbers are rounded to them."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: bits of the significand, least and largest exponent."""

    name: str
    precision: int
    emin: int
    emax: int

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return math.ldexp(2 - 2.0 ** (1 - self.precision), self.emax)

    @property
    def smallest(self) -> float:
        """The smallest positive number that has all bits of the significand."""
        return math.ldexp(1.0, self.emin)

    @property
    def unit(self) -> float:
        """Half the distance from 1 to the next number: the largest relative rounding error."""
        return 2.0**-self.precision

    def round(self, x: float) -> float:
        """The nearest number of the format, ties to even; beyond the largest, infinity."""
        if self.precision == 53:
            return x
        if self.precision == 24:
            return ctypes.c_float(x).value
        if x == 0 or not math.isfinite(x):
            return x
        return float(self.round_fraction(Fraction(x)))

    def round_fraction(self, x: Fraction) -> Fraction | float:
        """`round` of an exact number, in one rounding; ±inf beyond the largest."""
        if x == 0:
            return x
        size = abs(x)
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        exponent -= size < Fraction(2) ** exponent
        step = Fraction(2) ** (max(exponent, self.emin) - self.precision + 1)
        nearest = Fraction(round(x / step)) * step
        if abs(nearest) <= Fraction(self.largest):
            return nearest
        return math.inf if x > 0 else -math.inf

    def spacing(self, x: float) -> float:
        """The distance to the next number of the format at x."""
        exponent = math.frexp(x)[1] - 1 if x and math.isfinite(x) else self.emin
        return math.ldexp(1.0, max(exponent, self.emin) - self.precision + 1)


FORMATS = {
    f.name: f
    for f in (
        Format("bfloat16", 8, -126, 127),
        Format("float16", 11, -14, 15),
        Format("float32", 24, -126, 127),
        Format("float64", 53, -1022, 1023),
    )
}
"""The formats by name."""

__all__ = ["FORMATS", "Format"]
