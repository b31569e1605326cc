"""Which arrays share memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import numpy as np


def extent(array: np.ndarray) -> tuple[int, int]:
    """The addresses [low, high) that the array's elements lie in."""
    low = high = array.__array_interface__["data"][0]
    if array.size == 0:
        return low, low
    if array.flags.c_contiguous:
        return low, low + array.nbytes
    for length, stride in zip(array.shape, array.strides, strict=True):
        if stride < 0:
            low += (length - 1) * stride
        else:
            high += (length - 1) * stride
    return low, high + array.itemsize


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two indices may name one element (broadcast or sliding-window views)."""
    if array.size < 2:
        return False
    reach = array.itemsize
    for stride, length in sorted(
        (abs(stride), length)
        for stride, length in zip(array.strides, array.shape, strict=True)
        if length > 1
    ):
        if stride < reach:
            return True
        reach += stride * (length - 1)
    return False


def owner(array: np.ndarray) -> np.ndarray | None:
    """The array that has allocated this one's memory; None if something else may have."""
    root = array if array.base is None else array.base
    if isinstance(root, np.ndarray) and root.base is None and root.flags.owndata:
        return root
    return None


class Regions:
    """The memory of some arrays, sorted for look-up."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.arrays = arrays
        extents = [extent(array) for array in arrays]
        self.order = sorted(range(len(arrays)), key=extents.__getitem__)
        self.lows = [extents[i][0] for i in self.order]
        # The furthest end so far: how far back an overlap can begin.
        self.highs = list(accumulate((extents[i][1] for i in self.order), max))
        # Arrays with different owners share nothing, which is quickly seen.
        owners = [owner(array) for array in arrays]
        self.owners = None if any(x is None for x in owners) else {id(x) for x in owners}

    def __reduce__(self) -> tuple[type[Regions], tuple[Sequence[np.ndarray]]]:
        """Copies lie elsewhere, so they are looked at anew."""
        return Regions, (self.arrays,)

    def meets(self, array: np.ndarray, but: int | None = None) -> int | None:
        """The index of an array (other than number `but`) that shares memory with this one."""
        if self.owners is not None and but is None:
            root = owner(array)
            if root is not None and id(root) not in self.owners:
                return None
        low, high = extent(array)
        place = bisect_left(self.lows, high) - 1
        while place >= 0 and self.highs[place] > low:
            index = self.order[place]
            if index != but and _share(array, self.arrays[index]):
                return index
            place -= 1
        return None


def _share(one: np.ndarray, other: np.ndarray) -> bool:
    if not np.may_share_memory(one, other):
        return False
    try:
        return np.shares_memory(one, other, max_work=100_000)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True
