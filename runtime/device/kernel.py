"""Kernels: CUDA C compiled when it is first launched, and kept.

The compiler is called through `cupy.cuda.nvrtc`: `cupy.RawKernel` would add `-ftz=true`, and exact
results need denormal numbers and no contraction of a*b + c into one rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from optwright.runtime.device.library import library
from optwright.runtime.device.source import prelude
from optwright.runtime.error import OptwrightError

OPTIONS = ("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
"""NVRTC's options for results that are equal to NumPy's bit for bit."""

THREADS = 256
"""Threads of a block."""

_BLOCKS_PER_CHUNK = 64

_modules: dict[tuple[Any, ...], Any] = {}
_functions: dict[tuple[Any, ...], Any] = {}


class CompileError(OptwrightError):
    """A kernel that the CUDA compiler does not take."""


class Kernel:
    """One blocked pass over many tensors, for any compute type.

    `source` has the kernel `symbol`. Names are separated by blanks: `arrays` are the columns of the
    table, `optional` those that may be absent, `stores` those made here for later passes; `groups`
    and `tensors` are numbers per group and per tensor. `reductions` lists (name, "sum" | "max" |
    "nonfinite", extent) of arrays that are reduced after the pass.
    """

    def __init__(
        self,
        source: str,
        symbol: str,
        *,
        arrays: str,
        optional: str = "",
        groups: str = "",
        tensors: str = "",
        stores: str = "",
        reductions: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        self.source, self.symbol = source, symbol
        self.arrays = tuple(arrays.split())
        self.optional = frozenset(optional.split())
        self.groups, self.tensors = tuple(groups.split()), tuple(tensors.split())
        self.stores = tuple(stores.split())
        self.reductions = tuple(reductions)


def function(source: str, symbol: str, dtype: np.dtype) -> Any:
    """The kernel of that name, compiled for the current device and a compute type."""
    cp = library()
    device = cp.cuda.Device()
    key = (cp, device.id, dtype.char, source)
    if (*key, symbol) not in _functions:
        if key not in _modules:
            module = cp.cuda.function.Module()
            text = prelude(dtype) + source
            module.load(compiled(cp.cuda.nvrtc, text, device.compute_capability))
            _modules[key] = module
        _functions[(*key, symbol)] = _modules[key].get_function(symbol)
    return _functions[(*key, symbol)]


def compiled(nvrtc: Any, text: str, capability: str) -> bytes:
    """The machine code (cubin) of a text for a compute capability such as "90"."""
    program = nvrtc.createProgram(text, "optwright.cu", (), ())
    try:
        try:
            nvrtc.compileProgram(program, (*OPTIONS, f"--gpu-architecture=sm_{capability}"))
        except nvrtc.NVRTCError as error:
            log = " ".join(nvrtc.getProgramLog(program).split())[:400]
            raise CompileError(f"the CUDA compiler refuses a kernel: {log or error}") from None
        machine_code: bytes = nvrtc.getCUBIN(program)
        return machine_code
    finally:
        nvrtc.destroyProgram(program)


def launch(function: Any, count: int, longest: int, lanes: int, arguments: tuple[Any, ...]) -> None:
    """Launch over `count` chunks of at most `longest` entries, `lanes` for each thread."""
    if count:
        share = -(-longest // (THREADS * lanes))
        grid = (min(count, 65535), max(1, min(share, _BLOCKS_PER_CHUNK)))
        function(grid, (THREADS,), arguments)
