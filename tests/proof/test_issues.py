"""Threads of the frameworks' users: the verdicts beside what the maintainers concluded."""

from __future__ import annotations

import re

import pytest

from optwright.derive import prove, statements
from optwright.derive.statement.people.issue import DISPUTED, Issue, issues


@pytest.mark.parametrize("issue", issues, ids=lambda i: i.where)
def test_the_verdict_and_the_conclusion(issue: Issue) -> None:
    """They agree, but where it is said that they do not."""
    claim, *others = issue.decided
    verdict = prove(claim)
    assert verdict.status == statements[claim].expected != "undecided"
    assert all(other in statements for other in others)
    if issue.concluded is not None:
        holds = verdict.status == "proved"
        assert (holds != issue.concluded) == (issue.where in DISPUTED)


def test_there_are_enough_and_each_is_found_by_its_number() -> None:
    assert len(issues) >= 20
    assert len({i.where for i in issues}) == len(issues)
    assert {i.where for i in issues} >= DISPUTED
    for issue in issues:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+[#/]?\d*", issue.where), issue.where
        assert {s.id for s in statements.find(issue.short)} == set(issue.decided)
