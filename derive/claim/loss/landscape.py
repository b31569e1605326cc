"""What a polynomial loss is like at a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sympy import Expr

What = Literal["stationary", "minimum", "strict minimum", "maximum", "strict maximum", "saddle"]
"""Kinds of points; minima and maxima are local, a saddle is a stationary point that is neither."""


@dataclass(frozen=True)
class CriticalPoint:
    """A loss has at a point what is claimed.

    loss: a polynomial with rational coefficients in the symbols of `at`, which maps each to a
    rational number.
    """

    kind: ClassVar[str] = "critical point"

    loss: Any
    at: Mapping[Expr, Any]
    what: What


@dataclass(frozen=True)
class MixedPartials:
    """The second partial derivatives f_xy and f_yx at a point, by their definition as limits.

    loss: a quotient of polynomials in the two symbols of `at`; value: what it is at that point,
    where the quotient need not be defined. values: f_xy (first along x, then along y) and f_yx;
    None claims that they are equal.
    """

    kind: ClassVar[str] = "mixed partials"

    loss: Any
    at: Mapping[Expr, Any]
    value: Any = None
    values: tuple[Any, Any] | None = None


__all__ = ["CriticalPoint", "MixedPartials", "What"]
