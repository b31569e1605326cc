"""What a generated file tells the runtime about its rule: plain data and a few functions.

A generated module builds one `Rule` per system (one per combination of flags) and the class that
users import around it. Nothing here knows any mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Hyper:
    """A hyperparameter: default (None: required), range, and one line of meaning.

    `default` may be a function of the hyperparameters before it, given by name. `range` is written
    as mathematics writes it: "[0, 1)", "(0, inf)", "integer [1, inf)".
    """

    name: str
    default: float | int | Callable[..., float] | None
    range: str
    meaning: str = ""


@dataclass(frozen=True)
class State:
    """A quantity kept between steps.

    extent   "host", "all", "tensor", "axes(-1)", "each_axis", "coordinate" or "matrix(n, n)"
    start    its value before the first step: a number, or a function of hyperparameters and flags
             (by name) and, where it names it, `theta`: one tensor's initial value. Host and all
             states get numbers; a number fills an array; the word "identity" is the unit matrix.
    length   for a finite history: the name of the hyperparameter (or the number) that bounds it
    """

    name: str
    extent: str = "coordinate"
    start: float | str | Callable[..., Any] = 0.0
    length: str | int | None = None


@dataclass(frozen=True)
class Rule:
    """One system, ready to run.

    scope      "tensor": each tensor for itself; "all": the concatenation of all tensors
    shape      "any", or "matrix": two-dimensional tensors only
    oracles    the names of the oracles a step asks: "grad", "value", "hessian", "hvp",
               "hessian_diagonal", "noise", "line_search"
    elsewhere  whether it asks at other points than the current parameters, so that it needs
               functions where others take arrays
    shared     hyperparameters that enter a value over all tensors, and so must agree in all groups
    advance    one step: a function of the `Step` (or `DeviceStep`) that carries it out
    views      parameters to evaluate at, by name: functions that name what they need and give
               an array like the tensor
    flags      for a member of a family, its flags' values: whatever function of the rule names one
               among its parameters is given the value as it stands, and `advance` reads
               `step.flags`
    absent     states of the family that this member has not: functions that name one get None
    """

    name: str
    dialect: str
    hyper: tuple[Hyper, ...]
    state: tuple[State, ...]
    oracles: tuple[str, ...]
    advance: Callable[[Any], None]
    scope: str = "tensor"
    shape: str = "any"
    elsewhere: bool = False
    shared: tuple[str, ...] = ()
    views: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """ "Adam", "torch.SGD"."""
        return self.name if self.dialect == "paper" else f"{self.dialect}.{self.name}"


@dataclass(frozen=True)
class Where:
    """A condition on a tensor, for rules that treat tensors differently. All parts must hold."""

    ndim_at_least: int = 0
    ndim_at_most: int | None = None
    name: str | None = None
