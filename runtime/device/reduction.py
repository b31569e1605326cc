"""Reductions on the device through the tree of `optwright.runtime.reduction`, bit for bit.

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
from optwright.runtime.reduction import CHUNK

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


def reduced(kind: str, vector: Any) -> Any:
    """A reduction of a vector, which is used as scratch: an array without dimensions (float64)."""
    tree = TREES[kind]
    results = Reducer()(tree, [vector])
    found = cp.empty((1,), np.float64)
    Combiner()(tree, results, segments_of([vector.size], [0]), found)
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


def _flat(x: Any) -> Any:
    """A copy as a vector."""
    return cp.array(x, order="C").reshape(-1)


def total(x: Any, axis: int | None = None) -> Any:
    """The sum of all entries (float64), or along an axis kept with length one (type of `x`)."""
    if axis is not None:
        return _along(x, axis)
    return reduced("sum", _flat(x))


def _along(x: Any, axis: int) -> Any:
    """The sum along an axis by halving."""
    lanes = cp.moveaxis(cp.array(x), axis, 0)
    n = lanes.shape[0]
    if n == 0:
        return cp.moveaxis(cp.zeros((1, *lanes.shape[1:]), dtype=x.dtype), 0, axis)
    while n > 1:
        half = (n + 1) // 2
        cp.add(lanes[: n - half], lanes[half:n], out=lanes[: n - half])
        n = half
    return cp.ascontiguousarray(cp.moveaxis(lanes[:1], 0, axis))


def mean(x: Any, axis: int | None = None) -> Any:
    """The mean of all entries (float64), or along an axis kept with length one."""
    if axis is None:
        return total(x) / np.float64(x.size)
    return _along(x, axis) / x.dtype.type(x.shape[axis])


def norm(x: Any, axis: int | None = None) -> Any:
    """The Euclidean norm of all entries (float64), or along an axis."""
    return cp.sqrt(total(x * x, axis))


def dot(x: Any, y: Any, axis: int | None = None) -> Any:
    """The sum of entrywise products."""
    return total(x * y, axis)


def largest(x: Any, axis: int | None = None) -> Any:
    """The largest entry, NaN if there is one."""
    if axis is None:
        return reduced("max", _flat(x))
    return cp.max(x, axis=axis, keepdims=True)


def count_nonfinite(x: Any, axis: int | None = None) -> Any:
    """How many entries are infinite or NaN."""
    marks = (~cp.isfinite(x)).astype(x.dtype)
    if axis is None:
        return reduced("sum", _flat(marks))
    return cp.sum(marks, axis=axis, keepdims=True)


def weak(number: Any, like: Any) -> Any:
    """A number as it joins arrays: rounded once to the type of `like`, left where it lies."""
    return number.astype(like.dtype) if isinstance(number, cp.ndarray) else float(number)


def max_per_axis(x: Any) -> list[Any]:
    """For each axis the maximum over all the others, these kept with length one."""
    axes = range(x.ndim)
    parts = []
    for kept in axes:
        others = tuple(a for a in axes if a != kept)
        if x.size:
            parts.append(cp.max(x, axis=others, keepdims=True) if others else cp.array(x))
        else:
            shape = tuple(n if a == kept else 1 for a, n in enumerate(x.shape))
            parts.append(cp.full(shape, -np.inf, dtype=x.dtype))
    return parts


def min_over_axes(parts: list[Any]) -> Any:
    """The entrywise minimum of one array per axis, broadcast against each other."""
    result = parts[0]
    for part in parts[1:]:
        result = cp.minimum(result, part)
    return result
