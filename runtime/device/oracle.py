"""Oracles whose answers are CuPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.device.reduction import dot
from optwright.runtime.error import OracleError
from optwright.runtime.oracle import Oracles, _is_number, _kind


class DeviceOracles(Oracles):
    """What a step on the device may ask: arrays are CuPy's, losses numbers or CuPy's scalars.

    Noise is drawn by the host's generator, so that it is the same as on the host.
    """

    xp = cp

    def _split(self, given: Any) -> tuple[Any, Any]:
        leaf = self._tree.kind == "leaf"
        if isinstance(given, tuple) and len(given) == 2 and self._tree.fits(given[1]):
            if not leaf or _is_number(_number(given[0])):
                return given
        shape = self._slots[0].array.shape if leaf else None
        if isinstance(given, cp.ndarray) and (given.size != 1 or given.shape == shape):
            return None, given
        return (given, None) if _is_number(_number(given)) else (None, given)

    def _read(self, name: str, given: Any, what: str, own: bool) -> Any:
        if name == "value":
            given = _number(given)
            if isinstance(given, cp.ndarray):
                raise OracleError(f"{what} is an array of shape {given.shape}, not one real number")
        return super()._read(name, given, what, own)

    def _array(
        self,
        given: Any,
        shape: tuple[int, ...],
        dtype: np.dtype,
        what: str,
        own: bool,
        place: int | None = None,
    ) -> Any:
        def error(reason: str) -> OracleError:
            label = "" if place is None else self._tree.names()[place]
            return OracleError(f"{what} at {label!r} {reason}" if label else f"{what} {reason}")

        if isinstance(given, np.ndarray):
            raise error("is a NumPy array: move it to the device with cupy.asarray")
        if not isinstance(given, cp.ndarray):
            raise error(f"is {_kind(given)}, not a CuPy array")
        if given.dtype.kind != "f":
            raise error(f"has dtype {given.dtype}; allowed: real floating point")
        if given.shape != shape:
            raise error(f"has shape {given.shape}; expected {shape}")
        if not own and (met := self._regions.meets(given)) is not None:
            name = f" {self._slots[met].name!r}" if self._slots[met].name else ""
            raise error(f"shares memory with the parameter{name}: pass a copy")
        if own or given.dtype != dtype or not given.flags.c_contiguous:
            return cp.array(given, dtype, order="C")
        return given

    def _block(self, matrix: Any) -> Any:
        if len(self._within) == len(self._slots):
            return matrix
        ends = np.cumsum([slot.array.size for slot in self._slots])
        kept = np.concatenate(
            [np.arange(ends[i] - self._slots[i].array.size, ends[i]) for i in self._within]
        )
        return matrix[cp.asarray(kept)][:, cp.asarray(kept)]

    @staticmethod
    def _dot(one: Any, other: Any) -> np.float64:
        return np.float64(dot(one.astype(np.float64), other.astype(np.float64)))


def _number(given: Any) -> Any:
    """A CuPy array of one entry as a number, anything else as it is."""
    return given.item() if isinstance(given, cp.ndarray) and given.size == 1 else given
