"""What a plain `pytest` runs covers every kind of thing that there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from selection import RULES, classes_of, features, first_of_each, runs_always
from test_generated import CASES, SCHEDULES

from optwright.cli import main
from optwright.derive.language.declaration import Schedule
from optwright.derive.rule import catalog
from optwright.derive.statement.collection import statements
from optwright.templates.backend import BACKENDS


def _cases() -> list[Any]:
    return [*CASES, *(pytest.param(s.values[0], s.values[0], {}, marks=s.marks) for s in SCHEDULES)]


def test_every_kind_of_phase() -> None:
    known: dict[str, list[str]] = {}
    covered: set[str] = set()
    for case in _cases():
        found = features(*case.values[:2])
        covered |= found if runs_always(case) else set()
        for what in found:
            known.setdefault(what, []).append(case.values[0].id)
    missing = {what: ids[0] for what, ids in known.items() if what not in covered}
    assert not missing, f"add to RULES of tests/selection.py, of each, for example: {missing}"
    assert len(known) > 50


def test_a_missing_kind_is_seen() -> None:
    """The selection without one of its rules covers less."""
    kinds = {
        case.values[0].id: features(*case.values[:2]) for case in _cases() if runs_always(case)
    }
    for alone in ("BFGS", "SM3", "torch.ReduceLROnPlateau"):
        others = set().union(*(found for id, found in kinds.items() if id != alone))
        assert kinds[alone] - others


def test_every_class_of_claim() -> None:
    """Claims within claims too."""
    chosen = first_of_each(statements.values())
    covered = set().union(*(classes_of(statements[name].claim) for name in chosen))
    assert covered == set().union(*(classes_of(s.claim) for s in statements.values()))
    assert {statements[name].expected for name in chosen} == {"proved", "refuted"}
    assert len(chosen) < len(statements) / 5


COMMANDS = {
    "list": [],
    "show": ["RandomSearch"],
    "prove": ["M1"],
    "compare": ["Momentum", "HeavyBall"],
    "graph": ["SM3", "--format", "dot"],
    "kernels": ["Constant", "--check"],
    "sheet": ["SGD"],
    "read": ["rule.tex"],
    "all": ["--help"],  # tests/test_cli.py runs it whole
}
"""An ordinary call of each command."""


@pytest.mark.parametrize("command", main.commands)
def test_every_command(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rule.tex").write_text(r"\theta_t = \theta_{t-1} - \eta g_t")
    run = CliRunner().invoke(main, [command, *COMMANDS[command]])
    assert run.exit_code == 0, run.output
    assert run.stdout.strip()
    begun = ("deciding ", "generating ", "setting ")  # what takes long is told
    assert all(line.startswith(begun) for line in run.stderr.splitlines())


FILES = {"numpy": "test_generated.py", "cupy": "test_cupy.py", "latex": "test_read.py"}
"""The tests of each backend that take all rules through it."""


def test_every_backend() -> None:
    """A plain `pytest` takes the selection through each of them, and no other tier."""
    here = Path(__file__).parent
    rules = [id for id in RULES if id in catalog and not isinstance(catalog[id], Schedule)]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    files = [str(here / FILES[name]) for name in BACKENDS]
    run = subprocess.run([*command, *files], capture_output=True, text=True, check=True)
    for name in BACKENDS:
        ids = [line.partition("[")[2] for line in run.stdout.splitlines() if FILES[name] in line]
        for rule in rules:
            assert any(id.startswith(rule) for id in ids), f"{name}: no test takes {rule}"
        assert "deselected" in run.stdout
