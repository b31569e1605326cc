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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cupy_standin
import numpy as np
import pytest
from cupy_standin import build
from selection import RULES, tiered
from test_generated import CASES, CHOSEN, COMPOSED, MATRICES, SPECIAL, VECTORS, _bowl, members

from optwright.derive.language import (
    ALL,
    TENSOR,
    Abs,
    And,
    Eq,
    Max,
    Mod,
    Not,
    Optimizer,
    Or,
    Source,
    State,
    Where,
    beta1,
    cases,
    dim,
    exp,
    floor,
    g,
    grad,
    hvp,
    largest,
    lr,
    matmul,
    mean,
    norm,
    round_to,
    solve,
    sqrt,
    t,
    theta,
    transpose,
    variables,
)  # fmt: skip
from optwright.derive.language.declaration import Route, Schedule
from optwright.derive.rule import catalog
from optwright.generated import cupy, numpy
from optwright.runtime.device import CompileError, DeviceError
from optwright.runtime.device.kernel import (
    OPTIONS,
    Kernel,
    NumberKernel,
    compiled,
    constants,
    function,
    launch,
)
from optwright.runtime.device.reduction import TREES, Combiner, Reducer, segments_of
from optwright.runtime.device.source import COMBINATION, REDUCTION, prelude
from optwright.runtime.device.step import DeviceStep
from optwright.runtime.error import OracleError, ParameterError
from optwright.runtime.step import linear
from optwright.runtime.step.reduction import CHUNK, chunk_max, chunk_sum, combine
from optwright.templates.backend import backend, path
from optwright.templates.cupy.cost import ASKED, FREE, REASONS

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


def texts(module: Mapping[str, Any], name: str, kind: type[Any]) -> list[str]:
    """What is compiled of a class's kernels of one kind, for all flags of its family."""
    kernels = [x for x in module.values() if isinstance(x, kind)]
    rules = [rule for _, rule in members(module[name])]
    made = (constants(k, rule.flags) + k.source for k in kernels for rule in rules)
    return list(dict.fromkeys(made))


def _sources(declarations: Sequence[Any] = DECLARATIONS) -> list[str]:
    """The kernels of all modules, and those of reductions."""
    found = (texts(_module(d, "cupy"), d.name, Kernel) for d in declarations)
    return [REDUCTION, *(text for each in found for text in each)]


def _number_sources(declarations: Sequence[Any] = DECLARATIONS) -> list[str]:
    """The kernels of numbers, which are compiled for double only."""
    found = (texts(_module(d, "cupy"), d.name, NumberKernel) for d in declarations)
    return [COMBINATION, *(text for each in found for text in each)]


def _joined(sources: list[str], dtype: np.dtype) -> str:
    return prelude(dtype) + build.joined(sources)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where libraries are kept, by content, from run to run, also of the workers of a run."""
    above = tmp_path_factory.getbasetemp().parent
    kept = (above.parent if "PYTEST_XDIST_WORKER" in os.environ else above) / "optwright-kernels"
    kept.mkdir(exist_ok=True)
    for file in kept.iterdir():
        if time.time() - file.stat().st_mtime > 7 * 24 * 3600:
            file.unlink(missing_ok=True)
    return kept


def _compiled_ahead(
    folder: Path, texts: Sequence[tuple[np.dtype, list[str]]]
) -> cupy_standin.Machine:
    """The stand-in's compiler with some kernels compiled, a library of each text at a time."""
    if build.gxx() is None:
        pytest.skip("g++ is not installed: the kernels cannot run without a device")
    begun = [(dtype, share, build.start(_joined(share, dtype), folder)) for dtype, share in texts]
    ready = {}
    for dtype, share, (target, process) in begun:
        library = build.finish(target, process)
        ready.update(build.places(share, prelude(dtype), library))
    return cupy_standin.Machine(folder, ready)


@pytest.fixture(scope="session")
def machine(folder: Path, request: pytest.FixtureRequest) -> cupy_standin.Machine:
    """The stand-in with the kernels of all rules that this run takes."""
    every = any(item.get_closest_marker("exhaustive") for item in request.session.items)
    taken = [d for d in DECLARATIONS if every or d.id in RULES]
    shares = [(d, _sources(taken)[k::2]) for d in (FLOAT32, FLOAT64) for k in (0, 1)]
    return _compiled_ahead(folder, [*shares, (FLOAT64, _number_sources(taken))])


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
    kernels = module.get("SOURCE", "") + module.get("NUMBERS_SOURCE", "")
    code = re.sub("//.*", "", kernels)
    return not INEXACT.search(code) and not (real and "step.arrays" in text)


def _shapes(system: Any) -> list[tuple[int, ...]]:
    if isinstance(system, Route) or (system.scope != "all" and system.shape != "matrix"):
        return SHAPES
    return VECTORS if system.scope == "all" else MATRICES


def _compared(
    cp: Any,
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    special: bool,
    chosen: Mapping[str, Any] | None = None,
) -> list[str]:
    """The differences after each of some steps of both classes, which ask at the same points.

    chosen: hyperparameters, where not the defaults.
    """
    rng = np.random.default_rng(zlib.crc32(f"{declaration.id}{flags}{dtype}{special}".encode()))
    shapes = _shapes(system)
    start = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    here = [x.copy() for x in start]
    there = [_laid(cp, x, k) for k, x in enumerate(start)]
    hyper: dict[str, Any] = {
        h.name: CHOSEN[h.name]
        for h in system.hyper
        if h.name in CHOSEN and (h.default is None or h.name == "max_iter")
    } | dict(chosen or {})
    wanted = {o for _, rule in members(_class(declaration, "numpy")) for o in rule.oracles}
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
            # What is asked shows in the answers, so that the points must be equal too.
            found = [np.array(x + p) for x, p in zip(found, params, strict=True)]
            if special:
                for x in found:
                    marked = draws.random(x.shape) < 0.3
                    x[...] = np.where(marked, draws.choice(SPECIAL, size=x.shape), x)
            value = float(draws.normal()) + sum(float(np.sum(p)) for p in params)
            return value, [np.asarray(x).astype(dtype) for x in found]

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
            if "hvp" in wanted:
                more["hvp"] = others["hvp"] = lambda _, vectors: [2 * x for x in vectors]
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
    """The tree of `optwright.runtime.step.reduction`, all vectors in one launch."""
    rng = np.random.default_rng(3)
    sizes = [*range(70), 255, 256, 257, 4095, 4097, 65535, 65536, 65537, 140000]
    vectors = [
        (rng.normal(size=n) * 10.0 ** rng.integers(-9, 9, size=n)).astype(dtype) for n in sizes
    ]
    vectors[5][3] = np.nan
    vectors[9][:] = -0.0
    whole = {"sum": chunk_sum, "max": chunk_max}[kind]
    results = Reducer()(TREES[kind], [cp.array(v) for v in vectors])
    expected = [[whole(v[i : i + CHUNK]) for i in range(0, v.size, CHUNK)] for v in vectors]
    flat = np.array([x for parts in expected for x in parts])
    assert _bits(results.get().astype(float)) == _bits(flat) or kind == "max"
    np.testing.assert_array_equal(results.get(), flat)
    wide, single = cp.zeros((len(sizes),), dtype="f8"), cp.zeros((len(sizes),), dtype="f4")
    Combiner()(TREES[kind], results, segments_of(sizes, range(len(sizes))), wide, single)
    joined = np.array([combine(kind, parts) for parts in expected])
    np.testing.assert_array_equal(wide.get(), joined)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(single.get(), joined.astype("f4"))


@pytest.mark.parametrize("kind", ["sum", "max"])
def test_combination_of_many(cp: Any, kind: str) -> None:
    """More results than one thread joins, of segments that end at different launches."""
    rng = np.random.default_rng(4)
    lengths = [0, 1, 2, 16, 17, 255, 257, 5000, 70001]
    parts = [rng.normal(size=n) * 10.0 ** rng.integers(-9, 9, size=n) for n in lengths]
    starts = np.cumsum([0, *lengths])[:-1]
    places = [3, 1, 0, 2, 8, 7, 6, 5, 4]
    segments = np.array(list(zip(starts, lengths, places, strict=True)), dtype=np.int64)
    wide = cp.zeros((len(lengths),), dtype="f8")
    Combiner()(TREES[kind], cp.asarray(np.concatenate(parts)), segments, wide)
    expected = [combine(kind, list(part)) for part in parts]
    np.testing.assert_array_equal(wide.get()[places], expected)


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


WHOLE, SOLVE, SEARCH, REPEAT, HISTORY, CHOICE = (words for _, words in REASONS)
LOSS = ASKED.format(oracle="loss")

NAMED: dict[str, tuple[str, ...]] = {
    # id: why a step allocates (work on whole arrays), or waits for the device (all others)
    "SM3": (WHOLE,),
    "Muon": (WHOLE,),
    "Adafactor": (WHOLE,),
    "torch.Adafactor": (WHOLE,),
    "ClippedMuon": (WHOLE,),
    "ClippedAdafactor": (WHOLE,),
    "Newton": (WHOLE, SOLVE),
    "RelaxedNewton": (WHOLE, SOLVE),
    "DampedNewton": (WHOLE, SOLVE, SEARCH),
    "BFGS": (WHOLE, SEARCH, CHOICE),
    "LBFGS": (WHOLE, SEARCH, HISTORY),
    "torch.LBFGS": (WHOLE, SEARCH, REPEAT, HISTORY, CHOICE),
    "PolyakStep": (LOSS,),
}
"""Every rule whose steps are not free of allocations and of waiting, with the reasons."""


def _begun(
    cp: Any, declaration: Any, system: Any, flags: dict[str, Any], **given: Any
) -> tuple[Any, Any, dict[str, Any]]:
    """An optimizer of all types at once, what its oracle gives, and its other oracles.

    The oracle's arrays are made beforehand, so that what is counted is the optimizer's own.
    """
    shapes = _shapes(system)
    params = [
        _laid(cp, np.full(shape, 0.5, ("f4", "f8", "f4", "f2")[k % 4]), k)
        for k, shape in enumerate(shapes)
    ]
    grads = [
        cp.asarray(np.linspace(0.1, 1, x.size).reshape(x.shape).astype(x.dtype)) for x in params
    ]
    made = _class(declaration, "cupy")
    rules = [rule for _, rule in members(made)]
    required = {
        h.name: 3 if h.range.startswith("integer") else 0.5
        for rule in rules
        for h in rule.hyper
        if h.default is None
    }
    optimizer = made(params, **flags, **{**required, **given})
    size = sum(x.size for x in params)
    more = {
        "value": 1.0,
        "hessian": cp.asarray(np.eye(size)),
        "hessian_diagonal": grads,
        "hvp": lambda _, vector: grads,
    }
    more = {name: x for name, x in more.items() if name in optimizer._oracles()}
    if any(rule.elsewhere for rule in optimizer_rules(optimizer)):
        more.pop("value", None)
        return optimizer, lambda _: (1.0, grads), more
    return optimizer, grads, more


def optimizer_rules(optimizer: Any) -> list[Any]:
    """The rules that an optimizer runs."""
    return [rule for _, rule in optimizer._branches]


def _spent(optimizer: Any, oracle: Any, more: dict[str, Any]) -> tuple[int, int]:
    """How many arrays later steps allocate, and how often they wait for the device."""
    optimizer.step(oracle, **more)
    cupy_standin.count.reset()
    for _ in range(3):
        optimizer.step(oracle, **more)
    return cupy_standin.count.allocations, cupy_standin.count.waits


@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_what_later_steps_cost(
    machine: cupy_standin.Machine, declaration: Any, system: Any, flags: dict[str, Any]
) -> None:
    """Nothing, but for the rules named above; each reason is one that happens."""
    named = NAMED.get(declaration.id, ())
    with cupy_standin.installed(machine) as cp:
        allocations, waits = _spent(*_begun(cp, declaration, system, flags))
    assert bool(allocations) == (WHOLE in named), f"{allocations} arrays are allocated"
    # The loss of `_begun` is known beforehand.
    assert bool(waits) == any(r not in (WHOLE, LOSS) for r in named), f"{waits} times waited"


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda d: d.id)
def test_costs_are_told(declaration: Any) -> None:
    """A class says that its steps are free, or each reason why they are not."""
    module = _module(declaration, "cupy")
    whole = module["__text__"].split('"""')[1] if "__text__" in module else module["__doc__"]
    text = " ".join(whole.split())
    named = NAMED.get(declaration.id, ())
    assert (FREE in text) == (not named)
    assert [r for r in (WHOLE, SOLVE, SEARCH, REPEAT, HISTORY, CHOICE, LOSS) if r in text] == list(
        named
    )


def test_a_loss_that_must_be_asked_for_is_waited_for(machine: cupy_standin.Machine) -> None:
    """Whether it must be depends on the gradient; a function is not called in vain."""
    with cupy_standin.installed(machine) as cp:
        params, calls = [cp.asarray(np.ones(5))], []
        grads = [cp.asarray(np.ones(5))]
        optimizer = cupy.PolyakStep(params, f_star=0.0)

        def loss(_: Any) -> float:
            calls.append(1)
            return 1.0

        assert _spent(optimizer, grads, {"value": loss}) == (0, 3)
        assert len(calls) == 4
        cp.copyto(grads[0], cp.zeros((5,)))
        optimizer.step(grads, value=loss)
        assert len(calls) == 4


def test_products_with_the_hessian_cost_nothing(machine: cupy_standin.Machine) -> None:
    """At the parameters and elsewhere; the function is handed two nestings of arrays."""
    declaration = Optimizer(
        name="Curved",
        source=Source("here", "two Hessian-vector products"),
        hyper=(lr(0.1),),
        step=(
            Eq(u[t], hvp(theta[t - 1], g[t])),
            Eq(theta[t], theta[t - 1] - lr * hvp(theta[t - 1] - lr * u[t], u[t])),
        ),
    )
    with cupy_standin.installed(machine) as cp:
        optimizer, oracle, more = _begun(cp, declaration, declaration, {})
        assert _spent(optimizer, oracle, more) == (0, 0)
        assert not _compared(cp, declaration, declaration, {}, "float32", False)


@pytest.mark.parametrize("name", ["LAMB", "Prodigy", "ClippedSAM", "Adam"])
def test_schedules_cost_nothing(machine: cupy_standin.Machine, name: str) -> None:
    """Numbers that change are sent; nothing else happens."""
    declaration = next(d for d in DECLARATIONS if d.name == name)
    system = getattr(declaration, "default", declaration)
    with cupy_standin.installed(machine) as cp:
        begun = _begun(cp, declaration, system, {}, lr=lambda t: 0.1 / t)
        assert _spent(*begun) == (0, 0) and cupy_standin.count.uploads > 0


@pytest.mark.parametrize("name", ["Adam", "LAMB", "SAM", "NoisySGD"])
def test_planted_costs_are_noticed(
    machine: cupy_standin.Machine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An array that is made in every step, a number that is read back."""
    with cupy_standin.installed(machine) as cp:
        begun = _begun(cp, catalog[name], catalog[name], {})
        assert _spent(*begun) == (0, 0)
        blocks = DeviceStep.blocks
        with monkeypatch.context() as patch:
            patch.setattr(DeviceStep, "blocks", lambda *a: (blocks(*a), cp.empty((1,), "f4"))[0])
            assert _spent(*begun)[0] >= 3
        with monkeypatch.context() as patch:
            patch.setattr(
                DeviceStep, "blocks", lambda *a: (blocks(*a), float(a[0].seats[0].theta[:1]))[0]
            )
            assert _spent(*begun)[1] >= 3
        with monkeypatch.context() as patch:
            patch.setattr(
                DeviceStep,
                "blocks",
                lambda *a: (blocks(*a), cp.cuda.get_current_stream().synchronize())[0],
            )
            assert _spent(*begun)[1] >= 3
        buffer = DeviceStep._buffer
        with monkeypatch.context() as patch:
            patch.setattr(DeviceStep, "_buffer", lambda s, *a: cp.array(buffer(s, *a)))
            assert (_spent(*begun)[0] > 0) == (name in ("LAMB", "SAM", "NoisySGD"))


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


def test_named_rules_are_few() -> None:
    """Rules that work entry by entry are all free."""
    known = {d.id for d in DECLARATIONS}
    assert set(NAMED) <= known and len(known - set(NAMED)) > 90


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


def test_a_point_is_known_by_its_place(cp: Any) -> None:
    """Bits are compared on the host, and where a search reads them anyway; else it is asked again.

    The answers of a function are its own again after the call, and what it was handed stays.
    """
    calls: dict[str, list[Any]] = {}
    ends = []
    for kind, lay in (("numpy", np.array), ("cupy", cp.asarray)):
        x, answer = lay(np.ones(3)), lay(np.zeros(3))
        calls[kind] = []

        def gradient(p: Any, kind: str = kind, answer: Any = answer) -> Any:
            calls[kind].append(p)
            answer[...] = answer + 1  # in the memory of the answer before
            return answer

        optimizer = _class(catalog["SAM"], kind)(x, rho=0.0, lr=0.5)
        optimizer.step(gradient)
        ends.append(_host(x))
        handed = [_host(p) for p in calls[kind]]
        assert all(np.array_equal(p, np.ones(3)) for p in handed)
    assert [len(calls[kind]) for kind in ("numpy", "cupy")] == [1, 2]
    assert np.array_equal(ends[0], np.full(3, 0.5)) and np.array_equal(ends[1], np.zeros(3))


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
    with pytest.raises(ParameterError, match=r"params is a NumPy array: move it with cupy.asarray"):
        cupy.Adam(np.ones(3))
    with pytest.raises(ParameterError, match="the parameter 'w' is float, not a CuPy array"):
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
        with pytest.raises(DeviceError, match=r"Adam needs a CUDA device.*generated.numpy.Adam"):
            cupy.Adam(np.ones(3))


def test_importing_loads_neither_cupy_nor_sympy() -> None:
    text = (
        "import sys; from optwright.generated.cupy import Adam, Muon, torch; torch.SGD;"
        "assert not {'cupy', 'sympy', 'jinja2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_a_kernel_that_does_not_compile_is_told(cp: Any) -> None:
    with pytest.raises(CompileError, match=r"the CUDA compiler refuses a kernel: .*error"):
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
    with pytest.raises(RuntimeError, match=r"double-promotion|float-conversion"):
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
@pytest.mark.parametrize(
    "kind", tiered(["float32", "float64", "numbers"], lambda kind: kind == "numbers")
)
def test_nvcc(kind: str, tmp_path: Path) -> None:
    """No double in single code, no contraction, no flush to zero, wide loads, no spills.

    Kernels of numbers are a kind of their own: a text that is only ever compiled for double.
    """
    dtype = FLOAT64 if kind == "numbers" else np.dtype(kind)
    sources = _number_sources() if kind == "numbers" else _sources()
    ptx = _ptx(_joined(sources, dtype), tmp_path)
    assert not _faults(ptx, dtype)
    wide = "v4.f32" if dtype == FLOAT32 else "v2.f64"
    if kind != "numbers":
        assert ptx.count(f"ld.global.{wide}") > 300 and ptx.count(f"st.global.{wide}") > 200
    begun = [
        subprocess.Popen(
            ["ptxas", f"-arch={arch}", "-v", "-o", os.devnull, str(tmp_path / "all.ptx")],
            stderr=subprocess.PIPE,
            text=True,
        )
        for arch in ("sm_80", "sm_90")
    ]
    fewest = 10 if kind == "numbers" else 150
    for process in begun:
        said = process.communicate()[1]
        kernels = said.count("Compiling entry function")
        assert process.returncode == 0 and kernels == ptx.count(".entry") > fewest
        assert (
            said.count("0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads") == kernels
        )


def test_only_kernels_of_numbers_are_double() -> None:
    """Entrywise texts know no type but the compute type; texts of numbers round to single."""
    for source in _sources():
        assert not re.search(r"\b(float|double)\b", re.sub("//.*", "", source))
    numbers = _number_sources()[1:]
    assert len(numbers) > 10 and all("float *single" in source for source in numbers)
    symbols = set(re.findall(r"__global__ void (\w+)\(", "".join(_sources())))
    assert not symbols & set(re.findall(r"__global__ void (\w+)\(", "".join(_number_sources())))


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


@pytest.mark.exhaustive
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
    state=(State(u, init=1),),
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


n, r, c, k, single, wide = variables("n r c k single wide")
SIZED = Optimizer(
    name="Sized",
    source=Source("here", "numbers of each tensor and of all, kept; lengths; powers of the clock"),
    hyper=(lr(0.1), beta1(0.9)),
    state=(State(n, extent=TENSOR), State(single, init=1, extent=ALL), State(wide)),
    step=(
        Eq(n[t], beta1 * n[t - 1] + (1 - beta1) * norm(g[t])),
        Eq(c[t], n[t] / (1 - beta1**t) * sqrt(dim(-1)) + n[t - 1]),
        Eq(single[t], Max(single[t - 1], largest(Abs(g[t]), "all"), exp(-lr * t))),
        Eq(k[t], cases((c[t], And(c[t] > 1, Not(single[t] > 100))), (1, Not(Eq(c[t], 0))), 2)),
        Eq(r[t], mean(g[t] ** 2) + mean(g[t], "all") + t * single[t - 1]),
        Eq(wide[t], wide[t - 1] + g[t] * k[t]),
        Eq(theta[t], theta[t - 1] - lr * wide[t] / (1 + r[t])),
    ),
    views={"far": theta[t] - single[t] * wide[t] / n[t]},
)
STEEP = Optimizer(
    name="Steep",
    source=Source("here", "a second gradient, asked where the first is long"),
    hyper=(lr(0.1),),
    state=(State(n, extent=ALL),),
    step=(
        Eq(n[t], norm(g[t], "all") + n[t - 1] / 2),
        Eq(u[t], cases((grad(theta[t - 1] - lr * g[t]), n[t] > 30), g[t])),
        Eq(theta[t], theta[t - 1] - lr * u[t] / n[t - 1]),
    ),
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_that_are_kept(cp: Any, dtype: str) -> None:
    """They are state: of the same bits, saved, loaded, copied, and there for more tensors."""
    code = _module(SIZED, "cupy")["NUMBERS_SOURCE"]
    assert "real_t &n_next" in code and "length_of_axis_minus_1" in code
    assert _is_exact(SIZED, real=True), "powers and exponentials of the clock are the host's"
    assert not _compared(cp, SIZED, SIZED, {}, dtype, False)
    assert not _compared(cp, SIZED, SIZED, {}, dtype, True)
    final: list[Any] = []
    for kind in ("numpy", "cupy"):
        made = _class(SIZED, kind)
        lay = np.array if kind == "numpy" else cp.asarray
        x, y = lay(np.ones(3, dtype)), lay(np.full((2, 2), 2.0, dtype))
        optimizer = made([x])
        for step in range(2):
            optimizer.step([lay(np.full(3, 1.5 + step, dtype))])
        optimizer.add_group({"params": [y]})
        grads = [[lay(np.full(3, 0.5, dtype))], [lay(np.full((2, 2), 9.0, dtype))]]
        optimizer.step(grads)
        twin = copy.deepcopy(optimizer)
        twin.step(grads)
        other = made([{"params": [lay(_host(x))]}, {"params": [lay(_host(y))]}])
        other.load_state_dict(optimizer.state_dict())
        optimizer.step(grads)
        other.step(grads)
        states = [o.state_dict() for o in (optimizer, twin, other)]
        assert not _differences(states[0], states[1], True)
        assert not _differences(states[0], states[2], True)
        far = [_host(each[0]) for each in optimizer.view("far")]
        final.append([states[0], _host(x), _host(y), far])
        assert {type(v) for v in optimizer.state_dict()["memory"][0].values()} == {np.float64}
    assert not _differences(*final, True)


def _host(array: Any) -> np.ndarray:
    return array if isinstance(array, np.ndarray) else array.get()


def test_numbers_interchange(cp: Any) -> None:
    """A checkpoint of numbers on the device is read on the host, and the reverse."""
    for kind, other in (("numpy", "cupy"), ("cupy", "numpy")):
        x = np.ones(3)
        lay = {"numpy": np.array, "cupy": cp.asarray}
        straight = x.copy()
        whole = _class(SIZED, "numpy")(straight)
        part = lay[kind](x)
        first = _class(SIZED, kind)(part)
        for step in range(2):
            whole.step(np.full(3, 2.0 + step))
            first.step(lay[kind](np.full(3, 2.0 + step)))
        rest = lay[other](_host(part))
        second = _class(SIZED, other)(rest)
        second.load_state_dict(first.state_dict())
        for _ in range(2):
            whole.step(np.full(3, 0.3))
            second.step(lay[other](np.full(3, 0.3)))
        assert not _differences(straight, _host(rest), True)
        assert not _differences(whole.state_dict(), second.state_dict(), True)


LOUDER = Optimizer(
    name="Louder",
    source=Source("here", "a number of each tensor that enters at once, before it is renewed"),
    state=(State(n, init=1, extent=TENSOR),),
    step=(
        Eq(n[t], n[t - 1] + norm(g[t])),
        Eq(theta[t], theta[t - 1] - n[t - 1] * g[t]),
    ),
)
SOLVED = Optimizer(
    name="Solved",
    source=Source("here", "a solve, which can fail"),
    shape="matrix",
    step=(Eq(theta[t], theta[t - 1] - solve(matmul(g[t], transpose(g[t])), g[t])),),
)
FAILING = Route(
    "Failing",
    Source("here", "the later branch fails"),
    ((Where(0, 1), LOUDER), (Where(2, 2), SOLVED)),
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_after_a_step_that_failed(cp: Any, dtype: str) -> None:
    """They are what they were, in both types in which they are kept."""
    ends = []
    for kind in ("numpy", "cupy"):
        lay = np.array if kind == "numpy" else cp.asarray
        x, y = lay(np.ones(3, dtype)), lay(np.eye(2, dtype=dtype))
        optimizer = _class(FAILING, kind)([x, y])
        optimizer.step([lay(np.full(3, 0.25, dtype)), lay(np.eye(2, dtype=dtype))])
        before = [_host(x).copy(), _host(y).copy(), optimizer.state_dict()]
        with pytest.raises(linear.SingularMatrixError):
            optimizer.step([lay(np.full(3, 0.5, dtype)), lay(np.zeros((2, 2), dtype))])
        assert not _differences(before, [_host(x), _host(y), optimizer.state_dict()], True)
        optimizer.step([lay(np.full(3, 0.5, dtype)), lay(2 * np.eye(2, dtype=dtype))])
        ends.append([_host(x), _host(y), optimizer.state_dict()])
    assert not _differences(*ends, True)


def test_a_question_that_data_decide(cp: Any) -> None:
    """It is read back whether to ask, and said."""
    for special in (False, True):
        assert not _compared(cp, STEEP, STEEP, {}, "float64", special)
    text = _module(STEEP, "cupy")["__text__"]
    assert ASKED.format(oracle="gradient") in " ".join(text.split()) and FREE not in text


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration", [SOMETIMES, WORDS], ids=lambda d: d.name)
def test_other_declarations(cp: Any, declaration: Any, dtype: str) -> None:
    """An answer that is absent in some steps; awkward names."""
    if declaration is SOMETIMES:
        assert "optional=" in _module(declaration, "cupy")["__text__"]
    assert not _compared(cp, declaration, declaration, {}, dtype, False)
