"""CuPy, imported when it is first used."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

from optwright.runtime.error import OptwrightError


class DeviceError(OptwrightError):
    """CuPy or a CUDA device is missing."""


def library(wanted: str = "this") -> Any:
    """The module `cupy`, with a device to run on.

    Raises DeviceError saying what `wanted` (the id of a rule) lacks and what to use instead.
    """
    instead = f"use optwright.generated.numpy.{wanted}" if wanted != "this" else "use NumPy"
    try:
        found = import_module("cupy")
    except ImportError as error:
        if not isinstance(error, ModuleNotFoundError) or error.name != "cupy":
            raise DeviceError(
                f"{wanted} needs CuPy, which cannot be imported"
                f" ({' '.join(str(error).split())[:200]}): mend it, or {instead}"
            ) from None
        raise DeviceError(
            f"{wanted} needs CuPy, which is not installed: pip install 'optwright[cuda13]' (or"
            f" cuda12), or {instead}"
        ) from None
    if not _available(found):
        raise DeviceError(
            f"{wanted} needs a CUDA device, and CuPy finds none: run it where there is one, or"
            f" {instead}"
        )
    return found


@cache
def _available(found: Any) -> bool:
    return bool(found.cuda.is_available())


class _Lazy:
    """The module `cupy` for code that names it before it is needed."""

    def __init__(self) -> None:
        self._known: Any = None

    def __getattr__(self, name: str) -> Any:
        # Looked up for every array of a step, so the checks are made once.
        if self._known is None or sys.modules.get("cupy") is not self._known:
            self._known = library()
        return getattr(self._known, name)


cp: Any = _Lazy()
"""CuPy; importing this does not import CuPy."""
