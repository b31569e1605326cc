"""A backend is a folder: one is added through the registry, and its classes give NumPy's bits."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from optwright.cli import main
from optwright.derive.catalog import catalog
from optwright.templates import backend as registry

NAMES = ["Adam", "LAMB", "Lion", "Rprop", "RAdam", "NesterovRearranged", "ClippedAdam", "Prodigy"]
NAMES += ["ISTA", "Signum", "Muon", "ScheduleFreeSGD", "LookaheadAdam", "torch.NAdam"]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The registry entry: all that is needed beside the folder."""
    monkeypatch.setitem(registry.BACKENDS, "plain", "plain_backend")
    return registry.backend("plain")


def _class(backend: Any, name: str) -> Any:
    scope: dict[str, Any] = {"__name__": "made"}
    exec(compile(backend.module(catalog[name], lambda _: (), "none"), name, "exec"), scope)
    return scope[catalog[name].name]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_same_bits(plain: Any, name: str, dtype: str) -> None:
    rng = np.random.default_rng(1)
    shapes = [(5,), (2, 3), (), (0, 2)]
    start = [rng.normal(size=s).astype(dtype) for s in shapes]
    grads = [[rng.normal(size=s).astype(dtype) for s in shapes] for _ in range(3)]
    grads[1][0][:3] = [0.0, -0.0, 1e-40]
    results = []
    for backend in (registry.backend("numpy"), plain):
        params = [x.copy() for x in start]
        optimizer = _class(backend, name)(params)
        for step in grads:
            optimizer.step(lambda _, g=step: g)
        results.append([x.tobytes() for x in params])
    assert results[0] == results[1]


def test_code_is_plain_python(plain: Any) -> None:
    text = plain.module(catalog["Adam"], lambda _: (), "none")
    assert "        m[i] = m[i]*beta1 + g[i]*one_minus_beta1\n" in text
    assert "out=" not in text


def test_a_missing_operation_is_refused_by_name(plain: Any, tmp_path: Path) -> None:
    """At generation, with the rule, the backend and the operation."""
    (tmp_path / "rule.py").write_text(
        "from sympy import Eq, asinh\n"
        "from optwright.derive.language import Optimizer, Source, g, lr, t, theta\n"
        'odd = Optimizer(name="Odd", source=Source("Me 2024"), hyper=[lr(0.1)],\n'
        "                step=[Eq(theta[t], theta[t - 1] - lr*asinh(g[t]))])\n"
    )
    options = ["--from", str(tmp_path / "rule.py"), "--out", str(tmp_path / "out")]
    for name, shown in (("plain", "plain"), ("cupy", "CuPy"), ("numpy", "NumPy")):
        run = CliRunner().invoke(main, ["kernels", *options, "--backend", name])
        assert run.exit_code == 2
        assert f"Odd: the {shown} backend has no entrywise function asinh" in run.output
    assert not (tmp_path / "out").exists()


def test_commands_know_it(plain: Any, tmp_path: Path) -> None:
    """`gen kernels --backend plain` writes modules that can be imported."""
    arguments = ["kernels", "Momentum", "--backend", "plain", "--out", str(tmp_path), "--json"]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0 and json.loads(run.stdout)["backend"] == "plain"
    spec = importlib.util.spec_from_file_location("momentum", tmp_path / "momentum.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    theta = np.ones(3)
    module.Momentum(theta).step(np.ones(3))
    assert (theta < 1).all()


def test_unknown_backend_is_told() -> None:
    with pytest.raises(ValueError, match="no backend 'fortran'; there are: numpy, cupy"):
        registry.backend("fortran")
