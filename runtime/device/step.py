"""One step on the device: kernels over many tensors at once, whole passes as array code.

Tables, rows of numbers and arrays between passes are made in the first step and kept. Numbers that
depend on reductions are made where these are, so that after the first step a rule of kernels
allocates nothing and reads nothing back. What does is named where a class says what a step costs:
work on whole arrays takes memory from CuPy's pool, and the host waits for the device where it must
decide (a line search, a repetition, a solve that may fail, an oracle that is asked or not).

Kernels give NumPy's bits. Whole passes are equal within roundings: CuPy compiles its own array code
so that denormal float32 numbers become zero, and matrix products are cuBLAS's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.kernel import Kernel, NumberKernel, constants, function, launch
from optwright.runtime.device.library import cp
from optwright.runtime.device.numbers import Numbers
from optwright.runtime.device.reduction import (
    TREES,
    Combiner,
    Reducer,
    joined,
    reduced,
    segments_of,
)
from optwright.runtime.device.table import Row, chunks
from optwright.runtime.step.seat import Seat, Seats, find
from optwright.runtime.step.verb import Step


class _Bound:
    """What one kernel needs for the tensors of one type: tables, numbers and chunks."""

    def __init__(self) -> None:
        self.table, self.chunks, self.groups = Row(), Row(), Row()
        self.sizes: tuple[int, ...] = ()
        self.rows = chunks(())
        self.longest = 0
        self.reductions: dict[tuple[str, str], _Reduction] = {}


class _Reduction:
    """What reduces arrays of the tensors of one type to a number of each."""

    def __init__(self) -> None:
        self.reducer, self.combiner = Reducer(), Combiner()
        self.known: tuple[Any, ...] = ()
        self.segments = np.empty((0, 3), dtype=np.int64)


class _Joint:
    """What joins the numbers of tensors to one over all."""

    def __init__(self, count: int) -> None:
        self.cells = cp.empty((count,), np.float64)
        self.combiner = Combiner()


class DeviceStep(Step):
    """A step whose arrays are CuPy's; see the module's text."""

    xp = cp
    reduced = staticmethod(reduced)
    joined = staticmethod(joined)
    found: Numbers | None = None
    """The numbers that this rule keeps on the device; None before there are any."""
    current: bool = False
    """Whether they are as this step needs them."""
    earlier: DeviceStep | None = None
    """The step over all tensors that this one follows."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.sources: dict[str, str] = {}

    def begin(self, t: int, values: Mapping[int, Mapping[str, float]], oracles: Any) -> None:
        super().begin(t, values, oracles)
        self.current = False

    def adopt(self, before: Seats) -> None:
        super().adopt(before)
        assert isinstance(before, DeviceStep)
        if self.earlier is None and before.found is not None:
            order = {id(seat.slots[0]): k for k, seat in enumerate(before.seats)}
            self._lay(before.found, [order[id(seat.slots[0])] for seat in self.seats])
        self.earlier = before

    # --- numbers ---------------------------------------------------------------------------------

    def _lay(self, numbers: Numbers, rows: Sequence[int]) -> None:
        """Let numbers on the device be found by their names; `rows` are those of the tensors."""
        self.places.insert(1, numbers.views(0))
        for seat, k in zip(self.seats, rows, strict=True):
            seat.places.insert(2, numbers.views(k))
        self.plans.clear()

    def _numbers(self, kernel: Kernel | NumberKernel) -> Numbers:
        """The row of numbers of the rule, with the states that lie in it."""
        if self.found is None:
            assert kernel.layout is not None
            self.found = Numbers(kernel.layout, len(self.seats))
            self._lay(self.found, range(len(self.seats)))
        if not self.current:
            self.current = True
            layout = self.found.layout
            for name, extent in self.extents.items():
                if name in layout.all and extent == "all":
                    self.found.keep(self.memory, name)
                elif name in layout.tensor:
                    for k, seat in enumerate(self.seats):
                        self.found.keep(seat.state, name, k)
            for name in layout.adopted:
                self._adopt_number(self.found, name)
        return self.found

    def _adopt_number(self, to: Numbers, name: str) -> None:
        """Take over a number of the step before."""
        found = self.earlier.found if self.earlier is not None else None
        for k, seat in enumerate(self.seats if name in to.layout.tensor else self.seats[:1]):
            if found is not None and name in found.layout:
                assert self.earlier is not None
                to.copy(name, k, found, self.earlier.index(seat))
            else:
                own = to.views(k)
                other = find([place for place in seat.places if place is not own], name)
                assert other is not None
                to.write(float(other[name]), name, k)

    def index(self, seat: Seat) -> int:
        return next(k for k, own in enumerate(self.seats) if own.slots[0] is seat.slots[0])

    def numbers(self, kernel: Any, extent: str = "all") -> None:
        """Numbers found from reductions: by a kernel, or on the host for work on whole arrays."""
        if not isinstance(kernel, NumberKernel):
            super().numbers(kernel, extent)
            return
        found = self._numbers(kernel)
        seats = self.seats[:1] if kernel.extent == "all" else self.seats
        first, place = self._groups(seats)
        table = [
            [place[id(seat.group)], *(self._fact(seat, fact) for fact in kernel.facts)]
            for seat in seats
        ]
        groups = self._rows(kernel.groups, first, np.dtype(np.float64))
        found.make(kernel, self._source(kernel), table, groups)
        self.known.add(kernel.symbol)

    @staticmethod
    def _fact(seat: Seat, fact: str | int) -> int:
        return seat.size if isinstance(fact, str) else seat.shape[fact]

    @staticmethod
    def _groups(seats: Sequence[Seat]) -> tuple[list[Seat], dict[int, int]]:
        """One tensor of each group, and the groups' rows by their identity."""
        first = {id(seat.group): seat for seat in reversed(seats)}
        order = {group: k for k, group in enumerate(first)}
        return list(first.values()), order

    def _rows(self, names: Sequence[str], seats: Sequence[Seat], dtype: np.dtype) -> np.ndarray:
        """Numbers by name for each of some tensors, rounded once to the compute type."""
        values = [[float(self.value(name, seat)) for name in names] for seat in seats]
        return np.array(values, dtype=np.float64).reshape(len(seats), len(names)).astype(dtype)

    # --- entrywise work --------------------------------------------------------------------------

    def blocks(self, kernel: Kernel) -> None:  # type: ignore[override]
        """Entrywise work on all tensors in one launch per type, and the reductions that end it."""
        for dtype in dict.fromkeys(seat.dtype for seat in self.seats):
            seats = [(k, seat) for k, seat in enumerate(self.seats) if seat.dtype == dtype]
            bound = self._launched(kernel, dtype, seats)
            for tree in dict.fromkeys(TREES[kind] for _, kind, _ in kernel.reductions):
                self._reduce(kernel, tree, bound, seats)
        for tree in dict.fromkeys(TREES[kind] for _, kind, e in kernel.reductions if e == "all"):
            self._join(kernel, tree)
        for name, _, _ in kernel.reductions:  # from here on the name is that of the number
            for seat in self.seats:
                del seat.arrays[name]
        self.known.update(kernel.stores, (name for name, _, _ in kernel.reductions))

    def _launched(
        self, kernel: Kernel, dtype: np.dtype, seats: Sequence[tuple[int, Seat]]
    ) -> _Bound:
        """Bring the tables up to date and launch."""
        bound: _Bound = self.workspace.setdefault((kernel.symbol, dtype.char), _Bound())  # type: ignore[arg-type, assignment]
        for _, seat in seats:
            for name in (*kernel.stores, *(name for name, _, _ in kernel.reductions)):
                seat.arrays[name] = self._buffer(seat, name)
        sizes = tuple(seat.size for _, seat in seats)
        if sizes != bound.sizes:
            bound.sizes, bound.rows = sizes, chunks(sizes)
            bound.longest = int(bound.rows[:, 2].max(initial=0))
        first, place = self._groups([seat for _, seat in seats])
        table = np.array(
            [
                (*(self._address(kernel, seat, n) for n in kernel.arrays), place[id(seat.group)], k)
                for k, seat in seats
            ],
            dtype=np.int64,
        )
        numbers = np.int64(0) if kernel.layout is None else self._numbers(kernel).row(dtype)
        arguments = (
            bound.table.hold(table),
            bound.chunks.hold(bound.rows),
            np.int64(len(bound.rows)),
            bound.groups.hold(self._rows(kernel.groups, first, dtype)),
            numbers,
        )
        if len(bound.rows):
            compiled = function(self._source(kernel), kernel.symbol, dtype)
            launch(compiled, len(bound.rows), bound.longest, 16 // dtype.itemsize, arguments)
        return bound

    def _reduce(
        self, kernel: Kernel, tree: str, bound: _Bound, seats: Sequence[tuple[int, Seat]]
    ) -> None:
        """Reduce arrays of the tensors of one type: into the row, or into cells for `_join`."""
        found = self._numbers(kernel)
        for extent in ("tensor", "all"):
            names = _reduced(kernel, tree, extent)
            if not names:
                continue
            made = bound.reductions.setdefault((tree, extent), _Reduction())
            vectors = [seat.arrays[name].reshape(-1) for name in names for _, seat in seats]
            results, count = made.reducer(tree, vectors), len(self.seats)
            if made.known != (count, bound.sizes):
                made.known = (count, bound.sizes)
                places = [
                    found.layout.place(name, k) if extent == "tensor" else i * count + k
                    for i, name in enumerate(names)
                    for k, _ in seats
                ]
                made.segments = segments_of([x.size for x in vectors], places)
            if extent == "tensor":
                made.combiner(tree, results, made.segments, found.wide, found.single)
            else:
                cells = self._joint(kernel, tree, len(names) * count).cells
                made.combiner(tree, results, made.segments, cells)

    def _join(self, kernel: Kernel, tree: str) -> None:
        """Join what `_reduce` found for each tensor."""
        found, count = self._numbers(kernel), len(self.seats)
        names = _reduced(kernel, tree, "all")
        joint = self._joint(kernel, tree, len(names) * count)
        rows = [(i * count, count, found.layout.place(n, 0)) for i, n in enumerate(names)]
        segments = np.array(rows, dtype=np.int64)
        joint.combiner(tree, joint.cells, segments, found.wide, found.single)

    def _joint(self, kernel: Kernel, tree: str, count: int) -> _Joint:
        key = (kernel.symbol, tree)
        kept: Any = self.workspace.get(key)
        if kept is None or kept.cells.size != count:
            kept = self.workspace[key] = _Joint(count)  # type: ignore[assignment]
        return kept  # type: ignore[no-any-return]

    def _address(self, kernel: Kernel, seat: Seat, name: str) -> int:
        array = self.value(name, seat)
        if array is None and (name in kernel.optional or name in self.rule.absent):
            return 0
        if array.dtype != seat.dtype or not array.flags.c_contiguous:
            raise TypeError(f"{self.rule.id}: {name} is {array.dtype}, not as the kernel needs it")
        return int(array.data.ptr)

    def _source(self, kernel: Kernel | NumberKernel) -> str:
        """The kernel's text for the flags of the rule."""
        if kernel.symbol not in self.sources:
            self.sources[kernel.symbol] = constants(kernel, self.flags) + kernel.source
        return self.sources[kernel.symbol]

    # --- arrays that are kept --------------------------------------------------------------------

    def _buffer(self, seat: Seat, name: str) -> Any:
        """An array like the tensor, kept from step to step."""
        return self._kept(seat, name)

    def _kept(self, seat: Seat, name: str) -> Any:
        """Memory for `_buffer`, and for working copies of parameters of another type."""
        key = (id(seat.slots[0]), name)
        kept: Any = self.workspace.get(key)
        if kept is None or kept.shape != seat.shape or kept.dtype != seat.dtype:
            kept = self.workspace[key] = cp.empty(seat.shape, dtype=seat.dtype)
        return kept

    def _working_copy(self, seat: Seat) -> Any:
        if self.rule.scope == "all":
            return super()._working_copy(seat)
        kept = self._kept(seat, "theta")
        cp.copyto(kept, seat.slots[0].array.reshape(seat.shape))
        return kept

    def _fitted(self, part: Any, seat: Seat, name: str) -> Any:
        part = part.reshape(seat.shape)
        if part.dtype == seat.dtype and part.flags.c_contiguous:
            return part
        kept = self._buffer(seat, f"{name} as given")
        cp.copyto(kept, part)
        return kept

    # --- questions -------------------------------------------------------------------------------

    def ask(
        self,
        name: str,
        oracle: str,
        at: str | None = None,
        vector: str | None = None,
        when: str | None = None,
    ) -> None:
        # What is known already is taken without looking whether it is needed.
        found = self.found
        if at is None and found is not None and when in found.layout and self.oracles.knows(oracle):
            when = None
        super().ask(name, oracle, at, vector, when)

    def turns(self, at_most: str | int) -> Iterator[int]:
        self.oracles.look_closely()
        yield from super().turns(at_most)

    # --- the end ---------------------------------------------------------------------------------

    def commit(self, moves: Mapping[str, str] | None = None) -> None:
        if self.found is not None:
            for name in self.extents:
                made = (moves or {}).get(name, name)
                if made != name and name in self.found.layout and made in self.found.layout:
                    self.found.move(name, made)
        # Numbers of whole passes may lie on the device: they are state there.
        owners = [(seat.numbers, seat.state, "tensor") for seat in self.seats]
        for numbers, state, extent in (*owners, (self.shared, self.memory, "all")):
            for name in (n for n, e in self.extents.items() if e == extent):
                made = (moves or {}).get(name, name)
                if isinstance(numbers.get(made), cp.ndarray):
                    state[name] = numbers.pop(made)
        super().commit(moves)


def _reduced(kernel: Kernel, tree: str, extent: str) -> list[str]:
    """The arrays of a kernel that a tree reduces to numbers of one extent."""
    return [name for name, kind, e in kernel.reductions if (TREES[kind], e) == (tree, extent)]
