"""Signs that are assumed of expressions, one region for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sympy import Basic, Expr
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne

from optwright.derive.proof.algebra.domain import NEGATIVE, POSITIVE, ZERO

NONNEGATIVE, NONPOSITIVE = POSITIVE | ZERO, NEGATIVE | ZERO


class Sign(NamedTuple):
    """An expression with the mask of signs it may have: one assumption of a region.

    origin: the expression as assumed, where an equality has been substituted in ``expr`` since.
    given: follows from the domain, so is not worth telling.  put: an atom and the value that was
    put for it from here on, where it follows from ``expr = 0``.
    """

    expr: Expr
    mask: int
    origin: Expr | None = None
    given: bool = False
    put: tuple[Expr, Expr] | None = None

    @property
    def text(self) -> str:
        return relation(self.expr if self.origin is None else self.origin, self.mask)

    @property
    def fact(self) -> Basic:
        """The assumption as a SymPy relational."""
        expr = self.expr if self.origin is None else self.origin
        return next(kind for kind, mask in MASKS.items() if mask == self.mask)(expr, 0)


MASKS = {
    Gt: POSITIVE,
    Ge: NONNEGATIVE,
    Lt: NEGATIVE,
    Le: NONPOSITIVE,
    Eq: ZERO,
    Ne: POSITIVE | NEGATIVE,
}


_SYMBOLS = {
    POSITIVE: ">",
    NONNEGATIVE: ">=",
    NEGATIVE: "<",
    NONPOSITIVE: "<=",
    ZERO: "=",
    POSITIVE | NEGATIVE: "!=",
}


class Split(Exception):
    """The sign of an expression must be known: it is to be assumed, once for each mask."""

    def __init__(self, expr: Expr, masks: Iterable[int]):
        super().__init__(str(expr))
        self.expr = expr
        self.masks = tuple(masks)


class Infeasible(Exception):
    """The assumptions of a region contradict each other."""


def relation(expr: Expr, mask: int) -> str:
    """An assumption as text: ``relation(x - y, POSITIVE)`` is ``"x - y > 0"``."""
    return f"{expr} {_SYMBOLS.get(mask, '?')} 0"


def flipped(mask: int) -> int:
    """The signs of the negative."""
    return (
        (mask & ZERO) | (NEGATIVE if mask & POSITIVE else 0) | (POSITIVE if mask & NEGATIVE else 0)
    )


def squared(mask: int) -> int:
    """The signs of the square."""
    return (mask & ZERO) | (POSITIVE if mask & (POSITIVE | NEGATIVE) else 0)


def single(mask: int) -> bool:
    """Whether one sign only is possible."""
    return mask in (NEGATIVE, ZERO, POSITIVE)


__all__ = ["MASKS", "Infeasible", "Sign", "Split", "flipped", "relation", "single", "squared"]
