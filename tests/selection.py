"""The covering selection that a plain `pytest` runs, and what it must cover.

A test of a cross-product (rule, dtype, special values, …) gives its cases to `tiered`: those of the
selection run always, the others are marked `exhaustive`. `test_selection.py` asks whether what
runs always has every kind of phase, extent, question, claim, command and backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from optwright.derive.claim.statement import Statement
from optwright.derive.language.declaration import Family, Optimizer, Route, Schedule
from optwright.derive.lower.phase import lower, lower_route
from optwright.derive.lower.program import (
    Append,
    Ask,
    LoopLine,
    Numbers,
    Pass,
    Phase,
    Program,
)

RULES = (
    "Adam",
    "Nesterov",
    "HeavyBall",
    "LAMB",
    "RAdam",
    "Rprop",
    "SM3",
    "Adafactor",
    "Muon",
    "BFGS",
    "Newton",
    "PolyakStep",
    "Prodigy",
    "RandomSearch",
    "ScheduleFreeSGD",
    "ClippedMuon",
    "ClippedSAM",
    "SkippingMomentum",
    "torch.SGD",
    "torch.LBFGS",
    "Constant",
    "torch.ReduceLROnPlateau",
)
"""Declarations that between them have every kind of phase."""

Features = frozenset[str]


def tiered(cases: Iterable[Any], always: Callable[..., bool]) -> list[Any]:
    """The cases as parameters: those of which `always(*values)` is false are exhaustive."""
    found = []
    for case in cases:
        values = case if isinstance(case, tuple) else (case,)
        p = case if isinstance(case, type(pytest.param())) else pytest.param(*values)
        marks = p.marks if always(*p.values) else [*p.marks, pytest.mark.exhaustive]
        found.append(pytest.param(*p.values, id=p.id, marks=marks))
    return found


def runs_always(case: Any) -> bool:
    """Whether a parameter made by `tiered` is one of the selection."""
    return not any(mark.name == "exhaustive" for mark in case.marks)


def selected(declaration: Any, *_: Any) -> bool:
    """Whether a declaration is one of the selection."""
    return declaration.id in RULES


def selected_member(declaration: Any, system: Any, *_: Any) -> bool:
    """Whether a rule is one of the selection; of a family the first and the last member are."""
    ends = [declaration]
    if isinstance(declaration, Family):
        ends = [declaration.members[k][1] for k in (0, -1)]
    return selected(declaration) and any(system is end for end in ends)


def classes_of(claim: Any) -> frozenset[type]:
    """The classes of a claim and of the claims within it."""
    parts = getattr(claim, "parts", {})
    inner = [*(parts.values() if isinstance(parts, dict) else ()), getattr(claim, "claim", None)]
    inside = (classes_of(c) for c in inner if hasattr(c, "kind"))
    return frozenset({type(claim)}).union(*inside)


def first_of_each(statements: Iterable[Statement]) -> set[str]:
    """The ids of the first statement of each class of claim that is true, and that is false."""
    found: dict[tuple[type, str], str] = {}
    for statement in statements:
        for kind in classes_of(statement.claim):
            found.setdefault((kind, statement.expected), statement.id)
    return set(found.values())


# --- what there is to cover ----------------------------------------------------------------------


def _of_phase(phase: Phase) -> Iterator[str]:
    match phase:
        case Numbers(extent=extent):
            yield f"numbers of extent {extent.kind}"
        case Ask(oracle=oracle, at=at, when=when):
            yield f"asks {oracle}{' elsewhere' if at else ''}{' at times' if when else ''}"
        case Append(when=when):
            yield f"appends{' at times' if when else ''}"
        case Pass(style=style, lines=lines, reduces=reduces, stores=stores):
            yield f"{style} pass{', stores' if stores else ''}"
            yield from (f"{r.kind} over {r.name.extent.kind}" for r in reduces)
            yield from ("loop" for line in lines if isinstance(line, LoopLine))


def _of_system(system: Optimizer, program: Program) -> Iterator[str]:
    yield f"scope {system.scope}"
    yield f"shape {system.shape}"
    yield from (f"extent {extent.kind}" for extent in program.extents.values())
    for state in system.state:
        kind = getattr(state, "extent", None)
        yield f"{type(state).__name__} of extent {kind.kind if kind else 'any'}"
    yield from (f"question {oracle}" for oracle in system.oracles)
    yield from (what for what in ("repeat", "views") if getattr(system, what))
    yield from ("moves" for _ in program.moves)
    for phase in program.phases:
        yield from _of_phase(phase)


def features(declaration: Any, system: Any) -> Features:
    """What one rule asks of a backend, in words."""
    found = {f"a {type(declaration).__name__}"}
    if isinstance(system, Schedule):
        return frozenset(found | {"schedule by loss" if system.needs_value else "schedule by t"})
    if isinstance(system, Route):
        shared, programs = lower_route(system)
        found.add("a Route")
        for phase in shared.phases:
            found |= {f"shared: {what}" for what in _of_phase(phase)}
        branches = [branch for _, branch in system.branches]
    else:
        programs, branches = (lower(system),), [system]
    for branch, program in zip(branches, programs, strict=True):
        found |= set(_of_system(branch, program))
    return frozenset(found)
