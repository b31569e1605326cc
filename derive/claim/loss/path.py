"""Runs of one rule on one given loss: at which step something first happens, and where they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.language.declaration import Optimizer


@dataclass(frozen=True)
class Path:
    """One run of a rule on one coordinate, all numbers given.

    slope: the gradient of the loss, an expression in POINT. begin: theta[0]. hyper: numbers for
    the hyperparameters that do not have their defaults. Losses that are sums over coordinates are
    meant too, since a rule that works entry by entry does not see the others.
    """

    system: Optimizer
    slope: Any
    begin: Any
    hyper: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FirstStep:
    """On a path a relation holds after step `step` for the first time, `least` steps at least.

    relation: in theta[t], as `Abs(theta[t]) > 1`. step: None claims that it never holds up to
    `limit` steps.
    """

    kind: ClassVar[str] = "first step"

    path: Path
    relation: Any
    step: int | None
    limit: int = 4000


@dataclass(frozen=True)
class Reaches:
    """A path makes a relation between theta[t] and numbers true at some step.

    Proved by the step; refuted, for all t, by an interval that the path cannot leave.
    """

    kind: ClassVar[str] = "path"

    path: Path
    relation: Any
    within: int = 300


@dataclass(frozen=True)
class Settles:
    """A path of a rule without memory converges to a point between `low` and `high`.

    Shown by an interval around the path that one step maps into itself and in which the step's
    derivative is less than one in size, so that it contracts to its only fixed point (Banach).
    """

    kind: ClassVar[str] = "path"

    path: Path
    low: Any
    high: Any
    within: int = 200


__all__ = ["FirstStep", "Path", "Reaches", "Settles"]
