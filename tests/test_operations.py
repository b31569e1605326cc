"""Every operation of the language in every backend: it gives the right numbers, or is refused.

NumPy's classes are compared with the interpreter's enclosures; the toy backend's and CuPy's with
NumPy's bits (tests/test_backend.py and tests/test_cupy.py have the comparisons); LaTeX is read
back. What a backend refuses is named here, and must be refused at generation, by name.
"""

from __future__ import annotations

from typing import Any

import cupy_standin
import pytest
import sympy
from latex_case import block, text
from operation_case import EXAMPLES
from selection import tiered
from test_backend import differences as plain_differences
from test_backend import plain  # noqa: F401  (a fixture)
from test_cupy import (
    FLOAT32,
    FLOAT64,
    INEXACT,
    _compared,
    _compiled_ahead,
    _module,
    _number_sources,
    _sources,
    folder,  # noqa: F401  (a fixture)
)
from test_generated import _run

from optwright.derive import language
from optwright.derive.language import operation
from optwright.derive.language.declaration import Loop, Optimizer, Push
from optwright.derive.reading import differences, read
from optwright.templates.backend import backend

REFUSED = {
    ("BfloatRule", "plain"): "no entrywise function round_to",
    ("HalfRule", "plain"): "no rounding to float16",
    ("HalfRule", "cupy"): "no rounding to float16",
    ("SingleRule", "plain"): "no rounding to float32",
    ("SingleRule", "cupy"): "no rounding to float32",
}
"""What a backend does not have, and how it says so."""

IDS = [e.name for e in EXAMPLES]
DTYPES = ["float32", "float64"]


def _used(system: Optimizer) -> set[Any]:
    """The heads of all expressions of a declaration, and the kinds of its statements."""
    found: set[Any] = {type(s) for s in system.step}
    equations = list(system.step)
    for statement in system.step:
        if isinstance(statement, Push):
            equations += [sympy.Tuple(*(x for _, x in statement.values), statement.when)]
        if isinstance(statement, Loop):
            equations += [*statement.init, *statement.body]
    for equation in equations:
        if isinstance(equation, sympy.Basic):
            found |= {node.func for node in sympy.preorder_traversal(equation)}
    if system.repeat is not None:
        found |= {
            node.func for node in sympy.preorder_traversal(sympy.sympify(system.repeat.until))
        }
    return found


def test_every_operation_has_an_example() -> None:
    used = set().union(*map(_used, EXAMPLES))
    exported = {getattr(language, name) for name in language.__all__}
    ours = {
        x for x in vars(operation).values() if isinstance(x, type) and issubclass(x, sympy.Function)
    }
    ours -= {x for x in ours if x.__subclasses__()}  # the bases
    functions = {x for x in exported if isinstance(x, type) and issubclass(x, sympy.Basic)}
    functions = {
        x
        for x in functions
        if issubclass(x, (sympy.Function, sympy.logic.boolalg.Boolean, sympy.Max, sympy.Min))
    }
    missing = (ours | functions | {Loop, Push}) - used
    assert not missing, sorted(x.__name__ for x in missing)


def _refused(system: Optimizer, name: str) -> bool:
    """Whether this is one of the refusals named above; it must then be one."""
    why = REFUSED.get((system.name, name))
    if why is None:
        return False
    with pytest.raises(NotImplementedError, match=why):
        backend(name).module(system, lambda _: (), "none")
    return True


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("system", EXAMPLES, ids=IDS)
def test_numpy(system: Optimizer, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, compared = _run(system, system, {}, dtype, False, monkeypatch)
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= 2


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("system", EXAMPLES, ids=IDS)
def test_plain(plain: Any, system: Optimizer, dtype: str) -> None:  # noqa: F811
    if not _refused(system, "plain"):
        assert not plain_differences(plain, system, system, {}, dtype, True)


@pytest.fixture(scope="module")
def machine(folder: Any, request: pytest.FixtureRequest) -> cupy_standin.Machine:  # noqa: F811
    """The stand-in with the kernels of all examples, in the formats that this run takes."""
    taken = [e for e in EXAMPLES if (e.name, "cupy") not in REFUSED]
    every = any(item.get_closest_marker("exhaustive") for item in request.session.items)
    dtypes = (FLOAT32, FLOAT64) if every else (FLOAT32,)
    texts = [(dtype, _sources(taken)[1:]) for dtype in dtypes]
    return _compiled_ahead(folder, [*texts, (FLOAT64, _number_sources(taken)[1:])])


@pytest.mark.parametrize("dtype", tiered(DTYPES, "float32".__eq__))
@pytest.mark.parametrize("system", EXAMPLES, ids=IDS)
def test_cupy(machine: Any, system: Optimizer, dtype: str) -> None:
    if not _refused(system, "cupy"):
        with cupy_standin.installed(machine) as cp:
            wrong = _compared(cp, system, system, {}, dtype, True)
        assert not wrong, "\n".join(w[:300] for w in wrong[:6])


@pytest.mark.parametrize("system", EXAMPLES, ids=IDS)
def test_latex(system: Optimizer) -> None:
    if not _refused(system, "latex"):
        [found] = read(text(system, block(system)))
        assert differences(system, found) == []


def test_inexact_functions_are_known() -> None:
    """The functions whose roundings differ between libraries are those that the tests exclude."""
    kernels = {
        e.name: _module(e, "cupy").get("SOURCE", "")
        for e in EXAMPLES
        if (e.name, "cupy") not in REFUSED
    }
    loose = {name for name, source in kernels.items() if INEXACT.search(source)}
    assert loose == {
        "ExpRule", "LogRule", "CosRule", "SinRule", "TanhRule", "CubeRootRule", "PowerRule",
    }  # fmt: skip
