"""Numbers that a rule keeps on the device: found from reductions, or state of a tensor or of all.

They are kept in double, as the host keeps its own, and rounded once to single for kernels of that
type. Number kernels make them; nothing is read back unless somebody asks.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.kernel import Layout, NumberKernel, function, launch_each
from optwright.runtime.device.library import cp
from optwright.runtime.device.table import Row

DOUBLE = np.dtype(np.float64)


class Numbers:
    """A row of numbers for some tensors, in the places that a layout says."""

    def __init__(self, layout: Layout, tensors: int) -> None:
        self.layout, self.tensors = layout, tensors
        self.wide = cp.zeros((layout.size(tensors),), dtype=np.float64)
        self.single = cp.zeros((layout.size(tensors),), dtype=np.float32)
        self._views: dict[int, Any] = {}
        self._of_tensor: dict[int, dict[str, Any]] = {}
        self._tables: dict[str, tuple[Row, Row]] = {}

    def row(self, dtype: np.dtype) -> Any:
        """All numbers in a compute type."""
        return self.wide if dtype == DOUBLE else self.single

    def view(self, name: str, tensor: int = 0) -> Any:
        """One number, as an array without dimensions that shares the row's memory."""
        place = self.layout.place(name, tensor)
        if place not in self._views:
            self._views[place] = self.wide[place : place + 1].reshape(())
        return self._views[place]

    def views(self, tensor: int) -> dict[str, Any]:
        """The numbers of a tensor, and those over all, by name."""
        if tensor not in self._of_tensor:
            names = (*self.layout.all, *self.layout.tensor)
            self._of_tensor[tensor] = {name: self.view(name, tensor) for name in names}
        return self._of_tensor[tensor]

    def keep(self, state: MutableMapping[str, Any], name: str, tensor: int = 0) -> None:
        """Let a state lie here; what it was elsewhere is written here first."""
        view = self.view(name, tensor)
        if state[name] is not view:
            self.write(float(state[name]), name, tensor)
            state[name] = view

    def write(self, value: float, name: str, tensor: int = 0) -> None:
        """Give a number a value of the host's."""
        place = self.layout.place(name, tensor)
        self.view(name, tensor).fill(value)
        with np.errstate(over="ignore"):
            self.single[place : place + 1].fill(np.float32(value))

    def copy(self, name: str, tensor: int, other: Numbers, its: int) -> None:
        """Give a number the value that it has in another row."""
        place, source = self.layout.place(name, tensor), other.layout.place(name, its)
        cp.copyto(self.wide[place : place + 1], other.wide[source : source + 1])
        cp.copyto(self.single[place : place + 1], other.single[source : source + 1])

    def move(self, name: str, made: str) -> None:
        """Give a number the value of another, for every tensor."""
        for row in (self.wide, self.single):
            if name in self.layout.all:
                to, start = self.layout.place(name, 0), self.layout.place(made, 0)
                cp.copyto(row[to : to + 1], row[start : start + 1])
            else:
                each = row[len(self.layout.all) :].reshape(self.tensors, len(self.layout.tensor))
                places = [self.layout.tensor.index(n) for n in (name, made)]
                cp.copyto(each[:, places[0]], each[:, places[1]])

    def make(
        self,
        kernel: NumberKernel,
        source: str,
        table: Sequence[Sequence[int]],
        groups: np.ndarray,
    ) -> None:
        """Launch the kernel, whose text for the rule's flags is `source`.

        `table` has a row (group, facts …) for each tensor, or one for all.
        """
        rows, numbers = self._tables.setdefault(kernel.symbol, (Row(), Row()))
        arguments = (
            rows.hold(np.array(table, dtype=np.int64).reshape(-1)),
            np.int64(len(table)),
            numbers.hold(groups),
            self.wide,
            self.single,
        )
        launch_each(function(source, kernel.symbol, DOUBLE), len(table), arguments)
