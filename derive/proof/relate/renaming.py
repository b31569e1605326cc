"""Whether two declarations are one up to names: of hyperparameters, states and intermediates.

Nothing is executed, so this also covers what no simulation runs: histories, loops, line searches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sympy import Basic, Symbol, sympify

from optwright.derive.language.declaration import (
    History,
    Loop,
    Optimizer,
    Push,
    State,
    Statement,
    map_statement,
)
from optwright.derive.language.symbol import Parameter, Value, Variable
from optwright.derive.proof.relate.search import naturals
from optwright.derive.proof.run.system import THETA

_TRIES = 200


@dataclass(frozen=True)
class Renaming:
    """Names of the left system by those of the right one that they take the place of."""

    hyper: Mapping[str, Symbol]
    state: Mapping[str, str]


def renaming(left: Optimizer, right: Optimizer) -> Renaming | None:
    """The names under which `right` is `left`, statement by statement; None if there are none.

    Ranges of hyperparameters, initial values and extents must be the same too. Defaults and words
    are left aside.
    """
    if (left.scope, left.shape) != (right.scope, right.shape) or len(left.hyper) != len(
        right.hyper
    ):
        return None
    names = _sequences(left, right)
    if names is None:
        return None
    ranges = {h.symbol: h.range for h in left.hyper}
    for natural in islice(naturals(left, right), _TRIES):
        hyper = natural.same
        if len(set(hyper.values())) < len(right.hyper):
            continue
        if any(h.range != ranges[hyper[h.name]] for h in right.hyper):
            continue
        if _form(right, names, hyper) == _form(left, {}, {}):
            kept = {s.name: names.get(s.name, s.name) for s in right.state}
            return Renaming(dict(hyper), kept)
    return None


def _assigned(statement: Statement) -> Iterator[str]:
    """The names that a statement assigns, in its order; those of a loop begin with its index."""
    if isinstance(statement, Push):
        yield from (h.name for h, _ in statement.values)
    elif isinstance(statement, Loop):
        yield str(statement.index)
        yield from (e.lhs.name for e in (*statement.init, *statement.body))
    else:
        yield statement.lhs.name


def _sequences(left: Optimizer, right: Optimizer) -> dict[str, str] | None:
    """The sequences of `left` by those of `right`, as they are assigned one after the other."""
    found: dict[str, str] = {THETA: THETA}
    if len(left.step) != len(right.step):
        return None
    for mine, other in zip(left.step, right.step, strict=True):
        pair = list(_assigned(mine)), list(_assigned(other))
        if type(mine) is not type(other) or len(pair[0]) != len(pair[1]):
            return None
        for a, b in zip(*pair, strict=True):
            if found.setdefault(b, a) != a:
                return None
    return found if len(set(found.values())) == len(found) else None


def _form(system: Optimizer, names: Mapping[str, str], hyper: Mapping[str, Symbol]) -> Any:
    """All that determines what a system does, with its names replaced."""

    def change(x: Any) -> Any:
        expr = sympify(x)
        table: dict[Basic, Basic] = {}
        for s in expr.atoms(Symbol):
            if isinstance(s, Parameter) and s.name in hyper:
                table[s] = hyper[s.name]
            elif s.name in names:  # a sequence, or the index of a loop
                table[s] = Symbol(names[s.name], **s.assumptions0)
            elif s.name.removeprefix("count_") in names:
                table[s] = Symbol(f"count_{names[s.name.removeprefix('count_')]}", **s.assumptions0)
        return _renamed(expr, table)

    def history(h: History) -> History:
        return replace(h, variable=Variable(names.get(h.name, h.name)), length=change(h.length))

    def statement(s: Statement) -> Any:
        if isinstance(s, Push):
            return tuple((history(h), change(x)) for h, x in s.values), change(s.when)
        moved = map_statement(s, change)
        return replace(moved, index=change(s.index)) if isinstance(moved, Loop) else moved

    def kept(s: State | History) -> tuple[Any, ...]:
        name = names.get(s.name, s.name)
        if isinstance(s, State):
            return name, change(s.init), s.extent
        return name, change(s.length), s.extent

    repeat = system.repeat and (change(system.repeat.at_most), change(system.repeat.until))
    return tuple(map(statement, system.step)), set(map(kept, system.state)), repeat


def _renamed(expr: Any, table: Mapping[Basic, Basic]) -> Any:
    """The expression with symbols replaced all at once, inside members of sequences too."""
    values = {
        v: Value(table.get(v.args[0], v.args[0]), _renamed(v.index, table))
        for v in expr.atoms(Value)
    }
    return expr.xreplace({**table, **values})


__all__ = ["Renaming", "renaming"]
