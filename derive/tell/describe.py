"""A declaration as plain data: everything a reader asks about it, as dictionaries and strings.

`optwright.derive.tell.page` lays the same data out as lines. Equations are in the documented order.
"""

from __future__ import annotations

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


def describe(declaration: Declaration) -> dict[str, Any]:
    """Everything about a declaration as plain data, ready for JSON.

    `systems` has one entry for each plain system, the default of a family first; `when` says what
    selects it. What is known of it (`relations`, `statements`) is for others to add.
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
        "relations": [],
        "statements": [],
    }


def family(declaration: Declaration) -> str:
    """The heading under which the catalogue lists a declaration."""
    face = declaration.default if isinstance(declaration, Family) else declaration
    return face.family or "other"


def number(expr: Expr) -> str:
    """A number as a reader writes it: a decimal where that is exact, else a fraction."""
    if isinstance(expr, Rational) and not expr.is_Integer:
        text = repr(float(expr))
        if Rational(text) == expr:
            return text
    return Infix().show(expr)


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


__all__ = ["describe", "family", "number", "start_and_step"]
