"""Symmetries: groups of coordinate changes under which a rule computes the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sympy
from sympy import sympify

from optwright.derive.error import suggest
from optwright.derive.language.declaration import Optimizer

Form = Any
"""What becomes of a value in the other coordinates."""


@dataclass(frozen=True)
class Index:
    """One side of an array: the space that is turned, and how.

    part: 0 for an orthogonal matrix Q; 1 for M and -1 for M inverse transposed; under changes of
    sign 1 for what changes with its coordinate and 0 for what does not.
    """

    space: str
    part: int = 0


class Group:
    """Changes of coordinates.

    sides: 2 if it turns the rows and the columns of matrices, 1 if it takes entries as one vector.
    """

    sides: int = 1

    @property
    def name(self) -> str:
        """What it is called."""
        raise NotImplementedError

    @property
    def change(self) -> str:
        """What becomes of parameters and loss, as a formula."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scalings(Group):
    """theta' = c**theta theta and a loss c**loss as large, for every c > 0."""

    loss: Any = 0
    theta: Any = 0

    @property
    def name(self) -> str:
        return "scalings of " + " and ".join(
            what for what, power in (("the loss", self.loss), ("theta", self.theta)) if power
        )

    @property
    def change(self) -> str:
        said = (("loss", self.loss), ("theta", self.theta))
        return ", ".join(
            f"{what}' = {sympy.Symbol('c') ** sympify(power)}*{what}"
            for what, power in said
            if power
        )


@dataclass(frozen=True)
class Translations(Group):
    """theta' = theta + c, for every vector c."""

    @property
    def name(self) -> str:
        return "shifts of theta"

    @property
    def change(self) -> str:
        return "theta' = theta + c"


@dataclass(frozen=True)
class SignChanges(Group):
    """theta' = D theta, for every diagonal D of ones and minus ones."""

    @property
    def name(self) -> str:
        return "changes of sign of entries"

    @property
    def change(self) -> str:
        return "theta' = D theta, D diagonal of 1 and -1"


@dataclass(frozen=True)
class Permutations(Group):
    """theta' = P theta, or P theta R' on matrices (sides = 2), for permutations P and R."""

    sides: int = 1

    @property
    def name(self) -> str:
        return "permutations of " + ("entries" if self.sides == 1 else "rows and of columns")

    @property
    def change(self) -> str:
        return "theta' = P theta" if self.sides == 1 else "theta' = P theta R'"


@dataclass(frozen=True)
class Rotations(Group):
    """theta' = Q theta, or Q theta R' on matrices (sides = 2), for orthogonal Q and R."""

    sides: int = 1

    @property
    def name(self) -> str:
        return "rotations" + ("" if self.sides == 1 else " of rows and of columns")

    @property
    def change(self) -> str:
        return (
            "theta' = Q theta, Q'Q = I"
            if self.sides == 1
            else ("theta' = Q theta R', Q'Q = I, R'R = I")
        )


@dataclass(frozen=True)
class LinearMaps(Group):
    """theta' = M theta, for every invertible M; gradients become inv(M)' g."""

    @property
    def name(self) -> str:
        return "linear maps of theta"

    @property
    def change(self) -> str:
        return "theta' = M theta, M invertible"


@dataclass(frozen=True)
class AffineMaps(Group):
    """theta' = M theta + c: linear maps and shifts, which make up all of them."""

    @property
    def name(self) -> str:
        return "affine maps of theta"

    @property
    def change(self) -> str:
        return "theta' = M theta + c, M invertible"


@dataclass(frozen=True)
class Symmetry:
    """The claim that a rule computes the same in all coordinates of a group.

    hyper   exponents of the factor c by which hyperparameters change with scalings, by name; the
            others stay as they are
    given   the truth of conditions that cases depend on, as `MatrixIdentity` has it: where they
            hold in both
    start   forms that states are assumed to have before the step, as tuples of `Index`
    runs    exact material to refute with first: rows with any of theta, slopes, hyper
    shape   of the tensor in exact runs, if not two entries (or two by two for rules on matrices)
    """

    kind: ClassVar[str] = "symmetry"

    system: Optimizer
    group: Group
    hyper: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[Any, bool] = field(default_factory=dict)
    start: Mapping[str, Form] = field(default_factory=dict)
    runs: Sequence[Mapping[str, Any]] = ()
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        known = {h.name for h in self.system.hyper}
        for name in self.hyper:
            if name not in known:
                raise ValueError(
                    f"{self.system.id} has no hyperparameter {name}{suggest(name, known)}"
                )
            if not isinstance(self.group, Scalings):
                raise ValueError(f"{name} changes with scalings only, not with {self.group.name}")
        if self.group.sides == 2 and self.system.shape == "vector":
            raise ValueError(f"{self.system.id} takes all tensors as one vector, without rows")


__all__ = [
    "AffineMaps",
    "Form",
    "Group",
    "Index",
    "LinearMaps",
    "Permutations",
    "Rotations",
    "Scalings",
    "SignChanges",
    "Symmetry",
    "Translations",
]
