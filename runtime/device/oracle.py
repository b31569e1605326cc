"""Oracles whose answers are CuPy arrays, in memory that is kept from step to step."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.device.memory import DeviceLibrary
from optwright.runtime.device.table import Row
from optwright.runtime.oracle import Arrays, Oracles


class DeviceOracles(Oracles):
    """What a step on the device may ask: arrays are CuPy's, losses numbers or CuPy's scalars.

    Noise is drawn by the host's generator, so that it is the same as on the host. Copies lie in
    `workspace` and are kept: what a function is handed is its own until the next step. A loss that
    lies on the device is read back, since `step` gives it.

    Whether a point was asked before is known by where it lies. Only a step that reads numbers back
    in any case, a line search or a repetition, compares the points' bits as the host does.
    """

    library = DeviceLibrary()

    def __init__(self, *given: Any, workspace: dict[Any, Any] | None = None, **named: Any) -> None:
        self._kept: dict[Any, Any] = (
            {} if workspace is None else workspace.setdefault("oracles", {})
        )
        self._copies: dict[Hashable, int] = {}
        self._closely = False
        self._points: list[Arrays] = []
        super().__init__(*given, **named)

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

    # --- points ----------------------------------------------------------------------------------

    def _place(self, points: Arrays | None) -> tuple[Callable[[], Arrays], Any]:
        if points is None or self._closely:
            return super()._place(points)
        self._points.append(points)  # so that no other array takes their place
        key = tuple(map(_address, points))
        if key == tuple(_address(self._slots[i].array) for i in self.within):
            return self._current, None

        def handed() -> Arrays:
            others = [
                x if i in self.within else self._copy(("handed", i), x, x.dtype)
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


def _address(array: Any) -> int:
    """Where an array begins on the device."""
    return int(array.data.ptr)
