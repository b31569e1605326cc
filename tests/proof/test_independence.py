"""The judge runs no line of the prover, and both halves of every kind of claim are there."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from optwright.derive import prove, recheck, statements
from optwright.derive.claim.formula.expression import Conjunction, Identity, Refutation
from optwright.derive.claim.loss.order import AtLeastAsClose, Vanishes
from optwright.derive.claim.loss.smooth import Trajectory
from optwright.derive.claim.rule.exclusion import Impossible, NoMap
from optwright.derive.claim.rule.simulation import OnlyIf
from optwright.derive.claim.statement import Statement, StatementError
from optwright.derive.claim.verdict import Verdict, undecided
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.proof import NoDecider, decide
from optwright.derive.proof.registry import decidable

CLAIMS = Path(__file__).parents[2] / "derive/claim"

NEVER_PROVED: dict[type, str] = {
    AtLeastAsClose: "infinitely many derivatives would have to be compared",
    NoMap: "a lemma of compare, which no statement makes",
    Refutation: "the verdict on the other claim is bound in its place",
}
NEVER_REFUTED: dict[type, str] = {
    Impossible: "a common solution of some equations leaves it undecided",
    NoMap: "as above",
    OnlyIf: "what fails in a state that no run reaches refutes nothing",
    Refutation: "the other claim's proof is rechecked in its place",
}
"""What the judge has no half for, and why."""
ELSEWHERE: dict[type, str] = {
    Conjunction: "it fails by a part; tests/proof/test_statements.py",
    Trajectory: "tests/proof/test_quadratic.py",
    Vanishes: "tests/proof/test_recheck_kinds.py",
}
"""Kinds whose near miss, or all of it, is in a test and in no statement."""


def kinds() -> Iterator[type]:
    """Every class in claim/ that is a kind of claim."""
    for path in sorted(CLAIMS.glob("*/*.py")):
        name = f"optwright.derive.claim.{path.parent.name}.{path.stem}"
        module = sys.modules.get(name) or __import__(name, fromlist=["_"])
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            own = getattr(module, node.name) if isinstance(node, ast.ClassDef) else None
            if own is not None and isinstance(getattr(own, "kind", None), str):
                yield own


def parts(claim: Any) -> Iterator[Any]:
    yield claim
    inner = claim.parts.values() if isinstance(claim, Conjunction) else ()
    for part in (*inner, *([claim.of] if isinstance(claim, Refutation) else [])):
        yield from parts(part)


@cache
def made() -> dict[type, set[str]]:
    """The verdicts expected of statements that are of a kind themselves, or have a part of it."""
    found: dict[type, set[str]] = defaultdict(set)
    for s in statements.values():
        for part in parts(s.claim):
            found[type(part)].add(s.expected)
    return found


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_has_both_halves_and_a_near_miss(kind: type) -> None:
    assert decidable(object.__new__(kind)) and not hasattr(kind, "decide")
    for half, never in ((proved, NEVER_PROVED), (refuted, NEVER_REFUTED)):
        known = half.dispatch(kind) is not half.dispatch(object)
        assert known != (kind in never)
    wanted = {"proved", "refuted"}
    wanted -= {"proved"} if kind in NEVER_PROVED else set()
    wanted -= {"refuted"} if kind in NEVER_REFUTED else set()
    assert (wanted <= made()[kind]) != (kind in ELSEWHERE)


def test_the_statements_load_no_prover_and_no_judge() -> None:
    told = "import sys, optwright.derive.statement.collection; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", told], capture_output=True, text=True, check=True
    ).stdout.split()
    rooms = {x.split(".")[2] for x in loaded if x.startswith("optwright.derive.")}
    assert "statement" in rooms and not rooms & {"proof", "judge", "tell", "work"}


def covering() -> list[str]:
    """One statement for each class of claims, maybe as a part of it, and each verdict."""
    found: dict[tuple[type, str], str] = {}
    for s in statements.values():
        for part in parts(s.claim):
            found.setdefault((type(part), s.expected), s.id)
    return sorted(set(found.values()))


@pytest.fixture(scope="module", autouse=True)
def frozen() -> None:
    """No collection of garbage below goes through what earlier tests have left."""
    gc.freeze()


def frames_of_the_prover(name: str) -> set[str]:
    """The functions of proof/ that run while a verdict is rechecked."""
    verdict, seen = prove(name), set()
    gc.collect()  # else generators that the prover left are ended while it is profiled

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if "/derive/proof/" in frame.f_code.co_filename:
            seen.add(f"{frame.f_code.co_filename}: {frame.f_code.co_qualname}")

    earlier = sys.getprofile()
    sys.setprofile(look)
    try:
        found = recheck(statements[name], verdict)
    finally:
        sys.setprofile(earlier)
    assert found.status != "failed"
    return seen


@pytest.mark.parametrize("name", covering())
def test_the_judge_runs_no_line_of_the_prover(name: str) -> None:
    assert not frames_of_the_prover(name)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", sorted(set(statements) - set(covering())))
def test_nor_for_any_other_statement(name: str) -> None:
    assert not frames_of_the_prover(name)


def namesake() -> Any:
    """A claim whose class has the name of one of the project's."""
    kind = type("Identity", (), {"kind": "own", "left": 1, "right": 1})

    @decide.register(kind)
    def _(claim: Any, budget_s: float = 5.0) -> Verdict:
        return Verdict("proved", scope="nothing")

    return kind()


def test_a_namesake_gets_none_of_the_project_s_checks() -> None:
    own = Statement("own", "", namesake(), "proved")
    verdict = prove(own)
    assert verdict.scope == "nothing"
    found = recheck(own, verdict)
    assert found.status == "not rechecked" and "kind own" in found.reasons[0]


def test_a_kind_without_a_decider_says_what_to_write() -> None:
    class Lonely:
        kind = "lonely"

        def decide(self, budget_s: float = 5.0) -> Verdict:
            return undecided("never asked")

    with pytest.raises(NoDecider, match=r"Lonely.*method decide is not asked.*@decide\.register"):
        prove(Statement("lonely", "", Lonely(), "proved"))
    with pytest.raises(StatementError, match="is no claim"):
        Statement("no", "", object(), "proved")
    assert decide(Identity(1, 1)).status == "proved"
