"""Arrows of imports go one way, and a class name means one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY = {
    "error": "",
    "display": "",
    "language": "error display",
    "compose": "language",
    "rule": "language compose",
    "interpret": "error language",
    "lower": "language",
    "claim": "error display language",
    "certificate": "language claim",
    "statement": "language compose rule claim",
    "proof": "error display language compose rule interpret lower claim certificate statement",
    "judge": "language interpret claim certificate",
    "reading": "language compose",
    # It replays what a verdict shows, and reports what the judge found.
    "tell": "error language compose interpret claim statement proof judge",
    "work": "error language rule claim statement proof judge tell",
}
"""What each room of derive/ may import beside itself."""

TOLD = {("statement.people.opinion", "tell"), ("statement.people.thread", "tell")}
"""What people say, with how it is told: the tables stand beside what they show."""

TWINS = {
    "Poly": "the judge multiplies for itself",
    "Change": "the judge makes its own members of a group",
}
"""Names that mean the same in proof/ and in judge/, which share no code on purpose."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module below derive/ by its name there, parsed."""
    found = {}
    for path in sorted((ROOT / "derive").rglob("*.py")):
        parts = path.relative_to(ROOT / "derive").with_suffix("").parts
        name = ".".join(parts).removesuffix("__init__").removesuffix(".")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """Everything of this package that a module imports, lazily too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("optwright"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("optwright"))


def arrows(name: str) -> set[str]:
    """The modules of derive/ that one imports."""
    known, found = modules(), set()
    for full in imported(known[name]):
        inner = full.removeprefix("optwright.derive").removeprefix(".")
        if full.startswith("optwright.derive"):
            found.add(inner if inner in known else inner.rpartition(".")[0])
    return found - {name, ""}


@pytest.mark.parametrize("name", [name for name in modules() if name])
def test_rooms_import_what_they_may(name: str) -> None:
    room = name.partition(".")[0]
    allowed = {room, *MAY[room].split()} | {there for here, there in TOLD if here == name}
    assert {other.partition(".")[0] for other in arrows(name)} <= allowed


def test_there_is_no_circle() -> None:
    open_ = {name: arrows(name) for name in modules() if name}
    while free := [name for name, others in open_.items() if not others & open_.keys()]:
        for name in free:
            del open_[name]
    assert not open_


@pytest.mark.parametrize(
    ("folder", "banned"),
    [("runtime", "derive templates cli"), ("generated", "derive templates cli")],
)
def test_what_is_generated_needs_no_generator(folder: str, banned: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        rooms = {x.split(".")[1] for x in imported(ast.parse(path.read_text(encoding="utf-8")))}
        assert not rooms & set(banned.split()), path


def test_templates_import_no_command() -> None:
    for path in (ROOT / "templates").rglob("*.py"):
        rooms = {x.split(".")[1] for x in imported(ast.parse(path.read_text(encoding="utf-8")))}
        assert "cli" not in rooms, path


def test_the_judge_s_kernel_is_small_and_by_itself() -> None:
    kernel = sorted((ROOT / "derive/judge/kernel").rglob("*.py"))
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in kernel) <= 3000
    for path in kernel:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.partition(".")[0] not in ("sympy", "numpy", "mpmath"), path
                own = "optwright.derive.judge.kernel", "optwright.derive.certificate.form"
                assert not name.startswith("optwright") or name.startswith(own), path


def test_a_class_name_means_one_thing() -> None:
    found = defaultdict(list)
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name)
    twice = {name: places for name, places in found.items() if len(places) > 1}
    assert twice.keys() == TWINS.keys()
    for name in TWINS:
        assert sorted(x.partition(".")[0] for x in twice[name]) == ["judge", "proof"]
