"""A declaration in words: as plain data for programs, and as text for a terminal.

`describe` gathers everything a reader asks about a declaration into dictionaries, lists and
strings; `render` lays the same data out as lines. Equations are in the documented order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy
from sympy import Expr, Rational

from optwright.derive.language.declaration import (
    Declaration,
    Family,
    History,
    Hyper,
    Optimizer,
    Route,
    Schedule,
    State,
)
from optwright.derive.language.text import Infix, order_of, show_step
from optwright.derive.tell.terminal import block, columns, wrap

KINDS = {
    "optimizer": "one system",
    "family": "systems chosen by flags",
    "route": "a system for each kind of tensor",
    "schedule": "a schedule of a hyperparameter",
}


def describe(
    declaration: Declaration,
    relations: Sequence[str] = (),
    records: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Everything about a declaration as plain data, ready for JSON.

    `systems` has one entry for each plain system, the default of a family first; `when` says what
    selects it. `relations` are lines about what has been proved, `records` those of all statements
    about it, the refuted ones among them.
    """
    systems = [_system(when, system) for when, system in _systems(declaration)]
    face = declaration.default if isinstance(declaration, Family) else declaration
    choices = declaration.choices if isinstance(declaration, Family) else {}
    return {
        "id": declaration.id,
        "kind": type(declaration).__name__.lower(),
        "family": family(declaration),
        "source": str(face.source),
        "note": " ".join(face.note.split()),
        "hyperparameters": [_hyper(h) for h in _hypers(declaration)],
        "choices": {flag: list(allowed) for flag, allowed in choices.items()},
        "systems": systems,
        "relations": list(relations),
        "statements": [
            {name: row[name] for name in ("id", "status", "words", "brief", "scope")}
            | {"others": [name for name in row["about"] if name != declaration.id]}
            for row in records
        ],
    }


def family(declaration: Declaration) -> str:
    """The heading under which the catalogue lists a declaration."""
    face = declaration.default if isinstance(declaration, Family) else declaration
    return face.family or "other"


def source(declaration: Declaration) -> str:
    """Where the rule is written down."""
    face = declaration.default if isinstance(declaration, Family) else declaration
    return str(face.source)


def number(expr: Expr) -> str:
    """A number as a reader writes it: a decimal where that is exact, else a fraction."""
    if isinstance(expr, Rational) and not expr.is_Integer:
        text = repr(float(expr))
        if Rational(text) == expr:
            return text
    return Infix().show(expr)


def render(data: Mapping[str, Any]) -> list[str]:
    """The data of `describe` as lines for a terminal.

    Of a family the default is shown, with the choices that give the others.
    """
    what = f"{KINDS[data['kind']]}; family: {data['family']}"
    lines = [data["id"], *wrap(data["source"]), *wrap(what)]
    if data["note"]:
        lines += ["", *wrap(data["note"])]
    if data["hyperparameters"]:
        cells = [
            (h["name"], h["default"], h["range"], h["meaning"]) for h in data["hyperparameters"]
        ]
        rows = [[str(c) if c is not None else "required" for c in row] for row in cells]
        lines += ["", "Hyperparameters: default, range, meaning", *columns(rows)]
    if data["choices"]:
        rows = [[flag, ", ".join(map(repr, allowed))] for flag, allowed in data["choices"].items()]
        lines += ["", "Choices, the default first", *columns(rows)]
    shown = data["systems"][:1] if data["kind"] == "family" else data["systems"]
    for system in shown:
        where = f" where {system['when']}" if system["when"] else ""
        lines += block(f"Start{where}", system["initial"])
        lines += block(f"Step t = 1, 2, …{where}", system["equations"])
        lines += block(f"Views{where}", [f"{n}: {x}" for n, x in system["views"].items()])
    told: dict[str, list[str]] = {"proved": list(data["relations"]), "refuted": [], "undecided": []}
    for row in data["statements"]:
        if row["status"] != "proved":
            others = f"; with {', '.join(row['others'])}" if row["others"] else ""
            told[row["status"]].append(f"{row['words']} ({row['id']}{others})")
        elif not row["brief"]:
            told["proved"].append(f"{row['words']} ({row['id']}: proved for {row['scope']})")
    for status, said in told.items():
        lines += block(status.capitalize(), said)
    return lines


def _systems(declaration: Declaration) -> list[tuple[str, Optimizer | Schedule]]:
    """The plain systems, each with what selects it; the default first."""
    if isinstance(declaration, Family):
        return [
            (", ".join(f"{flag}={value!r}" for flag, value in flags.items()), system)
            for flags, system in declaration.members
        ]
    if isinstance(declaration, Route):
        return [(str(where), branch) for where, branch in declaration.branches]
    return [("", declaration)]


def start_and_step(system: Optimizer | Schedule) -> tuple[list[str], list[str]]:
    """The initial values of a system and the equations of its step, as lines."""
    data = _system("", system)
    return data["initial"], data["equations"]


def _system(when: str, system: Optimizer | Schedule) -> dict[str, Any]:
    show = Infix(order_of(system)).show
    equations = show_step(system)
    views: dict[str, str] = {}
    if isinstance(system, Schedule):
        equations = [*equations, f"output = {show(system.output)}"]
    else:
        views = {name: show(sympy.sympify(x)) for name, x in system.views.items()}
        if system.repeat is not None:
            until = sympy.sympify(system.repeat.until)
            stop = "" if until == sympy.false else f", until {show(until)}"
            equations.append(f"repeated at most {system.repeat.at_most} times{stop}")
    return {
        "when": when,
        "initial": [_initial(s, show) for s in system.state],
        "equations": equations,
        "views": views,
    }


def _initial(state: State | History, show: Any) -> str:
    if isinstance(state, History):
        return f"{state.name}: the last {state.length}, none at first"
    return f"{state.name}[0] = {show(sympy.sympify(state.init))}"


def _hypers(declaration: Declaration) -> list[Hyper]:
    """The hyperparameters of all systems, in order of first appearance."""
    seen: dict[str, Hyper] = {}
    for _, system in _systems(declaration):
        for h in system.hyper:
            seen.setdefault(h.name, h)
    return list(seen.values())


def _hyper(h: Hyper) -> dict[str, Any]:
    return {
        "name": h.name,
        "default": None if h.default is None else number(h.default),
        "range": str(h.range),
        "role": h.symbol.role,
        "meaning": h.meaning,
    }


__all__ = ["describe", "family", "number", "render", "source", "start_and_step"]
