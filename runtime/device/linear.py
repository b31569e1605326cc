"""Linear algebra and rounding on the device, as `optwright.runtime.step.linear` has it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from optwright.runtime.device.library import cp
from optwright.runtime.step.linear import Algebra


def _noticing() -> Any:
    """Without this a singular matrix is not noticed."""
    return import_module("cupyx").errstate(linalg="raise")


_cupy = Algebra(cp, _noticing)
solve, outer, identity = _cupy.solve, _cupy.outer, _cupy.identity
inverse_root, round_to = _cupy.inverse_root, _cupy.round_to
