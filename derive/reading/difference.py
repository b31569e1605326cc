"""Whether two declarations say the same, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from optwright.derive.language.declaration import (
    History,
    Optimizer,
    Push,
    Schedule,
    State,
    map_statement,
)
from optwright.derive.language.operation import identity
from optwright.derive.language.symbol import Variable
from optwright.derive.language.text import show_statement


def differences(first: Optimizer | Schedule, second: Optimizer | Schedule) -> list[str]:
    """What two plain systems say differently, a line each; none if they mean the same.

    Names, defaults, ranges, starts, extents, every equation, what is returned. Words (source, note)
    and invariants are left aside. The identity matrix is one whatever vector it is taken from.
    """
    return list(_differences(first, second))


def _differences(first: Any, second: Any) -> Iterator[str]:
    if type(first) is not type(second):
        yield f"{type(first).__name__} and {type(second).__name__}"
        return
    for what in ("scope", "shape"):
        if getattr(first, what, None) != getattr(second, what, None):
            yield f"{what}: {getattr(first, what)} and {getattr(second, what)}"
    yield from _pairs("hyperparameter", _hyper(first), _hyper(second))
    yield from _pairs("state", _state(first), _state(second))
    steps = [tuple(map(_said, x.step)) for x in (first, second)]
    if len(steps[0]) != len(steps[1]):
        yield f"{len(steps[0])} and {len(steps[1])} statements"
    for one, other in zip(*steps, strict=False):
        if one[1] != other[1]:
            yield f"{'; '.join(show_statement(one[0]))} and {'; '.join(show_statement(other[0]))}"
    if isinstance(first, Schedule):
        if _plain(first.output) != _plain(second.output):
            yield f"output: {first.output} and {second.output}"
        return
    if {n: _plain(x) for n, x in first.views.items()} != {
        n: _plain(x) for n, x in second.views.items()
    }:
        yield f"views: {dict(first.views)} and {dict(second.views)}"
    if _repeat(first) != _repeat(second):
        yield f"repeat: {first.repeat} and {second.repeat}"


def _pairs(what: str, first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    if list(first) != list(second):
        yield f"{what}s: {', '.join(first) or 'none'} and {', '.join(second) or 'none'}"
    for name in first.keys() & second.keys():
        if first[name] != second[name]:
            yield f"{what} {name}: {first[name]} and {second[name]}"


def _hyper(x: Optimizer | Schedule) -> dict[str, Any]:
    return {h.name: (h.symbol, h.default, h.range) for h in x.hyper}


def _state(x: Optimizer | Schedule) -> dict[str, Any]:
    def said(s: State | History) -> tuple[Any, ...]:
        if isinstance(s, History):
            return "history", sympy.sympify(s.length), s.extent
        return "state", _plain(sympy.sympify(s.init)), s.extent

    return {s.name: said(s) for s in x.state}


def _repeat(x: Optimizer) -> Any:
    if x.repeat is None:
        return None
    return sympy.sympify(x.repeat.at_most), _plain(sympy.sympify(x.repeat.until))


def _said(statement: Any) -> tuple[Any, Any]:
    """A statement in plain form, and what of it is compared: histories by name, as states are."""
    made = map_statement(statement, _plain)
    if isinstance(made, Push):
        return made, ("push", [(h.name, x) for h, x in made.values], made.when)
    return made, made


def _plain(x: Any) -> Any:
    x = sympy.sympify(x)
    ones = {node: identity(Variable("theta")[0]) for node in x.atoms(identity)} if x.args else {}
    return x.xreplace(ones) if ones else x


__all__ = ["differences"]
