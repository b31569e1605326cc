"""Whether two declarations say the same, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy
from sympy import Add, Basic, Expr, Mul, Pow

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
    return gathered(x.xreplace(ones) if ones else x)


@lru_cache(maxsize=8192)
def gathered(x: Basic) -> Basic:
    """The expression with the common number of every sum taken out of products and powers.

    SymPy multiplies a sum by a number of its own accord: 2(y + 1) is 2y + 2 to it, and its half in
    x/(2(y + 1)) is not. What is equal by this rule only has one form here, and nothing else has.
    """
    if not x.args:
        return x
    made = [gathered(arg) for arg in x.args]
    if isinstance(x, Pow):
        number, base = _content(made[0], made[1])
        return Mul(number, Pow(base, made[1]))
    if isinstance(x, Mul):
        numbers, factors = zip(*(_content(arg, sympy.S.One) for arg in made), strict=True)
        return Mul(*numbers, *factors)
    return x.func(*made) if made != list(x.args) else x


def _content(x: Basic, exponent: Basic) -> tuple[Expr, Basic]:
    """The number that a sum to a power leaves outside, and the sum without it."""
    if not isinstance(x, Add):
        return sympy.S.One, x
    number, rest = x.primitive()
    if exponent.is_Integer and rest.could_extract_minus_sign():
        number, rest = -number, -rest
    return Pow(number, exponent), rest


__all__ = ["differences"]
