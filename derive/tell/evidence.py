"""A decided statement in words: as plain data for programs, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optwright.derive.tell.refutation import against, found_there
from optwright.derive.tell.terminal import (
    VERDICTS,
    block,
    bold,
    coloured,
    columns,
    counted,
    dim,
    good,
    seconds,
    wrap,
    wrong,
)

if TYPE_CHECKING:  # plain data is rendered without SymPy
    from optwright.derive.claim.statement import Statement
    from optwright.derive.claim.verdict import Verdict


def said(statement: Statement) -> dict[str, Any]:
    """What is said of a statement before it is decided, as plain data.

    parts: the kinds of what a conjunction is made of.
    """
    parts = getattr(statement.claim, "parts", None)
    inner = parts.values() if isinstance(parts, Mapping) else ()
    return {
        "id": statement.id,
        "words": statement.words,
        "kind": statement.kind,
        "parts": list(dict.fromkeys(claim.kind for claim in inner)),
        "source": statement.source,
        "about": list(statement.about),
        "rows": list(statement.rows),
        "brief": statement.brief,
        "expected": statement.expected,
    }


def joined(said: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    """What is said of a statement with its verdict, ready for JSON."""
    told = {name: x for name, x in verdict.as_dict().items() if name != "statement"}
    about = {name: x for name, x in said.items() if name != "digest"}
    return {**about, "evidence": verdict.evidence, **told}


def record(statement: Statement, verdict: Verdict) -> dict[str, Any]:
    """A statement with its verdict as plain data, ready for JSON."""
    return joined(said(statement), verdict)


def as_expected(row: Mapping[str, Any]) -> bool:
    """Whether a record's verdict is the one its statement should have."""
    return bool(row["status"] == row["expected"])


def tally(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many statements got which verdict, and which not the expected one."""
    counts = {s: sum(r["status"] == s for r in rows) for s in ("proved", "refuted", "undecided")}
    text = ", ".join(f"{n} {status}" for status, n in counts.items())
    odd = [r["id"] for r in rows if not as_expected(r)]
    text = f"{counted(len(rows), 'statement')}: {text}"
    if not odd:
        return wrap(f"{text}; each as expected", "  ", indent="")
    told = wrap(f"not as expected: {', '.join(odd)}", "  ", indent="")
    return [*wrap(f"{text};", "  ", indent=""), *map(wrong, told)]


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """For each record: id, verdict, seconds, words with the evidence."""
    cells = []
    for row in rows:
        evidence = " ".join(row["evidence"].split())
        took = dim(f"{row['seconds']:.2f} s")
        cells.append([bold(row["id"]), _status(row), took, f"{row['words']} — {evidence}"])
    return columns(cells, indent="")


def _status(row: Mapping[str, Any]) -> str:
    status = row["status"]
    return coloured(
        status, status if as_expected(row) else f"{status} (expected: {row['expected']})"
    )


def head(row: Mapping[str, Any]) -> str:
    """The first line about a record: sign, id, verdict and seconds."""
    expected = "" if as_expected(row) else wrong(f", expected: {row['expected']}")
    status = coloured(row["status"], row["status"])
    sign = VERDICTS[row["status"]]
    return f"{sign} {bold(row['id'])}: {status}{expected} {seconds(row['seconds'])}"


def details(row: Mapping[str, Any]) -> list[str]:
    """A record with all its evidence, as lines for a terminal."""
    lines = [head(row), *wrap(row["words"])]
    facts = {
        "source": row["source"],
        "about": ", ".join(row["about"]),
        "claims": ", ".join(row["rows"]),
        "holds for": row["scope"] if row["status"] == "proved" else "",
        "given": "; ".join(row["conditions"]),
    }
    named = [[dim(name), text] for name, text in facts.items() if text]
    lines += ["", *columns(named)] if named else []
    if row["counterexample"]:
        lines += against(row["counterexample"])
    lines += block("Where it fails", [row["hint"]] if row["hint"] else [])
    lines += _obligations(row["obligations"])
    return lines + block("Tried", row["tried"])


def trivial(obligation: Mapping[str, Any]) -> bool:
    """Whether both sides of what was to be shown are written alike, so that nothing was."""
    left, equal, right = obligation["before"].partition(" = ")
    alike = (equal and left == right) or obligation["before"] in ("True", "true")
    return bool(alike and obligation["status"] == "proved")


def _obligations(obligations: Sequence[Mapping[str, Any]]) -> list[str]:
    """All obligations that say something; the others are counted."""
    if not obligations:
        return []
    telling = [o for o in obligations if not trivial(o)]
    few = len(obligations) - len(telling)
    lines = [x for o in telling for x in _obligation(o)]
    if few:
        names = "; ".join(o["name"] for o in obligations if trivial(o))
        lines += map(dim, wrap(f"{few} of {len(obligations)} trivial: {names}", "  "))
    return ["", bold("Obligations"), *lines]


def _obligation(obligation: Mapping[str, Any]) -> list[str]:
    sign = VERDICTS[obligation["status"]]
    status = "" if obligation["status"] == "proved" else f": {obligation['status']}"
    rows = [[dim("claim"), obligation["before"]]]
    if obligation["after"] not in ("0", "True"):
        rows.append([dim("normal form"), obligation["after"]])
    rows += [[dim("note"), note] for note in obligation["notes"]]
    name = wrap(f"{sign} {obligation['name']}{status}", "    ")
    return [*name, *columns(rows, indent="      ")]


def replay(found: Mapping[str, Any]) -> list[str]:
    """What `optwright.templates.replay.replayed` found, as lines for a terminal."""
    verdict = good("confirmed") if found["confirmed"] else wrong("not confirmed")
    sign = VERDICTS[found["status"]]
    status = coloured(found["status"], found["status"])
    lines = [f"{sign} {bold(found['id'])}: {status}; replay {verdict}", *wrap(found["words"])]
    lines += wrap(f"({found['how']})") + block("Against it", found["problems"])
    if "check" in found:
        return lines + _replayed_point(found)
    for run in found["runs"]:
        lines += ["", f"{bold(run['class'])}: {run['losses']}"]
        lines += columns([[name, f"= {x}"] for name, x in _fixed(run["hyper"])])
        lines += ["", *columns(_trajectory(run))]
    if found["runs"]:
        lines += ["", bold(f"At t = {len(found['runs'][0]['states']) - 1}")]
    else:
        point = [[name, f"= {x}"] for name, x in found["point"].items()]
        lines += ["", bold("At"), *columns(point)] if point else []
    lines += block("The claim says", [found["expect"]])
    for name, sides in found["found"].items():
        lines += ["", bold(f"Found by {name}"), *columns([[what, f"= {x}"] for what, x in sides])]
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
    heads = (head for name in names for head in (f"{name}, {exact}", "float64"))
    rows = [[dim("t"), *map(dim, heads)]]
    for k, state in enumerate(run["states"]):
        rows.append([str(k), *(x for name in names for x in state[name])])
    return rows


def _replayed_point(found: Mapping[str, Any]) -> list[str]:
    point = [[name, f"= {x}"] for name, x in found["point"].items()]
    point += [[name, "= 1, as anything else would do"] for name in found["any"]]
    check = found["check"]
    lines = ["", bold("At"), *columns(point), *block("The claim says", [check["said"]])]
    return lines + found_there([("left", check["left"]), ("right", check["right"])])


__all__ = [
    "as_expected",
    "details",
    "head",
    "joined",
    "record",
    "replay",
    "said",
    "table",
    "tally",
    "trivial",
]
