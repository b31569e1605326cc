"""Rechecks of many statements, as lines for people."""

from __future__ import annotations

from collections.abc import Sequence

from optwright.derive.judge import STATUSES, Recheck
from optwright.derive.tell.terminal import bold, coloured, columns, counted, good, unsure, wrong


def undecided(name: str) -> Recheck:
    """The row of a statement that has no verdict to recheck."""
    return Recheck(name, "not rechecked", "undecided", reasons=("it is undecided",))


def table(rows: Sequence[Recheck]) -> list[str]:
    """One line each: id, verdict, what the second judge says, what it rests on."""
    cells = []
    for row in rows:
        shown = f"{row.certified} of {row.obligations} by algebra, " if row.obligations else ""
        rests = f"{shown}{counted(row.points, 'exact point')}"
        reasons = "; ".join(row.reasons)
        verdict = coloured(row.verdict, row.verdict)
        said = {"failed": wrong, "not rechecked": unsure}.get(row.status, good)(row.status)
        cells.append([bold(row.id), verdict, said, f"{rests}: {reasons}" if reasons else rests])
    return columns(cells, indent="") if cells else []


def tally(rows: Sequence[Recheck]) -> str:
    """How many statements came out how, and what the proofs among them rest on."""
    counts = {status: sum(row.status == status for row in rows) for status in STATUSES}
    parts = [f"{n} {_WORDS[status]}" for status, n in counts.items() if n]
    obligations, certified = (
        sum(getattr(row, name) for row in rows) for name in ("obligations", "certified")
    )
    seconds = sum(row.seconds for row in rows)
    return (
        f"{counted(len(rows), 'statement')}: {', '.join(parts)}; {certified} of "
        f"{counted(obligations, 'obligation')} by algebra; {seconds:.1f} s"
    )


_WORDS = {
    "rechecked": "rechecked",
    "points": "in part at exact points only",
    "algebra": "by algebra only",
    "not rechecked": "not rechecked",
    "failed": "failed",
}

__all__ = ["table", "tally", "undecided"]
