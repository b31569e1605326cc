"""Optimizers over CuPy arrays; everything but where arrays lie is `optwright.runtime.optimizer`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from optwright.runtime.device.library import cp, library
from optwright.runtime.device.numbers import Numbers
from optwright.runtime.device.oracle import DeviceOracles
from optwright.runtime.device.step import DeviceStep
from optwright.runtime.error import ParameterError
from optwright.runtime.optimizer import Optimizer, Params
from optwright.runtime.oracle import Oracles
from optwright.runtime.overlap import Regions, overlaps_itself
from optwright.runtime.step import Step


class DeviceOptimizer(Optimizer):
    """An optimizer over CuPy arrays that are updated in place, on the current device.

    Checkpoints hold NumPy arrays: those of the NumPy classes can be loaded here and the reverse.
    The first step compiles the kernels. Raises DeviceError where CuPy or a device is missing.
    """

    xp: ClassVar[Any] = cp
    step_class: ClassVar[type[Step]] = DeviceStep
    oracles_class: ClassVar[type[Oracles]] = DeviceOracles

    def __init__(self, params: Params, *, seed: int | None = None, **given: Any) -> None:
        library(self.id or next((rule.id for _, rule in self._members()), type(self).__name__))
        super().__init__(params, seed=seed, **given)

    @staticmethod
    def _array(leaf: Any, name: str) -> Any:
        what = f"the parameter {name!r}" if name else "params"
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

    @staticmethod
    def _regions_of(arrays: Sequence[Any]) -> Regions:
        return DeviceRegions(arrays)

    def _settle(self) -> None:
        for state in (*self._memories, *(slot.state for slot in self._slots)):
            for name, value in state.items():
                state[name] = _placed(value)

    @contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        """What the host does with copies, in memory that is kept from step to step."""
        owners: list[Any] = [*self._slots, *self._groups]
        states = [*(owner.state for owner in owners), *self._memories]
        arrays = [slot.array for slot in self._slots]
        arrays += [x for state in states for value in state.values() for x in _arrays(value)]
        copies = self._workspace.setdefault("before", [])  # type: ignore[arg-type]
        if [(x.shape, x.dtype) for x in copies] != [(x.shape, x.dtype) for x in arrays]:
            copies[:] = [cp.empty(x.shape, dtype=x.dtype) for x in arrays]
        for copy, array in zip(copies, arrays, strict=True):
            cp.copyto(copy, array)
        before = [_nested(state) for state in states]
        try:
            yield
        except BaseException:
            for copy, array in zip(copies, arrays, strict=True):
                cp.copyto(array, copy)
            for state, old in zip(states, before, strict=True):
                state.clear()
                state.update(old)
            # Rows of numbers are kept in two types: the next step makes them anew from the states.
            for key in [k for k, kept in self._workspace.items() if isinstance(kept, Numbers)]:
                del self._workspace[key]
            raise

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, save the parameters, in NumPy's memory."""
        saved: dict[str, Any] = _fetched(super().state_dict())
        tensors = [
            (slot, kept["state"])
            for group, own in zip(self._groups, saved["groups"], strict=True)
            for slot, kept in zip(
                (s for s in self._slots if s.group is group), own["tensors"], strict=True
            )
        ]
        kept_of = {id(slot): state for slot, state in tensors}
        for (_, rule), within, memory in zip(
            self._branches, self._within, saved["memory"], strict=True
        ):
            names = [s.name for s in rule.state if s.extent in ("all", "tensor")]
            for kept in (memory, *(kept_of[id(self._slots[i])] for i in within)):
                kept.update({n: np.float64(kept[n]) for n in names if n in kept})
        return saved


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


def _arrays(value: Any) -> list[Any]:
    """The arrays of a state: one, several, or none where it is a number."""
    items = value if isinstance(value, list) else [value]
    return [x for x in items if isinstance(x, cp.ndarray)]


def _nested(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same entries, lists as lists of their own."""
    return {k: list(v) if isinstance(v, list) else v for k, v in state.items()}


def _placed(value: Any) -> Any:
    """A state as steps on the device keep it."""
    if isinstance(value, list):
        return [_placed(item) for item in value]
    return cp.asarray(value) if isinstance(value, np.ndarray) else value


def _fetched(value: Any) -> Any:
    """The same nesting with CuPy's arrays as NumPy's."""
    if isinstance(value, Mapping):
        return {key: _fetched(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fetched(item) for item in value]
    return value.get() if isinstance(value, cp.ndarray) else value
