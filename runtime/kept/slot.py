"""One tensor of an optimizer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optwright.runtime.group import Group


@dataclass(eq=False)
class Slot:
    """One tensor of an optimizer.

    name     its path, such as "layer1/w"; "" for a single array
    array    the user's array, updated in place
    group    its hyperparameters
    compute  the dtype of its state: float64 for float64, else float32
    state    what is kept between steps; empty before the first step
    """

    name: str
    array: np.ndarray
    group: Group
    compute: np.dtype
    state: dict[str, Any] = field(default_factory=dict)

    def value(self, dtype: np.dtype) -> np.ndarray:
        """A copy of the array in NumPy's memory."""
        array: Any = self.array
        host: np.ndarray = array.get() if hasattr(array, "get") else array
        return host.astype(dtype)


def compute_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype in which a parameter of the given storage dtype is updated."""
    return np.dtype(np.float64 if dtype.itemsize == 8 else np.float32)
