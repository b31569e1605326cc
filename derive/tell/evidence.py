"""A decided statement in words: as plain data for programs, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optwright.derive.tell.terminal import block, columns, wrap

if TYPE_CHECKING:  # plain data is rendered without SymPy
    from optwright.derive.claim.statement import Statement
    from optwright.derive.claim.verdict import Verdict


def record(statement: Statement, verdict: Verdict) -> dict[str, Any]:
    """A statement with its verdict as plain data, ready for JSON."""
    return {
        "id": statement.id,
        "words": statement.words,
        "kind": statement.kind,
        "source": statement.source,
        "about": list(statement.about),
        "rows": list(statement.rows),
        "brief": statement.brief,
        "expected": statement.expected,
        "evidence": verdict.evidence,
        **{name: x for name, x in verdict.as_dict().items() if name != "statement"},
    }


def as_expected(row: Mapping[str, Any]) -> bool:
    """Whether a record's verdict is the one its statement should have."""
    return bool(row["status"] == row["expected"])


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for each record: id, verdict, seconds, evidence."""
    cells = []
    for row in rows:
        status = row["status"]
        if not as_expected(row):
            status += f" (expected: {row['expected']})"
        evidence = " ".join(row["evidence"].split())
        cells.append([row["id"], status, f"{row['seconds']:.2f} s", f"{row['words']} — {evidence}"])
    return columns(cells, indent="") if cells else []


def details(row: Mapping[str, Any]) -> list[str]:
    """A record with all its evidence, as lines for a terminal."""
    expected = "" if as_expected(row) else f", expected: {row['expected']}"
    lines = [
        f"{row['id']}: {row['status']}{expected} ({row['seconds']:.2f} s)",
        *wrap(row["words"]),
    ]
    facts = {
        "source": row["source"],
        "about": ", ".join(row["about"]),
        "claims": ", ".join(row["rows"]),
        "holds for": row["scope"] if row["status"] == "proved" else "",
        "given": "; ".join(row["conditions"]),
    }
    named = [[name, text] for name, text in facts.items() if text]
    lines += ["", *columns(named)] if named else []
    if row["counterexample"]:
        lines += _counterexample(row["counterexample"])
    lines += block("Where it fails", [row["hint"]] if row["hint"] else [])
    lines += block("Obligations", [x for o in row["obligations"] for x in _obligation(o)])
    return lines + block("Tried", row["tried"])


def _obligation(obligation: Mapping[str, Any]) -> list[str]:
    lines = [f"{obligation['name']}: {obligation['status']}"]
    lines.append(f"  claim        {obligation['before']}")
    if obligation["after"] != "0":
        lines.append(f"  normal form  {obligation['after']}")
    return lines + [f"  {note}" for note in obligation["notes"]]


def _counterexample(found: Mapping[str, Any]) -> list[str]:
    lines = block("Counterexample, at", [f"{name} = {x}" for name, x in found["point"].items()])
    lines += block("There", [f"{name} = {x}" for name, x in found["found"].items()])
    lines += block("The claim says", [found["expect"]])
    for run in found["runs"]:
        steps = [
            f"t = {k}: " + ", ".join(f"{name} = {x}" for name, x in state.items())
            for k, state in enumerate(run["states"])
        ]
        lines += block(f"States of {run['optimizer']}", steps)
    return lines


def replay(found: Mapping[str, Any]) -> list[str]:
    """What `optwright.templates.replay.replayed` found, as lines for a terminal."""
    verdict = "confirmed" if found["confirmed"] else "not confirmed"
    lines = [f"{found['id']}: {found['status']}; replay {verdict}", *wrap(found["words"])]
    lines += wrap(f"({found['how']})") + block("Against it", found["problems"])
    if "check" in found:
        return lines + _replayed_point(found)
    for run in found["runs"]:
        lines += ["", f"{run['class']}: {run['losses']}"]
        lines += columns([[name, f"= {x}"] for name, x in _fixed(run["hyper"])])
        lines += ["", *columns(_trajectory(run))]
    if found["runs"]:
        lines += ["", f"At t = {len(found['runs'][0]['states']) - 1}"]
    else:
        point = [[name, f"= {x}"] for name, x in found["point"].items()]
        lines += ["", "At", *columns(point)] if point else []
    lines += block("The claim says", [found["expect"]])
    for name, sides in found["found"].items():
        lines += ["", f"Found by {name}", *columns([[what, f"= {x}"] for what, x in sides])]
    return lines


def _fixed(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Hyperparameters with their value, or with one for each step where it changes."""
    return [
        (name, rows[0][name] if len({row[name] for row in rows}) == 1 else values)
        for name in rows[0]
        for values in [", ".join(row[name] for row in rows)]
    ]


def _trajectory(run: Mapping[str, Any]) -> list[list[str]]:
    """A header, and for each step the numbers of the interpreter and of float64."""
    names = list(run["states"][0])
    exact = "exact" if run["interpreter"] == "exact" else "50 digits"
    rows = [["t", *(head for name in names for head in (f"{name}, {exact}", "float64"))]]
    for k, state in enumerate(run["states"]):
        rows.append([str(k), *(x for name in names for x in state[name])])
    return rows


def _replayed_point(found: Mapping[str, Any]) -> list[str]:
    point = [[name, f"= {x}"] for name, x in found["point"].items()]
    point += [[name, "= 1, as anything else would do"] for name in found["any"]]
    check = found["check"]
    lines = ["", "At", *columns(point), *block("The claim says", [check["said"]])]
    sides = [f"left  = {check['left']}", f"right = {check['right']}"]
    return lines + block("There", sides)


__all__ = ["as_expected", "details", "record", "replay", "table"]
