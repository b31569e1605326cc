"""The CuPy classes against the NumPy classes, bit for bit, on a device or on its stand-in.

The stand-in (`cupy_standin`) compiles the kernels' very source text by g++ and runs it on the
host, so every kernel is executed in every run. Where there is a device the same tests run there:

    pytest -m gpu tests/test_cupy.py
"""

from __future__ import annotations

import copy
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
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
from optwright.derive.language import (
    Abs,
    Eq,
    Max,
    Mod,
    Not,
    Optimizer,
    Or,
    Source,
    cases,
    floor,
    g,
    grad,
    lr,
    round_to,
    t,
    theta,
    variables,
)  # fmt: skip
from optwright.generated import cupy, numpy
from optwright.runtime import linear
from optwright.runtime.device import CompileError, DeviceError
from optwright.runtime.device.kernel import OPTIONS, compiled, function, launch
from optwright.runtime.device.reduction import Reducer
from optwright.runtime.device.source import REDUCTION, prelude
from optwright.runtime.error import OracleError, ParameterError
from optwright.runtime.reduction import CHUNK, chunk_max, chunk_sum
from optwright.templates.backend import backend, path

STEPS = 4
SHAPES = [(3,), (2, 5), (), (1, 1), (2, 1, 3), (0, 4), (33,), (6, 4), (1030,)]
SHIFTED, TRANSPOSED = 6, 7
"""Which of the tensors begin off 16 bytes, and lie transposed."""

INEXACT = re.compile(r"\b(exp|log|cos|sin|tanh|cbrt|pow)\(")
"""Kernels with these are equal to within roundings only: the libraries' functions differ."""

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


# --- the classes, and their kernels ------------------------------------------------------------


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
    for file in kept.iterdir():
        if time.time() - file.stat().st_mtime > 7 * 24 * 3600:
            file.unlink(missing_ok=True)
    return kept


@pytest.fixture(scope="session")
def machine(folder: Path) -> cupy_standin.Machine:
    """The stand-in's compiler, all kernels compiled, several libraries at a time."""
    if build.gxx() is None:
        pytest.skip("g++ is not installed: the kernels cannot run without a device")
    sources = _sources()
    begun = []
    for dtype in (FLOAT32, FLOAT64):
        for share in (sources[::2], sources[1::2]):
            begun.append((dtype, share, build.start(_joined(share, dtype), folder)))
    ready = {}
    for dtype, share, (target, process) in begun:
        library = build.finish(target, process)
        ready.update({prelude(dtype) + source: library for source in share})
    return cupy_standin.Machine(folder, ready)


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


# --- equal bits --------------------------------------------------------------------------------


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
    """Whether all bits are equal. CuPy's own array code flushes denormals and uses cuBLAS."""
    module = _module(declaration, "cupy")
    text = module.get("__text__") or Path(module["__file__"]).read_text()
    return not INEXACT.search(module.get("SOURCE", "")) and not (real and "step.arrays" in text)


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
            found = [np.array(draws.normal(size=s) * 10.0 ** draws.integers(-2, 2)) for s in shapes]
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
            found = _differences([here, one.state_dict()], [params, other.state_dict()], exact)
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


def test_which_rules_are_exact() -> None:
    """No kernel has a function that differs between libraries; work on whole arrays does."""
    assert [d.id for d in DECLARATIONS if not _is_exact(d, real=False)] == []
    loose = {d.id for d in DECLARATIONS if not _is_exact(d, real=True)}
    whole = {"Newton", "RelaxedNewton", "DampedNewton", "BFGS", "LBFGS", "torch.LBFGS", "SM3"}
    assert whole | {"Muon", "Adafactor", "torch.Adafactor"} <= loose
    assert len(loose) < 20


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["Adam", "LAMB", "ClippedAdam"])
def test_several_chunks(cp: Any, name: str, dtype: str) -> None:
    """Tensors longer than a chunk, aligned and not, of two types at once."""
    rng = np.random.default_rng(11)
    shapes, types = [(70001,), (131073,), (9,), (3, 65537)], [dtype, dtype, "float32", dtype]
    here = [rng.normal(size=s).astype(t) for s, t in zip(shapes, types, strict=True)]
    there = [_laid(cp, x, SHIFTED if k == 1 else 0) for k, x in enumerate(here)]
    one, other = _class(catalog[name], "numpy")(here), _class(catalog[name], "cupy")(there)
    for _ in range(2):
        grads = [rng.normal(size=s).astype(t) for s, t in zip(shapes, types, strict=True)]
        one.step(grads)
        other.step([cp.asarray(g) for g in grads])
        assert not _differences(here, [x.get() for x in there], True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["sum", "max"])
def test_reduction_of_every_length(cp: Any, kind: str, dtype: str) -> None:
    """The tree of `optwright.runtime.reduction`, all vectors in one launch."""
    rng = np.random.default_rng(3)
    sizes = [*range(70), 255, 256, 257, 4095, 4097, 65535, 65536, 65537, 140000]
    vectors = [
        (rng.normal(size=n) * 10.0 ** rng.integers(-9, 9, size=n)).astype(dtype) for n in sizes
    ]
    vectors[5][3] = np.nan
    vectors[9][:] = -0.0
    whole = {"sum": chunk_sum, "max": chunk_max}[kind]
    found = Reducer()(kind, [cp.array(v) for v in vectors])
    for v, results in zip(vectors, found, strict=True):
        expected = [whole(v[i : i + CHUNK]) for i in range(0, v.size, CHUNK)]
        assert _bits(np.array(results)) == _bits(np.array(expected)) or kind == "max"
        np.testing.assert_array_equal(results, expected)


def test_small_functions_are_numpys(cp: Any) -> None:
    """Every pair of special values, in both types."""
    text = """
extern "C" __global__ void probe(
    const real_t *x, const real_t *y, real_t *out, const long long n, const long long unused)
{
    for (long long i = threadIdx.x; i < n; i += blockDim.x) {
        out[8*i] = maximum(x[i], y[i]);
        out[8*i + 1] = minimum(x[i], y[i]);
        out[8*i + 2] = sign(x[i]);
        out[8*i + 3] = nonfinite(x[i]);
        out[8*i + 4] = modulo(x[i], y[i]);
        out[8*i + 5] = round_bfloat16(x[i]);
        out[8*i + 6] = sqrt(x[i]);
        out[8*i + 7] = x[i]*y[i] + x[i];
    }
}
"""
    numbers = [0.0, -0.0, 1.0, -1.0, 2.5, -3.75, 1e-42, 1e-30, 3e38, np.inf, -np.inf, np.nan, 0.1]
    for dtype in (FLOAT32, FLOAT64):
        x, y = (a.astype(dtype).reshape(-1) for a in np.meshgrid(numbers, numbers))
        out = cp.zeros((x.size, 8), dtype=dtype)
        arguments = (cp.array(x), cp.array(y), out, np.int64(x.size), np.int64(0))
        launch(function(text, "probe", dtype), 1, 1, 1, arguments)
        with np.errstate(all="ignore"):
            expected = [
                np.where((x == 0) & (y == 0), y, np.maximum(x, y)),
                np.where((x == 0) & (y == 0), y, np.minimum(x, y)),
                np.sign(x),
                (~np.isfinite(x)).astype(dtype),
                np.mod(x, y),
                linear.round_to(x, "bfloat16"),
                np.sqrt(x),
                x * y + x,
            ]
        for k, column in enumerate(expected):
            got = out.get()[:, k]
            # NumPy leaves the sign of a zero remainder to the C library.
            assert _bits(np.abs(got) if k == 4 else got) == _bits(
                np.abs(column) if k == 4 else column
            ), k


# --- what a step costs -------------------------------------------------------------------------


def _cost(declaration: Any) -> str:
    text = _module(declaration, "cupy")["__doc__"] if declaration.id in catalog else ""
    return " ".join(text.split())


ENTRYWISE = [d for d in catalog.values() if "nothing is read back" in _cost(d)]
REDUCED = [d for d in catalog.values() if "reductions are read back" in _cost(d)]


@pytest.mark.parametrize("declaration", [*ENTRYWISE, *REDUCED], ids=lambda d: d.id)
def test_later_steps_allocate_nothing(machine: cupy_standin.Machine, declaration: Any) -> None:
    """As the class's text says: no allocation, and no waiting where nothing is reduced."""
    with cupy_standin.installed(machine) as cp:
        params = [cp.asarray(np.ones(n, dtype)) for n, dtype in ((5, "f4"), (33, "f8"), (7, "f2"))]
        grads = [cp.asarray(np.full(x.shape, 0.5, x.dtype)) for x in params]
        made = _class(declaration, "cupy")
        required = {h.name: 0.1 for h in made.rules[0][1].hyper if h.default is None}
        optimizer = made(params, **required)
        more = {"value": 1.0} if "value" in optimizer._oracles() else {}
        if "hessian_diagonal" in optimizer._oracles():
            more["hessian_diagonal"] = grads
        grads[2] = cp.asarray(np.full(7, 0.5, "f4"))
        optimizer.step(grads, **more)
        for _ in range(3):
            cupy_standin.count.reset()
            optimizer.step(grads, **more)
            assert cupy_standin.count.allocations == 0
            assert (cupy_standin.count.waits == 0) == (declaration in ENTRYWISE)


def test_one_launch_for_many_tensors(machine: cupy_standin.Machine) -> None:
    with cupy_standin.installed(machine) as cp:
        params = [cp.zeros((n,), dtype="f4") for n in range(1, 200)]
        grads = [cp.zeros((n,), dtype="f4") for n in range(1, 200)]
        optimizer = cupy.Adam(params)
        optimizer.step(grads)
        cupy_standin.count.reset()
        optimizer.step(grads)
        # The bias corrections change with t, so the row of numbers is sent again.
        assert cupy_standin.count == cupy_standin.Count(launches=1, uploads=1)


def test_entrywise_rules_are_many() -> None:
    assert len(ENTRYWISE) > 50 and len(REDUCED) > 5


# --- the interface -----------------------------------------------------------------------------


def test_checkpoints_interchange(cp: Any, tmp_path: Path) -> None:
    """Two steps there, saved, two steps here, and the reverse: as four steps in one place."""
    for name in ("Adam", "LBFGS", "SM3", "NAdam"):
        numpys, cupys = _class(catalog[name], "numpy"), _class(catalog[name], "cupy")

        def device(params: list[Any]) -> tuple[float, list[Any]]:
            value, found = _bowl([p.get() for p in params])
            return value, [cp.asarray(x) for x in found]

        start = [np.linspace(-1, 1, 6).reshape(2, 3), np.ones(4)]
        straight = [x.copy() for x in start]
        whole = numpys(straight)
        for _ in range(4):
            whole.step(_bowl)
        for first in ("numpy", "cupy"):
            params: list[Any] = [x.copy() for x in start]
            optimizer: Any = None
            for kind in (first, "cupy" if first == "numpy" else "numpy"):
                here = kind == "numpy"
                if here:
                    params = [x if isinstance(x, np.ndarray) else x.get() for x in params]
                else:
                    params = [cp.asarray(x) for x in params]
                made = numpys if here else cupys
                if optimizer is None:
                    optimizer = made(params)
                else:
                    optimizer.save(tmp_path / "state")
                    optimizer = made.load(tmp_path / "state", params)
                for _ in range(2):
                    optimizer.step(_bowl if here else device)
            final = [x if isinstance(x, np.ndarray) else x.get() for x in params]
            assert not _differences(straight, final, True), (name, first)


def test_structures_groups_and_views(cp: Any) -> None:
    """Dicts, groups with schedules, half precision, a bare gradient function, a copy, a view."""
    start = {"w": np.arange(6.0).reshape(2, 3), "h": np.ones(5, np.float16)}
    here = {k: v.copy() for k, v in start.items()}
    there = {k: cp.asarray(v) for k, v in start.items()}
    one = numpy.ScheduleFreeSGD([{"params": here, "lr": lambda t: 0.1 / t}])
    other = cupy.ScheduleFreeSGD([{"params": there, "lr": lambda t: 0.1 / t}])
    for _ in range(3):
        one.step(lambda p: [{k: v * 2 for k, v in p[0].items()}])
        other.step(lambda p: [{k: v * 2 for k, v in p[0].items()}])
    for name in start:
        assert _bits(here[name]) == _bits(there[name].get())
    view = next(iter(one._branches[0][1].views))
    seen, shown = one.view(view)[0], other.view(view)[0]
    assert all(_bits(seen[k]) == _bits(shown[k].get()) for k in seen)
    single = cp.asarray(np.ones(3))
    optimizer = cupy.Adam(single, lr=0.5)
    optimizer.step(lambda x: x * 2)
    twin = copy.deepcopy(optimizer)
    optimizer.step(lambda x: (cp.sum(x), x * 2))
    assert optimizer.t == 2 and twin.t == 1 and not np.array_equal(single.get(), np.ones(3))
    twin.step(cp.asarray(np.ones(3)))
    assert twin.t == 2


def test_added_group(cp: Any) -> None:
    results = []
    for package, array in ((numpy, np.array), (cupy, cp.asarray)):
        x, y = array(np.ones(3)), array(np.ones(4))
        optimizer = package.Adam([x], lr=0.1)
        optimizer.step([array(np.ones(3))])
        optimizer.add_group({"params": [y], "lr": 0.2})
        optimizer.step([[array(np.ones(3))], [array(np.ones(4))]])
        results.append([v if isinstance(v, np.ndarray) else v.get() for v in (x, y)])
    assert not _differences(*results, True)


def test_what_does_not_fit_is_refused(cp: Any) -> None:
    x = cp.asarray(np.ones(3))
    with pytest.raises(ParameterError, match="params is a NumPy array: move it with cupy.asarray"):
        cupy.Adam(np.ones(3))
    with pytest.raises(ParameterError, match="params is list|list|float, not a CuPy array"):
        cupy.Adam({"w": 1.0})
    with pytest.raises(ParameterError, match="dtype int64; allowed: float16, float32, float64"):
        cupy.Adam(cp.asarray(np.ones(3, np.int64)))
    with pytest.raises(ParameterError, match="'0' and '1' share memory"):
        cupy.Adam([x, x[1:]])
    optimizer = cupy.Adam(x)
    with pytest.raises(OracleError, match="grads is a NumPy array: move it"):
        optimizer.step(np.ones(3))
    with pytest.raises(OracleError, match=r"has shape \(4,\); expected \(3,\)"):
        optimizer.step(cp.asarray(np.ones(4)))
    with pytest.raises(OracleError, match="shares memory with the parameter"):
        optimizer.step(x)
    assert optimizer.t == 0 and np.array_equal(x.get(), np.ones(3))


def test_singular_matrix_is_told(cp: Any) -> None:
    x = cp.asarray(np.ones(2))
    optimizer = cupy.Newton(x)
    with pytest.raises(linear.SingularMatrixError, match="2 x 2 matrix of this step is singular"):
        optimizer.step(cp.asarray(np.ones(2)), hessian=cp.asarray(np.ones((2, 2))))
    assert np.array_equal(x.get(), np.ones(2))


def test_without_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names what is missing and what to use instead."""
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(DeviceError) as told:
        cupy.torch.SGD(np.ones(3))
    assert "use optwright.generated.numpy.torch.SGD" in str(told.value)
    assert "\n" not in str(told.value)


def test_without_a_device(machine: cupy_standin.Machine) -> None:
    with cupy_standin.installed(machine) as cp:
        cp.cuda.is_available = lambda: False
        with pytest.raises(DeviceError, match="Adam needs a CUDA device.*generated.numpy.Adam"):
            cupy.Adam(np.ones(3))


def test_importing_loads_neither_cupy_nor_sympy() -> None:
    text = (
        "import sys; from optwright.generated.cupy import Adam, Muon, torch; torch.SGD;"
        "assert not {'cupy', 'sympy', 'jinja2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_a_kernel_that_does_not_compile_is_told(cp: Any) -> None:
    with pytest.raises(CompileError, match="the CUDA compiler refuses a kernel: .*error"):
        function('extern "C" __global__ void broken() { this is not C; }', "broken", FLOAT32)


# --- what the compilers say --------------------------------------------------------------------


def test_double_in_single_code_is_noticed(tmp_path: Path) -> None:
    """The flags under which all kernels compile catch an untyped constant."""
    if build.gxx() is None:
        pytest.skip("g++ is not installed")
    source = _module(catalog["Adam"], "cupy")["SOURCE"]
    planted = source.replace("m = m*beta1", "m = 0.5*m*beta1")
    assert planted != source
    build.compiled(prelude(FLOAT64) + planted, tmp_path)
    with pytest.raises(RuntimeError, match="double-promotion|float-conversion"):
        build.compiled(prelude(FLOAT32) + planted, tmp_path)


NVCC = shutil.which("nvcc")
needs_nvcc = pytest.mark.skipif(NVCC is None, reason="nvcc (the CUDA toolkit) is not installed")


def _ptx(text: str, folder: Path, *more: str) -> str:
    """PTX in the exact mode."""
    source, target = folder / "all.cu", folder / "all.ptx"
    source.write_text(text)
    options = [
        o for o in OPTIONS if o not in ("--ftz=false", "--prec-div=true", "--prec-sqrt=true")
    ]
    command = [str(NVCC), *options, "-arch=compute_80", "-w", "-ptx", *more]
    subprocess.run([*command, "-o", str(target), str(source)], check=True)
    return target.read_text()


def _faults(ptx: str, dtype: np.dtype) -> set[str]:
    """What must not be in the PTX of exact kernels."""
    wrong = {"fma.rn", ".ftz", ".approx", "ld.u64 ", "ld.f32", "st.f32"}
    return {w for w in wrong | ({".f64"} if dtype == FLOAT32 else set()) if w in ptx}


@needs_nvcc
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
def test_nvcc(dtype: np.dtype, tmp_path: Path) -> None:
    """No double in single code, no contraction, no flush to zero, wide loads, no spills."""
    ptx = _ptx(_joined(_sources(), dtype), tmp_path)
    assert not _faults(ptx, dtype)
    wide = "v4.f32" if dtype == FLOAT32 else "v2.f64"
    assert ptx.count(f"ld.global.{wide}") > 300 and ptx.count(f"st.global.{wide}") > 200
    begun = [
        subprocess.Popen(
            ["ptxas", f"-arch={arch}", "-v", "-o", os.devnull, str(tmp_path / "all.ptx")],
            stderr=subprocess.PIPE,
            text=True,
        )
        for arch in ("sm_80", "sm_90")
    ]
    for process in begun:
        said = process.communicate()[1]
        kernels = said.count("Compiling entry function")
        assert process.returncode == 0 and kernels == ptx.count(".entry") > 150
        assert (
            said.count("0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads") == kernels
        )


@needs_nvcc
def test_ptx_faults_are_noticed(tmp_path: Path) -> None:
    """A double constant, contraction and flushing each show."""
    source = prelude(FLOAT32) + _module(catalog["Adam"], "cupy")["SOURCE"]
    planted = source.replace("m = m*beta1", "m = 0.1*m*beta1")
    assert _faults(_ptx(source, tmp_path), FLOAT32) == set()
    assert ".f64" in _faults(_ptx(planted, tmp_path), FLOAT32)
    assert "fma.rn" in _faults(_ptx(source, tmp_path, "--fmad=true"), FLOAT32)
    assert ".ftz" in _faults(_ptx(source, tmp_path, "--ftz=true"), FLOAT32)


@pytest.mark.parametrize("capability", ["80", "90"])
def test_nvrtc(capability: str) -> None:
    """The call that compiles kernels in use, which needs no device."""
    cupy_module = pytest.importorskip(
        "cupy", reason="CuPy is not installed: pip install 'optwright[cuda13]'"
    )
    text = prelude(FLOAT32) + _module(catalog["LAMB"], "cupy")["SOURCE"]
    assert compiled(cupy_module.cuda.nvrtc, text, capability)[:4] == b"\x7fELF"


def test_cupy_has_what_is_called() -> None:
    """Every name that the runtime and the generated modules look up in CuPy."""
    cupy_module = pytest.importorskip(
        "cupy", reason="CuPy is not installed: pip install 'optwright[cuda13]'"
    )
    root = Path(cupy.__file__).parents[2]
    files = [
        *(root / "runtime" / "device").rglob("*.py"),
        *Path(cupy.__file__).parent.rglob("*.py"),
    ]
    names = {n for file in files for n in re.findall(r"\bcp\.(\w[\w.]*\w)", file.read_text())}
    for name in sorted(names):
        found = cupy_module
        for part in name.split("."):
            found = getattr(found, part)


# --- sanitizers --------------------------------------------------------------------------------


def _sanitized(code: list[str]) -> subprocess.CompletedProcess[str]:
    """Run Python with the sanitizers' libraries loaded first."""
    if build.gxx() is None:
        pytest.skip("g++ is not installed")
    libraries = [
        subprocess.run(
            ["g++", f"-print-file-name={n}"], capture_output=True, text=True
        ).stdout.strip()
        for n in ("libasan.so", "libubsan.so")
    ]
    if not all(os.path.isabs(x) for x in libraries):
        pytest.skip("g++ has no sanitizers here")
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
    }
    here = Path(__file__).parent
    return subprocess.run(
        [sys.executable, *code], env=environment, cwd=here, capture_output=True, text=True
    )


def test_sanitizers(tmp_path: Path) -> None:
    """Every kernel touches only what it should, and does nothing undefined."""
    run = _sanitized(["-m", "cupy_standin.sanitized", str(tmp_path)])
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert "not launched: []" in run.stdout


PLANTED = """
import numpy as np, tempfile, cupy_standin
from pathlib import Path
from cupy_standin import build
from optwright.generated.cupy.paper import adam
assert "length/LANES" in adam.SOURCE
for kernel in [adam.UPDATE]:
    kernel.source = kernel.source.replace("length/LANES", "length/LANES + 1")
machine = cupy_standin.Machine(Path(tempfile.mkdtemp()), {}, build.SANITIZERS)
with cupy_standin.installed(machine) as cp:
    adam.Adam(cp.asarray(np.ones(9))).step(cp.asarray(np.ones(9)))
print("not noticed")
"""


def test_write_out_of_bounds_is_noticed() -> None:
    run = _sanitized(["-c", PLANTED])
    assert run.returncode != 0 and "heap-buffer-overflow" in run.stderr
    assert "not noticed" not in run.stdout


# --- declarations beyond the catalogue ----------------------------------------------------------

u, pack, maximum = variables("u pack maximum")
SOMETIMES = Optimizer(
    name="Sometimes",
    source=Source("here", "a gradient that is asked at every second step"),
    hyper=(lr(0.1),),
    state=(u,),
    step=(
        Eq(u[t], cases((grad(theta[t - 1] + u[t - 1]), Eq(Mod(t, 2), 0)), u[t - 1] / 2)),
        Eq(theta[t], theta[t - 1] - lr * (u[t] + g[t])),
    ),
)
WORDS = Optimizer(
    name="Words",
    source=Source("here", "names of the kernels, functions that no rule has"),
    hyper=(lr(0.1),),
    state=(pack, maximum),
    step=(
        Eq(pack[t], Abs(g[t]) + pack[t - 1]),
        Eq(maximum[t], round_to(Max(g[t], -((g[t] + 1) ** 3)), "bfloat16")),
        Eq(
            theta[t],
            theta[t - 1] - lr * cases((maximum[t], Or(g[t] > 0, Not(g[t] > -1))), floor(g[t])),
        ),
    ),
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration", [SOMETIMES, WORDS], ids=lambda d: d.name)
def test_other_declarations(cp: Any, declaration: Any, dtype: str) -> None:
    """An answer that is absent in some steps; awkward names."""
    if declaration is SOMETIMES:
        assert "optional=" in _module(declaration, "cupy")["__text__"]
    assert not _compared(cp, declaration, declaration, {}, dtype, False)
