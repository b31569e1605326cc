"""Polynomials in one letter on an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr


@dataclass(frozen=True)
class OnInterval:
    """A polynomial relation in one letter holds on a closed interval, everywhere unless given.

    relation: <, <=, > or >= between polynomials in `letter` with rational coefficients.
    """

    kind: ClassVar[str] = "polynomial on an interval"

    relation: Any
    letter: Expr
    low: Any = None
    high: Any = None


__all__ = ["OnInterval"]
