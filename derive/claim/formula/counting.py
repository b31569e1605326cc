"""Claims about positive integers: updates per epoch, sizes of batches, numbers kept by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Symbol

from optwright.derive.language.declaration import Optimizer

n = Symbol("n", integer=True, positive=True)
"""The number of parameters."""


@dataclass(frozen=True)
class Counting:
    """A relation between expressions in positive integers, with ceilings of quotients.

    where: relations that are assumed.
    """

    kind: ClassVar[str] = "counting"

    relation: Any
    where: Sequence[Any] = ()


@dataclass(frozen=True)
class Kept:
    """How many numbers a rule keeps from step to step, beside the parameters, is `total`.

    For one tensor of n parameters, histories full: an expression in n and in hyperparameters.
    """

    kind: ClassVar[str] = "counting"

    system: Optimizer
    total: Any


__all__ = ["Counting", "Kept", "n"]
