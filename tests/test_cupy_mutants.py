"""Changed kernels: comparing a CuPy class with NumPy's bits must notice each.

In the entry functions of every rule's kernels one operator at a time is changed (a sign, a product,
a root, an order). Some changes of every rule, chosen by its name, are compiled and run.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cupy_standin
import pytest
import test_cupy
from test_cupy import (  # noqa: F401
    DECLARATIONS,
    FLOAT64,
    _compared,
    _compiled_ahead,
    _module,
    folder,
    texts,
)
from test_generated import CASES
from test_mutants import _numbers

from optwright.derive.language.declaration import Route
from optwright.derive.rule import catalog
from optwright.runtime.device.kernel import Kernel

pytestmark = pytest.mark.exhaustive

EACH = 3
"""How many changes of each rule are run."""

EXPLAINED = {
    "ClippedSAM: sum_g_raw_raw_squared = g_raw_raw*g_raw_raw;: * to /": (
        "the gradient that is clipped first is divided by its norm afterwards"
    ),
}
"""Changes that mean the same, and why."""

CHANGES = [
    (re.compile(r" \+ "), " - "),
    (re.compile(r" - "), " + "),
    (re.compile(r"\*"), "/"),
    (re.compile(r"(?<=\w)/(?=[\w(])"), "*"),
    (re.compile(r"\bsqrt\("), "fabs("),
    (re.compile(r"\bmaximum\("), "minimum("),
    (re.compile(r"\bminimum\("), "maximum("),
    (re.compile(r"\bsign\("), "fabs("),
    (re.compile(r" >= "), " < "),
    (re.compile(r" > "), " <= "),
    (re.compile(r" < "), " >= "),
]
ENTRY = re.compile(r"entry = \[&\]\([^{]*\{\n(.*?)\n        \};", re.DOTALL)
FUNCTION = re.compile(r"\bvoid (\w+)\(")


def changes(source: str) -> Iterator[tuple[str, str]]:
    """Every change of one operator in an entry function: in words, and the source after it."""
    for entry in ENTRY.finditer(source):
        for line in re.finditer(r"^(?!\s*//).*$", entry.group(1), re.MULTILINE):
            for pattern, new in CHANGES:
                for found in pattern.finditer(line.group()):
                    at = entry.start(1) + line.start() + found.start()
                    text = line.group().strip()
                    yield (
                        f"{text}: {found.group().strip()} to {new.strip()}",
                        source[:at] + new + source[at + len(found.group()) :],
                    )


def _text(declaration: Any) -> str:
    module = _module(declaration, "cupy")
    return str(module.get("__text__") or Path(module["__file__"]).read_text())


def _chosen() -> dict[str, list[tuple[str, str]]]:
    """Some changed modules of each rule, by its id: each has functions of names of its own."""
    found: dict[str, list[tuple[str, str]]] = {}
    for declaration in DECLARATIONS:
        source = str(_module(declaration, "cupy").get("SOURCE", ""))
        text = _text(declaration)
        names = "|".join(sorted(set(FUNCTION.findall(source)), key=len, reverse=True))
        every = sorted(changes(source), key=lambda pair: zlib.crc32(pair[0].encode()))
        made = []
        for k, (what, changed) in enumerate(every[:EACH]):
            assert text.count(source) == 1
            module = text.replace(source, changed)
            made.append((what, re.sub(rf"\b({names})\b", rf"\1_changed{k}", module)))
        if made:
            found[declaration.id] = made
    return found


CHOSEN = _chosen()
BY_ID = {d.id: d for d in DECLARATIONS}


def _executed(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "made", "__text__": text}
    exec(compile(text, "changed", "exec"), scope)
    return scope


@pytest.fixture(scope="module")
def changed(folder: Path) -> Any:  # noqa: F811
    """The stand-in with all changed kernels compiled, and their modules by id and change."""
    modules = {(id, what): _executed(text) for id, made in CHOSEN.items() for what, text in made}
    found = (texts(m, BY_ID[id].name, Kernel) for (id, _), m in modules.items())
    sources = [text for each in found for text in each]
    shares = [(FLOAT64, sources[::2]), (FLOAT64, sources[1::2])]
    return _compiled_ahead(folder, shares), modules


@pytest.mark.parametrize("id", CHOSEN)
def test_changed_kernels_are_noticed(
    id: str, changed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, modules = changed
    members = [c.values for c in CASES if c.values[0] is BY_ID[id]]
    for what, _ in CHOSEN[id]:
        monkeypatch.setitem(test_cupy._made, (id, "cupy"), modules[id, what])
        with cupy_standin.installed(machine) as cp:
            noticed = False
            for steps in (4, 10):  # RAdam takes its root from the sixth step on
                monkeypatch.setattr(test_cupy, "STEPS", steps)
                noticed = noticed or any(
                    _compared(cp, *member, "float64", special, _away(member[1]))
                    for member in members
                    for special in (False, True)
                )
        assert noticed != (f"{id}: {what}" in EXPLAINED), what


def _away(system: Any) -> dict[str, float]:
    """Hyperparameters away from those at which equations degenerate."""
    if isinstance(system, Route):
        return {}
    chosen = _numbers(system)
    halves = {h.name: 0.5 for h in system.hyper if h.default == 1 and not h.range.integer}
    return {name: x for name, x in halves.items() if name not in chosen} | chosen


def test_nearly_all_rules_have_kernels_that_are_changed() -> None:
    assert len(CHOSEN) >= 0.9 * len([d for d in DECLARATIONS if d.id in catalog])
