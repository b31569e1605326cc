"""A process that decides statements one at a time, for `optwright.derive.work.runner`.

    python -m optwright.derive.work.worker [FILE]

Each line of its input names a statement and a budget, as JSON; each line of its output is a verdict
(the first says that it is ready). FILE is the user's file with the statements, if they are not the
project's own.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TextIO

from optwright.derive.claim.statement import Statement, Statements, load
from optwright.derive.claim.verdict import Verdict, undecided


def decide(statement: Statement, budget_s: float) -> Verdict:
    """The verdict; whatever goes wrong in the prover is undecided, never a verdict."""
    from optwright.derive.work.prover import prove

    try:
        return prove(statement, budget_s)
    except Exception as error:
        reason = " ".join(str(error).split())
        return undecided(f"internal error: {type(error).__name__}: {reason}").named(
            statement.id, 0.0
        )


def known(path: str | None) -> Statements:
    """The statements of a user's file, or the project's own."""
    if path is not None:
        return load(path)
    from optwright.derive.statement.collection import statements

    return statements


def serve(requests: TextIO, answers: TextIO, path: str | None) -> None:
    """Decide what is asked until the requests end."""
    statements = known(path)
    print(json.dumps(None), file=answers, flush=True)
    for line in requests:
        name, budget_s = json.loads(line)
        print(json.dumps(decide(statements[name], budget_s).kept()), file=answers, flush=True)


if __name__ == "__main__":
    # What a user's file prints must not mix with the answers. Whoever asked may be gone by now.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "w", encoding="utf-8") as channel:
        os.dup2(2, 1)
        serve(sys.stdin, channel, sys.argv[1] if len(sys.argv) > 1 else None)
