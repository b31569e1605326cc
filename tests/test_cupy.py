"""The CuPy classes against the NumPy classes, bit for bit, on a device or on its stand-in.

The stand-in (`cupy_standin`) compiles the kernels' very source text by g++ and runs it on the
host, so every kernel is executed in every run. Where there is a device the same tests run there:

    pytest -m gpu tests/test_cupy.py
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cupy_standin
import numpy as np
import pytest
from cupy_standin import build
from test_generated import CASES, CHOSEN, COMPOSED, MATRICES, SPECIAL, VECTORS, _bowl

from optwright.derive.catalog import catalog
from optwright.derive.declaration import Route, Schedule
from optwright.runtime.device.kernel import Kernel
from optwright.runtime.device.source import REDUCTION, prelude
from optwright.templates.backend import backend, path

STEPS = 4
SHAPES = [(3,), (2, 5), (), (1, 1), (2, 1, 3), (0, 4), (33,), (6, 4), (1030,)]
SHIFTED, TRANSPOSED = 6, 7
"""Which of the tensors begin off 16 bytes, and lie transposed."""

INEXACT = re.compile(r"\b(exp|log|cos|sin|tanh|cbrt|pow)\(")
"""Kernels with these are equal to within roundings only: the libraries' functions differ."""

BLAS = re.compile(r" @ |\b(solve|inverse_root|cp\.(sum|log|exp|cbrt|power))\(| \*\* ")
"""Work on whole arrays that is equal to within roundings only on a device."""

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


# --- the classes, and their kernels --------------------------------------------------------------


_made: dict[tuple[str, str], Mapping[str, Any]] = {}


def _module(declaration: Any, kind: str) -> Mapping[str, Any]:
    """The contents of the module of a declaration: the committed one, or one made for the test."""
    if (declaration.id, kind) not in _made:
        _made[declaration.id, kind] = _read(declaration, kind)
    return _made[declaration.id, kind]


def _read(declaration: Any, kind: str) -> Mapping[str, Any]:
    if declaration.id in catalog:
        name = ".".join(path(declaration).with_suffix("").parts)
        return vars(importlib.import_module(f"optwright.generated.{kind}.{name}"))
    scope: dict[str, Any] = {"__name__": "made"}
    text = backend(kind).module(declaration, lambda _: (), "none")
    exec(compile(text, declaration.name, "exec"), scope)
    scope["__text__"] = text
    return scope


def _class(declaration: Any, kind: str) -> Any:
    return _module(declaration, kind)[declaration.name]


DECLARATIONS = [d for d in [*catalog.values(), *COMPOSED] if not isinstance(d, Schedule)]


def _sources() -> list[str]:
    """The kernels of all modules, and those of reductions."""
    modules = [_module(d, "cupy") for d in DECLARATIONS]
    return [REDUCTION, *(m["SOURCE"] for m in modules if "SOURCE" in m)]


def _joined(sources: list[str], dtype: np.dtype) -> str:
    return prelude(dtype) + "".join(sources)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where libraries are kept, by content, from run to run."""
    kept = tmp_path_factory.getbasetemp().parent / "optwright-kernels"
    kept.mkdir(exist_ok=True)
    return kept


@pytest.fixture(scope="session")
def machine(folder: Path) -> cupy_standin.Machine:
    """The stand-in's compiler, all kernels compiled, several libraries at a time."""
    if build.gxx() is None:
        pytest.skip("g++ is not installed: the kernels cannot run without a device")
    flags = build.SANITIZERS if os.environ.get("SANITIZED") else ()
    sources = _sources()
    begun = []
    for dtype in (FLOAT32, FLOAT64):
        for share in (sources[::2], sources[1::2]):
            begun.append((dtype, share, build.start(_joined(share, dtype), folder, flags)))
    ready = {}
    for dtype, share, (target, process) in begun:
        library = build.finish(target, process)
        ready.update({prelude(dtype) + source: library for source in share})
    return cupy_standin.Machine(folder, ready, tuple(flags))


def _gpu() -> Any:
    try:
        import cupy
    except ImportError:
        pytest.skip("CuPy is not installed: pip install 'optwright[cuda13]', then pytest -m gpu")
    if not cupy.cuda.is_available():
        pytest.skip("there is no CUDA device: run pytest -m gpu where there is one")
    return cupy


@pytest.fixture(params=["stand-in", pytest.param("gpu", marks=pytest.mark.gpu)])
def cp(request: pytest.FixtureRequest) -> Iterator[Any]:
    """CuPy, or what stands in for it."""
    if request.param == "gpu":
        yield _gpu()
    else:
        with cupy_standin.installed(request.getfixturevalue("machine")) as made:
            yield made


# --- equal bits ----------------------------------------------------------------------------------


def _laid(cp: Any, host: np.ndarray, k: int) -> Any:
    """The array on the device, in the layout of tensor k."""
    if k == SHIFTED:
        longer = cp.zeros((host.size + 1,), dtype=host.dtype)
        view = longer[1:].reshape(host.shape)
        cp.copyto(view, cp.asarray(host))
        return view
    return cp.asarray(np.ascontiguousarray(host.T)).T if k == TRANSPOSED else cp.asarray(host)


def _bits(array: np.ndarray) -> bytes:
    """The bytes of an array; every NaN is the same."""
    return np.where(np.isnan(array), np.array(np.nan, array.dtype), array).tobytes()


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{name}/{key}")
    elif isinstance(value, (list, tuple)):
        for k, item in enumerate(value):
            yield from _leaves(item, f"{name}/{k}")
    else:
        yield name, value


def _differences(one: Any, other: Any, exact: bool) -> list[str]:
    """Where two nestings differ in a bit, or by more than some roundings."""
    first, second = dict(_leaves(one)), dict(_leaves(other))
    wrong = [f"{name} is only on one side" for name in first.keys() ^ second.keys()]
    for name in first.keys() & second.keys():
        a, b = first[name], second[name]
        if isinstance(a, (np.ndarray, np.floating, float)) and not isinstance(a, str):
            a, b = np.asarray(a), np.asarray(b)
            if a.dtype != b.dtype or a.shape != b.shape:
                wrong.append(f"{name}: {a.dtype} {a.shape} and {b.dtype} {b.shape}")
            elif exact and _bits(a) != _bits(b):
                wrong.append(f"{name}: {a} and {b}")
            elif not exact:
                few = 200 * float(np.finfo(a.dtype).eps)
                if not np.allclose(a, b, rtol=few, atol=few, equal_nan=True):
                    wrong.append(f"{name}: {a} and {b}")
        elif a != b:
            wrong.append(f"{name}: {a} and {b}")
    return wrong


def _is_exact(declaration: Any, real: bool) -> bool:
    module = _module(declaration, "cupy")
    if INEXACT.search(module.get("SOURCE", "")):
        return False
    text = module.get("__text__") or Path(module["__file__"]).read_text()
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    body = code.split('"""\n\nfrom __future__')[-1].split("\n\n\nclass ")[0]
    return not (real and BLAS.search(body))


def _shapes(system: Any) -> list[tuple[int, ...]]:
    if isinstance(system, Route) or (system.scope != "all" and system.shape != "matrix"):
        return SHAPES
    return VECTORS if system.scope == "all" else MATRICES


def _compared(
    cp: Any, declaration: Any, system: Any, flags: dict[str, Any], dtype: str, special: bool
) -> list[str]:
    """The differences after each of some steps of both classes."""
    rng = np.random.default_rng(zlib.crc32(f"{declaration.id}{flags}{dtype}{special}".encode()))
    shapes = _shapes(system)
    start = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    here = [x.copy() for x in start]
    there = [_laid(cp, x, k) for k, x in enumerate(start)]
    hyper: dict[str, Any] = {
        h.name: CHOSEN[h.name]
        for h in system.hyper
        if h.name in CHOSEN and (h.default is None or h.name == "max_iter")
    }
    rules = _class(declaration, "numpy").branches or _class(declaration, "numpy").rules
    wanted = {o for _, rule in rules for o in rule.oracles}
    if "noise" in wanted:
        hyper["seed"] = 5
    one = _class(declaration, "numpy")(here, **flags, **hyper)
    other = _class(declaration, "cupy")(there, **flags, **hyper)
    bowl = "line_search" in wanted or (not isinstance(system, Route) and system.scope == "all")
    size = sum(x.size for x in start)
    square = rng.normal(size=(size, size))
    hessian = square @ square.T + size * np.eye(size)
    diagonal = [np.abs(rng.normal(size=shape)) for shape in shapes]
    seeds = [int(x) for x in rng.integers(1 << 30, size=STEPS)]

    def oracle(step: int) -> Any:
        draws = np.random.default_rng(seeds[step])

        def gradient(params: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
            if bowl:
                return _bowl(params)
            found = [
                np.array(draws.normal(size=s) * 10.0 ** draws.integers(-2, 2)) for s in shapes
            ]
            if special:
                for x in found:
                    marked = draws.random(x.shape) < 0.3
                    x[...] = np.where(marked, draws.choice(SPECIAL, size=x.shape), x)
            return float(draws.normal()), [np.asarray(x).astype(dtype) for x in found]

        return gradient

    real = not hasattr(cp, "__stand_in__")
    exact = _is_exact(declaration, real)
    wrong: list[str] = []
    with np.errstate(all="ignore"):
        for step in range(STEPS):
            host, device = oracle(step), oracle(step)

            def moved(params: list[Any], device: Any = device) -> tuple[float, list[Any]]:
                value, found = device([p.get() for p in params])
                return value, [_laid(cp, x, k) for k, x in enumerate(found)]

            more: dict[str, Any] = {}
            others: dict[str, Any] = {}
            if "hessian" in wanted:
                more["hessian"], others["hessian"] = hessian, cp.asarray(hessian)
            if "hessian_diagonal" in wanted:
                more["hessian_diagonal"] = diagonal
                others["hessian_diagonal"] = [cp.asarray(x) for x in diagonal]
            one.step(host, **more)
            other.step(moved, **others)
            params = [x.get() for x in there]
            found = _differences(
                [here, one.state_dict()], [params, other.state_dict()], exact
            )
            wrong += [f"step {step + 1}{text}" for text in found]
    return wrong


@pytest.mark.parametrize("special", [False, True], ids=["normal", "special"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_same_bits(
    cp: Any, declaration: Any, system: Any, flags: dict[str, Any], dtype: str, special: bool
) -> None:
    """Parameters and state, after every step."""
    wrong = _compared(cp, declaration, system, flags, dtype, special)
    assert not wrong, "\n".join(w[:300] for w in wrong[:6])


def test_most_rules_are_exact() -> None:
    """Which classes are compared to within roundings only, so that none slips in unseen."""
    loose = [d.id for d in DECLARATIONS if not _is_exact(d, real=False)]
    assert loose == []
