"""Deciding many statements: order, budgets, broken workers, the cache, a user's file."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest
from click.testing import CliRunner

from optwright.cli import main
from optwright.derive import prove, statements
from optwright.derive.claim.statement import StatementError, load
from optwright.derive.work import cache, runner
from optwright.derive.work.runner import decide_all

OWN = dedent(
    """
    import os, sys, time
    from dataclasses import dataclass
    from typing import ClassVar
    from optwright.derive.language import beta, t
    from optwright.derive.claim.formula.expression import Identity
    from optwright.derive.proof import decide
    from optwright.derive.claim.statement import Statement
    print("loading")

    @dataclass(frozen=True)
    class Sleeps:
        kind: ClassVar[str] = "test"

    @decide.register
    def _(claim: Sleeps, budget_s=0.0):
        time.sleep(600)

    @dataclass(frozen=True)
    class Dies:
        kind: ClassVar[str] = "test"

    @decide.register
    def _(claim: Dies, budget_s=0.0):
        os._exit(3)

    @dataclass(frozen=True)
    class Raises:
        kind: ClassVar[str] = "test"

    @decide.register
    def _(claim: Raises, budget_s=0.0):
        raise AssertionError("a bug")

    sleeps = Statement("sleeps", "Never ends.", Sleeps(), "undecided")
    statements = (
        sleeps,
        Statement("true", "One.", Identity(beta, beta), "proved"),
        Statement("dies", "Ends the process.", Dies(), "undecided"),
        Statement("raises", "Has a bug.", Raises(), "undecided"),
        Statement("false", "Two.", Identity(beta, beta**2), "refuted"),
    )
    """
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(OWN)
    return path


def test_order_and_honesty_under_failure(own, monkeypatch):
    monkeypatch.setattr(runner, "GRACE_S", 0.5)
    monkeypatch.setattr(runner, "WAIT", 1.0)
    known = load(own)
    begun = time.monotonic()
    found = {s.id: v for s, v in decide_all(known.values(), budget_s=8.0, path=own)}
    assert time.monotonic() - begun < 300
    assert list(found) == ["sleeps", "true", "dies", "raises", "false"]
    assert {name: v.status for name, v in found.items()} == {
        "sleeps": "undecided",
        "true": "proved",
        "dies": "undecided",
        "raises": "undecided",
        "false": "refuted",
    }
    assert "out of time" in found["sleeps"].evidence
    assert "ended" in found["dies"].evidence
    assert "internal error: AssertionError: a bug" in found["raises"].evidence
    assert all(v.statement == name for name, v in found.items())


def test_verdicts_are_found_again(own_cache, monkeypatch):
    wanted = [statements[name] for name in ("D1", "D1x", "C9")]
    first = [v.as_dict() for _, v in decide_all(wanted, workers=0)]
    monkeypatch.setattr(runner, "decide", lambda *a: pytest.fail("decided again"))
    again = [v.as_dict() for _, v in decide_all(wanted, workers=0)]
    assert again == first and [v["status"] for v in first] == ["proved", "refuted", "proved"]


def test_undecided_verdicts_and_other_sources_are_not_kept(own, monkeypatch):
    known = load(own)
    assert [v.status for _, v in decide_all([known["raises"]], workers=0, path=own)] == [
        "undecided"
    ]
    calls = []
    monkeypatch.setattr(runner, "decide", lambda s, budget: calls.append(s.id) or prove(s, budget))
    with pytest.raises(AssertionError):
        list(decide_all([known["raises"]], workers=0, path=own))
    assert calls == ["raises"]
    monkeypatch.setattr(runner, "decide", prove)
    list(decide_all([known["true"]], workers=0, path=own))
    own.write_text(OWN.replace("Identity(beta, beta)", "Identity(beta, 2*beta)"))
    changed = load(own)
    assert [v.status for _, v in decide_all([changed["true"]], workers=0, path=own)] == ["refuted"]


def test_fresh_decides_again(monkeypatch):
    wanted = [statements["D1x"]]
    list(decide_all(wanted, workers=0))
    calls = []
    monkeypatch.setattr(runner, "decide", lambda s, budget: calls.append(s.id) or prove(s, budget))
    list(decide_all(wanted, workers=0))
    list(decide_all(wanted, workers=0, fresh=True))
    assert calls == ["D1x"]


def test_nothing_to_decide_is_nothing():
    assert list(decide_all([])) == []


def test_workers_agree_with_this_process():
    wanted = [statements[name] for name in ("M1", "M2", "Q10", "C9x")]

    def told(workers):
        rows = [v.as_dict() for _, v in decide_all(wanted, workers=workers, fresh=True)]
        for row in rows:
            row.pop("seconds")
            for obligation in row["obligations"]:
                obligation.pop("seconds")
        return rows

    assert told(0) == told(1)


def test_files_of_statements(tmp_path):
    with pytest.raises(StatementError, match="does not exist"):
        load(tmp_path / "none.py")
    broken = tmp_path / "broken.py"
    broken.write_text("1/0\n")
    with pytest.raises(StatementError, match="ZeroDivisionError"):
        load(broken)
    assert cache.folder()


def test_a_kind_without_a_decider_is_refused_in_one_line(tmp_path):
    path = tmp_path / "lonely.py"
    start = OWN.index("@decide.register")
    path.write_text(OWN[:start] + OWN[OWN.index("@dataclass", start) :])
    told = CliRunner().invoke(main, ["prove", "sleeps", "--from", str(path)])
    assert told.exit_code == 2
    line = told.stderr.strip().splitlines()[-1]
    assert "Sleeps have no decider: write @decide.register" in line
