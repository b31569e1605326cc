"""Orders of smallness: errors of difference quotients, and how far two rules end apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr, sympify

from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper


@dataclass(frozen=True)
class DifferenceQuotient:
    """The difference quotient sum_i weight_i*f(x + offset_i*h) / h**derivative.

    weights: rational weights by rational offset. It is meant for the derivative of that order.
    """

    weights: Mapping[Any, Any]
    derivative: int = 1

    def __post_init__(self) -> None:
        for x in (number for pair in self.weights.items() for number in pair):
            if not sympify(x).is_Rational:
                raise ValueError(f"{x} is no rational number: give exact weights and offsets")

    def __str__(self) -> str:
        terms = " + ".join(f"({w})*f(x + ({a})*h)" for a, w in self.weights.items())
        return f"[{terms}]/h**{self.derivative}"


@dataclass(frozen=True)
class DifferenceError:
    """The error of a difference quotient is c*f^(d + order)(x)*h**order + O(h**(order + 1)).

    coefficient: c, which is not 0; None claims that the error is O(h**order), or smaller.
    """

    kind: ClassVar[str] = "order"

    quotient: DifferenceQuotient
    order: int
    coefficient: Any = None


@dataclass(frozen=True)
class AtLeastAsClose:
    """The error of `first` is at most that of `second`, for every smooth function and every h.

    Both errors are linear in the derivatives of f, which are free: so this holds if and only if
    one error is a multiple of the other, by a factor of at most 1 in size.
    """

    kind: ClassVar[str] = "order"

    first: DifferenceQuotient
    second: DifferenceQuotient


@dataclass(frozen=True)
class Vanishes:
    """A quotient of polynomials is O(symbol**order) as the symbol tends to 0.

    where: relations that are assumed of other symbols; parameters: those with ranges of their own.
    """

    kind: ClassVar[str] = "order"

    expr: Any
    symbol: Expr
    order: int
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()


@dataclass(frozen=True)
class Steps:
    """So many steps of a rule, with hyperparameters as expressions (their own symbols unless)."""

    system: Optimizer
    count: int
    hyper: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AgreeToOrder:
    """From any start, for every smooth loss, two rules end O(symbol**order) apart.

    The scope of the verdict says whether that is shown for losses of one parameter only.

    symbol: the hyperparameter that tends to 0. The gradient is its Taylor polynomial of degree
    order - 1 around the start. As both rules move by O(symbol) whatever the gradients are, which
    is shown, the rest of it is O(symbol**order) and moves them by O(symbol**(order + 1)).
    """

    kind: ClassVar[str] = "order"

    left: Steps
    right: Steps
    symbol: Expr
    order: int


__all__ = [
    "AgreeToOrder",
    "AtLeastAsClose",
    "DifferenceError",
    "DifferenceQuotient",
    "Steps",
    "Vanishes",
]
