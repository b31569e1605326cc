"""Reductions through one defined tree, so that every backend can give the same bits.

An array is cut into chunks of `CHUNK` entries in C order. Within a chunk the second half is added
onto the first, again and again, in the array's own type; the chunks' sums are added the same way in
float64. Nothing depends on threads, on the memory layout or on the NumPy version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

CHUNK = 65536
"""Entries per chunk."""


def halve(values: Array) -> Any:
    """The sum of a vector by halving; the vector is used as scratch."""
    n = len(values)
    if n == 0:
        return values.dtype.type(0)
    while n > 1:
        half = (n + 1) // 2
        np.add(values[: n - half], values[half:n], out=values[: n - half])
        n = half
    return values[0]


def chunk_sum(block: Array) -> np.float64:
    """The sum of one chunk; the block is left as it is."""
    return np.float64(halve(np.array(block).reshape(-1)))


def chunk_max(block: Array) -> np.float64:
    """The largest entry of one chunk, NaN if there is one, -inf for none."""
    return np.float64(np.max(block)) if block.size else np.float64(-np.inf)


def chunk_nonfinite(block: Array) -> np.float64:
    """How many entries of one chunk are infinite or NaN."""
    return np.float64(block.size - np.count_nonzero(np.isfinite(block)))


def combine(kind: str, parts: list[np.float64]) -> np.float64:
    """The chunks' results as one: `kind` is "sum", "max" or "nonfinite"."""
    values = np.array(parts, dtype=np.float64)
    if kind == "max":
        return chunk_max(values)
    return np.float64(halve(values))


_OF_CHUNK = {"sum": chunk_sum, "max": chunk_max, "nonfinite": chunk_nonfinite}


def of_chunk(kind: str) -> Callable[[Array], np.float64]:
    """What reduces one chunk: `kind` is "sum", "max" or "nonfinite"."""
    return _OF_CHUNK[kind]


def reduced(kind: str, x: Array) -> np.float64:
    """A reduction of all entries, chunk by chunk in C order."""
    flat = np.ascontiguousarray(x).reshape(-1)
    reduce = _OF_CHUNK[kind]
    return combine(kind, [reduce(flat[i : i + CHUNK]) for i in range(0, flat.size, CHUNK)])


class Reductions:
    """Reductions of whole arrays of the library `xp`; `reduced` gives those of all entries."""

    def __init__(self, xp: Any, reduced: Callable[[str, Any], Any]) -> None:
        self.xp, self.reduced = xp, reduced

    def total(self, x: Any, axis: int | None = None) -> Any:
        """The sum of all entries (float64), or along an axis kept with length one (type of `x`)."""
        return self.reduced("sum", x) if axis is None else self._along(x, axis)

    def _along(self, x: Any, axis: int) -> Any:
        """The sum along an axis by halving."""
        xp = self.xp
        lanes = xp.moveaxis(xp.array(x), axis, 0)
        n = lanes.shape[0]
        if n == 0:
            return xp.moveaxis(xp.zeros((1, *lanes.shape[1:]), dtype=x.dtype), 0, axis)
        while n > 1:
            half = (n + 1) // 2
            xp.add(lanes[: n - half], lanes[half:n], out=lanes[: n - half])
            n = half
        return xp.ascontiguousarray(xp.moveaxis(lanes[:1], 0, axis))

    def mean(self, x: Any, axis: int | None = None) -> Any:
        """The mean of all entries (float64), or along an axis kept with length one."""
        if axis is None:
            return self.total(x) / np.float64(x.size)
        return self._along(x, axis) / x.dtype.type(x.shape[axis])

    def norm(self, x: Any, axis: int | None = None) -> Any:
        """The Euclidean norm of all entries (float64), or along an axis."""
        return self.xp.sqrt(self.total(x * x, axis))

    def dot(self, x: Any, y: Any, axis: int | None = None) -> Any:
        """The sum of entrywise products."""
        return self.total(x * y, axis)

    def largest(self, x: Any, axis: int | None = None) -> Any:
        """The largest entry, NaN if there is one."""
        if axis is None:
            return self.reduced("max", x)
        return self.xp.max(x, axis=axis, keepdims=True)

    def count_nonfinite(self, x: Any, axis: int | None = None) -> Any:
        """How many entries are infinite or NaN."""
        if axis is None:
            return self.reduced("nonfinite", x)
        return self.xp.sum(~self.xp.isfinite(x), axis=axis, keepdims=True).astype(x.dtype)

    def max_per_axis(self, x: Any) -> list[Any]:
        """For each axis the maximum over all the others, these kept with length one."""
        xp, parts = self.xp, []
        for kept in range(x.ndim):
            others = tuple(a for a in range(x.ndim) if a != kept)
            if x.size:
                parts.append(xp.max(x, axis=others, keepdims=True) if others else xp.array(x))
            else:
                shape = tuple(n if a == kept else 1 for a, n in enumerate(x.shape))
                parts.append(xp.full(shape, -np.inf, dtype=x.dtype))
        return parts

    def min_over_axes(self, parts: list[Any]) -> Any:
        """The entrywise minimum of one array per axis, broadcast against each other."""
        result = parts[0]
        for part in parts[1:]:
            result = self.xp.minimum(result, part)
        return result


_numpy = Reductions(np, reduced)
total, mean, norm, dot, largest = (
    _numpy.total, _numpy.mean, _numpy.norm, _numpy.dot, _numpy.largest,
)  # fmt: skip
count_nonfinite, max_per_axis, min_over_axes = (
    _numpy.count_nonfinite, _numpy.max_per_axis, _numpy.min_over_axes,
)  # fmt: skip
