"""Values of a step while they are computed: numbers, and object arrays of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from optwright.derive.interpret.field import Array, Field
from optwright.derive.interpret.rounding import Enclosure

Kind = Literal["host", "all", "tensor", "array", "each_axis"]
KINDS: tuple[Kind, ...] = ("host", "all", "tensor", "array", "each_axis")
"""The kinds of quantities, the coarsest first."""

Data = Any
"""A sequence's value as users see it: a number (host, all), a tuple of one number per tensor, a
tuple of object arrays, or a tuple of tuples of arrays (one per axis). A rule of scope "all" has one
array, over the concatenation of all tensors."""


@dataclass(frozen=True)
class Quantity:
    """A value while it is computed: its kind, and one item per tensor, or one (host, all)."""

    kind: Kind
    items: tuple[Any, ...]

    @property
    def scalar(self) -> bool:
        return self.kind in ("host", "all", "tensor")

    @property
    def data(self) -> Data:
        return self.items[0] if self.kind in ("host", "all") else self.items


def numbers(x: Any, arithmetic: Field) -> Array:
    """An array of the field's numbers, each entry taken exactly."""
    given = np.asarray(x, dtype=object) if not isinstance(x, np.ndarray) else x
    result = np.empty(given.shape, dtype=object)
    for index in np.ndindex(given.shape):
        result[index] = arithmetic.number(given[index])
    return result


def floats(data: Data) -> Any:
    """The nearest floats: of a number a float, of an array a float64 array, of tuples lists."""
    if isinstance(data, tuple):
        return [floats(x) for x in data]
    if isinstance(data, np.ndarray):
        return np.array([float(x) for x in data.flat]).reshape(data.shape)
    return float(data)


def contains(data: Data, computed: Any) -> bool:
    """Whether every computed float is one that its enclosure allows (`Bounded` fields)."""
    return not outside(data, computed)


def outside(data: Data, computed: Any) -> list[str]:
    """Where computed floats leave their enclosures, in words; empty if nowhere."""
    if isinstance(data, tuple):
        found = list(computed)
        if len(found) != len(data):
            return [f"{len(found)} items, {len(data)} expected"]
        return [
            f"[{i}]{text}"
            for i, (a, b) in enumerate(zip(data, found, strict=True))
            for text in outside(a, b)
        ]
    if isinstance(data, np.ndarray):
        found_array = np.asarray(computed)
        if found_array.shape != data.shape:
            return [f": shape {found_array.shape}, {data.shape} expected"]
        return [
            f"{list(i)}{text}"
            for i in np.ndindex(data.shape)
            for text in outside(data[i], found_array[i])
        ]
    if isinstance(data, Enclosure) and computed not in data:
        r = data.range
        allowed = "NaN" if r.empty else f"[{r.low!r}, {r.high!r}]" + (" or NaN" if r.nan else "")
        return [f": {float(computed)!r} is not in {allowed} around {float(data.value)!r}"]
    return []


def boxed(x: Any) -> Array:
    """An array as it is; a zero-dimensional array, where NumPy hands back the bare object."""
    if isinstance(x, np.ndarray):
        return x
    result = np.empty((), dtype=object)
    result[()] = x
    return result


def each(function: Callable[..., Any], *operands: Any) -> Array:
    """`function` entry by entry over arrays and numbers, broadcast against each other."""
    return boxed(np.frompyfunc(function, len(operands), 1)(*map(boxed, operands)))


def full(shape: Sequence[int], number: Any) -> Array:
    """An array of one number."""
    result = np.empty(tuple(shape), dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = number
    return result


def reduced(x: Array, axes: Iterable[int], function: Callable[[list[Any]], Any]) -> Array:
    """Each line of entries along the axes made one number; the axes stay, with length one.

    Where axes count, a number without dimensions is a vector of one entry.
    """
    x = x.reshape(x.shape or (1,))
    gone = sorted({axis % x.ndim for axis in axes})
    kept = [axis for axis in range(x.ndim) if axis not in gone]
    moved = x.transpose(kept + gone)
    shape = [x.shape[axis] for axis in kept]
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = function(list(boxed(moved[index]).flat))
    return result.reshape([1 if axis in gone else x.shape[axis] for axis in range(x.ndim)])


__all__ = [
    "KINDS",
    "Data",
    "Kind",
    "Quantity",
    "boxed",
    "contains",
    "each",
    "floats",
    "full",
    "numbers",
    "outside",
    "reduced",
]
