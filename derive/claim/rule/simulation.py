"""That one system does what another does, under a map of states, and when it does only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.problem import POINT, Objective
from optwright.derive.claim.system import check_systems
from optwright.derive.error import suggest
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper


@dataclass(frozen=True)
class Simulation:
    """A claim that `right` does what `left` does, under the maps given.

    hyper       hyperparameters of `right` as expressions in those of `left` (and t); those of the
                same name are equal unless said
    state       the state of `right` after step t (theta among it) from the state of `left` after
                step t, its hyperparameters, those at t + 1 (`Variable("lr")[t + 1]`), and t;
                sequences of the same name are equal unless said
    observe     pairs (of `right`, of `left`) that agree after every step; unless given, theta of
                `right` and what the state map says of it
    point       where `left` must have asked when `right` asks at x: an expression in POINT, the
                point of `right`
    answer      what `right` hears, by kind of oracle: an expression in ANSWER, what `left` heard
    varying     the hyperparameters of `left` that change with t; the others are constant
    parameters  further symbols with ranges (the factor of a scaling group)
    invariants  relations on the state of `left` after a step, proved before they are used
    assume      relations on hyperparameters, parameters and answers that are assumed
    start       the relation holds after so many steps, which are unrolled; unless given, 0 or 1
    shift       the step t of `left` is step t + shift of `right`, whose first steps, with the
                hyperparameters of step 1 of `left`, do the same whatever they hear
    begin       theta[0] of `right`, if it is not what the state map says of the initial state
    problems    exact problems on which to look for a difference first
    """

    kind: ClassVar[str] = "simulation"

    left: Optimizer
    right: Optimizer
    hyper: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    observe: Sequence[tuple[Any, Any]] = ()
    point: Any = POINT
    answer: Mapping[str, Any] = field(default_factory=dict)
    varying: Sequence[str] = ()
    parameters: Sequence[Hyper] = ()
    invariants: Sequence[Any] = ()
    assume: Sequence[Any] = ()
    start: int | None = None
    shift: int = 0
    begin: Any = None
    problems: Sequence[Objective] = ()

    def __post_init__(self) -> None:
        check_systems(self)
        known = {h.name for h in self.right.hyper}
        for name in self.hyper:
            if name not in known:
                raise ValueError(
                    f"{self.right.id} has no hyperparameter {name}{suggest(name, known)}"
                )
        mine = {h.name for h in self.left.hyper}
        for name in self.varying:
            if name not in mine:
                raise ValueError(
                    f"{self.left.id} has no hyperparameter {name}{suggest(name, mine)}"
                )
        for name in sorted(known - set(self.hyper) - mine):
            raise ValueError(
                f"hyperparameter {name} of {self.right.id} needs a value in terms of {self.left.id}"
            )
        kept = {"theta", *(s.name for s in self.right.state)}
        for name in self.state:
            if name not in kept:
                raise ValueError(f"{self.right.id} keeps no state {name}{suggest(name, kept)}")
        for name in sorted(kept - set(self.state) - {"theta", *(s.name for s in self.left.state)}):
            raise ValueError(
                f"state {name} of {self.right.id} needs a map from the state of {self.left.id}"
            )


@dataclass(frozen=True)
class OnlyIf:
    """A simulation that fails, holds if one symbol has a certain value, and only then.

    If `symbol` (a parameter, or a member such as `Variable("lr")[t - 1]`) is `value`, every
    obligation of the step holds. If it is not, then the first that fails does so in every step in
    which the relations of `where` hold (velocities that are not zero, …).
    """

    kind: ClassVar[str] = "condition"

    claim: Simulation
    symbol: Any
    value: Any
    where: Sequence[Any] = ()


__all__ = ["OnlyIf", "Simulation"]
