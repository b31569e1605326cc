"""A backend is a folder: one is added through the registry, and its classes give NumPy's bits."""

from __future__ import annotations

import importlib.util
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from test_generated import CASES, CHOSEN, SPECIAL, _bowl, _class, _shapes, members

from optwright.cli import main
from optwright.derive.language.declaration import Route
from optwright.derive.rule import catalog
from optwright.templates import backend as registry

STEPS = 3


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The registry entry: all that is needed beside the folder."""
    monkeypatch.setitem(registry.BACKENDS, "plain", "plain_backend")
    return registry.backend("plain")


_classes: dict[str, Any] = {}


def _made(backend: Any, declaration: Any) -> Any:
    """Its class of a declaration, made from the text of its module."""
    if declaration.id not in _classes:
        scope: dict[str, Any] = {"__name__": "made"}
        text = backend.module(declaration, lambda _: (), "none")
        exec(compile(text, declaration.name, "exec"), scope)
        _classes[declaration.id] = scope[declaration.name]
    return _classes[declaration.id]


def differences(
    backend: Any, declaration: Any, system: Any, flags: dict[str, Any], dtype: str, special: bool
) -> list[str]:
    """Where its class parts from NumPy's, bit by bit, after each of some steps."""
    rng = np.random.default_rng(zlib.crc32(f"{declaration.id}{flags}{dtype}{special}".encode()))
    shapes = _shapes(system)
    start = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    hyper: dict[str, Any] = {
        h.name: CHOSEN[h.name]
        for h in system.hyper
        if h.name in CHOSEN and (h.default is None or h.name == "max_iter")
    }
    here, there = [x.copy() for x in start], [x.copy() for x in start]
    first = _class(declaration)
    wanted = {o for _, rule in members(first) for o in rule.oracles}
    if "noise" in wanted:
        hyper["seed"] = 5
    one, other = first(here, **flags, **hyper), _made(backend, declaration)(there, **flags, **hyper)
    size = sum(x.size for x in start)
    square = rng.normal(size=(size, size))
    more: dict[str, Any] = {}
    if "hessian" in wanted:
        more["hessian"] = square @ square.T + size * np.eye(size)
    if "hessian_diagonal" in wanted:
        more["hessian_diagonal"] = [np.abs(rng.normal(size=shape)) for shape in shapes]
    if "hvp" in wanted:
        more["hvp"] = lambda _, vectors: [2 * x for x in vectors]
    bowl = "line_search" in wanted or (not isinstance(system, Route) and system.scope == "all")
    wrong = []
    for step, seed in enumerate(rng.integers(1 << 30, size=STEPS)):
        for optimizer in (one, other):
            draws = np.random.default_rng(seed)

            def oracle(params: Any, draws: Any = draws) -> Any:
                if bowl:
                    return _bowl(params)
                found = [draws.normal(size=s) * 10.0 ** draws.integers(-2, 2) for s in shapes]
                if special:
                    found = [np.where(draws.random(np.shape(x)) < 0.3, draws.choice(SPECIAL), x)
                             for x in found]  # fmt: skip
                return float(draws.normal()), [np.asarray(x).astype(dtype) for x in found]

            with np.errstate(all="ignore"):
                optimizer.step(oracle, **more)
        if _bits([here, one.state_dict()]) != _bits([there, other.state_dict()]):
            wrong.append(f"step {step + 1}: {here} and {there}")
    return wrong


def _bits(tree: Any) -> Any:
    """A nesting with arrays as their bytes; every NaN is the same."""
    if isinstance(tree, dict):
        return {name: _bits(x) for name, x in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_bits(x) for x in tree]
    if isinstance(tree, (float, np.ndarray, np.floating)):
        array = np.asarray(tree)
        if array.dtype.kind == "f":
            array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
        return array.dtype.str, array.shape, array.tobytes()
    return tree


@pytest.mark.parametrize("special", [False, True], ids=["normal", "special"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_same_bits(
    plain: Any, declaration: Any, system: Any, flags: dict[str, Any], dtype: str, special: bool
) -> None:
    """Parameters and state, after every step."""
    wrong = differences(plain, declaration, system, flags, dtype, special)
    assert not wrong, "\n".join(w[:300] for w in wrong)


def test_code_is_plain_python(plain: Any) -> None:
    text = plain.module(catalog["Adam"], lambda _: (), "none")
    assert "        m[i] = m[i]*beta1 + g[i]*one_minus_beta1\n" in text
    assert "out=" not in text


def test_a_missing_operation_is_refused_by_name(plain: Any, tmp_path: Path) -> None:
    """At generation, with the rule, the backend and the operation."""
    (tmp_path / "rule.py").write_text(
        "from optwright.derive.language import Eq, Optimizer, Source, g, lr, round_to, t, theta\n"
        'odd = Optimizer(name="Odd", source=Source("Me 2024"), hyper=[lr(0.1)],\n'
        "                step=[Eq(theta[t], theta[t - 1] - lr*round_to(g[t], 'float16'))])\n"
    )
    options = ["--from", str(tmp_path / "rule.py"), "--out", str(tmp_path / "out")]
    for name, shown in (("plain", "plain"), ("cupy", "CuPy")):
        run = CliRunner().invoke(main, ["kernels", *options, "--backend", name])
        assert run.exit_code == 2
        assert f"Odd: the {shown} backend has no rounding to float16" in run.output
    assert not (tmp_path / "out").exists()


def test_commands_know_it(plain: Any, tmp_path: Path) -> None:
    """`gen kernels --backend plain` writes modules that can be imported."""
    arguments = ["kernels", "ISTA", "--backend", "plain", "--out", str(tmp_path), "--json"]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0 and json.loads(run.stdout)["backend"] == "plain"
    spec = importlib.util.spec_from_file_location("ista", tmp_path / "ista.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    theta = np.ones(3)
    module.ISTA(theta).step(np.ones(3))
    assert (theta < 1).all()


def test_unknown_backend_is_told() -> None:
    with pytest.raises(ValueError, match="no backend 'fortran'; there are: numpy, cupy"):
        registry.backend("fortran")
