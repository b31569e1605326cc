"""One step of one rule: carries the rule's passes over all its tensors.

Generated code says what to do (`step.ask`, `step.host`, `step.blocks`, …) and names its values,
which are found once (`seat` and `plan` beside this). Entrywise work runs on cache-sized blocks;
parameters and state are written only when the last oracle has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from optwright.runtime.error import OptwrightError
from optwright.runtime.step.plan import Pass
from optwright.runtime.step.reduction import CHUNK, combine, of_chunk, reduced
from optwright.runtime.step.seat import Array, Function, Place, Seat, Seats, parameters


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


class Step(Seats):
    """The steps of `rule` on `slots`, one after the other: `begin`, `run`, `release`.

    `flags` are the rule's, for `advance`. `reduced` is the library's reduction of an array, and
    `joined` that of what it gave for each tensor: NumPy's here, others in subclasses.
    """

    reduced: Callable[..., Any] = staticmethod(reduced)
    joined: Callable[..., Any] = staticmethod(combine)

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
        lengths = {s.name: s.length for s in self.rule.state}
        kept = [(h, name) for h, name in values.items() if h not in self.rule.absent]
        for seat in self.seats:
            if when is not None and not self.value(when, seat):
                continue
            for history, name in kept:
                length = lengths[history]
                bound = int(self.value(length, seat) if isinstance(length, str) else length or 0)
                before = seat.arrays[history] if history in seat.arrays else seat.state[history]
                seat.arrays[history] = [self.value(name, seat).copy(), *before][:bound]
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
                self.xp.copyto(old, new.reshape(old.shape) if new.size == old.size else new)
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
