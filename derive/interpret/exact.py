"""Fractions: the arithmetic in which nothing is rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import Any

import numpy as np
import sympy

from optwright.derive.interpret.field import Array, Field, Inexact, fraction, relation_holds
from optwright.derive.interpret.format import Format


@dataclass(frozen=True)
class NoFraction:
    """No fraction, and why: an arm of a choice may be so as long as it is not chosen."""

    reason: str


def _exactly(method: Callable[..., Any]) -> Callable[..., Any]:
    """`Inexact` becomes an `NoFraction` result, and so does whatever is computed from one."""

    @wraps(method)
    def made(self: Exact, *operands: Any, **options: Any) -> Any:
        for x in operands:
            for entry in x if isinstance(x, (list, tuple)) else (x,):
                if isinstance(entry, NoFraction):
                    return entry
        try:
            return method(self, *operands, **options)
        except Inexact as error:
            return NoFraction(str(error))

    return made


class Exact(Field):
    """Fractions. Roots of perfect powers are taken; all else is `NoFraction`."""

    name = "exact"

    def number(self, x: Any) -> Fraction:
        found = fraction(x)
        if isinstance(found, float):
            raise Inexact(f"{found} is no fraction")
        return found

    def settle(self, x: Any) -> Any:
        if isinstance(x, NoFraction):
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
        return NoFraction("pi is irrational")

    def compare(self, a: Any, relation: str, b: Any) -> bool:
        return relation_holds(self.settle(a), relation, self.settle(b))

    def nonfinite(self, x: Any) -> bool:
        return False

    def size(self, x: Any) -> Any:
        return Fraction(-1) if isinstance(x, NoFraction) else abs(x)

    def inverse_root(self, a: Array, p: Any) -> Array:
        result = a.copy()
        for i, j in np.ndindex(a.shape):
            if i == j:
                result[i, i] = self.power(a[i, i], self.multiply([self.number(-1)], [p]))
            elif a[i, j] != 0:
                result.fill(NoFraction("an inverse root of a matrix that is not diagonal"))
                return result
        return result


EXACT = Exact()

__all__ = ["EXACT", "Exact", "NoFraction"]
