"""Rechecks of many statements, in several processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from optwright.derive.judge import Recheck, recheck
from optwright.derive.work.processors import processors

FEW = 24
"""Up to how many statements one process rechecks by itself."""
_pairs: list[tuple[Any, Any]] = []
"""What the processes of this one are to recheck."""


def all_of(decided: Iterable[tuple[Any, Any]], workers: int | None = None) -> Iterator[Recheck]:
    """Recheck statements with their verdicts, in order.

    workers: processes, one a processor unless given, and one for a few statements. They are copies
    of this process, as claims hold functions, which cannot be sent; where a process cannot be
    copied safely, one does it all.
    """
    pairs = list(decided)
    if workers is None:
        workers = processors() if len(pairs) > FEW else 1
    if workers < 2 or sys.platform == "darwin" or not hasattr(os, "fork"):
        yield from (recheck(statement, verdict) for statement, verdict in pairs)
        return
    _pairs[:] = pairs
    gc.freeze()  # what is there already is not looked at again, nor copied
    try:
        copies = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(workers, mp_context=copies) as pool:
            yield from pool.map(_at, range(len(pairs)), chunksize=4)
    finally:
        _pairs.clear()
        gc.unfreeze()


def _at(place: int) -> Recheck:
    return recheck(*_pairs[place])


__all__ = ["all_of"]
