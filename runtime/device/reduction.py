"""Reductions on the device through the tree of `optwright.runtime.reduction`, bit for bit.

Numbers over all entries are read back by the host; reductions along axes stay on the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.kernel import function, launch
from optwright.runtime.device.library import cp
from optwright.runtime.device.source import REDUCTION
from optwright.runtime.device.table import Row, chunks
from optwright.runtime.reduction import combine

_SYMBOLS = {
    "sum": "optwright_halve_sum",
    "nonfinite": "optwright_halve_sum",
    "max": "optwright_halve_largest",
}


class Reducer:
    """Reduces vectors of one type, which are used as scratch; its tables are kept."""

    def __init__(self) -> None:
        self.table, self.chunks, self.results = Row(), Row(), None

    def __call__(self, kind: str, vectors: Sequence[Any]) -> list[list[np.float64]]:
        """For each vector its chunks' results; for "nonfinite" the vectors are 0 and 1."""
        rows = chunks([x.size for x in vectors])
        found: list[list[np.float64]] = [[] for _ in vectors]
        if not len(rows):
            return found
        dtype = vectors[0].dtype
        table = self.table.hold(np.array([x.data.ptr for x in vectors], dtype=np.int64))
        placed = self.chunks.hold(rows)
        if self.results is None or self.results.shape != (len(rows),):
            self.results = cp.empty((len(rows),), dtype)
        halve = function(REDUCTION, _SYMBOLS[kind], dtype)
        longest, done = int(rows[:, 2].max()), 0
        while True:
            arguments = (table, placed, np.int64(len(rows)), self.results, np.int64(done))
            launch(halve, len(rows), longest, 16, arguments)
            longest, done = -(-longest // 16), done + 4
            if longest == 1:
                break
        assert self.results is not None
        for (k, _, _), result in zip(rows, self.results.get(), strict=True):
            found[k].append(np.float64(result))
        return found


def _flat(x: Any) -> Any:
    """A copy as a vector."""
    return cp.array(x, order="C").reshape(-1)


def total(x: Any, axis: int | None = None) -> Any:
    """The sum of all entries (float64), or along an axis kept with length one (type of `x`)."""
    if axis is not None:
        return _along(x, axis)
    return combine("sum", Reducer()("sum", [_flat(x)])[0])


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
    squares = total(x * x, axis)
    return np.sqrt(squares) if axis is None else cp.sqrt(squares)


def dot(x: Any, y: Any, axis: int | None = None) -> Any:
    """The sum of entrywise products."""
    return total(x * y, axis)


def largest(x: Any, axis: int | None = None) -> Any:
    """The largest entry, NaN if there is one."""
    if axis is None:
        return combine("max", Reducer()("max", [_flat(x)])[0])
    return cp.max(x, axis=axis, keepdims=True)


def count_nonfinite(x: Any, axis: int | None = None) -> Any:
    """How many entries are infinite or NaN."""
    marks = (~cp.isfinite(x)).astype(x.dtype)
    if axis is None:
        return combine("sum", Reducer()("sum", [_flat(marks)])[0])
    return cp.sum(marks, axis=axis, keepdims=True)


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
