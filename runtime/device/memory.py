"""What depends on CuPy in the optimizers' ways with arrays: kinds, memory, where states lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.device.reduction import dot
from optwright.runtime.error import ParameterError
from optwright.runtime.overlap import Regions, overlaps_itself
from optwright.runtime.step.library import Library, kind, misshapen


class DeviceLibrary(Library):
    """CuPy: states lie on the device, and answers are not copied to be read only."""

    xp = cp
    dot = staticmethod(dot)

    def parameter(self, leaf: Any, what: str) -> Any:
        if isinstance(leaf, np.ndarray):
            raise ParameterError(f"{what} is a NumPy array: move it with cupy.asarray")
        if not isinstance(leaf, cp.ndarray):
            raise ParameterError(f"{what} is {type(leaf).__name__}, not a CuPy array")
        if leaf.dtype.kind != "f":
            raise ParameterError(
                f"{what} has dtype {leaf.dtype}; allowed: float16, float32, float64"
            )
        if overlaps_itself(_outline(leaf)):
            raise ParameterError(f"{what} is a view whose elements share memory: pass a copy")
        return leaf

    def locked(self, array: Any) -> bool:
        return False

    def regions(self, arrays: Sequence[Any]) -> Regions:
        return DeviceRegions(arrays)

    def answer(self, given: Any, shape: tuple[int, ...]) -> tuple[Any, str | None]:
        if isinstance(given, np.ndarray):
            return None, "is a NumPy array: move it to the device with cupy.asarray"
        if not isinstance(given, cp.ndarray):
            return None, f"is {kind(given)}, not a CuPy array"
        if given.dtype.kind != "f":
            return None, f"has dtype {given.dtype}; allowed: real floating point"
        return given, None if given.shape == shape else misshapen(given, shape)

    def read_only(self, array: Any) -> Any:
        return array

    def number(self, given: Any) -> Any:
        return given.item() if isinstance(given, cp.ndarray) and given.size == 1 else given

    def place(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.place(item) for item in value]
        return cp.asarray(value) if isinstance(value, np.ndarray) else value

    def fetch(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.fetch(item) for item in value]
        return value.get() if isinstance(value, cp.ndarray) else super().fetch(value)


class DeviceRegions(Regions):
    """Which memory of the device some arrays occupy."""

    def __init__(self, arrays: Sequence[Any]) -> None:
        super().__init__([_outline(array) for array in arrays])
        self.lying = arrays

    def __reduce__(self) -> tuple[type[Regions], tuple[Sequence[Any]]]:
        return DeviceRegions, (self.lying,)

    def meets(self, array: Any, but: int | None = None) -> int | None:
        return super().meets(_outline(array), but)


class _Outline:
    def __init__(self, array: Any) -> None:
        self.__array_interface__ = {
            "version": 3,
            "shape": array.shape,
            "strides": array.strides,
            "typestr": array.dtype.str,
            "data": (int(array.data.ptr), False),
        }


def _outline(array: Any) -> np.ndarray:
    """A NumPy array with the addresses of one on the device. Its elements are never touched."""
    if array.size == 0:
        return np.empty(array.shape, array.dtype)
    return np.asarray(_Outline(array))
