"""Arithmetics: what a field of numbers offers, whatever its numbers are.

A `Field` is an arithmetic on numbers of one kind, used one number at a time. Sums and products take
all their operands at once, because their order is not part of a declaration. `wide` is the
arithmetic of scalars and `enter` takes a scalar into an array: generated code computes scalars in
float64 and rounds them once to the arrays' type.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from optwright.derive.interpret.format import Format

Array = NDArray[Any]
"""An array of dtype object whose entries are numbers of a field."""


class Inexact(ArithmeticError):
    """A result that exact fractions cannot express, or that is undefined."""


class Ambiguous(ArithmeticError):
    """A decision that rounding could turn either way, where one way must be taken."""


def fraction(x: Any) -> Fraction | float:
    """A number of any usual type as an exact fraction; infinities and NaN as floats.

    Raises TypeError for a SymPy expression that is no number, and what `float` raises for the rest.
    """
    if isinstance(x, mpmath.mpf) and mpmath.isfinite(x):
        sign, mantissa, exponent, _ = x._mpf_
        return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)
    if isinstance(x, sympy.Rational):
        return Fraction(int(x.p), int(x.q))
    if isinstance(x, sympy.Expr):
        raise TypeError(f"{x} is no number: give a Fraction, an int, a float or a Decimal")
    if isinstance(x, np.integer):
        return Fraction(int(x))
    number = x if hasattr(x, "as_integer_ratio") else float(x)
    try:
        return Fraction(*number.as_integer_ratio())
    except (ValueError, OverflowError):
        return float(number)


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
        """One of sqrt, exp, log, cos, sin, tanh, floor, ceiling, Abs, sign."""

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
        return False if False in conditions else None if None in conditions else True

    def either(self, conditions: Sequence[Any]) -> Any:
        """The condition that one holds."""
        return True if True in conditions else None if None in conditions else False

    def invert(self, condition: Any) -> Any:
        """The condition that it does not hold."""
        return None if condition is None else not condition

    def known(self, condition: Any) -> bool | None:
        """Whether it holds; None if rounding could turn it either way."""
        return None if condition is None else bool(condition)

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

    def norm(self, entries: Sequence[Any], depth: int) -> Any:
        """The root of the sum of squares, in which no square is rounded more than `depth` times."""
        squares = self.add([self.multiply([x, x]) for x in entries], depth=depth)
        return self.multiply([self.apply("sqrt", squares)], slack=1)

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


__all__ = ["Ambiguous", "Array", "Field", "Inexact", "fraction", "relation_holds"]
