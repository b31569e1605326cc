"""Limits of expressions, and of whole trajectories as a hyperparameter tends to a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr

from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, Parameter


@dataclass(frozen=True)
class Limit:
    """An expression tends to `value` as `symbol` tends to `to` (0+, 1- or infinity)."""

    kind: ClassVar[str] = "limit"

    expr: Any
    symbol: Any
    to: Any
    value: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()


@dataclass(frozen=True)
class FamilyLimit:
    """The trajectories of `left` tend to those of `right` as a hyperparameter tends to a value.

    In the coordinates of `right` (`state`: its state after step t from that of `left`; `inverse`:
    back again) one step of `left` has the step of `right` as its limit, and the states after
    `start` steps have it too. For finitely many steps, and oracles that are continuous, the
    trajectories then converge: limits of continuous steps compose.

    hyper    hyperparameters of `right` from those of `left`
    replaced hyperparameters of `left` replaced by expressions (lr/sqrt(t))
    invariants  relations on the state of `right` after a step, proved before they are used
    """

    kind: ClassVar[str] = "limit"

    left: Optimizer
    right: Optimizer
    symbol: Parameter
    to: Any
    state: Mapping[str, Any] = field(default_factory=dict)
    inverse: Mapping[str, Any] = field(default_factory=dict)
    hyper: Mapping[str, Any] = field(default_factory=dict)
    replaced: Mapping[str, Any] = field(default_factory=dict)
    start: int = 0
    invariants: Sequence[Any] = ()
    assume: Sequence[Any] = ()


__all__ = ["FamilyLimit", "Limit"]
