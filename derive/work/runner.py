"""Decide many statements: each under a time budget, in worker processes, results in order.

A statement that does not finish in time is undecided, and its worker is ended. Verdicts are kept in
the user's cache under what they depend on, so that deciding again is reading.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Verdict, from_dict, undecided
from optwright.derive.work import kept
from optwright.derive.work.digest import digest
from optwright.derive.work.processors import processors
from optwright.derive.work.worker import decide

BUDGET_S = 30.0
"""Seconds of processor time that a statement may take before it is undecided."""
GRACE_S = 5.0
WAIT = 3.0
"""A worker is ended after so many times the budget, which claims watch themselves, and the grace.

These are seconds of wall clock: where other programs run, a process gets a share of a processor.
"""
START_S = 120.0
"""What a worker may take to start, importing the prover."""


def decide_all(
    statements: Iterable[Statement],
    *,
    budget_s: float = BUDGET_S,
    workers: int | None = None,
    path: str | Path | None = None,
    fresh: bool = False,
) -> Iterator[tuple[Statement, Verdict]]:
    """Decide statements in parallel and yield each with its verdict, in the order given.

    path: the user's file that the statements were loaded from, None for the project's own.
    workers: processes, one a processor unless given; 0 decides in this process, where nothing ends
    a statement that hangs. fresh: do not use what the cache has (but keep what is found).
    Raises RuntimeError if the worker processes do not start, NoDecider for a kind of claim that
    nobody has said how to decide.
    """
    wanted = list(statements)
    _refuse_undecidable(wanted)
    digests = [digest(statement.claim) for statement in wanted]
    found: dict[int, Verdict] = {}
    for place, statement in enumerate(wanted if not fresh else ()):
        known = kept.recall(digests[place])
        if known is not None:
            found[place] = known.named(statement.id, known.seconds)
    open_ = [place for place in range(len(wanted)) if place not in found]
    if workers is None:
        workers = processors()
    if workers:
        decided = _pooled(wanted, open_, path, budget_s, workers)
    else:
        decided = ((place, decide(wanted[place], budget_s)) for place in open_)
    ready = 0
    while ready < len(wanted):
        while ready not in found:
            place, verdict = next(decided)
            found[place] = verdict
            kept.keep(digests[place], verdict)
        yield wanted[ready], found[ready]
        ready += 1


def _refuse_undecidable(statements: Iterable[Statement]) -> None:
    """Raise NoDecider for a user's kind of claim that nobody has said how to decide."""
    own = [s.claim for s in statements if not type(s.claim).__module__.startswith("optwright.")]
    if own:
        from optwright.derive.proof.registry import decidable, undecidable

        for claim in own:
            if not decidable(claim):
                raise undecidable(claim)


class _Worker:
    """A process, the statement it is at, and until when it may be."""

    def __init__(self, path: str | None, heard: queue.Queue[tuple[_Worker, str]]) -> None:
        command = [
            sys.executable,
            "-P",
            "-m",
            "optwright.derive.work.worker",
            *([path] if path else []),
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for this process, which ends them
        )
        self.place: int | None = None
        self.until = time.monotonic() + START_S
        self.listener = threading.Thread(target=self._listen, args=(heard,), daemon=True)
        self.listener.start()

    def _listen(self, heard: queue.Queue[tuple[_Worker, str]]) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                heard.put((self, line))
        heard.put((self, ""))  # it has ended

    def ask(self, place: int, name: str, budget_s: float) -> None:
        assert self.process.stdin is not None
        self.place, self.until = place, time.monotonic() + WAIT * budget_s + GRACE_S
        print(json.dumps([name, budget_s]), file=self.process.stdin, flush=True)

    def end(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        self.listener.join()
        self.process.stdout.close()
        with suppress(BrokenPipeError):
            self.process.stdin.close()


def _pooled(
    wanted: Sequence[Statement],
    open_: Sequence[int],
    path: str | Path | None,
    budget_s: float,
    workers: int,
) -> Iterator[tuple[int, Verdict]]:
    todo, pending = deque(open_), len(open_)
    heard: queue.Queue[tuple[_Worker, str]] = queue.Queue()
    where = None if path is None else str(path)
    pool = [_Worker(where, heard) for _ in range(min(workers, len(todo)))]
    try:
        while pending:
            line, why = "", "the process that decided it ended"
            nearest = min(pool, key=lambda w: w.until)
            try:
                worker, line = heard.get(timeout=max(0.0, nearest.until - time.monotonic()))
            except queue.Empty:
                worker, why = nearest, f"out of time after {budget_s:g} s"
            if worker not in pool:
                continue
            place, worker.place, worker.until = worker.place, None, float("inf")
            if place is not None:
                if line:
                    verdict = from_dict(json.loads(line))
                else:
                    verdict = undecided(why).named(wanted[place].id, budget_s)
                pending -= 1
                yield place, verdict
            elif not line:
                raise RuntimeError(
                    "a prover process did not start; decide with workers=0 to see why"
                )
            if not line:
                worker.end()
                pool.remove(worker)
                if todo:
                    pool.append(_Worker(where, heard))
            elif todo:
                following = todo.popleft()
                worker.ask(following, wanted[following].id, budget_s)
    finally:
        for worker in pool:
            worker.end()


__all__ = ["BUDGET_S", "decide_all"]
