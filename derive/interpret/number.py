"""Numbers to compute declarations with: exact, to fifty digits, or with the rounding of a format.

A `Field` is an arithmetic on numbers of one kind, used one number at a time:

    Exact          fractions; what is no fraction, or undefined, raises `Inexact` once it is needed
    Decimals       decimal floating point of many digits, with infinities and NaN; nothing raises
    Bounded        for each number its many-digit value and an interval that holds whatever a
                   straightforward evaluation in float32 or float64 may give, in any order of its
                   sums and products

Sums and products take all their operands at once, because their order is not part of a
declaration. `wide` is the arithmetic of scalars and `enter` takes a scalar into an array: generated
code computes scalars in float64 and rounds them once to the arrays' type.
"""

from __future__ import annotations

import ctypes
import decimal
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, wraps
from typing import Any, ClassVar

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

Array = NDArray[Any]


class Inexact(ArithmeticError):
    """A result that exact fractions cannot express, or that is undefined."""


class Ambiguous(ArithmeticError):
    """A decision that rounding could turn either way, where one way must be taken."""


# --- formats -------------------------------------------------------------------------------------


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
        if abs(x) >= 2 * self.largest:
            return math.copysign(math.inf, x)
        step = max(math.frexp(x)[1] - 1, self.emin) - self.precision + 1
        nearest = math.ldexp(round(math.ldexp(x, -step)), step)
        return nearest if abs(nearest) <= self.largest else math.copysign(math.inf, x)

    def round_fraction(self, x: Fraction) -> Fraction | float:
        """`round` of an exact number, in one rounding; ±inf beyond the largest."""
        if x == 0:
            return x
        size = abs(x)
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        exponent -= size < Fraction(2) ** exponent
        step = Fraction(2) ** (max(exponent, self.emin) - self.precision + 1)
        nearest = Fraction(round(x / step)) * step
        return nearest if abs(nearest) <= Fraction(self.largest) else math.copysign(math.inf, x)

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


def fraction(x: Any) -> Fraction | float:
    """A number of any usual type as an exact fraction; infinities and NaN as floats."""
    if isinstance(x, (Fraction, int)):
        return Fraction(x)
    if isinstance(x, Enclosure):
        return fraction(x.value)
    if isinstance(x, mpmath.mpf) and mpmath.isfinite(x):
        sign, mantissa, exponent, _ = x._mpf_
        return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)
    if isinstance(x, sympy.Rational):
        return Fraction(int(x.p), int(x.q))
    if isinstance(x, sympy.Expr):
        raise TypeError(f"{x} is no number: give a Fraction, an int, a float or a Decimal")
    if isinstance(x, (Decimal, np.integer)):
        return Fraction(int(x)) if isinstance(x, np.integer) else _finite(x)
    number = float(x)
    return Fraction(number) if math.isfinite(number) else number


def _finite(x: Decimal) -> Fraction | float:
    return Fraction(x) if x.is_finite() else float(x)


# --- fields --------------------------------------------------------------------------------------


class Field(ABC):
    """An arithmetic. Its numbers are opaque; only the field that made them computes with them."""

    name: str

    @property
    def wide(self) -> Field:
        """The arithmetic of scalars."""
        return self

    def enter(self, x: Any) -> Any:
        """A scalar, rounded on its way into an array."""
        return x

    def arithmetic(self) -> AbstractContextManager[Any]:
        """A context in which the operators of Python compute as the field does (for oracles)."""
        return nullcontext()

    @abstractmethod
    def number(self, x: Any) -> Any:
        """A number of any usual type; floats are taken exactly as the binary numbers they are."""

    @abstractmethod
    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        """The sum; `depth` bounds how often one term is rounded (None: any order of addition)."""

    @abstractmethod
    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        """The product of `over` divided by that of `under`; `slack` allows further roundings."""

    @abstractmethod
    def power(self, base: Any, exponent: Any) -> Any:
        """base**exponent; NaN (or Undefined) for a negative base unless the exponent is whole."""

    @abstractmethod
    def apply(self, function: str, x: Any) -> Any:
        """One of sqrt, exp, log, cos, floor, ceiling, Abs, sign."""

    @abstractmethod
    def largest(self, values: Sequence[Any]) -> Any:
        """The maximum; NaN if any of the values is, and -inf of none."""

    @abstractmethod
    def modulo(self, a: Any, b: Any) -> Any:
        """a - b*floor(a/b)."""

    @abstractmethod
    def round_to(self, x: Any, format: Format) -> Any:
        """The nearest number of a storage format, ties to even."""

    @abstractmethod
    def pi(self) -> Any:
        """The circle's number."""

    @abstractmethod
    def compare(self, a: Any, relation: str, b: Any) -> Any:
        """The condition a < b, a <= b, a == b or a != b; NaN is unequal to all and in no order."""

    @abstractmethod
    def nonfinite(self, x: Any) -> Any:
        """The condition that x is infinite or NaN."""

    def both(self, conditions: Sequence[Any]) -> Any:
        """The condition that all hold."""
        return all(conditions)

    def either(self, conditions: Sequence[Any]) -> Any:
        """The condition that one holds."""
        return any(conditions)

    def invert(self, condition: Any) -> Any:
        """The condition that it does not hold."""
        return not condition

    def known(self, condition: Any) -> bool | None:
        """Whether it holds; None if rounding could turn it either way."""
        return bool(condition)

    def truth(self, holds: bool) -> Any:
        """A condition that is decided."""
        return holds

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        """`a` where the condition holds, else `b`."""
        return a if condition else b

    def settle(self, x: Any) -> Any:
        """The number, now that it is needed: Inexact is raised where it is undefined."""
        return x

    def hull(self, a: Any, b: Any) -> Any:
        """One number that is computed in two ways: all that either may give."""
        return a

    def negate(self, x: Any) -> Any:
        """-x, which is never rounded."""
        return self.multiply([self.number(-1), x])

    def subtract(self, a: Any, b: Any) -> Any:
        """a - b."""
        return self.add([a, self.negate(b)])

    def smallest(self, values: Sequence[Any]) -> Any:
        """The minimum; NaN if any of the values is."""
        return self.negate(self.largest([self.negate(x) for x in values]))

    def inner(self, a: Sequence[Any], b: Sequence[Any]) -> Any:
        """The sum of the products of two sequences, in any order."""
        products = [self.multiply([x, y]) for x, y in zip(a, b, strict=True)]
        return self.add(products, depth=len(products))

    def solve(self, a: Array, b: Array) -> Array:
        """x with a @ x = b, by elimination with the largest pivot; b is a vector or a matrix."""
        rows = [[*a[i], *np.atleast_1d(b[i])] for i in range(len(a))]
        n = len(rows)
        for i in range(n):
            pivot = max(range(i, n), key=lambda k: self.size(rows[k][i]))
            rows[i], rows[pivot] = rows[pivot], rows[i]
            for k in range(i + 1, n):
                ratio = self.multiply([rows[k][i]], [rows[i][i]])
                rows[k] = [
                    self.subtract(x, self.multiply([ratio, y]))
                    for x, y in zip(rows[k], rows[i], strict=True)
                ]
        width = len(rows[0]) - n if n else 0
        x = np.empty((n, width), dtype=object)
        for i in reversed(range(n)):
            for c in range(width):
                known = [self.negate(self.multiply([rows[i][k], x[k, c]])) for k in range(i + 1, n)]
                x[i, c] = self.multiply([self.add([rows[i][n + c], *known])], [rows[i][i]])
        return x.reshape(b.shape)

    @abstractmethod
    def size(self, x: Any) -> Any:
        """The absolute value, as something that compares (-1 for NaN), to choose pivots by."""

    @abstractmethod
    def inverse_root(self, a: Array, p: Any) -> Array:
        """a**(-1/p) of a symmetric positive definite matrix."""


def relation_holds(a: Any, relation: str, b: Any) -> bool:
    """a < b, a <= b, a == b or a != b as Python decides it."""
    if relation == "<":
        return bool(a < b)
    if relation == "<=":
        return bool(a <= b)
    return bool(a == b) if relation == "==" else bool(a != b)


# --- exact ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undefined:
    """No fraction, and why: an arm of a choice may be so as long as it is not chosen."""

    reason: str


def _exactly(method: Callable[..., Any]) -> Callable[..., Any]:
    """`Inexact` becomes an `Undefined` result, and so does whatever is computed from one."""

    @wraps(method)
    def made(self: Exact, *operands: Any, **options: Any) -> Any:
        for x in operands:
            for entry in x if isinstance(x, (list, tuple)) else (x,):
                if isinstance(entry, Undefined):
                    return entry
        try:
            return method(self, *operands, **options)
        except Inexact as error:
            return Undefined(str(error))

    return made


class Exact(Field):
    """Fractions. Roots of perfect powers are taken; all else that is no fraction is `Undefined`."""

    name = "exact"

    def number(self, x: Any) -> Fraction:
        found = fraction(x)
        if isinstance(found, float):
            raise Inexact(f"{found} is no fraction")
        return found

    def settle(self, x: Any) -> Any:
        if isinstance(x, Undefined):
            raise Inexact(x.reason)
        return x

    @_exactly
    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        return sum(terms, Fraction(0))

    @_exactly
    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        divisor = math.prod(under, start=Fraction(1))
        if divisor == 0:
            raise Inexact("division by zero")
        return math.prod(over, start=Fraction(1)) / divisor

    @_exactly
    def power(self, base: Any, exponent: Any) -> Any:
        if base == 0 and exponent < 0:
            raise Inexact("division by zero")
        degree = exponent.denominator
        if base < 0 and degree != 1:
            raise Inexact(f"({base})**({exponent}) is not real")
        above, whole = (
            sympy.integer_nthroot(base.numerator, degree) if degree != 1 else (base.numerator, True)
        )
        below, exact = (
            sympy.integer_nthroot(base.denominator, degree)
            if degree != 1
            else (base.denominator, True)
        )
        if not (whole and exact):
            raise Inexact(f"({base})**({exponent}) is irrational")
        return Fraction(int(above), int(below)) ** int(exponent.numerator)

    @_exactly
    def apply(self, function: str, x: Any) -> Any:
        if function == "sqrt":
            return self.power(x, Fraction(1, 2))
        if function == "floor":
            return Fraction(math.floor(x))
        if function == "ceiling":
            return Fraction(math.ceil(x))
        if function == "Abs":
            return abs(x)
        if function == "sign":
            return Fraction((x > 0) - (x < 0))
        known = {"exp": (0, 1), "cos": (0, 1), "sin": (0, 0), "tanh": (0, 0), "log": (1, 0)}
        at, result = known[function]
        if x != at:
            raise Inexact(f"{function}({x}) is irrational or undefined")
        return Fraction(result)

    @_exactly
    def largest(self, values: Sequence[Any]) -> Any:
        if not values:
            raise Inexact("the largest of no numbers")
        return max(values)

    @_exactly
    def modulo(self, a: Any, b: Any) -> Any:
        if b == 0:
            raise Inexact("division by zero")
        return a % b

    @_exactly
    def round_to(self, x: Any, format: Format) -> Any:
        return self.number(format.round_fraction(x))

    def pi(self) -> Any:
        return Undefined("pi is irrational")

    def compare(self, a: Any, relation: str, b: Any) -> bool:
        return relation_holds(self.settle(a), relation, self.settle(b))

    def nonfinite(self, x: Any) -> bool:
        return False

    def size(self, x: Any) -> Any:
        return Fraction(-1) if isinstance(x, Undefined) else abs(x)

    def inverse_root(self, a: Array, p: Any) -> Array:
        result = a.copy()
        for i, j in np.ndindex(a.shape):
            if i == j:
                result[i, i] = self.power(a[i, i], self.multiply([self.number(-1)], [p]))
            elif a[i, j] != 0:
                result.fill(Undefined("an inverse root of a matrix that is not diagonal"))
                return result
        return result


# --- many digits ---------------------------------------------------------------------------------


class Decimals(Field):
    """Decimal floating point of so many digits, with infinities, NaN and the sign of zero."""

    def __init__(self, digits: int = 50) -> None:
        self.name = f"decimal{digits}"
        self.digits = digits
        self.context = self._context(digits)
        self._guard = self._context(digits + 15)

    @staticmethod
    def _context(digits: int) -> decimal.Context:
        return decimal.Context(
            prec=digits,
            rounding=decimal.ROUND_HALF_EVEN,
            Emin=decimal.MIN_EMIN,
            Emax=decimal.MAX_EMAX,
            traps=[],
        )

    def arithmetic(self) -> AbstractContextManager[Any]:
        return decimal.localcontext(self.context)

    def number(self, x: Any) -> Decimal:
        if isinstance(x, Decimal):
            return x
        if isinstance(x, np.floating):
            return Decimal(float(x))
        if isinstance(x, (int, float)):
            return Decimal(x)
        found = fraction(x)
        if isinstance(found, float):
            return Decimal(found)
        return self.context.divide(Decimal(found.numerator), Decimal(found.denominator))

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        total = terms[0] if terms else Decimal(0)
        for term in terms[1:]:
            total = self.context.add(total, term)
        return total

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        result = over[0] if over else Decimal(1)
        for factor in over[1:]:
            result = self.context.multiply(result, factor)
        for factor in under:
            result = self.context.divide(result, factor)
        return result

    def power(self, base: Any, exponent: Any) -> Any:
        if isinstance(exponent, Fraction):
            exponent = self._guard.divide(
                Decimal(exponent.numerator), Decimal(exponent.denominator)
            )
        if exponent == 0:
            return Decimal(1)
        return self.context.plus(self._guard.power(base, exponent))

    def apply(self, function: str, x: Any) -> Any:
        context = self.context
        if function == "sqrt":
            return context.sqrt(x)
        if function == "exp":
            return context.exp(x)
        if function == "log":
            return context.ln(x)
        if function == "Abs":
            return x.copy_abs()
        if function == "sign":
            return x if x.is_nan() or x.is_zero() else Decimal(1).copy_sign(x)
        if function == "tanh" and x.is_infinite():
            return Decimal(1).copy_sign(x)
        if function in ("cos", "sin", "tanh"):
            return self._by_mpmath(function, x)
        rounding = {"floor": decimal.ROUND_FLOOR, "ceiling": decimal.ROUND_CEILING}[function]
        return x.to_integral_value(rounding=rounding)

    def _by_mpmath(self, function: str, x: Decimal) -> Decimal:
        if not x.is_finite():
            return Decimal("NaN")
        if function == "tanh" and x.adjusted() > 3:  # 1 to all digits
            return Decimal(1).copy_sign(x)
        with mpmath.workdps(self.digits + 10 + max(0, x.adjusted())):
            found = getattr(mpmath, function)(mpmath.mpf(str(x)))
            return Decimal(mpmath.nstr(found, self.digits))

    def largest(self, values: Sequence[Any]) -> Any:
        for x in values:
            if x.is_nan():
                return x
        return max(values, default=Decimal("-Infinity"))

    def negate(self, x: Any) -> Any:
        return x.copy_negate()

    def modulo(self, a: Any, b: Any) -> Any:
        rest = self.context.remainder(a, b)
        if rest.is_nan() or rest.is_zero() or rest.is_signed() == b.is_signed():
            return rest
        return self.context.add(rest, b)

    def round_to(self, x: Any, format: Format) -> Any:
        return self.number(format.round_fraction(Fraction(x))) if x.is_finite() else x

    def pi(self) -> Any:
        with mpmath.workdps(self.digits + 5):
            return self.context.create_decimal(mpmath.nstr(+mpmath.pi, self.digits + 3))

    def compare(self, a: Any, relation: str, b: Any) -> bool:
        if a.is_nan() or b.is_nan():
            return relation == "!="
        return relation_holds(a, relation, b)

    def nonfinite(self, x: Any) -> bool:
        return not x.is_finite()

    def size(self, x: Any) -> Any:
        return Decimal(-1) if x.is_nan() else x.copy_abs()

    def inverse_root(self, a: Array, p: Any) -> Array:
        n = len(a)
        result = np.empty((n, n), dtype=object)
        if any(not x.is_finite() for x in a.flat):
            result.fill(Decimal("NaN"))
            return result
        with mpmath.workdps(self.digits + 15):
            matrix = mpmath.matrix(n, n)
            for i in range(n):
                for j in range(n):
                    matrix[i, j] = (mpmath.mpf(str(a[i, j])) + mpmath.mpf(str(a[j, i]))) / 2
            eigenvalues, vectors = mpmath.eigsy(matrix)
            definite = all(value > 0 for value in eigenvalues)
            powers = (
                [value ** (-1 / mpmath.mpf(str(p))) for value in eigenvalues] if definite else []
            )
            for i in range(n):
                for j in range(n):
                    entry = (
                        mpmath.fsum(vectors[i, k] * powers[k] * vectors[j, k] for k in range(n))
                        if definite
                        else mpmath.nan
                    )
                    result[i, j] = Decimal(mpmath.nstr(entry, self.digits))
        return result


# --- rounding of a format ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """What floating-point arithmetic may give: numbers from low to high, and NaN if `nan`.

    Empty (low > high) if it can only be NaN.
    """

    low: float
    high: float
    nan: bool = False

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

    def hull(self, other: Interval) -> Interval:
        """The least interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high), self.nan or other.nan)


NAN = Interval(math.inf, -math.inf, True)
ANYTHING = Interval(-math.inf, math.inf, True)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A number in `Bounded` arithmetic: its many-digit value, and what a format may make of it."""

    value: Decimal
    range: Interval

    def __contains__(self, computed: float) -> bool:
        """Whether a floating-point result is one that the analysis allows."""
        computed = float(computed)
        if math.isnan(computed):
            return self.range.nan
        return self.range.low <= computed <= self.range.high

    @property
    def error(self) -> float:
        """A bound on the absolute error; infinite if the result may be infinite or NaN."""
        r = self.range
        if r.nan or r.empty or r.unbounded or not self.value.is_finite():
            return math.inf
        return max(float(self.value - Decimal(r.low)), float(Decimal(r.high) - self.value), 0.0) * (
            1 + 1e-15
        )

    @property
    def ambiguous(self) -> bool:
        """Whether the result may be infinite or NaN without being so for sure."""
        return (
            not self.range.empty
            and (self.range.nan or self.range.unbounded)
            and not self.range.point
        )

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a condition holds of the many-digit values, and of the computed (None: unsure)."""

    holds: bool
    sure: bool | None


class Bounded(Field):
    """Running error analysis for float32 or float64, by intervals whose ends are rounded alike.

    A rounded operation is monotone in its operands, so the ends of an interval, computed in the
    format itself, enclose every result; subnormal numbers, overflow and NaN come out as they do in
    the format. Sums and products of up to five operands are enclosed over every order of
    evaluation, subset by subset; longer ones by the sum of magnitudes (Higham 2002, section 4.2).
    Elementary functions are allowed `ulps` units in the last place.
    """

    ORDERS: ClassVar[int] = 5

    def __init__(self, format: str = "float64", digits: int = 50, scalars: bool = False) -> None:
        self.format = FORMATS[format]
        self.name = f"bounded {format}"
        self.exact = Decimals(digits)
        # The C library's functions on scalars are better than vectorized ones on arrays.
        self.ulps = 2 if scalars else 4
        self._wide: Bounded = self if scalars else Bounded("float64", digits, scalars=True)

    @property
    def wide(self) -> Field:
        return self._wide

    def enter(self, x: Enclosure) -> Enclosure:
        return Enclosure(x.value, self._round(x.range))

    def _round(self, r: Interval) -> Interval:
        return Interval(self.format.round(r.low), self.format.round(r.high), r.nan)

    def number(self, x: Any) -> Enclosure:
        if isinstance(x, Enclosure):
            return x
        value = self.exact.number(x)
        if value.is_nan():
            return Enclosure(value, NAN)
        nearest = self.format.round(float(value))
        return Enclosure(value, Interval(nearest, nearest))

    # Intervals: one rounded operation each.

    def _sum(self, a: Interval, b: Interval) -> Interval:
        low, high = self.format.round(a.low + b.low), self.format.round(a.high + b.high)
        opposed = (a.low == -math.inf and b.high == math.inf) or (
            a.high == math.inf and b.low == -math.inf
        )
        # inf - inf at an end: NaN there, and the infinity that is certain everywhere else.
        low = math.inf if math.isnan(low) else low
        high = -math.inf if math.isnan(high) else high
        return NAN if a.empty or b.empty else Interval(low, high, a.nan or b.nan or opposed)

    def _product(self, a: Interval, b: Interval) -> Interval:
        if a.empty or b.empty:
            return NAN
        undefined = (a.zero and b.unbounded) or (b.zero and a.unbounded)
        if undefined and a.low == a.high and b.low == b.high:
            return NAN
        ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        ends = [self.format.round(0.0 if math.isnan(e) else e) for e in ends]
        return Interval(min(ends), max(ends), a.nan or b.nan or undefined)

    def _quotient(self, a: Interval, b: Interval) -> Interval:
        if a.empty or b.empty:
            return NAN
        undefined = (a.zero and b.zero) or (a.unbounded and b.unbounded)
        if undefined and a.low == a.high and b.low == b.high:
            return NAN
        nan = a.nan or b.nan or undefined
        if b.zero:
            # The sign of a zero is not followed, so neither is that of the infinity.
            return Interval(-math.inf, math.inf, nan)
        ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
        ends = [self.format.round(e) for e in ends if not math.isnan(e)]
        if undefined:
            ends += [
                0.0,
                math.copysign(math.inf, a.low) * math.copysign(1, b.low),
                math.copysign(math.inf, a.high) * math.copysign(1, b.high),
            ]
        return Interval(min(ends), max(ends), nan)

    def _over_orders(
        self,
        parts: Sequence[Any],
        combine: Callable[[Any, Any], Any],
        join: Callable[[Any, Any], Any],
    ) -> Any:
        """The hull of combining the parts in every order, found subset by subset."""
        best: dict[int, Any] = {1 << i: part for i, part in enumerate(parts)}
        full = (1 << len(parts)) - 1
        for subset in range(1, full + 1):
            if subset in best:
                continue
            found = None
            part = (subset - 1) & subset
            while part:
                rest = subset ^ part
                if part > rest:
                    made = combine(best[part], best[rest])
                    found = made if found is None else join(found, made)
                part = (part - 1) & subset
            best[subset] = found
        return best[full]

    def _long_sum(self, ranges: Sequence[Interval], depth: int) -> Interval:
        """A sum in which no term is rounded more than `depth` times."""
        if any(r.empty for r in ranges):
            return NAN
        if not ranges:
            return Interval(0.0, 0.0)
        lows, highs = [r.low for r in ranges], [r.high for r in ranges]
        if math.inf in lows and -math.inf in highs:
            return NAN
        up, down = _fsum([x for x in highs if x > 0]), _fsum([-x for x in lows if x < 0])
        whole = all(r.point and r.low.is_integer() for r in ranges)
        if whole and up + down <= 1 / self.format.unit:
            return Interval(sum(lows), sum(lows))  # every partial sum is a number of the format
        growth = depth * self.format.unit
        growth = growth / (1 - growth) * (1 + 1e-9)
        error = growth * (up + down)
        # No partial sum exceeds the sum of magnitudes of one sign.
        limit = self.format.largest / (1 + growth)
        above, below = up > limit, down > limit
        low = -math.inf if below else _down(_fsum(lows) - error)
        high = math.inf if above else _up(_fsum(highs) + error)
        low = math.inf if math.inf in lows else max(low, 0.0) if min(lows) >= 0 else low
        high = -math.inf if -math.inf in highs else min(high, 0.0) if max(highs) <= 0 else high
        return Interval(low, high, any(r.nan for r in ranges) or (above and below))

    # Numbers.

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Enclosure:
        value = self.exact.add([x.value for x in terms])
        ranges = [x.range for x in terms if not (x.range.point and x.range.low == 0)]
        if not ranges:
            return Enclosure(value, Interval(0.0, 0.0))
        if len(ranges) == 1:
            return Enclosure(value, ranges[0])
        if depth is None and len(ranges) <= self.ORDERS:
            return Enclosure(value, self._over_orders(ranges, self._sum, Interval.hull))
        return Enclosure(value, self._long_sum(ranges, len(ranges) - 1 if depth is None else depth))

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Enclosure:
        value = self.exact.multiply([x.value for x in over], [x.value for x in under])
        negative = False
        parts: list[tuple[Interval, bool]] = []
        for x, below in [(x, False) for x in over] + [(x, True) for x in under]:
            if x.range.point and abs(x.range.low) == 1:
                negative ^= x.range.low < 0
            else:
                parts.append((x.range, below))
        if all(below for _, below in parts):
            parts.insert(0, (Interval(1.0, 1.0), False))
        if len(parts) <= self.ORDERS:
            found = self._over_orders(parts, self._factors, _hull_factors)[0]
        else:
            found = self._long_product(parts)
        if negative:
            found = Interval(-found.high, -found.low, found.nan)
        return Enclosure(value, self._widen(found, slack) if slack and not found.empty else found)

    def _factors(self, a: tuple[Interval, bool], b: tuple[Interval, bool]) -> tuple[Interval, bool]:
        """Two factors, each with whether it stands below the line, made one."""
        (x, x_below), (y, y_below) = a, b
        if x_below == y_below:
            return self._product(x, y), x_below
        return (self._quotient(y, x) if x_below else self._quotient(x, y)), False

    def _long_product(self, parts: Sequence[tuple[Interval, bool]]) -> Interval:
        """Many factors: from left to right, if no order can leave the range, else anything."""
        logs: list[float] = []
        for r, below in parts:
            if r.empty:
                return NAN
            if r.nan or r.zero or r.unbounded:
                return ANYTHING
            ends = [math.log2(abs(r.low)), math.log2(abs(r.high))]
            logs += [
                max((-e if below else e) for e in ends),
                min((-e if below else e) for e in ends),
            ]
        if (
            sum(e for e in logs if e > 0) > self.format.emax - 1
            or sum(e for e in logs if e < 0) < self.format.emin + 1
        ):
            return ANYTHING
        found = parts[0]
        for part in parts[1:]:
            found = self._factors(found, part)
        return self._widen(found[0], 2 * len(parts))

    def _widen(self, r: Interval, ulps: int) -> Interval:
        """The interval with its ends moved outwards; never across zero."""
        if r.empty:
            return r
        low = self.format.round(r.low)
        high = self.format.round(r.high)
        low = low if math.isinf(low) else low - ulps * self.format.spacing(low)
        high = high if math.isinf(high) else high + ulps * self.format.spacing(high)
        # What ends beyond the largest number by so few units may also end below it.
        if low == math.inf and r.low <= self.format.largest * (1 + 2 * ulps * self.format.unit):
            low = self.format.largest
        if high == -math.inf and -r.high <= self.format.largest * (1 + 2 * ulps * self.format.unit):
            high = -self.format.largest
        low = max(low, 0.0) if r.low >= 0 else low
        high = min(high, 0.0) if r.high <= 0 else high
        return Interval(self.format.round(low), self.format.round(high), r.nan)

    def _monotone(
        self, x: Enclosure, function: Callable[[float], float], value: Decimal, ulps: int
    ) -> Enclosure:
        r = x.range
        if r.empty:
            return Enclosure(value, NAN)
        ends = sorted((function(r.low), function(r.high)))
        return Enclosure(value, self._widen(Interval(ends[0], ends[1], r.nan), ulps))

    def power(self, base: Any, exponent: Any) -> Enclosure:
        if isinstance(exponent, Fraction):
            e = Enclosure(self.exact.number(exponent), Interval(float(exponent), float(exponent)))
            value = self.exact.power(base.value, exponent)
        else:
            e = exponent
            value = self.exact.power(base.value, e.value)
        r = base.range
        if r.empty or e.range.empty:
            return Enclosure(value, NAN)
        whole = e.range.point and e.range.low.is_integer()
        if r.low < 0 and whole and r.low == r.high and math.isfinite(e.range.low):
            ends = [_power(r.low, e.range.low)]
        elif r.low < 0 or (r.low == 0 and e.range.low < 0):
            return Enclosure(value, ANYTHING)
        else:
            ends = [_power(x, y) for x in (r.low, r.high) for y in (e.range.low, e.range.high)]
        nan = r.nan or e.range.nan
        ulps = 0 if r.point and r.low in (0, 1) else self.ulps
        return Enclosure(value, self._widen(Interval(min(ends), max(ends), nan), ulps))

    def apply(self, function: str, x: Any) -> Enclosure:
        value, r = self.exact.apply(function, x.value), x.range
        if r.empty:
            return Enclosure(value, NAN)
        if function in ("sqrt", "log"):
            if r.high < 0:
                return Enclosure(value, NAN)
            kept = Interval(max(r.low, 0.0), r.high, r.nan or r.low < 0)
            inside = Enclosure(x.value, kept)
            if function == "sqrt":
                return Enclosure(
                    value,
                    self._round(Interval(math.sqrt(kept.low), math.sqrt(kept.high), kept.nan)),
                )
            return self._monotone(inside, _log, value, self.ulps)
        if function == "exp":
            return self._monotone(x, _exp, value, self.ulps)
        if function == "floor":
            return self._monotone(x, _whole(math.floor), value, 0)
        if function == "ceiling":
            return self._monotone(x, _whole(math.ceil), value, 0)
        if function == "sign":
            return self._monotone(x, lambda y: float((y > 0) - (y < 0)), value, 0)
        if function == "tanh":
            bent = self._monotone(x, math.tanh, value, self.ulps)
            r = bent.range
            return Enclosure(value, Interval(max(r.low, -1.0), min(r.high, 1.0), r.nan))
        if function == "Abs":
            sizes = (abs(r.low), abs(r.high))
            return Enclosure(value, Interval(0.0 if r.zero else min(sizes), max(sizes), r.nan))
        if r.unbounded:
            return Enclosure(value, NAN if r.low == r.high else Interval(-1.0, 1.0, True))
        wave = math.cos if function == "cos" else math.sin
        centre, reach = wave(r.low / 2 + r.high / 2), (r.high / 2 - r.low / 2) * (1 + 1e-15)
        spread = reach + self.ulps * self.format.spacing(1.0)
        return Enclosure(
            value, Interval(max(centre - spread, -1.0), min(centre + spread, 1.0), r.nan)
        )

    def largest(self, values: Sequence[Any]) -> Enclosure:
        value = self.exact.largest([x.value for x in values])
        if any(x.range.empty for x in values):
            return Enclosure(value, NAN)
        if not values:
            return Enclosure(value, Interval(-math.inf, -math.inf))
        nan = any(x.range.nan for x in values)
        return Enclosure(
            value,
            Interval(max(x.range.low for x in values), max(x.range.high for x in values), nan),
        )

    def negate(self, x: Enclosure) -> Enclosure:
        return Enclosure(x.value.copy_negate(), Interval(-x.range.high, -x.range.low, x.range.nan))

    def modulo(self, a: Any, b: Any) -> Enclosure:
        value, x, y = self.exact.modulo(a.value, b.value), a.range, b.range
        if x.empty or y.empty:
            return Enclosure(value, NAN)
        if x.point and y.point and y.low != 0 and not x.unbounded:
            rest = self.format.round(x.low % y.low)
            return Enclosure(value, Interval(rest, rest))
        if y.low <= 0 or x.nan or y.nan or x.unbounded:
            return Enclosure(value, ANYTHING)
        return Enclosure(value, Interval(0.0, y.high))

    def round_to(self, x: Any, format: Format) -> Enclosure:
        value = self.exact.round_to(x.value, format)
        return Enclosure(
            value, Interval(format.round(x.range.low), format.round(x.range.high), x.range.nan)
        )

    def pi(self) -> Enclosure:
        return Enclosure(self.exact.pi(), Interval(math.pi, math.pi))

    def compare(self, a: Any, relation: str, b: Any) -> Condition:
        holds = self.exact.compare(a.value, relation, b.value)
        return Condition(holds, self._sure(a.range, relation, b.range))

    @staticmethod
    def _sure(a: Interval, relation: str, b: Interval) -> bool | None:
        if a.empty or b.empty:
            return relation == "!="
        if relation in ("==", "!="):
            if a.point and b.point and a.low == b.low:
                return relation == "=="
            apart = a.high < b.low or b.high < a.low
            return (relation == "!=") if apart else None
        below = a.high < b.low if relation == "<" else a.high <= b.low
        above = a.low >= b.high if relation == "<" else a.low > b.high
        return False if above else True if below and not (a.nan or b.nan) else None

    def nonfinite(self, x: Any) -> Condition:
        r = x.range
        sure = None if x.ambiguous else r.empty or r.unbounded
        return Condition(not x.value.is_finite(), sure)

    def both(self, conditions: Sequence[Any]) -> Condition:
        sures = [c.sure for c in conditions]
        sure = False if False in sures else None if None in sures else True
        return Condition(all(c.holds for c in conditions), sure)

    def either(self, conditions: Sequence[Any]) -> Condition:
        return self.invert(self.both([self.invert(c) for c in conditions]))

    def invert(self, condition: Any) -> Condition:
        return Condition(
            not condition.holds, None if condition.sure is None else not condition.sure
        )

    def known(self, condition: Any) -> bool | None:
        return condition.sure  # type: ignore[no-any-return]

    def truth(self, holds: bool) -> Condition:
        return Condition(holds, holds)

    def select(self, condition: Any, a: Any, b: Any) -> Enclosure:
        value = a.value if condition.holds else b.value
        if condition.sure is None:
            return Enclosure(value, a.range.hull(b.range))
        return Enclosure(value, a.range if condition.sure else b.range)

    def hull(self, a: Any, b: Any) -> Enclosure:
        return Enclosure(a.value, a.range.hull(b.range))

    def inner(self, a: Sequence[Any], b: Sequence[Any]) -> Enclosure:
        products = [self.multiply([x, y]) for x, y in zip(a, b, strict=True)]
        value = self.exact.add([x.value for x in products])
        # Further roundings, as a fused multiply-add does not round the product.
        total = self._long_sum([x.range for x in products], len(products) + 2)
        return Enclosure(value, self._widen(total, 0 if total.point else len(products)))

    def size(self, x: Any) -> Any:
        return self.exact.size(x.value)

    # Whole matrices: a perturbation bound around the many-digit result, of first order, doubled.

    def solve(self, a: Array, b: Array) -> Array:
        n, values = len(a), _values(a)
        x = self.exact.solve(values, _values(b))
        eye = np.array(
            [[Decimal(int(i == j)) for j in range(n)] for i in range(n)], dtype=object
        ).reshape(n, n)
        inverse = abs(self.exact.solve(values, eye).astype(float))
        columns = abs(x.astype(float)).reshape(n, -1)
        with np.errstate(all="ignore"):
            backward = 8 * n * n * self.format.unit * abs(values.astype(float)).max(initial=0.0)
            moved = (_errors(a) + backward) @ columns + _errors(b).reshape(n, -1)
            return _around(x, 2 * (inverse @ moved).reshape(b.shape), self)

    def inverse_root(self, a: Array, p: Any) -> Array:
        values = _values(a)
        order = p.value if isinstance(p, Enclosure) else self.exact.number(p)
        x = self.exact.inverse_root(values, order)
        n, exponent = len(a), 1 / float(order)
        numbers, moved = values.astype(float), float(np.linalg.norm(_errors(a)))
        spread = math.inf
        if n and np.isfinite(numbers).all() and math.isfinite(moved):
            # Frobenius norms: the derivative of x**-exponent is largest at the least eigenvalue.
            roundoff = 32 * n * self.format.unit
            moved += roundoff * float(np.linalg.norm(numbers))
            least = float(np.linalg.eigvalsh(numbers).min())
            if least > 2 * moved:
                spread = exponent * (least - moved) ** (-exponent - 1) * moved
                spread = 2 * (spread + roundoff * float(np.linalg.norm(x.astype(float))))
        return _around(x, np.full(a.shape, spread), self)


def _hull_factors(a: tuple[Interval, bool], b: tuple[Interval, bool]) -> tuple[Interval, bool]:
    return a[0].hull(b[0]), a[1]


def _values(a: Array) -> Array:
    result = np.empty(a.shape, dtype=object)
    for index in np.ndindex(a.shape):
        x: Any = a[index]
        result[index] = x.value
    return result


def _errors(a: Array) -> Array:
    return np.array([x.error for x in a.flat], dtype=float).reshape(a.shape)


def _around(x: Array, error: Array, field: Bounded) -> Array:
    result = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        value: Any = x[index]
        e = float(error[index])
        centre = float(value)
        if math.isfinite(centre) and math.isfinite(e):
            e += field.format.spacing(centre)
            result[index] = Enclosure(
                value, field._round(Interval(_down(centre - e), _up(centre + e)))
            )
        else:
            result[index] = Enclosure(value, ANYTHING)
    return result


def _fsum(numbers: Sequence[float]) -> float:
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


def _down(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _up(x: float) -> float:
    return math.nextafter(x, math.inf)


def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        return math.inf


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x)) if math.isfinite(x) else x


EXACT = Exact()
DECIMAL50 = Decimals(50)


@cache
def bounded(format: str) -> Bounded:
    """The error analysis of a format by its name, "float32" or "float64"."""
    if format not in ("float32", "float64"):
        raise ValueError(
            f"format {format!r} is not 'float32' or 'float64', the types that are computed in"
        )
    return Bounded(format)
