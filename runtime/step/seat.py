"""Tensors while a step runs, and where values are found by their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.rule import Rule

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


_NOTHING: tuple[None, None] = (None, None)


class Seats:
    """The tensors of a rule, from step to step, and where its values are found by their names.

    memory         states over all tensors, and histories, by name
    workspace      block temporaries, kept from step to step
    seats          the tensors, with what the step has made for each
    shared         numbers over all tensors that the step has made
    host_numbers   for each group, by its identity, hyperparameters, host states and host numbers
    facts          t, turn and total_size
    known          the names of all that the step has made so far: what was found while others
                   were known must be found anew

    These are views of the arrays that slots and their states have, and end with them. `xp` is the
    array library: NumPy here, others in subclasses.
    """

    xp: Any = np

    def __init__(
        self,
        rule: Rule,
        slots: list[Any],
        memory: dict[str, Any],
        workspace: dict[Any, Array] | None = None,
    ) -> None:
        self.rule, self.slots, self.memory = rule, slots, memory
        self.workspace = {} if workspace is None else workspace
        self.flags = rule.flags
        self.extents = {s.name: s.extent for s in rule.state}
        self.committed = ("theta", *self.extents)
        self.shared: dict[str, Any] = {}
        self.known: set[str] = set()
        self.groups = {id(slot.group): slot.group for slot in slots}
        self.host_numbers: dict[int, dict[str, Any]] = {key: {} for key in self.groups}
        self.host_next: dict[int, dict[str, Any]] = {}
        self.oracles: Any = None
        self.done = False
        self.seats = self._seats()
        total = np.float64(sum(seat.size for seat in self.seats))
        self.facts: dict[str, Any] = {"t": 0, "turn": 1, "total_size": total}
        self.plans: dict[Any, tuple[set[str] | None, Any]] = {}
        fixed = {**dict.fromkeys(rule.absent), **rule.flags}
        self.places: list[Place] = [fixed, self.shared, self.facts, self.memory]
        self.places += list(self.host_numbers.values())[:1]
        for seat in self.seats:
            seat.places = [
                fixed, seat.arrays, seat.numbers, seat.facts, self.shared, self.facts,
                seat.points, seat.state, self.memory, self.host_numbers[id(seat.group)],
            ]  # fmt: skip
        self.host_places: dict[int, list[Place]] = {
            key: [fixed, self.facts, numbers, self.memory]
            for key, numbers in self.host_numbers.items()
        }

    def begin(self, t: int, values: Mapping[int, Mapping[str, float]], oracles: Any) -> None:
        """Make ready for step `t`, 1 for the first.

        values     hyperparameters at t for each group, by the group's identity
        oracles    answers questions (see `optwright.runtime.oracle`)
        """
        self.oracles, self.done = oracles, False
        self.facts["t"], self.facts["turn"] = t, 1
        for key, numbers in self.host_numbers.items():
            numbers.clear()
            numbers.update(values[key])
            numbers.update(self.groups[key].state)
        for seat in self.seats:
            if seat.copied:
                seat.facts["theta"] = self._working_copy(seat)

    def release(self) -> None:
        """Let go of what belonged to the step that was made."""
        self.oracles = None
        self._forget()
        for seat in self.seats:
            if seat.copied:
                seat.facts["theta"] = None

    def _forget(self) -> None:
        """Let go of all that the step has made by name."""
        if self.known:
            for seat in self.seats:
                seat.arrays.clear()
                seat.numbers.clear()
            self.shared.clear()
            self.known.clear()
        self.host_next.clear()

    def adopt(self, before: Seats) -> None:
        """Take over what a step over all tensors found before this one over some of them."""
        seats = {id(seat.slots[0]): seat for seat in before.seats}
        for seat in self.seats:
            seat.arrays.update(seats[id(seat.slots[0])].arrays)
            seat.numbers.update(seats[id(seat.slots[0])].numbers)
        self.shared.update(before.shared)
        for key, numbers in self.host_numbers.items():
            numbers.update(before.host_numbers[key])
        self.known |= before.known

    # --- seats -----------------------------------------------------------------------------------

    def _seats(self) -> list[Seat]:
        if self.rule.scope == "all":
            return [self._whole_seat()] if self.slots else []
        like = [s.name for s in self.rule.state if s.extent == "coordinate" and s.length is None]
        seats = []
        for slot in self.slots:
            array = slot.array
            # A tensor without dimensions is a vector of one entry here.
            shape = array.shape or (1,)
            stays = array.dtype == slot.compute and array.flags.c_contiguous
            theta = array.reshape(shape) if stays else None
            seats.append(Seat([slot], slot.state, slot.compute, shape, theta, like))
        return seats

    def _whole_seat(self) -> Seat:
        compute = np.result_type(*(slot.compute for slot in self.slots))
        size = sum(slot.array.size for slot in self.slots)
        return Seat(self.slots, self.memory, compute, (size,), None)

    def _working_copy(self, seat: Seat) -> Array:
        """The tensors in the compute type, contiguous."""
        if self.rule.scope == "all":
            parts = [slot.array.reshape(-1).astype(seat.dtype) for slot in seat.slots]
            return self.xp.concatenate(parts)  # type: ignore[no-any-return]
        copy = np.array(seat.slots[0].array, dtype=seat.dtype, order="C")
        return copy.reshape(seat.shape)

    def _split(self, seat: Seat, vector: Array) -> list[Array]:
        """A concatenated vector as one array per tensor."""
        if self.rule.scope != "all":
            return [vector.reshape(seat.slots[0].array.shape)]
        parts, start = [], 0
        for slot in seat.slots:
            size = slot.array.size
            parts.append(vector[start : start + size].reshape(slot.array.shape))
            start += size
        return parts

    def _points(self, name: str | None) -> list[Array] | None:
        """The arrays of that name, one per tensor; None for the parameters as they stand."""
        if name is None:
            return None
        return [part for seat in self.seats for part in self._split(seat, self.value(name, seat))]

    def _gather(self, name: str, parts: list[Array]) -> None:
        """Keep one array per tensor under a name."""
        self.known.add(name)
        if self.rule.scope != "all":
            for seat, part in zip(self.seats, parts, strict=True):
                seat.arrays[name] = self._fitted(part, seat, name)
            return
        for seat in self.seats:
            flat = [part.reshape(-1).astype(seat.dtype) for part in parts]
            seat.arrays[name] = self.xp.concatenate(flat)

    def _fitted(self, part: Array, seat: Seat, name: str) -> Array:
        """An array in the tensor's shape and type, contiguous."""
        if part.dtype != seat.dtype or not part.flags.c_contiguous:
            part = np.ascontiguousarray(part, dtype=seat.dtype)
        return part if part.shape == seat.shape else part.reshape(seat.shape)

    # --- values by name --------------------------------------------------------------------------

    def place(self, name: str, seat: Seat | None = None) -> Place:
        """The mapping that has a value, of a tensor or over all."""
        return self._found(self.places if seat is None else seat.places, name)

    def value(self, name: str, seat: Seat | None = None) -> Any:
        """A value of a tensor or over all."""
        return self.place(name, seat)[name]

    def _found(self, places: list[Place], name: str) -> Place:
        place = find(places, name)
        if place is None:
            raise KeyError(f"{self.rule.id} has no value named {name}")
        return place

    def _plan(self, function: Function) -> Any:
        """What was found for a function when the same names were known; None if nothing was."""
        known, plan = self.plans.get(function.__code__, _NOTHING)
        return plan if known == self.known else None

    def _keep(self, function: Function, plan: Any) -> Any:
        self.plans[function.__code__] = set(self.known), plan
        return plan

    def _sources(self, function: Function, owners: Collection[list[Place]]) -> Any:
        """For each owner of values where those lie that the function's parameters name."""
        names = parameters(function)
        found = [[(self._found(places, name), name) for name in names] for places in owners]
        return self._keep(function, found)

    def _first(self) -> Seat | None:
        """The tensor that conditions and bounds are asked of."""
        return self.seats[0] if self.seats else None
