"""What linear rules do on quadratics: stability, rates, optimal parameters, oscillation.

What the claims share:
hyper       hyperparameters as rational functions of other parameters; those not named stay as they
            are, in their ranges
parameters  further parameters, or other ranges for known ones
where       relations that are assumed
low, high   the least and the largest curvature; low = 0 is left out
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, Parameter

Direction = Literal["iff", "if", "only if"]
Bound = Literal["<", "<=", "max", "="]
curvature = Parameter("curvature", "(0, inf)", meaning="the curvature of the loss")
"""An eigenvalue of the Hessian."""
minimiser = Parameter("minimiser", "(-inf, inf)", meaning="where the loss is least")
mu = Parameter("mu", "(0, inf)", meaning="the least curvature")
L = Parameter("L", "(0, inf)", meaning="the largest curvature")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} {value!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True)
class Stable:
    """A linear rule has spectral radius < 1 for all curvatures exactly if some relations hold.

    when: relations between parameters, all of them. sense: "iff", or one direction only.
    The other fields are those of all claims on quadratics.
    """

    kind: ClassVar[str] = "stability"

    system: Optimizer
    when: Sequence[Any]
    sense: Direction = "iff"
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()
    low: Any = 0
    high: Any = L

    def __post_init__(self) -> None:
        _one_of("sense", self.sense, ("iff", "if", "only if"))


@dataclass(frozen=True)
class Oscillates:
    """A linear rule of two states has roots that are not real exactly if some relations hold.

    Then its states on the quadratic turn round the minimiser in a spiral. at: the curvature. when:
    relations between parameters, all of them. sense: "iff", or one direction only.
    The other fields are those of all claims on quadratics.
    """

    kind: ClassVar[str] = "oscillation"

    system: Optimizer
    when: Sequence[Any]
    sense: Direction = "iff"
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()
    at: Any = L

    def __post_init__(self) -> None:
        _one_of("sense", self.sense, ("iff", "if", "only if"))


@dataclass(frozen=True)
class Rate:
    """The spectral radius of a linear rule compared with a radius, over an interval of curvatures.

    radius: a rational function of parameters, positive. relation: "<" and "<=" for every
    curvature, "max" if the largest over all curvatures is the radius, "=" if each is.
    The other fields are those of all claims on quadratics.
    """

    kind: ClassVar[str] = "rate"

    system: Optimizer
    hyper: Mapping[str, Any]
    radius: Any
    relation: Bound = "max"
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()
    low: Any = mu
    high: Any = L

    def __post_init__(self) -> None:
        _one_of("relation", self.relation, ("<", "<=", "max", "="))


@dataclass(frozen=True)
class Optimal:
    """Some hyperparameters minimise the largest spectral radius over an interval of curvatures.

    hyper: the hyperparameters that are free, with their optimal values; radius: what is reached.
    No real numbers in their place give less. fixed: other hyperparameters.
    Proved by `Rate` and a certificate of Farkas: Jury's conditions for a smaller radius, at both
    ends, have a combination with non-negative weights that is zero, so not all of them can hold.
    """

    kind: ClassVar[str] = "optimal parameters"

    system: Optimizer
    hyper: Mapping[str, Any]
    radius: Any
    fixed: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()
    low: Any = mu
    high: Any = L


@dataclass(frozen=True)
class FixedPoint:
    """The point that a linear rule leaves as it is, on the loss curvature/2*(x - minimiser)**2.

    Where the rule is stable it converges to it.
    """

    kind: ClassVar[str] = "fixed point"

    system: Optimizer
    point: Any
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[Hyper] = ()
    where: Sequence[Any] = ()


__all__ = [
    "FixedPoint",
    "L",
    "Optimal",
    "Oscillates",
    "Rate",
    "Stable",
    "curvature",
    "minimiser",
    "mu",
]
