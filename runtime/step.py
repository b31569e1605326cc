"""One step of one rule: carries the rule's passes over all its tensors.

Generated code says what to do (`step.ask`, `step.host`, `step.blocks`, …) and names its values;
this module finds each value by its name, runs entrywise work on cache-sized blocks, and writes
parameters and state only when the last oracle has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from optwright.runtime.error import OptwrightError
from optwright.runtime.reduction import (
    CHUNK,
    chunk_max,
    chunk_nonfinite,
    chunk_sum,
    combine,
)
from optwright.runtime.rule import Rule

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]

_CHUNK_REDUCTIONS = {"sum": chunk_sum, "max": chunk_max, "nonfinite": chunk_nonfinite}


def blocked(
    *,
    stores: str = "",
    work: str = "",
    masks: str = "",
    reductions: Iterable[tuple[str, str, str]] = (),
) -> Callable[[Function], Function]:
    """Mark a function as entrywise work on flat blocks.

    Its parameters are found by name: arrays are handed over block by block, numbers whole.
    `stores` are arrays made for later passes, `work` and `masks` block-sized temporaries (names
    separated by blanks). `reductions` lists (name, "sum" | "max" | "nonfinite", extent) in the
    order in which the function returns their operands.
    """

    def mark(function: Function) -> Function:
        function.stores = stores.split()  # type: ignore[attr-defined]
        function.work = work.split()  # type: ignore[attr-defined]
        function.masks = masks.split()  # type: ignore[attr-defined]
        function.reductions = tuple(reductions)  # type: ignore[attr-defined]
        return function

    return mark


def parameters(function: Function) -> tuple[str, ...]:
    """The names of a function's parameters."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


class Seat:
    """A tensor while a step runs: `theta` is its contiguous array in the compute type.

    For a rule over all tensors there is one seat, the concatenation.
    """

    def __init__(
        self,
        slots: list[Any],
        group: Any,
        state: dict[str, Any],
        theta: Array,
        owned: bool,
        shape: tuple[int, ...],
    ) -> None:
        self.slots, self.group, self.state = slots, group, state
        self.theta, self.owned, self.shape = theta, owned, shape
        self.arrays: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}


class Step:
    """One step of `rule` on `slots`; see the module's text.

    memory     states over all tensors, and histories, by name
    t          the step, 1 for the first
    values     hyperparameters at t for each group, by the group's identity
    oracles    answers questions (see `optwright.runtime.oracle`)
    workspace  block temporaries, kept from step to step

    `xp` is the array library: NumPy here, others in subclasses.
    """

    xp: Any = np

    def __init__(
        self,
        rule: Rule,
        slots: list[Any],
        memory: dict[str, Any],
        t: int,
        values: Mapping[int, Mapping[str, float]],
        oracles: Any,
        workspace: dict[Any, Array] | None = None,
    ) -> None:
        self.rule, self.slots, self.memory, self.t = rule, slots, memory, t
        self.values, self.oracles = values, oracles
        self.workspace = {} if workspace is None else workspace
        self.shared: dict[str, Any] = {}
        self.turn = 1
        self.host_numbers: dict[int, dict[str, Any]] = {}
        self.host_next: dict[int, dict[str, Any]] = {}
        self.host_before: Mapping[int, Mapping[str, Any]] = {}
        self.extents = {s.name: s.extent for s in rule.state}
        self.flags = rule.flags
        self.unchanging: dict[str, Any] = {**dict.fromkeys(rule.absent), **rule.flags}
        self.pushes: list[tuple[str, Array, int]] = []
        self.done = False
        self.seats = self._seats()

    def adopt(self, before: Step) -> None:
        """Take over what a step over all tensors found before this one over some of them."""
        seats = {id(seat.slots[0]): seat for seat in before.seats}
        for seat in self.seats:
            seat.arrays.update(seats[id(seat.slots[0])].arrays)
            seat.numbers.update(seats[id(seat.slots[0])].numbers)
        self.shared.update(before.shared)
        for key, numbers in before.host_numbers.items():
            self.host_numbers.setdefault(key, {}).update(numbers)

    # --- seats -----------------------------------------------------------------------------------

    def _seats(self) -> list[Seat]:
        if self.rule.scope == "all":
            return [self._whole_seat()] if self.slots else []
        seats = []
        for slot in self.slots:
            array, compute = slot.array, slot.compute
            if array.dtype == compute and array.flags.c_contiguous:
                theta, owned = array, False
            else:
                theta, owned = self._working_copy(slot), True
            # A tensor without dimensions is a vector of one entry here.
            theta = theta.reshape(array.shape or (1,))
            seats.append(Seat([slot], slot.group, slot.state, theta, owned, theta.shape))
        return seats

    def _working_copy(self, slot: Any) -> Array:
        """The tensor in the compute type, contiguous."""
        return np.array(slot.array, dtype=slot.compute, order="C")

    def _whole_seat(self) -> Seat:
        compute = np.result_type(*(slot.compute for slot in self.slots))
        theta = self.xp.concatenate([slot.array.reshape(-1).astype(compute) for slot in self.slots])
        return Seat(self.slots, self.slots[0].group, self.memory, theta, True, theta.shape)

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
        return [part for seat in self.seats for part in self._split(seat, self._array(seat, name))]

    def _gather(self, name: str, parts: list[Array]) -> None:
        """Keep one array per tensor under a name."""
        parts = list(parts)
        if self.rule.scope == "all":
            if self.seats:
                seat = self.seats[0]
                seat.arrays[name] = self.xp.concatenate(
                    [p.reshape(-1).astype(seat.theta.dtype) for p in parts]
                )
            return
        for seat, part in zip(self.seats, parts, strict=True):
            flat = self.xp.ascontiguousarray(part, dtype=seat.theta.dtype)
            seat.arrays[name] = flat.reshape(seat.shape)

    # --- values by name --------------------------------------------------------------------------

    def _array(self, seat: Seat, name: str) -> Any:
        if name in seat.arrays:
            return seat.arrays[name]
        if name == "theta":
            return seat.theta
        if name in seat.state and self.extents.get(name) not in ("host", "all", "tensor"):
            kept = seat.state[name]
            number = isinstance(kept, self.xp.ndarray) and kept.ndim == 0
            return kept.reshape(1) if number else kept
        return None

    def _number(self, seat: Seat | None, name: str) -> Any:
        if name in self.unchanging:
            return self.unchanging[name]
        if seat is not None:
            if name in seat.numbers:
                return seat.numbers[name]
            if self.extents.get(name) == "tensor" and name in seat.state:
                return seat.state[name]
            if name == "size":
                return np.float64(seat.theta.size)
            if name == "dim":
                return tuple(seat.shape)
        if name in self.shared:
            return self.shared[name]
        if name == "total_size":
            return np.float64(sum(s.theta.size for s in self.seats))
        if self.extents.get(name) == "all" and name in self.memory:
            return self.memory[name]
        if name == "t":
            return self.t
        if name == "turn":
            return self.turn
        group = seat.group if seat is not None else (self.slots[0].group if self.slots else None)
        if group is not None:
            known = self.host_numbers.get(id(group), {})
            if name in known:
                return known[name]
            values = self.values[id(group)]
            if name in values:
                return values[name]
            if name in group.state:
                return group.state[name]
        raise KeyError(f"{self.rule.id} has no value named {name}")

    def _value(self, seat: Seat, name: str) -> Any:
        array = self._array(seat, name)
        if array is not None:
            return array
        if name in seat.arrays:
            return None
        number = self._number(seat, name)
        return float(number) if isinstance(number, np.float64) else number

    def _arguments(self, function: Function, seat: Seat | None) -> list[Any]:
        """The numbers that a function of numbers takes, hyperparameters as float64."""
        return [self._as_float64(self._number(seat, name)) for name in parameters(function)]

    @staticmethod
    def _as_float64(number: Any) -> Any:
        return np.float64(number) if isinstance(number, float) else number

    # --- what generated code calls ---------------------------------------------------------------

    def host(self, function: Function) -> None:
        """Numbers that need no data, once per group, in float64, returned by name."""
        for group in {id(slot.group): slot.group for slot in self.slots}.values():
            before = self.host_before.get(id(group), group.state)
            known = {**self.values[id(group)], **before, "t": self.t, "turn": self.turn}
            known.update(self.host_numbers.get(id(group), {}))
            known.update({n: v for n, v in self.memory.items() if isinstance(v, list)})
            known.update(self.unchanging)
            result = function(*(self._as_float64(known[name]) for name in parameters(function)))
            self.host_numbers.setdefault(id(group), {}).update(result)
            self.host_next[id(group)] = {n: v for n, v in result.items()}

    def ask(
        self,
        name: str,
        oracle: str,
        at: str | None = None,
        vector: str | None = None,
        when: str | None = None,
    ) -> None:
        """Ask an oracle; the answer is known under `name` from here on."""
        if when is not None and not self._number(self.seats[0] if self.seats else None, when):
            for seat in self.seats:
                seat.arrays[name] = None
            self.shared.setdefault(name, np.float64(np.nan))
            return
        if at is None and self.turn > 1:
            at = "theta"
        points = self._points(at)
        if oracle in ("value", "hessian"):
            answer = self.oracles.ask(oracle, points)
            if oracle == "value":
                self.shared[name] = np.float64(answer)
            elif self.seats:
                seat = self.seats[0]
                seat.arrays[name] = self.xp.asarray(answer, dtype=seat.theta.dtype)
        elif vector is not None:
            self._gather(name, self.oracles.ask(oracle, points, self._points(vector)))
        else:
            self._gather(name, self.oracles.ask(oracle, points))

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
        seat = self.seats[0] if self.seats else None
        if when is not None and not self._number(seat, when):
            self.shared[name] = self.shared[f"{name}_evaluations"] = np.float64(np.nan)
            return

        def number(x: Any) -> float:
            return float(self._number(seat, x) if isinstance(x, str) else x)

        directions = self._points(along)
        points = self._points(at if at is not None else "theta")
        length, trials = self.oracles.search(
            contract, points, directions, number(start), tuple(map(number, constants))
        )
        self.shared[name] = np.float64(length)
        self.shared[f"{name}_evaluations"] = np.float64(trials)

    def numbers(self, function: Function, extent: str) -> None:
        """Numbers found from reductions, in float64: one set per tensor, or over all ("all")."""
        if extent == "all":
            seat = self.seats[0] if self.seats and self.rule.scope == "all" else None
            self.shared.update(function(*self._arguments(function, seat)))
            return
        for seat in self.seats:
            seat.numbers.update(function(*self._arguments(function, seat)))

    def blocks(self, function: Function) -> None:
        """Entrywise work, block by block, and the reductions that end it."""
        names = parameters(function)
        parts: dict[str, list[list[np.float64]]] = {}
        reductions = function.reductions  # type: ignore[attr-defined]
        for seat in self.seats:
            theta = seat.theta
            for store in function.stores:  # type: ignore[attr-defined]
                seat.arrays[store] = np.empty(seat.shape, dtype=theta.dtype)
            size = theta.size
            width = min(size, CHUNK)
            temporaries = {n: self._temporary(n, theta.dtype) for n in function.work}  # type: ignore[attr-defined]
            temporaries |= {n: self._temporary(n, np.dtype(bool)) for n in function.masks}  # type: ignore[attr-defined]
            values = {n: self._flat(seat, n) for n in names if n not in temporaries}
            chunks: list[list[np.float64]] = [[] for _ in reductions]
            for start in range(0, size, CHUNK):
                stop = min(start + width, size)
                arguments = [
                    temporaries[n][: stop - start]
                    if n in temporaries
                    else values[n][start:stop]
                    if isinstance(values[n], np.ndarray)
                    else values[n]
                    for n in names
                ]
                operands = function(*arguments)
                for k, (_, kind, _) in enumerate(reductions):
                    chunks[k].append(_CHUNK_REDUCTIONS[kind](operands[k]))
            for (name, kind, extent), found in zip(reductions, chunks, strict=True):
                if extent == "tensor":
                    seat.numbers[name] = combine(kind, found)
                else:
                    parts.setdefault(name, []).append(found)
        for name, kind, extent in reductions:
            if extent == "all":
                each = [combine(kind, found) for found in parts.get(name, [])]
                self.shared[name] = combine(kind, each)

    def _flat(self, seat: Seat, name: str) -> Any:
        value = self._value(seat, name)
        return value.reshape(-1) if isinstance(value, np.ndarray) else value

    def _temporary(self, name: str, dtype: np.dtype[Any]) -> Array:
        key = (name, dtype)
        if key not in self.workspace:
            self.workspace[key] = np.empty(CHUNK, dtype=dtype)
        return self.workspace[key]

    def arrays(
        self, function: Function, *, reductions: Iterable[tuple[str, str, str]] = ()
    ) -> None:
        """Work on whole arrays of each tensor. `function` returns its results by name."""
        parts: dict[str, list[np.float64]] = {}
        kinds = {name: kind for name, kind, _ in reductions}
        for seat in self.seats:
            result = function(*(self._value(seat, name) for name in parameters(function)))
            for name, value in result.items():
                if name in kinds:
                    each = self._chunks(kinds[name], value)
                    parts.setdefault(name, []).append(combine(kinds[name], each))
                elif isinstance(value, (self.xp.ndarray, list)):
                    seat.arrays[name] = value
                elif self.rule.scope == "all" or self.extents.get(name) == "all":
                    self.shared[name] = value
                else:
                    seat.numbers[name] = value
        for name, kind, _ in reductions:
            self.shared[name] = combine(kind, parts.get(name, []))

    def _chunks(self, kind: str, value: Array) -> list[np.float64]:
        """A reduction of each chunk of an array."""
        flat = np.ascontiguousarray(value).reshape(-1)
        return [_CHUNK_REDUCTIONS[kind](flat[i : i + CHUNK]) for i in range(0, flat.size, CHUNK)]

    def push(self, values: Mapping[str, str], when: str | None = None) -> None:
        """Append arrays to histories, newest first, and forget what exceeds their length."""
        if not self.seats:
            return
        seat = self.seats[0]
        if when is not None and not self._number(seat, when):
            return
        lengths = {s.name: s.length for s in self.rule.state}
        for history, name in values.items():
            length = lengths[history]
            bound = int(self._number(seat, length)) if isinstance(length, str) else int(length or 0)
            kept = [
                self._value(seat, name).copy(),
                *seat.arrays.get(history, self.memory[history]),
            ]
            seat.arrays[history] = kept[:bound]

    def turns(self, at_most: str | int) -> Iterator[int]:
        """The turns of a rule that repeats within one call, at most so many.

        What an earlier turn wrote is taken back if a later one fails.
        """
        group = self.slots[0].group if self.slots else None
        limit = int(self.values[id(group)][at_most]) if isinstance(at_most, str) else at_most
        before = [
            (seat, seat.theta.copy(), self._copied(seat.state), self._copied(seat.group.state))
            for seat in self.seats
        ]
        memory = self._copied(self.memory)
        calls = self.t
        try:
            for turn in range(1, limit + 1):
                self.turn = turn
                if turn > 1:
                    self.oracles.moved()
                self.t = int(self.memory.get("clock", 0)) + 1
                yield turn
                self.memory["clock"] = np.float64(self.t)
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
        finally:
            self.t = calls

    def stop_if(self, name: str) -> None:
        """End the repetition after this turn if a number is true."""
        self.done = bool(self._number(self.seats[0] if self.seats else None, name))

    def commit(self, moves: Mapping[str, str] | None = None) -> None:
        """Put new values in their places: state under its own name, or under that of `moves`."""
        moves = moves or {}
        for seat in self.seats:
            for name in ("theta", *self.extents):
                new = seat.arrays.get(moves.get(name, name))
                if new is None:
                    continue
                if name == "theta":
                    if new is not seat.theta:
                        self.xp.copyto(seat.theta, new.reshape(seat.theta.shape))
                elif isinstance(new, list):
                    seat.state[name] = new
                elif isinstance(seat.state.get(name), self.xp.ndarray):
                    if new is not seat.state[name]:
                        self.xp.copyto(seat.state[name], new.reshape(seat.state[name].shape))
            for name, extent in self.extents.items():
                made = moves.get(name, name)
                if extent == "tensor" and made in seat.numbers:
                    seat.state[name] = np.float64(seat.numbers[made])
            seat.arrays.clear()
            seat.numbers.clear()
        for name, extent in self.extents.items():
            made = moves.get(name, name)
            if extent == "all" and made in self.shared:
                self.memory[name] = np.float64(self.shared[made])
        groups = {id(slot.group): slot.group for slot in self.slots}
        for key, numbers in self.host_next.items():
            for name, extent in self.extents.items():
                made = moves.get(name, name)
                if extent == "host" and made in numbers:
                    groups[key].state[name] = np.float64(numbers[made])
        self.host_next.clear()
        self.shared.clear()

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
            if seat.owned:
                for slot, part in zip(seat.slots, self._split(seat, seat.theta), strict=True):
                    self.xp.copyto(slot.array, part, casting="same_kind")

    def view(self, name: str) -> list[Array]:
        """The parameters of a view, one array per tensor. The step must not have run."""
        if name not in self.rule.views:
            known = ", ".join(self.rule.views) or "none"
            raise OptwrightError(f"{self.rule.id} has no view {name!r}; there are: {known}")
        function = self.rule.views[name]
        parts = []
        with np.errstate(all="ignore"):
            for seat in self.seats:
                result = function(*(self._value(seat, n) for n in parameters(function)))
                whole = self.xp.broadcast_to(result, seat.theta.shape)
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
