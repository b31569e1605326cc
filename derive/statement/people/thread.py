"""Threads of the frameworks' users: what is decided, beside what the maintainers concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optwright.derive.tell.terminal import VERDICTS, bold, coloured, counted, dim, wrap

if TYPE_CHECKING:  # plain data is rendered without SymPy
    from optwright.derive.statement.people.issue import Issue


def threads(issues: Iterable[Issue], verdicts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Threads as plain data, in order.

    verdicts: the status of each statement by its id.

    thread, claim, outcome   where it is, what was claimed there, how it ended
    statements               those that decide it, the claim itself first
    status                   the verdict on the claim
    concluded                what the maintainers held of it: true, false or None
    agrees                   whether the verdict says the same; None where either is open
    """
    return [_thread(issue, verdicts[issue.decided[0]]) for issue in issues]


def _thread(issue: Issue, status: str) -> dict[str, Any]:
    open_ = issue.concluded is None or status == "undecided"
    return {
        "thread": issue.where,
        "claim": issue.claim,
        "statements": list(issue.decided),
        "status": status,
        "concluded": issue.concluded,
        "agrees": None if open_ else (status == "proved") == issue.concluded,
        "outcome": issue.outcome,
    }


_CONCLUDED = {True: "held true", False: "held false", None: "left open"}


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Two lines for each thread, or more where they are long: how it was decided, what it says."""
    return [line for row in rows for line in _row(row)]


def _row(row: Mapping[str, Any]) -> list[str]:
    status = coloured(row["status"], row["status"])
    said = f"maintainers {_CONCLUDED[row['concluded']]}" + (
        " (!)" if row["agrees"] is False else ""
    )
    decided = dim(f"({', '.join(row['statements'])})")
    sign = VERDICTS[row["status"]]
    head = f"{sign} {bold(row['thread'])}: {status}, {said} {decided}"
    return [
        *wrap(head, "    ", indent=""),
        *wrap(f"{row['claim']} — {row['outcome']}", indent="    "),
    ]


def tally(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many threads there are, and how often verdict and conclusion are the same."""
    counts = [sum(row["agrees"] is x for row in rows) for x in (True, False, None)]
    same, other, open_ = counts
    return (
        f"{counted(len(rows), 'thread')}: the maintainers concluded the same in {same}, "
        f"otherwise in {other} (!), {open_} left open"
    )


__all__ = ["table", "tally", "threads"]
