"""The symbols of expressions: their ranges, and random points inside."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.interpret import EXACT, Inexact
from optwright.derive.judge.point.obligation import Unbound, contains, range_box
from optwright.derive.judge.point.run import Values, inside
from optwright.derive.judge.point.value import Point, Unvalued
from optwright.derive.language import vocabulary
from optwright.derive.language.symbol import Parameter, Range


def symbol_ranges(exprs: Sequence[Any], parameters: Sequence[Any]) -> dict[str, Range]:
    """The ranges of the symbols of expressions: declared, of the vocabulary, or assumed."""
    declared = {h.name: h.range for h in parameters}
    standard = {p.name: p.range for p in vars(vocabulary).values() if isinstance(p, Parameter)}
    found = {}
    for s in {s for e in exprs for s in sympy.sympify(e).free_symbols}:
        name = str(s)
        if isinstance(s, Parameter):
            found[name] = declared.get(name) or standard[name]
        else:
            low = 0 if s.is_nonnegative else -sympy.oo
            whole = bool(s.is_integer)
            low = 1 if whole and s.is_positive else low
            found[name] = Range(
                sympy.sympify(low), sympy.oo, bool(s.is_positive) and not whole, True, whole
            )
    return found


def random_points(
    ranges: Mapping[str, Range], where: Sequence[Any], rng: random.Random, count: int
) -> Iterator[Values]:
    """Random points inside ranges at which relations hold."""
    found = 0
    for attempt in range(400):
        wide = Fraction(1 + attempt // 40)
        values: Values = {
            name: inside(own, rng) * (1 if own.high.is_finite or own.integer else wide)
            for name, own in ranges.items()
        }
        for fact in where:
            if isinstance(fact, sympy.Eq) and str(fact.lhs) in values:
                with suppress(Unvalued, Inexact):
                    values[str(fact.lhs)] = Point(values, EXACT)(tree(fact.rhs))
        try:
            if all(contains(range_box(ranges[k]), x) for k, x in values.items()) and all(
                Point(values, EXACT).truth(tree(fact)) for fact in where
            ):
                yield values
                found += 1
        except (Unvalued, Inexact, TypeError):
            continue
        if found == count:
            return
    if not found:
        raise Unbound("no point was found that fulfils the assumptions")


def make_integer(ranges: dict[str, Range], integers: Sequence[Any]) -> None:
    """Make the ranges of some symbols integers."""
    for s in integers:
        own = ranges[str(s)]
        ranges[str(s)] = Range(own.low, own.high, own.low_open, own.high_open, True)


__all__ = ["make_integer", "random_points", "symbol_ranges"]
