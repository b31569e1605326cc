"""A tensor while a step runs, and where its values are found by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]
Place = Mapping[str, Any]
"""What holds a value under its name. Mappings stay, their contents change from step to step."""


class Seat:
    """A tensor while a step runs; for a rule over all tensors the one concatenation of them.

    slots     the tensors here
    dtype     the compute type
    shape     of `theta`; a tensor without dimensions is a vector of one entry
    theta     the contiguous array in the compute type. Where it is `copied`, because the user's
              array is of another type or not contiguous, it is made anew in each step
    state     what is kept between steps; `points` are its arrays without dimensions as vectors
    arrays    what this step has made of arrays, and `numbers` of numbers
    facts     theta, size and dim
    places    the mappings in which a name is looked for, first to last
    """

    def __init__(
        self,
        slots: list[Any],
        state: dict[str, Any],
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        theta: Array | None,
        coordinates: Sequence[str] = (),
    ) -> None:
        """`coordinates` names the states that are like the tensor."""
        self.slots, self.group, self.state = slots, slots[0].group, state
        self.dtype, self.shape = dtype, shape
        self.copied = theta is None
        size = np.float64(np.prod(shape, dtype=np.int64))
        self.facts: dict[str, Any] = {"theta": theta, "size": size, "dim": tuple(shape)}
        self.points = {n: state[n].reshape(1) for n in coordinates if state[n].shape == ()}
        self.arrays: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.places: list[Place] = []

    @property
    def theta(self) -> Any:
        """The parameter as the step sees it."""
        return self.facts["theta"]

    @property
    def size(self) -> int:
        """The number of entries."""
        return int(self.facts["size"])

    def stays(self, place: Place) -> bool:
        """Whether arrays found there lie where they are for as long as the seat does."""
        return (
            place is self.state or place is self.points or (place is self.facts and not self.copied)
        )


def parameters(function: Function) -> tuple[str, ...]:
    """The names of a function's parameters."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def find(places: Sequence[Place], name: str) -> Place | None:
    """The first mapping that has the name."""
    for place in places:
        if name in place:
            return place
    return None
