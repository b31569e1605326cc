"""Relations that hold in every step, and single steps from a given state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.problem import Objective
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, t

RUN_STEPS = 4
"""How many steps of an exact run are looked at unless said."""


@dataclass(frozen=True)
class Always:
    """Relations that hold in every step.

    relations   claimed of each step: in values at t (assigned ones too) and at t - 1, the
                hyperparameters, t, and the answers `g[t]`, `g_2[t]`, … in order of asking
    invariants  relations on the state after step t, proved by induction and then used
    varying     the hyperparameters that change with t
    parameters  further symbols with ranges
    assume      relations on hyperparameters, parameters and answers that are assumed of every step
    given       relations assumed only of the step that the relations are claimed of, also on the
                state before it; the equation of an answer with a number is its definition
    answer      answers fixed by kind of oracle, as expressions in parameters
                (a constant gradient), in POINT (the gradient of a given loss) and in t
    begin       theta[0], any unless given
    moments     claims about means over independent gradients: the mean of g[t]**k by k; every
                state in the relations must then be affine in states and these powers
    first       the relations are claimed of the steps from `first` to `last` only; without
                `last` the steps before `first` are unrolled, and the induction starts after them
    steps       how many steps of an exact run to look at for a violation, 4 unless said
    problems    exact problems on which to look for a violation first
    hyper       exact hyperparameters to look for a violation with, before others
    """

    kind: ClassVar[str] = "invariant"

    system: Optimizer
    relations: Sequence[Any]
    invariants: Sequence[Any] = ()
    varying: Sequence[str] = ()
    parameters: Sequence[Hyper] = ()
    assume: Sequence[Any] = ()
    given: Sequence[Any] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    begin: Any = None
    moments: Mapping[int, Any] = field(default_factory=dict)
    first: int = 1
    last: int | None = None
    problems: Sequence[Objective] = ()
    hyper: Sequence[Mapping[str, Any]] = ()
    steps: int = RUN_STEPS

    def __post_init__(self) -> None:
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise ValueError(f"there is no step from {self.first} to {self.last}: 1 is the first")


@dataclass(frozen=True)
class StepFrom:
    """One step from a given state leads to a given state, on one coordinate.

    state, to: the states before and after the step by name, in hyperparameters and other symbols.
    answer: what the oracles say, by kind, as expressions in POINT. where: relations that are
    assumed. parameters: further symbols with their ranges.
    clock: the number of the step, any unless given.
    """

    kind: ClassVar[str] = "step"

    system: Optimizer
    state: Mapping[str, Any]
    to: Mapping[str, Any]
    answer: Mapping[str, Any]
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()
    clock: Any = t


__all__ = ["Always", "StepFrom"]
