"""One step of one rule: carries the rule's passes over all its tensors.

Generated code says what to do (`step.ask`, `step.host`, `step.blocks`, …) and names its values;
this module finds each value once (`optwright.runtime.plan`), runs entrywise work on cache-sized
blocks, and writes parameters and state only when the last oracle has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from optwright.runtime.error import OptwrightError
from optwright.runtime.plan import Pass
from optwright.runtime.reduction import CHUNK, combine, of_chunk, reduced
from optwright.runtime.rule import Rule
from optwright.runtime.seat import Array, Function, Place, Seat, find, parameters

_NOTHING: tuple[None, None] = (None, None)


def blocked(
    *,
    stores: str = "",
    work: str = "",
    masks: str = "",
    reductions: Iterable[tuple[str, str, str]] = (),
) -> Callable[[Function], Function]:
    """Mark a function as entrywise work on flat blocks.

    Its parameters are found by name: arrays are handed over block by block, floats as arrays
    without dimensions of the blocks' type, other numbers as they are. `stores` are arrays made for
    later passes, `work` and `masks` block-sized temporaries (names separated by blanks).
    `reductions` lists (name, "sum" | "max" | "nonfinite", extent) in the order in which the
    function returns their operands.
    """

    def mark(function: Function) -> Function:
        function.stores = stores.split()  # type: ignore[attr-defined]
        function.work = work.split()  # type: ignore[attr-defined]
        function.masks = masks.split()  # type: ignore[attr-defined]
        function.reductions = tuple(reductions)  # type: ignore[attr-defined]
        return function

    return mark


class Step:
    """The steps of `rule` on `slots`, one after the other: `begin`, `run`, `release`.

    memory         states over all tensors, and histories, by name
    workspace      block temporaries, kept from step to step
    flags          the rule's flags, for `advance`
    seats          the tensors, with what this step has made for each
    shared         numbers over all tensors that this step has made
    host_numbers   for each group, by its identity, hyperparameters, host states and host numbers
    facts          t, turn and total_size
    known          the names of all that this step has made so far: what was found while others
                   were known must be found anew

    A step holds views of the arrays that its slots and their states have, so it ends with them.
    `xp` is the array library, `reduced` its reductions of an array, and `joined` those of what
    these gave for each tensor: NumPy's here, others in subclasses.
    """

    xp: Any = np
    reduced: Callable[..., Any] = staticmethod(reduced)
    joined: Callable[..., Any] = staticmethod(combine)

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

    def adopt(self, before: Step) -> None:
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

    # --- what generated code calls ---------------------------------------------------------------

    def host(self, function: Function) -> None:
        """Numbers that need no data, once per group, in float64, returned by name."""
        made: dict[str, Any] = {}
        sources = self._plan(function) or self._sources(function, self.host_places.values())
        for (key, numbers), found in zip(self.host_numbers.items(), sources, strict=True):
            made = function(*_numbers(found))
            numbers.update(made)
            self.host_next[key] = made
        self.known.update(made)

    def ask(
        self,
        name: str,
        oracle: str,
        at: str | None = None,
        vector: str | None = None,
        when: str | None = None,
    ) -> None:
        """Ask an oracle; the answer is known under `name` from here on."""
        if when is not None and not self.value(when, self._first()):
            self._unasked(name, oracle)
            return
        if at is None and self.facts["turn"] > 1:
            at = "theta"
        points = self._points(at)
        if vector is not None:
            self._gather(name, self.oracles.ask(oracle, points, self._points(vector)))
            return
        answer = self.oracles.ask(oracle, points)
        if oracle not in ("value", "hessian"):
            self._gather(name, answer)
            return
        self.known.add(name)
        if oracle == "value":
            self.shared[name] = np.float64(answer)
        elif self.seats:
            seat = self.seats[0]
            seat.arrays[name] = self.xp.asarray(answer, dtype=seat.dtype)

    def _unasked(self, name: str, oracle: str) -> None:
        """The answer to a question that was not asked: NaN for the loss, None for arrays."""
        self.known.add(name)
        if oracle == "value":
            self.shared[name] = np.float64(np.nan)
        else:
            for seat in self.seats:
                seat.arrays[name] = None

    def noise(self, name: str, draw: int = 1) -> None:
        """Standard normal noise, shaped like the parameters."""
        self._gather(name, self.oracles.noise(draw))

    def search(
        self,
        name: str,
        contract: str,
        at: str | None,
        along: str,
        start: Any,
        constants: tuple[Any, ...] = (),
        when: str | None = None,
    ) -> None:
        """A step length that fulfils a contract, from a point along a direction.

        The number of trials is known as `name` with "_evaluations" after it.
        """
        seat = self._first()
        trials = f"{name}_evaluations"
        self.known |= {name, trials}
        if when is not None and not self.value(when, seat):
            self.shared[name] = self.shared[trials] = np.float64(np.nan)
            return

        def number(x: Any) -> float:
            return float(self.value(x, seat) if isinstance(x, str) else x)

        directions = self._points(along)
        points = self._points(at if at is not None else "theta")
        length, count = self.oracles.search(
            contract, points, directions, number(start), tuple(map(number, constants))
        )
        self.shared[name], self.shared[trials] = np.float64(length), np.float64(count)

    def numbers(self, function: Function, extent: str) -> None:
        """Numbers found from reductions, in float64: one set per tensor, or over all ("all")."""
        sources = self._plan(function)
        if sources is None:
            whole = self.seats if self.rule.scope == "all" else [self]
            owners = whole if extent == "all" else self.seats
            sources = self._sources(function, [owner.places for owner in owners])
        targets = [self.shared] if extent == "all" else [seat.numbers for seat in self.seats]
        made: dict[str, Any] = {}
        for target, found in zip(targets, sources, strict=True):
            made = function(*_numbers(found))
            target.update(made)
        self.known.update(made)

    def blocks(self, function: Function) -> None:
        """Entrywise work, block by block, and the reductions that end it."""
        stores, reductions = function.stores, function.reductions  # type: ignore[attr-defined]
        for seat in self.seats if stores else ():
            for store in stores:
                seat.arrays[store] = np.empty(seat.shape, dtype=seat.dtype)
        self.known.update(stores)

        bound = self._plan(function)
        if bound is None or not bound.renew():
            bound = self._keep(function, Pass(function, self.seats, self.place, self._temporary))
            bound.renew()
        found = bound.run(function, [of_chunk(kind) for _, kind, _ in reductions])
        for k, (name, kind, extent) in enumerate(reductions):
            each = [combine(kind, results[k]) for results in found]
            if extent == "all":
                self.shared[name] = combine(kind, each)
            else:
                for seat, number in zip(self.seats, each, strict=True):
                    seat.numbers[name] = number
            self.known.add(name)

    def _temporary(self, name: str, dtype: np.dtype[Any]) -> Array:
        key = (name, dtype)
        if key not in self.workspace:
            self.workspace[key] = np.empty(CHUNK, dtype=dtype)
        return self.workspace[key]

    def arrays(
        self, function: Function, *, reductions: Iterable[tuple[str, str, str]] = ()
    ) -> None:
        """Work on whole arrays of each tensor. `function` returns its results by name."""
        parts: dict[str, list[Any]] = {name: [] for name, _, _ in reductions}
        kinds = {name: kind for name, kind, _ in reductions}
        sources = self._plan(function) or self._sources(function, [s.places for s in self.seats])
        result: dict[str, Any] = {}
        for seat, found in zip(self.seats, sources, strict=True):
            result = function(*[_as_weak(place[name]) for place, name in found])
            for name, value in result.items():
                if name in kinds:
                    parts[name].append(self.reduced(kinds[name], value))
                elif isinstance(value, list) or (isinstance(value, self.xp.ndarray) and value.ndim):
                    seat.arrays[name] = value
                else:
                    joint = self.rule.scope == "all" or self.extents.get(name) == "all"
                    (self.shared if joint else seat.numbers)[name] = value
                    self.known.add(f"{name} is a number")  # where it lies depends on that
        self.known.update(result)
        for name, kind in kinds.items():
            self.shared[name] = self.joined(kind, parts[name])
            self.known.add(name)

    def push(self, values: Mapping[str, str], when: str | None = None) -> None:
        """Append arrays to histories, newest first, and forget what exceeds their length."""
        if not self.seats:
            return
        seat = self.seats[0]
        if when is not None and not self.value(when, seat):
            return
        lengths = {s.name: s.length for s in self.rule.state}
        for history, name in values.items():
            if history in self.rule.absent:
                continue
            length = lengths[history]
            bound = int(self.value(length, seat) if isinstance(length, str) else length or 0)
            kept = [
                self.value(name, seat).copy(),
                *seat.arrays.get(history, self.memory[history]),
            ]
            seat.arrays[history] = kept[:bound]
            self.known.add(history)

    def turns(self, at_most: str | int) -> Iterator[int]:
        """The turns of a rule that repeats within one call, at most so many.

        What an earlier turn wrote is taken back if a later one fails.
        """
        limit = int(self.value(at_most)) if isinstance(at_most, str) else at_most
        before = [
            (seat, seat.theta.copy(), self._copied(seat.state), self._copied(seat.group.state))
            for seat in self.seats
        ]
        memory = self._copied(self.memory)
        try:
            for turn in range(1, limit + 1):
                self.facts["turn"] = turn
                if turn > 1:
                    self.oracles.moved()
                clock = self.facts["t"] = int(self.memory.get("clock", 0)) + 1
                yield turn
                self.memory["clock"] = np.float64(clock)
                if self.done:
                    return
        except BaseException:
            for seat, theta, state, host in before:
                self.xp.copyto(seat.theta, theta)
                seat.state.clear()
                seat.state.update(state)
                seat.group.state.clear()
                seat.group.state.update(host)
            self.memory.clear()
            self.memory.update(memory)
            raise

    def stop_if(self, name: str) -> None:
        """End the repetition after this turn if a number is true."""
        self.done = bool(self.value(name, self._first()))

    def commit(self, moves: Mapping[str, str] | None = None) -> None:
        """Put new values in their places: state under its own name, or under that of `moves`."""
        moves = moves or {}
        known = self.known
        pairs = [(n, made) for n in self.committed if (made := moves.get(n, n)) in known]
        for seat in self.seats if pairs else ():
            for name, made in pairs:
                self._put(seat, name, made)
        for name, made in pairs:
            extent = self.extents.get(name)
            if extent == "all" and made in self.shared:
                self.memory[name] = np.float64(self.shared[made])
            elif extent == "host":
                for key, numbers in self.host_next.items():
                    if made in numbers:
                        new = np.float64(numbers[made])
                        self.groups[key].state[name] = self.host_numbers[key][name] = new
        self._forget()

    def _put(self, seat: Seat, name: str, made: str) -> None:
        """Put one new value of a tensor in its place."""
        new = seat.arrays.get(made)
        if new is not None:
            old = seat.theta if name == "theta" else seat.state.get(name)
            if isinstance(new, list):
                seat.state[name] = new
            elif isinstance(old, self.xp.ndarray) and new is not old:
                self.xp.copyto(old, new.reshape(old.shape))
        elif self.extents.get(name) == "tensor" and made in seat.numbers:
            seat.state[name] = np.float64(seat.numbers[made])

    def prepare(self) -> None:
        """Carry out a step that writes nothing, for others to `adopt`."""
        with np.errstate(all="ignore"):
            self.rule.advance(self)

    def run(self) -> None:
        """Carry the step out and write the parameters."""
        with np.errstate(all="ignore"):
            self.rule.advance(self)
            self._write()

    def _write(self) -> None:
        """Store parameters that were worked on in a copy."""
        for seat in self.seats:
            if seat.copied:
                for slot, part in zip(seat.slots, self._split(seat, seat.theta), strict=True):
                    self.xp.copyto(slot.array, part, casting="same_kind")

    def view(self, name: str) -> list[Array]:
        """The parameters of a view, one array per tensor. The step must not have run."""
        if name not in self.rule.views:
            known = ", ".join(self.rule.views) or "none"
            raise OptwrightError(f"{self.rule.id} has no view {name!r}; there are: {known}")
        function = self.rule.views[name]
        names = parameters(function)
        parts = []
        with np.errstate(all="ignore"):
            for seat in self.seats:
                result = function(*[_as_weak(self.value(n, seat)) for n in names])
                whole = self.xp.broadcast_to(result, seat.shape)
                parts += [self.xp.array(part) for part in self._split(seat, whole)]
        return parts

    def _copied(self, state: dict[str, Any]) -> dict[str, Any]:
        """A state with its arrays copied."""
        return {
            name: value.copy()
            if isinstance(value, self.xp.ndarray)
            else [x.copy() for x in value]
            if isinstance(value, list)
            else value
            for name, value in state.items()
        }


def _numbers(found: Iterable[tuple[Place, str]]) -> list[Any]:
    """Numbers as functions of numbers take them: in float64 a zero divisor gives no error."""
    return [
        np.float64(number) if type(number := place[name]) is float else number
        for place, name in found
    ]


def _as_weak(value: Any) -> Any:
    """A value as array code takes it: a number then takes the arrays' type."""
    return float(value) if isinstance(value, np.float64) else value
