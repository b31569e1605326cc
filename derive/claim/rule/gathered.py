"""Several steps of one system as one step of another: gradients gathered over parts of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr

from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Variable, t


def part(number: int) -> Expr:
    """The gradient that `left` hears in one of its steps."""
    return Variable(f"g_part{number}")[t]


@dataclass(frozen=True)
class Gathered:
    """Every `count` steps of `left` do what one step of `right` does.

    heard   what the gradient of `right` is, in the symbols `part(1)`, `part(2)`, … for those that
            `left` heard in its steps; all are asked at the point where `right` asks
    rest    states of `left` that `right` has not, after its step t: expressions in t, or None if
            they may be anything
    Sequences and hyperparameters of the same name are equal.
    """

    kind: ClassVar[str] = "gathering"

    left: Optimizer
    right: Optimizer
    count: int
    heard: Any
    rest: Mapping[str, Any] = field(default_factory=dict)


__all__ = ["Gathered", "part"]
