"""What `gen prove` answers: verdicts, derivations, counterexamples run again, second opinions.

Each function gives the text, in the form asked for, and whether all is as it should be.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from optwright.derive.error import Unusable, about
from optwright.derive.statement.people import opinion
from optwright.derive.statement.people.opinion import Opinion
from optwright.derive.tell import evidence
from optwright.derive.tell.terminal import counted, wrap
from optwright.derive.work.library import Library
from optwright.derive.work.record import Records


def verdicts(
    library: Library, names: Sequence[str], rows: Records, held: Sequence[Opinion], how: str
) -> tuple[str, bool]:
    """Verdicts: all the evidence of those named, or a table."""
    if how == "json":
        text = json.dumps([*(o.as_dict() for o in held), *rows], indent=2)
    elif names:
        told = [line for o in held for line in (*o.lines(), "")]
        told += [line for row in rows for line in (*evidence.details(row), "")]
        text = "\n".join([*told, *evidence.tally(rows)] if rows else told[:-1])
    else:
        told = [*evidence.table(rows), *(opinion.rows() if not library.file else ())]
        text = "\n".join([*told, *evidence.tally(rows)])
    return text, all(map(evidence.as_expected, rows))


def explained(library: Library, names: Sequence[str], rows: Records, how: str) -> tuple[str, bool]:
    """The derivations of statements."""
    from optwright.derive.tell import explain

    ok = all(map(evidence.as_expected, rows))

    pairs = library.pairs(rows)
    if how == "latex":
        from optwright.templates.latex.proof import appendix

        origin = ["--from", str(library.file)] if library.file else []
        command = shlex.join(["gen", "prove", "--explain", *names, *origin])
        return appendix(pairs, command).rstrip("\n"), ok
    data = [explain.explained(statement, row) for statement, row in pairs]
    if how == "json":
        return json.dumps(data, indent=2), ok
    return "\n".join([line for d in data for line in (*explain.render(d), "")][:-1]), ok


def replayed(library: Library, names: Sequence[str], rows: Records, how: str) -> tuple[str, bool]:
    """Counterexamples run again, and whether all are confirmed."""
    from optwright.templates import replay

    refuted = [row for row in rows if row["status"] == "refuted"]
    if names and not refuted:
        told = ", ".join(f"{row['id']} is {row['status']}" for row in rows[:3])
        raise Unusable(f"{told}: only what is refuted has numbers to replay")
    found: list[dict[str, Any]] = []
    library.progress.begin(f"replaying {counted(len(refuted), 'counterexample')}")
    show = library.progress.on("replaying")
    for statement, row in library.pairs(refuted):
        show(len(found), len(refuted), statement.id)
        with about(statement.id):
            found.append(replay.replayed(statement, row, library.declared()))
    sound = sum(f["confirmed"] for f in found)
    last = f"{counted(len(found), 'counterexample')}: {sound} confirmed"
    lines = [line for f in found for line in (*evidence.replay(f), "")] + [last]
    text = json.dumps(found, indent=2) if how == "json" else "\n".join(lines)
    return text, sound == len(found)


def rechecked(library: Library, rows: Records, how: str) -> tuple[str, bool]:
    """What the second judge says of the verdicts, and whether it objects to none."""
    from optwright.derive.tell import report

    found = library.rechecked(rows)
    lines = [*report.table(found), *wrap(report.tally(found), indent="")]
    text = json.dumps([x.as_dict() for x in found], indent=2) if how == "json" else "\n".join(lines)
    return text, all(x.status != "failed" for x in found)


__all__ = ["explained", "rechecked", "replayed", "verdicts"]
