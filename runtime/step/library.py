"""What depends on the array library, in one place: NumPy here, others in subclasses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from optwright.runtime.error import ParameterError
from optwright.runtime.overlap import Regions, overlaps_itself
from optwright.runtime.step.reduction import dot

_DTYPES = "float16, float32, float64, bfloat16"


class Library:
    """NumPy: which arrays may be parameters and answers, where they lie, how states are kept.

    `xp` is the library's module, `dot` its sum of products.
    """

    xp: Any = np
    dot: Callable[..., Any] = staticmethod(dot)

    def parameter(self, leaf: Any, what: str) -> Any:
        """The array to update in place, or ParameterError; `what` names it."""
        if not isinstance(leaf, np.ndarray):
            raise ParameterError(f"{what} is {type(leaf).__name__}, not a NumPy array")
        if not _is_real(leaf.dtype) or (leaf.dtype.kind == "f" and leaf.dtype.itemsize > 8):
            raise ParameterError(f"{what} has dtype {leaf.dtype}; allowed: {_DTYPES}")
        if not leaf.flags.writeable:
            raise ParameterError(f"{what} is read-only: it is updated in place, so pass a copy")
        if overlaps_itself(leaf):
            raise ParameterError(f"{what} is a view whose elements share memory: pass a copy")
        return np.asarray(leaf)

    def locked(self, array: Any) -> bool:
        """Whether the array cannot be written to, for the time being."""
        return not array.flags.writeable

    def regions(self, arrays: Sequence[Any]) -> Regions:
        """Which memory some arrays occupy."""
        return Regions(arrays)

    def answer(self, given: Any, shape: tuple[int, ...]) -> tuple[Any, str | None]:
        """An oracle's answer as an array, and why it cannot be one of this shape, if so."""
        array = given
        if type(given) is not np.ndarray:
            if not (hasattr(given, "__array__") or (shape == () and isinstance(given, float))):
                return None, f"is {kind(given)}, not an array"
            array = np.asarray(given)
        if not _is_real(array.dtype):
            return None, f"has dtype {array.dtype}; allowed: real floating point"
        return array, None if array.shape == shape else misshapen(array, shape)

    def read_only(self, array: Any) -> Any:
        """The array so that nobody writes to it by way of what is given here."""
        view = array.view()
        view.flags.writeable = False
        return view

    def number(self, given: Any) -> Any:
        """What stands for one number as the host takes it; anything else as it is."""
        return given

    def place(self, value: Any) -> Any:
        """A state as steps keep it: `value` lies in NumPy's memory."""
        return value

    def fetch(self, value: Any) -> Any:
        """A copy of a state in NumPy's memory."""
        return deepcopy(value)


def _is_real(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "f" or dtype.name == "bfloat16"


def misshapen(array: Any, shape: tuple[int, ...]) -> str:
    """Why an array of another shape does not fit."""
    return f"has shape {array.shape}; expected {shape}"


def is_number(given: Any) -> bool:
    """Whether it is one real number, or an array of one."""
    if isinstance(given, (bool, np.bool_, str, bytes)) or given is None:
        return False
    if isinstance(given, (int, float)):
        return True
    if not (isinstance(given, (np.ndarray, np.generic)) or hasattr(given, "__array__")):
        return False
    array = np.asarray(given)
    return array.size == 1 and array.dtype.kind in "fiu"


def kind(given: Any) -> str:
    """What something is, for messages."""
    if given is None:
        return "None"
    if getattr(given, "shape", ()):
        return f"an array of shape {given.shape}"
    name = type(given).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
