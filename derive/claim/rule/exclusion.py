"""That no hyperparameters whatever make one system follow another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr

from optwright.derive.claim.problem import Objective
from optwright.derive.language.declaration import Optimizer


@dataclass(frozen=True)
class Impossible:
    """No constant values of some hyperparameters of `right` make it follow `left`.

    hyper     the hyperparameters of `left`, and of `right` those that are not unknown: exact
    unknown   hyperparameters of `right` for which any real number is allowed
    problems  exact problems; on all of them the runs would have to agree
    observe   the states that would have to agree, as (name in `right`, name in `left`)

    Proved when the equations of the runs have no common solution (a Gröbner basis is 1), which a
    few numbers settle for all maps to constants at these hyperparameters of `left`.
    """

    kind: ClassVar[str] = "impossibility"

    left: Optimizer
    right: Optimizer
    hyper: Mapping[str, Any]
    unknown: Sequence[str]
    problems: Sequence[Objective]
    steps: int = 3
    start: Any = 1
    observe: Sequence[tuple[str, str]] = field(default=(("theta", "theta"),))


@dataclass(frozen=True)
class NoMap:
    """No constant hyperparameters of `right`, inside their ranges, make it follow `left`.

    Shown at certain numbers for the hyperparameters of `left`, hence of every map from all of
    them. The runs start at the same theta and hear the same losses; theta would have to agree.
    kept: hyperparameters of `right` that are said, as expressions in those of `left`; of no other
    values of these is anything shown.
    """

    kind: ClassVar[str] = "no map"

    left: Optimizer
    right: Optimizer
    kept: Mapping[str, Expr] = field(default_factory=dict)


__all__ = ["Impossible", "NoMap"]
