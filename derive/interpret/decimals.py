"""Decimal floating point of many digits: what float64 is measured against."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from optwright.derive.interpret.field import Array, Field, fraction, relation_holds
from optwright.derive.interpret.format import Format


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
        if isinstance(x, (int, float, np.floating)):
            return Decimal(x if isinstance(x, int) else float(x))
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
        # Twice the digits: a number of so many digits may be as near as that to a multiple of pi.
        with mpmath.workdps(2 * self.digits + 10 + max(0, x.adjusted())):
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
        if a.is_finite() and b.is_finite() and b:
            return self.number(Fraction(a) % Fraction(b))
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


DECIMAL50 = Decimals(50)

__all__ = ["DECIMAL50", "Decimals"]
