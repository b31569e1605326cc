"""What a declaration says of itself: its defaults, its hyperparameters, what a step asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.system import check_systems
from optwright.derive.error import suggest
from optwright.derive.language.declaration import Optimizer, Schedule


@dataclass(frozen=True)
class Declared:
    """Plain facts of one declaration; what is None is not claimed.

    defaults  hyperparameters with their defaults, numbers or expressions in others
    hyper     the names of all hyperparameters, in any order
    oracles   the kinds of oracle that a step asks, in any order; a schedule asks none

    Raises ValueError for a default of what is no hyperparameter, and where nothing is claimed.
    """

    kind: ClassVar[str] = "declaration"

    system: Optimizer | Schedule
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hyper: Sequence[str] | None = None
    oracles: Sequence[str] | None = None

    def __post_init__(self) -> None:
        check_systems(self)
        if not self.defaults and self.hyper is None and self.oracles is None:
            raise ValueError(f"nothing is claimed of {self.system.id}: give defaults or names")
        known = [h.name for h in self.system.hyper]
        for name in self.defaults:
            if name not in known:
                raise ValueError(
                    f"{self.system.id} has no hyperparameter {name}{suggest(name, known)}"
                )


__all__ = ["Declared"]
