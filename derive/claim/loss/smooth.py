"""What a step does to every smooth loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.loss.quadratic import L, mu
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper


@dataclass(frozen=True)
class Descent:
    """A step lowers every L-smooth loss f by at least decrease*|g|**2.

    From f(y) <= f(x) + g.(y - x) + L/2*|y - x|**2 for a gradient that is L-Lipschitz (Nesterov
    2004, lemma 1.2.3). On L/2*x**2 that is an equation, so that a larger decrease is refuted there.
    """

    kind: ClassVar[str] = "descent"

    system: Optimizer
    decrease: Any
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()


@dataclass(frozen=True)
class Contraction:
    """A step brings the point nearer to the minimiser: |x+ - x*| <= factor*|x - x*|.

    For every L-smooth mu-strongly convex loss, from (g - mu*d).(L*d - g) >= 0 with d = x - x*
    (Nesterov 2004, theorem 2.1.12). weight: the multiplier of this inequality in the proof; the
    rest has to be a non-negative quadratic form of d and g.
    """

    kind: ClassVar[str] = "contraction"

    system: Optimizer
    factor: Any
    weight: Any
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = (mu < L,)


@dataclass(frozen=True)
class Trajectory:
    """The first points of a rule on curvature/2*x**2, exactly.

    hyper: all hyperparameters, or those that are not at their default. path: theta after 1, 2, …
    steps from `start`.
    """

    kind: ClassVar[str] = "trajectory"

    system: Optimizer
    path: Sequence[Any]
    hyper: Mapping[str, Any] = field(default_factory=dict)
    curvature: Any = 1
    start: Any = 1


__all__ = ["Contraction", "Descent", "Trajectory"]
