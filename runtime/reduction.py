"""Reductions through one defined tree, so that every backend can give the same bits.

An array is cut into chunks of `CHUNK` entries in C order. Within a chunk the second half is added
onto the first, again and again, in the array's own type; the chunks' sums are added the same way in
float64. Nothing depends on threads, on the memory layout or on the NumPy version.
"""

from __future__ import annotations

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


def total(x: Array, axis: int | None = None) -> Any:
    """The sum of all entries (float64), or along an axis kept with length one (type of `x`)."""
    if axis is not None:
        return _along(x, axis)
    flat = np.ascontiguousarray(x).reshape(-1)
    return combine("sum", [chunk_sum(flat[i : i + CHUNK]) for i in range(0, flat.size, CHUNK)])


def _along(x: Array, axis: int) -> Array:
    """The sum along an axis by halving."""
    lanes = np.moveaxis(np.array(x), axis, 0)
    n = lanes.shape[0]
    if n == 0:
        return np.moveaxis(np.zeros((1, *lanes.shape[1:]), dtype=x.dtype), 0, axis)
    while n > 1:
        half = (n + 1) // 2
        np.add(lanes[: n - half], lanes[half:n], out=lanes[: n - half])
        n = half
    return np.ascontiguousarray(np.moveaxis(lanes[:1], 0, axis))


def mean(x: Array, axis: int | None = None) -> Any:
    """The mean of all entries (float64), or along an axis kept with length one."""
    if axis is None:
        return total(x) / np.float64(x.size)
    return _along(x, axis) / x.dtype.type(x.shape[axis])


def norm(x: Array, axis: int | None = None) -> Any:
    """The Euclidean norm of all entries (float64), or along an axis."""
    return np.sqrt(total(x * x, axis))


def dot(x: Array, y: Array, axis: int | None = None) -> Any:
    """The sum of entrywise products."""
    return total(x * y, axis)


def largest(x: Array, axis: int | None = None) -> Any:
    """The largest entry, NaN if there is one."""
    return chunk_max(x) if axis is None else np.max(x, axis=axis, keepdims=True)


def count_nonfinite(x: Array, axis: int | None = None) -> Any:
    """How many entries are infinite or NaN."""
    if axis is None:
        return chunk_nonfinite(x)
    return np.sum(~np.isfinite(x), axis=axis, keepdims=True).astype(x.dtype)


def max_per_axis(x: Array) -> list[Array]:
    """For each axis the maximum over all the others, these kept with length one."""
    axes = range(x.ndim)
    return [
        np.max(x, axis=tuple(a for a in axes if a != kept), keepdims=True, initial=-np.inf)
        if x.size == 0
        else np.max(x, axis=tuple(a for a in axes if a != kept), keepdims=True)
        for kept in axes
    ]


def min_over_axes(parts: list[Array]) -> Any:
    """The entrywise minimum of one array per axis, broadcast against each other."""
    result = parts[0]
    for part in parts[1:]:
        result = np.minimum(result, part)
    return result
