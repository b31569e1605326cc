"""Relations between numbers and powers b**t that hold in every step t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from optwright.derive.language.symbol import t


@dataclass(frozen=True)
class EveryStep:
    """A relation in t that holds from step `first` on: for ever, or to step `last`.

    until: the last step to be evaluated before powers become letters; at least `first`.
    Raises ValueError for a relation that has no sides, with symbols other than t, or of no step.
    """

    kind: ClassVar[str] = "every step"

    relation: Any
    until: int = 1
    first: int = 1
    last: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.relation, sympy.core.relational.Relational):
            raise ValueError(f"{self.relation} is no relation in t")
        for s in sorted(self.relation.free_symbols - {t}, key=str):
            raise ValueError(f"{s} is no number: put one in its place, only t is left open")
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise ValueError(f"there is no step from {self.first} to {self.last}: 1 is the first")


__all__ = ["EveryStep"]
