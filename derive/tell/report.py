"""Rechecks of many statements, as lines for people."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from optwright.derive.judge import STATUSES, Recheck, recheck
from optwright.derive.tell.terminal import columns, counted

FEW = 24
"""Up to how many statements one process rechecks by itself."""
_pairs: Sequence[tuple[Any, Any]] = ()


def all_of(decided: Iterable[tuple[Any, Any]], workers: int | None = None) -> Iterator[Recheck]:
    """Recheck statements with their verdicts, in order.

    workers: processes, 2 at most unless given, and one for a few statements. They are copies of
    this process, as claims hold functions, which cannot be sent; where a process cannot be copied
    safely, one does it all.
    """
    global _pairs
    pairs = list(decided)
    if workers is None:
        workers = min(2, os.cpu_count() or 1) if len(pairs) > FEW else 1
    if workers < 2 or sys.platform == "darwin" or not hasattr(os, "fork"):
        yield from (recheck(statement, verdict) for statement, verdict in pairs)
        return
    _pairs = pairs
    gc.freeze()  # what is there already is not looked at again, nor copied
    try:
        copies = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(workers, mp_context=copies) as pool:
            yield from pool.map(_at, range(len(pairs)), chunksize=4)
    finally:
        _pairs = ()
        gc.unfreeze()


def _at(place: int) -> Recheck:
    return recheck(*_pairs[place])


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
        cells.append([row.id, row.verdict, row.status, f"{rests}: {reasons}" if reasons else rests])
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

__all__ = ["all_of", "table", "tally", "undecided"]
