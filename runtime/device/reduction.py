"""Reductions on the device through the tree of `optwright.runtime.step.reduction`, bit for bit.

`Reducer` halves the chunks of vectors in their own type, `Combiner` joins the chunks' results in
double. Nothing is read back; a number over all entries is an array without dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.kernel import function, launch
from optwright.runtime.device.library import cp
from optwright.runtime.device.source import COMBINATION, REDUCTION
from optwright.runtime.device.table import Row, chunks
from optwright.runtime.step.reduction import CHUNK, Reductions

TREES = {"sum": "sum", "nonfinite": "sum", "max": "largest"}
"""The tree of each kind of reduction; the entries of "nonfinite" are 0 and 1."""

_PER_THREAD, _HALVINGS = 16, 4
"""What a thread joins in one launch, and the halvings that this is."""

_DOUBLE = np.dtype(np.float64)


class Reducer:
    """Reduces vectors of one type, which are used as scratch; its tables are kept."""

    def __init__(self) -> None:
        self.table, self.chunks = Row(), Row()
        self.results: Any = None
        self.sizes: tuple[int, ...] | None = None
        self.rows = chunks(())

    def __call__(self, tree: str, vectors: Sequence[Any]) -> Any:
        """The results of all chunks, those of the first vector first, in the vectors' type."""
        sizes = tuple(x.size for x in vectors)
        dtype = vectors[0].dtype
        if sizes != self.sizes:
            self.sizes, self.rows = sizes, chunks(sizes)
            self.results = cp.empty((len(self.rows),), dtype)
        if not len(self.rows):
            return self.results
        table = self.table.hold(np.array([x.data.ptr for x in vectors], dtype=np.int64))
        placed = self.chunks.hold(self.rows)
        halve = function(REDUCTION, f"optwright_halve_{tree}", dtype)
        longest, done = min(CHUNK, max(sizes)), 0
        while True:
            arguments = (table, placed, np.int64(len(self.rows)), self.results, np.int64(done))
            launch(halve, len(self.rows), longest, _PER_THREAD, arguments)
            longest, done = -(-longest // _PER_THREAD), done + _HALVINGS
            if longest == 1:
                return self.results


class Combiner:
    """Joins segments of numbers in double; its table and its scratch are kept."""

    def __init__(self) -> None:
        self.table, self.cells = Row(), None

    def __call__(
        self, tree: str, source: Any, segments: np.ndarray, wide: Any, single: Any = None
    ) -> None:
        """Reduce segments, rows (start, length, place), of `source` into places of `wide`.

        `single` gets the results rounded.
        """
        if self.cells is None or self.cells.size != source.size:
            self.cells = cp.empty((source.size,), np.float64)
        table = self.table.hold(segments)
        longest, done = int(segments[:, 1].max(initial=0)), 0
        while True:
            entry = "double" if source.dtype == _DOUBLE else "float"
            combine = function(COMBINATION, f"optwright_combine_{tree}_of_{entry}", _DOUBLE)
            arguments = (
                table,
                np.int64(len(segments)),
                source,
                self.cells,
                wide,
                np.int64(0) if single is None else single,
                np.int64(done),
            )
            launch(combine, len(segments), longest, _PER_THREAD, arguments)
            longest, done, source = -(-longest // _PER_THREAD), done + _HALVINGS, self.cells
            if longest <= 1:
                return


def segments_of(sizes: Sequence[int], places: Sequence[int]) -> np.ndarray:
    """The segments of the chunks' results of vectors of these sizes, for `Combiner`."""
    lengths = [-(-size // CHUNK) for size in sizes]
    starts = np.cumsum([0, *lengths])[:-1]
    rows = list(zip(starts, lengths, places, strict=True))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def reduced(kind: str, x: Any) -> Any:
    """A reduction of all entries: an array without dimensions (float64)."""
    tree = TREES[kind]
    flat = cp.array(x, order="C").reshape(-1)
    if kind == "nonfinite":
        flat = (~cp.isfinite(flat)).astype(flat.dtype)
    results = Reducer()(tree, [flat])
    found = cp.empty((1,), np.float64)
    Combiner()(tree, results, segments_of([flat.size], [0]), found)
    return found.reshape(())


def joined(kind: str, parts: Sequence[Any]) -> Any:
    """Numbers as one, by the same tree, in double: what `reduced` gave for each tensor."""
    cells = cp.empty((len(parts),), np.float64)
    for k, part in enumerate(parts):
        cells[k : k + 1] = part
    found = cp.empty((1,), np.float64)
    segments = np.array([(0, len(parts), 0)], dtype=np.int64)
    Combiner()(TREES[kind], cells, segments, found)
    return found.reshape(())


def weak(number: Any, like: Any) -> Any:
    """A number as it joins arrays: rounded once to the type of `like`, left where it lies."""
    return number.astype(like.dtype) if isinstance(number, cp.ndarray) else float(number)


_cupy = Reductions(cp, reduced)
total, mean, norm, dot, largest = (
    _cupy.total, _cupy.mean, _cupy.norm, _cupy.dot, _cupy.largest,
)  # fmt: skip
count_nonfinite, max_per_axis, min_over_axes = (
    _cupy.count_nonfinite, _cupy.max_per_axis, _cupy.min_over_axes,
)  # fmt: skip
