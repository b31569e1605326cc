"""A stand-in for the parts of CuPy that `optwright.runtime.device` uses, on the host's memory.

Arrays wrap NumPy's and refuse what CuPy's refuse: to become NumPy arrays unasked, and to be joined
with them. `count` tells how many arrays were allocated, how often the host waited for a value and
how much was sent, so that tests can say what a step costs. Kernels are compiled by g++ and run.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from cupy_standin import build


@dataclass
class Count:
    """What was done since the last `reset`."""

    allocations: int = 0
    waits: int = 0
    uploads: int = 0
    launches: int = 0

    def reset(self) -> None:
        self.allocations = self.waits = self.uploads = self.launches = 0


count = Count()

launched: set[str] = set()
"""The kernels that ever ran."""

_known: weakref.WeakValueDictionary[int, np.ndarray] = weakref.WeakValueDictionary()
"""The memory of all arrays so far: views share that of another."""


def _counted(host: np.ndarray) -> None:
    """Count an allocation, unless the memory is another array's."""
    while isinstance(host.base, np.ndarray):
        host = host.base
    if _known.get(id(host)) is not host:
        _known[id(host)] = host
        count.allocations += 1


class ndarray(NDArrayOperatorsMixin):
    """An array "on the device"."""

    def __init__(self, host: np.ndarray) -> None:
        self._host = host
        _counted(host)

    # --- what CuPy refuses ----------------------------------------------------------------------

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Use `.get()`.")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__":
            return NotImplemented
        return _call(ufunc, inputs, options)

    def __array_function__(self, func: Any, types: Any, args: Any, options: Any) -> Any:
        return _call(func, args, options)

    # --- what makes the host wait ---------------------------------------------------------------

    def get(self) -> np.ndarray:
        count.waits += 1
        return self._host.copy(order="A")

    def item(self) -> Any:
        count.waits += 1
        return self._host.item()

    def tobytes(self) -> bytes:
        count.waits += 1
        return self._host.tobytes()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    # --- the rest -------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        return SimpleNamespace(ptr=self._host.ctypes.data)

    @property
    def flags(self) -> Any:
        return SimpleNamespace(c_contiguous=self._host.flags.c_contiguous)

    @property
    def T(self) -> ndarray:
        return ndarray(self._host.T)

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "dtype", "size", "ndim", "nbytes", "itemsize", "strides"):
            return getattr(self._host, name)
        if name in ("reshape", "astype", "copy", "view", "all", "any", "fill", "sum", "ravel"):
            method = getattr(self._host, name)
            return lambda *args, **options: _wrapped(method(*args, **options))
        raise AttributeError(f"the stand-in's arrays have no {name}")

    def __getitem__(self, index: Any) -> ndarray:
        return _wrapped(self._host[_bare(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._host[_bare(index)] = _bare(value)

    def __len__(self) -> int:
        return len(self._host)

    def __deepcopy__(self, memo: Any) -> ndarray:
        return ndarray(self._host.copy())


def _bare(value: Any) -> Any:
    if isinstance(value, ndarray):
        return value._host
    if isinstance(value, np.ndarray) and value.ndim:
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, (list, tuple)):
        return type(value)(_bare(x) for x in value)
    return value


def _wrapped(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_wrapped(x) for x in value)
    return ndarray(np.asarray(value)) if isinstance(value, (np.ndarray, np.generic)) else value


def _call(function: Any, args: Any, options: Mapping[str, Any]) -> Any:
    out = options.get("out")
    bare = {name: _bare(value) for name, value in options.items()}
    result = function(*_bare(tuple(args)), **bare)
    if out is not None:
        return out[0] if isinstance(out, tuple) else out
    return _wrapped(result)


_SAME = """abs absolute add broadcast_to ceil concatenate copyto cos divide empty exp eye floor full
full_like isfinite isnan log logical_and logical_not logical_or max maximum minimum mod moveaxis
multiply negative outer power sign sin sqrt subtract sum tanh where zeros zeros_like cbrt""".split()


def array(given: Any, dtype: Any = None, order: str = "K") -> ndarray:
    """A copy; NumPy's arrays may be given."""
    host = given._host if isinstance(given, ndarray) else np.asarray(given)
    return ndarray(np.array(host, dtype=dtype, order=order))  # type: ignore[call-overload]


def asarray(given: Any, dtype: Any = None) -> ndarray:
    if isinstance(given, ndarray):
        host = np.asarray(given._host, dtype=dtype)
        return given if host is given._host else ndarray(host)
    return array(given, dtype)


def ascontiguousarray(given: ndarray, dtype: Any = None) -> ndarray:
    host = np.asarray(given._host, dtype=dtype, order="C")
    return given if host is given._host else ndarray(host)


# --- compiling and launching -------------------------------------------------------------------


class NVRTCError(RuntimeError):
    pass


@dataclass
class _Program:
    text: str
    machine_code: bytes = b""
    log: str = ""


@dataclass
class Machine:
    """Where libraries lie: `ready` has those of texts that were compiled before.

    What stands behind a question mark is the mark of a text's kernels in a library of several.
    """

    folder: Path
    ready: dict[str, str]
    flags: tuple[str, ...] = ()

    def compile(self, program: _Program, options: tuple[str, ...]) -> None:
        path = self.ready.get(program.text)
        if path is None:
            try:
                path = str(build.compiled(program.text, self.folder, self.flags))
            except RuntimeError as error:
                program.log = str(error)
                raise NVRTCError("compilation failed") from None
            self.ready[program.text] = path
        program.machine_code = path.encode()


class Module:
    def load(self, machine_code: bytes) -> None:
        path, _, self.mark = machine_code.decode().partition("?")
        self.library = ctypes.CDLL(path)

    def get_function(self, symbol: str) -> Any:
        kernel, run = getattr(self.library, symbol + self.mark), self.library.run

        def launch(grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
            count.launches += 1
            launched.add(symbol)
            words = [a.data.ptr if isinstance(a, ndarray) else a for a in args]
            assert all(isinstance(w, (int, np.int64)) for w in words) and len(words) in (5, 7)
            values = (ctypes.c_longlong * len(words))(*map(int, words))
            run(kernel, grid[0], grid[1], block[0], values, len(words))

        return launch


def module(machine: Machine) -> ModuleType:
    """The module to stand in for `cupy`."""
    made: Any = ModuleType("cupy")
    made.__stand_in__ = True

    def send(target: int, source: int, size: int, kind: int, stream: int) -> None:
        if kind == made.cuda.runtime.memcpyHostToDevice:
            count.uploads += 1
        else:
            count.waits += 1
        ctypes.memmove(target, source, size)

    def wait() -> None:
        count.waits += 1

    def solve(a: ndarray, b: ndarray) -> Any:
        count.waits += 1  # under errstate(linalg="raise") CuPy looks whether it went well
        return _call(np.linalg.solve, (a, b), {})

    for name in _SAME:
        numpy_function = getattr(np, name)
        setattr(made, name, lambda *a, f=numpy_function, **o: _call(f, a, o))
    made.ndarray, made.array, made.asarray = ndarray, array, asarray
    made.ascontiguousarray = ascontiguousarray
    made.linalg = SimpleNamespace(
        solve=solve,
        eigh=lambda a: tuple(_call(np.linalg.eigh, (a,), {})),
    )
    made.cuda = SimpleNamespace(
        is_available=lambda: True,
        Device=lambda: SimpleNamespace(id=0, compute_capability="90", synchronize=wait),
        get_current_stream=lambda: SimpleNamespace(ptr=0, synchronize=wait),
        runtime=SimpleNamespace(memcpyAsync=send, memcpyHostToDevice=1, memcpyDeviceToHost=2),
        function=SimpleNamespace(Module=Module),
        nvrtc=SimpleNamespace(
            NVRTCError=NVRTCError,
            createProgram=lambda text, name, headers, includes: _Program(text),
            compileProgram=machine.compile,
            getCUBIN=lambda program: program.machine_code,
            getProgramLog=lambda program: program.log,
            destroyProgram=lambda program: None,
        ),
    )
    return made


@contextmanager
def installed(machine: Machine) -> Iterator[Any]:
    """`import cupy` gives the stand-in."""
    before = {name: sys.modules.get(name) for name in ("cupy", "cupyx")}
    made, extra = module(machine), ModuleType("cupyx")
    extra.errstate = lambda **options: np.errstate()  # type: ignore[attr-defined]
    sys.modules.update(cupy=made, cupyx=extra)
    try:
        yield made
    finally:
        for name, old in before.items():
            if old is None:
                del sys.modules[name]
            else:
                sys.modules[name] = old
