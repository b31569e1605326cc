"""Oracles whose answers are CuPy arrays, in memory that is kept from step to step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.device.reduction import dot
from optwright.runtime.device.table import Row
from optwright.runtime.error import OracleError
from optwright.runtime.oracle import Arrays, Oracles, _is_number, _kind
from optwright.runtime.overlap import Regions
from optwright.runtime.slot import Slot
from optwright.runtime.tree import Tree


class DeviceOracles(Oracles):
    """What a step on the device may ask: arrays are CuPy's, losses numbers or CuPy's scalars.

    Noise is drawn by the host's generator, so that it is the same as on the host. Copies lie in
    `workspace` and are kept: what a function is handed is its own until the next step. A loss that
    lies on the device is read back, since `step` gives it.

    Whether a point was asked before is known by where it lies. Only a step that reads numbers back
    in any case, a line search or a repetition, compares the points' bits as the host does.
    """

    xp = cp

    def __init__(
        self,
        rule: str,
        tree: Tree,
        slots: Sequence[Slot],
        gradient: Any,
        named: Mapping[str, Any],
        regions: Regions,
        generator: np.random.Generator | None = None,
        elsewhere: bool = False,
        workspace: dict[Any, Any] | None = None,
    ) -> None:
        self._kept: dict[Any, Any] = (
            {} if workspace is None else workspace.setdefault("oracles", {})
        )
        self._copies: dict[Hashable, int] = {}
        self._closely = False
        self._points: list[Arrays] = []
        super().__init__(rule, tree, slots, gradient, named, regions, generator)
        if elsewhere:
            self._here = [
                self._copy(("here", i), slot.array, slot.array.dtype)
                for i, slot in enumerate(slots)
            ]

    # --- memory ----------------------------------------------------------------------------------

    def look_closely(self) -> None:
        """Know points by their bits; copies then take memory of their own, as many as there are."""
        self._closely = True

    def knows(self, name: str) -> bool:
        """Whether the answer at the current parameters is known without calling a function."""
        return (name, None) in self._answers

    def _copy(self, name: Hashable, given: Any, dtype: np.dtype) -> Any:
        """A copy in C order, in the memory that was kept for the same copy of earlier steps."""
        if self._closely:
            return cp.array(given, dtype, order="C")
        count = self._copies[name] = self._copies.get(name, 0) + 1
        key = (name, count)
        buffer = self._kept.get(key)
        if buffer is None or buffer.shape != given.shape or buffer.dtype != dtype:
            buffer = self._kept[key] = cp.empty(given.shape, dtype=dtype)
        cp.copyto(buffer, given)
        return buffer

    def _current(self) -> Arrays:
        return [self._copy(("handed", i), x, x.dtype) for i, x in enumerate(self._here)]

    def _complete(self, arrays: Arrays, fill: Arrays) -> Arrays:
        whole = list(fill)
        for i, array in zip(self._within, arrays, strict=True):
            here = self._here[i]
            whole[i] = self._copy(("handed", i), array.reshape(here.shape), here.dtype)
        return whole

    def ask(self, name: str, points: Arrays | None = None, vector: Arrays | None = None) -> Any:
        if name != "hvp" or self._closely:
            return super().ask(name, points, vector)
        assert vector is not None
        handed, key = self._place(points)
        function = self._function(name, key)
        along = [self._copy(("along", i), x, x.dtype) for i, x in enumerate(self._here)]
        for x in along:
            x.fill(0)
        given = self._call(function, handed(), self._complete(vector, along))
        return self._part(self._read(name, given, "the answer of hvp", own=True))

    # --- points ----------------------------------------------------------------------------------

    def _place(self, points: Arrays | None) -> tuple[Callable[[], Arrays], Any]:
        if points is None or self._closely:
            return super()._place(points)
        self._points.append(points)  # so that no other array takes their place
        key = tuple(map(_address, points))
        if key == tuple(_address(self._slots[i].array) for i in self._within):
            return self._current, None

        def handed() -> Arrays:
            others = [
                x if i in self._within else self._copy(("handed", i), x, x.dtype)
                for i, x in enumerate(self._here)
            ]
            return self._complete(points, others)

        return handed, key

    def search(
        self,
        contract: str,
        points: Arrays | None,
        directions: Arrays,
        start: float,
        constants: tuple[float, ...] = (),
    ) -> tuple[float, int]:
        self.look_closely()
        return super().search(contract, points, directions, start, constants)

    def noise(self, k: int) -> Arrays:
        own = ("noise", k) not in self._answers and self._generator is not None
        if own and not {("noise", None)} & self._answers.keys() and "noise" not in self._functions:
            assert self._generator is not None
            self._answers["noise", k] = [
                self._kept.setdefault(("noise", k, i), Row()).hold(
                    np.asarray(self._generator.standard_normal(slot.array.shape))
                )
                for i, slot in enumerate(self._slots)
            ]
        return super().noise(k)

    # --- answers ---------------------------------------------------------------------------------

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
            return self._copy((what, place), given, dtype)
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
        return np.float64(float(dot(one.astype(np.float64), other.astype(np.float64))))


def _address(array: Any) -> int:
    """Where an array begins on the device."""
    return int(array.data.ptr)


def _number(given: Any) -> Any:
    """A CuPy array of one entry as a number, anything else as it is."""
    return given.item() if isinstance(given, cp.ndarray) and given.size == 1 else given
