"""One step on the device: kernels over many tensors at once, whole passes as array code.

Tables, number rows and arrays between passes are made in the first step and kept. After it an
entrywise rule allocates nothing and reads nothing back; numbers that depend on reductions are read
back by the host, once per pass.

Kernels give NumPy's bits. Whole passes are equal within roundings: CuPy compiles its own array code
so that denormal float32 numbers become zero, and matrix products are cuBLAS's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.kernel import Kernel, function, launch
from optwright.runtime.device.library import cp
from optwright.runtime.device.reduction import Reducer
from optwright.runtime.device.table import Row, chunks
from optwright.runtime.reduction import combine
from optwright.runtime.step import Seat, Step


class _Bound:
    """What one kernel needs for the tensors of one type: tables, numbers and chunks."""

    def __init__(self) -> None:
        self.table, self.chunks, self.groups, self.tensors = Row(), Row(), Row(), Row()
        self.sizes: tuple[int, ...] = ()
        self.rows = chunks(())
        self.reducers: dict[str, Reducer] = {}


class DeviceStep(Step):
    """A step whose arrays are CuPy's; see the module's text."""

    xp = cp

    def blocks(self, kernel: Kernel) -> None:  # type: ignore[override]
        """Entrywise work on all tensors in one launch per type, and the reductions that end it."""
        parts: dict[str, list[np.float64]] = {name: [] for name, _, _ in kernel.reductions}
        found: dict[tuple[str, int], np.float64] = {}
        for dtype in dict.fromkeys(seat.theta.dtype for seat in self.seats):
            seats = [seat for seat in self.seats if seat.theta.dtype == dtype]
            bound = self._bound(kernel, dtype, seats)
            for name, kind, _ in kernel.reductions:
                reducer = bound.reducers.setdefault(name, Reducer())
                vectors = [seat.arrays[name].reshape(-1) for seat in seats]
                for seat, each in zip(seats, reducer(kind, vectors), strict=True):
                    found[name, id(seat)] = combine(kind, each)
        for seat in self.seats:
            for name, _, extent in kernel.reductions:
                if extent == "tensor":
                    seat.numbers[name] = found[name, id(seat)]
                else:
                    parts[name].append(found[name, id(seat)])
        for name, kind, extent in kernel.reductions:
            if extent == "all":
                self.shared[name] = combine(kind, parts[name])

    def _bound(self, kernel: Kernel, dtype: np.dtype, seats: Sequence[Seat]) -> _Bound:
        """Bring the tables up to date and launch."""
        bound: _Bound = self.workspace.setdefault((kernel.symbol, dtype.char), _Bound())  # type: ignore[arg-type, assignment]
        for seat in seats:
            for name in (*kernel.stores, *(name for name, _, _ in kernel.reductions)):
                seat.arrays[name] = self._buffer(seat, name)
        sizes = tuple(seat.theta.size for seat in seats)
        if sizes != bound.sizes:
            bound.sizes, bound.rows = sizes, chunks(sizes)
        groups = {id(seat.group): seat for seat in seats}
        place = {group: k for k, group in enumerate(groups)}
        table = np.array(
            [
                (*(self._address(kernel, seat, n) for n in kernel.arrays), place[id(seat.group)], k)
                for k, seat in enumerate(seats)
            ],
            dtype=np.int64,
        )
        arguments = (
            bound.table.hold(table),
            bound.chunks.hold(bound.rows),
            np.int64(len(bound.rows)),
            bound.groups.hold(self._rows(kernel.groups, list(groups.values()), dtype)),
            bound.tensors.hold(self._rows(kernel.tensors, seats, dtype)),
        )
        if len(bound.rows):
            longest = int(bound.rows[:, 2].max())
            compiled = function(kernel.source, kernel.symbol, dtype)
            launch(compiled, len(bound.rows), longest, 16 // dtype.itemsize, arguments)
        return bound

    def _address(self, kernel: Kernel, seat: Seat, name: str) -> int:
        array = self._array(seat, name)
        if array is None and name in kernel.optional:
            return 0
        if array.dtype != seat.theta.dtype or not array.flags.c_contiguous:
            raise TypeError(f"{self.rule.id}: {name} is {array.dtype}, not as the kernel needs it")
        return int(array.data.ptr)

    def _rows(self, names: Sequence[str], seats: Sequence[Seat], dtype: np.dtype) -> np.ndarray:
        """Numbers by name for each of some tensors, rounded once to the compute type."""
        values = [[float(self._value(seat, name)) for name in names] for seat in seats]
        return np.array(values, dtype=np.float64).reshape(len(seats), len(names)).astype(dtype)

    def _buffer(self, seat: Seat, name: str) -> Any:
        """An array like the tensor, kept from step to step."""
        key = (id(seat.slots[0]), name)
        kept: Any = self.workspace.get(key)
        if kept is None or kept.shape != seat.shape or kept.dtype != seat.theta.dtype:
            kept = self.workspace[key] = cp.empty(seat.shape, dtype=seat.theta.dtype)
        return kept

    def _working_copy(self, slot: Any) -> Any:
        key = (id(slot), "theta")
        kept: Any = self.workspace.get(key)
        if kept is None or kept.shape != slot.array.shape or kept.dtype != slot.compute:
            kept = self.workspace[key] = cp.empty(slot.array.shape, dtype=slot.compute)
        cp.copyto(kept, slot.array)
        return kept

    def _chunks(self, kind: str, value: Any) -> list[np.float64]:
        flat = cp.array(value, order="C").reshape(-1)
        if kind == "nonfinite":
            flat = (~cp.isfinite(flat)).astype(flat.dtype)
        return Reducer()(kind, [flat])[0]
