"""CuPy, imported when it is first used."""

from __future__ import annotations

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

    def __getattr__(self, name: str) -> Any:
        return getattr(library(), name)


cp: Any = _Lazy()
"""CuPy; importing this does not import CuPy."""
