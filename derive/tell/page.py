"""The catalogue, and one optimizer, as lines: its equations, and what is known of it, by groups.

All of it is plain data (see `optwright.derive.tell.describe`), so that it is read without SymPy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from optwright.derive.tell.terminal import block, bold, coloured, columns, counted, dim, width, wrap

KINDS = {
    "optimizer": "one system",
    "family": "systems chosen by flags",
    "route": "a system for each kind of tensor",
    "schedule": "a schedule of a hyperparameter",
}

SHOWN = 10
"""How many lines of what is known are shown, unless all are asked for."""
WEIGHTS = {"Relations": 4, "Refuted near misses": 2}
"""How many of them a group gets to one of another's."""

_RELATIONS = {"simulation", "limit", "gathering", "impossibility", "declaration", "refutation"}
_PATHS = {"path", "first step", "step", "oscillation", "order", "every step"}
GROUPS = ("Relations", "Bounds and identities", "Symmetries", "Paths")
"""The groups of what is proved; what is refuted or undecided has its own."""


def group(row: Mapping[str, Any]) -> str:
    """The group of a record, by what sort of claim it is."""
    if row["status"] == "refuted":
        return "Refuted near misses"
    if row["status"] == "undecided":
        return "Undecided"
    kinds = set(row["parts"] or [row["kind"]])
    if kinds & _RELATIONS and (len(row["about"]) > 1 or "simulation" in kinds):
        return GROUPS[0]
    if "symmetry" in kinds:
        return GROUPS[2]
    return GROUPS[3] if kinds & _PATHS else GROUPS[1]


def by_family(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Declarations under the headings of their families, the ids of all in one column."""
    wide = max((len(row["id"]) for row in rows), default=0)
    lines: list[str] = []
    for family in dict.fromkeys(row["family"] for row in rows):
        cells = [[r["id"].ljust(wide), dim(r["source"])] for r in rows if r["family"] == family]
        lines += ["", bold(family), *columns(cells)]
    return lines[1:]


def related(
    data: Mapping[str, Any], relations: Sequence[str], records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The data of `describe` with what is known: lines of relations, and each statement."""
    return {
        **data,
        "relations": list(relations),
        "statements": [
            {name: row[name] for name in ("id", "status", "words", "brief", "scope")}
            | {"group": group(row), "others": [x for x in row["about"] if x != data["id"]]}
            for row in records
        ],
    }


def render(data: Mapping[str, Any], whole: bool = False) -> list[str]:
    """The data of `describe` as lines for a terminal.

    Of a family the default is shown, with the choices that give the others. whole: all that is
    known, not the first lines of each group.
    """
    what = f"{KINDS[data['kind']]}; family: {data['family']}"
    lines = [bold(data["id"]), *wrap(data["source"]), *map(dim, wrap(what))]
    if data["note"]:
        lines += ["", *wrap(data["note"])]
    if data["hyperparameters"]:
        cells = [
            (h["name"], h["default"], h["range"], h["meaning"]) for h in data["hyperparameters"]
        ]
        rows = [[str(c) if c is not None else "required" for c in row] for row in cells]
        lines += ["", bold("Hyperparameters") + ": default, range, meaning", *columns(rows)]
    if data["choices"]:
        rows = [[flag, ", ".join(map(repr, allowed))] for flag, allowed in data["choices"].items()]
        lines += ["", bold("Choices") + ", the default first", *columns(rows)]
    shown = data["systems"][:1] if data["kind"] == "family" else data["systems"]
    for system in shown:
        where = f" where {system['when']}" if system["when"] else ""
        lines += block(f"Start{where}", system["initial"])
        lines += block(f"Step t = 1, 2, …{where}", system["equations"])
        lines += block(f"Views{where}", [f"{n}: {x}" for n, x in system["views"].items()])
    return lines + _known(data, whole)


def _known(data: Mapping[str, Any], whole: bool) -> list[str]:
    """What is proved and refuted, in columns: id, claim, scope."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name in (*GROUPS, "Refuted near misses", "Undecided"):
        if rows := [row for row in data["statements"] if row["group"] == name]:
            groups[name] = sorted(rows, key=lambda row: not row["brief"])
    counts = {name: len(rows) for name, rows in groups.items()}
    few = counts if whole else _shares(counts, SHOWN)
    lines: list[str] = []
    for name, rows in groups.items():
        some = rows[: few[name]]
        of = "" if len(some) == len(rows) else f", {len(some)} of {len(rows)}"
        cells = [
            [coloured(row["status"], row["id"]), claim(data["id"], row), dim(row["scope"])]
            for row in some
        ]
        lines += ["", bold(name) + dim(of), *columns(cells, last=width() // 4)]
    hidden = sum(counts.values()) - sum(few.values())
    if hidden:
        lines += ["", dim(f"{counted(hidden, 'line')} more: gen show {data['id']} --all")]
    return lines


def _shares(counts: Mapping[str, int], room: int) -> dict[str, int]:
    """How many lines each group gets where there is room for some, by their weights."""
    found = dict.fromkeys(counts, 0)
    while sum(found.values()) < min(room, sum(counts.values())):
        name = min(
            (n for n in counts if found[n] < counts[n]), key=lambda n: found[n] / WEIGHTS.get(n, 1)
        )
        found[name] += 1
    return found


def claim(subject: str, row: Mapping[str, Any]) -> str:
    """The line of a statement, or its words, with the subject named where they do not name it."""
    text = str(row["brief"] or row["words"].rstrip("."))
    if text.startswith("= "):
        return f"{subject} {text}"
    if _names(text, subject):
        return text
    others = [name for name in row["others"] if not _names(text, name)]
    beside = f" with {', '.join(others)}" if others and not row["brief"] else ""
    return f"{subject}{beside}: {text}"


def _names(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text))


__all__ = ["GROUPS", "by_family", "claim", "group", "related", "render"]
