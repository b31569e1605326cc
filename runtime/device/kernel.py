"""Kernels: CUDA C compiled when it is first launched, and kept.

The compiler is called through `cupy.cuda.nvrtc`: `cupy.RawKernel` would add `-ftz=true`, and exact
results need denormal numbers and no contraction of a*b + c into one rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class Layout:
    """The numbers that a rule keeps on the device, by name: over all tensors, then per tensor.

    Those `adopted` are made by the rule before it.
    """

    def __init__(self, all: str = "", tensor: str = "", adopted: str = "") -> None:
        self.all, self.tensor = tuple(all.split()), tuple(tensor.split())
        self.adopted = tuple(adopted.split())

    def __contains__(self, name: object) -> bool:
        return name in self.all or name in self.tensor

    def place(self, name: str, tensor: int) -> int:
        """The index of a number of a tensor; that of a number over all is the same for each."""
        if name in self.all:
            return self.all.index(name)
        return len(self.all) + len(self.tensor) * tensor + self.tensor.index(name)

    def size(self, tensors: int) -> int:
        """How many numbers there are for so many tensors."""
        return len(self.all) + len(self.tensor) * tensors


class Kernel:
    """One blocked pass over many tensors, for any compute type.

    `source` has the kernel `symbol`. Names are separated by blanks: `arrays` are the columns of the
    table, `optional` those that may be absent, `stores` those made here for later passes; `groups`
    are the host's numbers of each group. `reductions` lists (name, "sum" | "max" | "nonfinite",
    extent) of arrays that are reduced after the pass; the results, and the numbers that the kernel
    reads from the device, lie as `layout` says. `flags` are those of the rule's flags that the
    source reads as constants (see `constants`).
    """

    def __init__(
        self,
        source: str,
        symbol: str,
        *,
        arrays: str,
        optional: str = "",
        groups: str = "",
        stores: str = "",
        reductions: Iterable[tuple[str, str, str]] = (),
        layout: Layout | None = None,
        flags: str = "",
    ) -> None:
        self.source, self.symbol = source, symbol
        self.arrays = tuple(arrays.split())
        self.optional = frozenset(optional.split())
        self.groups = tuple(groups.split())
        self.stores = tuple(stores.split())
        self.reductions = tuple(reductions)
        self.layout = layout
        self.flags = tuple(flags.split())


class NumberKernel:
    """Numbers found from reductions, in double: a thread for each tensor, or one (`extent` "all").

    `groups` are the host's numbers of each group, `facts` numbers of each tensor's shape: "size",
    or the length of an axis. All other numbers lie on the device as `layout` says. `flags` are as
    in `Kernel`.
    """

    def __init__(
        self,
        source: str,
        symbol: str,
        *,
        extent: str,
        layout: Layout,
        groups: str = "",
        facts: Iterable[str | int] = (),
        flags: str = "",
    ) -> None:
        self.source, self.symbol = source, symbol
        self.extent, self.layout = extent, layout
        self.groups, self.facts = tuple(groups.split()), tuple(facts)
        self.flags = tuple(flags.split())


def constants(kernel: Kernel | NumberKernel, flags: Mapping[str, Any]) -> str:
    """CUDA C that gives a kernel's flags their values: "static const bool nesterov = true;".

    None counts as false. Raises TypeError for a flag that is neither a truth value nor a whole
    number: C cannot compare it.
    """
    lines = []
    for name in kernel.flags:
        value = flags[name]
        if value is None or isinstance(value, bool):
            lines.append(f"static const bool {name} = {'true' if value else 'false'};\n")
        elif isinstance(value, int):
            lines.append(f"static const long long {name} = {value};\n")
        else:
            raise TypeError(f"{kernel.symbol}: the flag {name} = {value!r} is no constant of C")
    return "".join(lines)


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


def launch_each(function: Any, count: int, arguments: tuple[Any, ...]) -> None:
    """Launch with one thread for each of `count` rows."""
    function((max(1, min(-(-count // THREADS), 65535)), 1), (THREADS,), arguments)


def launch(function: Any, count: int, longest: int, lanes: int, arguments: tuple[Any, ...]) -> None:
    """Launch over `count` chunks of at most `longest` entries, `lanes` for each thread."""
    if count:
        share = -(-longest // (THREADS * lanes))
        grid = (min(count, 65535), max(1, min(share, _BLOCKS_PER_CHUNK)))
        function(grid, (THREADS,), arguments)
