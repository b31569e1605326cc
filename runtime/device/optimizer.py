"""Optimizers over CuPy arrays; everything but where arrays lie is `optwright.runtime.optimizer`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from optwright.runtime.device.library import cp, library
from optwright.runtime.device.memory import DeviceLibrary
from optwright.runtime.device.oracle import DeviceOracles
from optwright.runtime.device.step import DeviceStep
from optwright.runtime.optimizer import Optimizer, Params
from optwright.runtime.oracle import Oracles
from optwright.runtime.step.library import Library
from optwright.runtime.step.verb import Step


class DeviceOptimizer(Optimizer):
    """An optimizer over CuPy arrays that are updated in place, on the current device.

    Checkpoints hold NumPy arrays: those of the NumPy classes can be loaded here and the reverse.
    The first step compiles the kernels. Raises DeviceError where CuPy or a device is missing.
    """

    library: ClassVar[Library] = DeviceLibrary()
    step_class: ClassVar[type[Step]] = DeviceStep
    oracles_class: ClassVar[type[Oracles]] = DeviceOracles

    def __init__(self, params: Params, *, seed: int | None = None, **given: Any) -> None:
        library(self.id or next((rule.id for rule in self.members()), type(self).__name__))
        super().__init__(params, seed=seed, **given)

    @contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        """What the host does with copies, in memory that is kept from step to step."""
        owners: list[Any] = [*self._slots, *self._groups]
        states = [*(owner.state for owner in owners), *self._memories]
        arrays = [slot.array for slot in self._slots]
        arrays += [x for state in states for value in state.values() for x in _arrays(value)]
        copies = self._workspace.setdefault("before", [])
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
            raise


def _arrays(value: Any) -> list[Any]:
    """The arrays of a state: one, several, or none where it is a number."""
    items = value if isinstance(value, list) else [value]
    return [x for x in items if isinstance(x, cp.ndarray)]


def _nested(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same entries, lists as lists of their own."""
    return {k: list(v) if isinstance(v, list) else v for k, v in state.items()}
