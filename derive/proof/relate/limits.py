"""Where a map stays inside the ranges of both systems, and under which conditions to try it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr, sympify

from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Range, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.sign.obligation import decide_relation, interval_of


def narrower(left: Optimizer, right: Optimizer, hyper: Mapping[str, Expr]) -> tuple[Any, ...]:
    """Where a hyperparameter goes over as it is, that it is in the range of the other system."""
    mine = {h.symbol: h.range for h in left.hyper}
    facts: list[Any] = []
    for h in right.hyper:
        symbol = hyper.get(h.name)
        if symbol is None or symbol not in mine:
            continue
        ours: Range = mine[symbol]
        low, high = h.range.low, h.range.high
        if low > ours.low or (low == ours.low and h.range.low_open and not ours.low_open):
            facts.append(symbol > low if h.range.low_open else symbol >= low)
        if high < ours.high or (high == ours.high and h.range.high_open and not ours.high_open):
            facts.append(symbol < high if h.range.high_open else symbol <= high)
    return tuple(facts)


def attempts(claim: Simulation) -> Iterator[Simulation]:
    """The claim, with fewer invariants, with more assumptions: to be proved in this order."""
    yield claim
    if claim.left.invariants:
        yield replace(claim, invariants=())
    ranges = _in_range(claim)
    for more in (*([ranges] if ranges else []), *((edge,) for edge in _inside(claim.left))):
        yield replace(claim, assume=(*claim.assume, *more))


def _in_range(claim: Simulation) -> tuple[Any, ...]:
    """That the map stays inside the ranges of the right system, where that is not known."""
    domain = Domain(tuple((h.symbol, interval_of(h.range)) for h in claim.left.hyper))
    facts: list[Any] = []
    for h in claim.right.hyper:
        x = sympify(claim.hyper.get(h.name, h.symbol))
        if x.is_Symbol or x.is_number or x.has(t):
            continue
        low = x > h.range.low if h.range.low_open else x >= h.range.low
        high = x < h.range.high if h.range.high_open else x <= h.range.high
        for end, fact in ((h.range.low, low), (h.range.high, high)):
            if end.is_finite and decide_relation("", fact, domain, 0.3).status != "proved":
                facts.append(fact)
    return tuple(facts)


def _inside(system: Optimizer) -> list[Any]:
    """That one hyperparameter is not zero, where its range begins with zero: epsilons first."""
    able = [h for h in system.hyper if h.range.low == 0 and not h.range.low_open]
    able.sort(key=lambda h: h.symbol.role != "eps")
    return [h.symbol > 0 for h in able]


__all__ = ["attempts", "narrower"]
