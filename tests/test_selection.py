"""What a plain `pytest` runs covers every kind of thing that there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selection import features, first_of_each, runs_always
from test_generated import CASES, SCHEDULES

from optwright.cli import main
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
