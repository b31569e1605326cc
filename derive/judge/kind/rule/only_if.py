"""Simulations that hold for one value of a symbol only: a step with that value, and with others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from optwright.derive import interpret as reference
from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.simulation import OnlyIf
from optwright.derive.interpret import Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.pair import Pair, fulfilled, in_fields
from optwright.derive.judge.point.run import equal, inside, shifted
from optwright.derive.judge.point.value import Near, Point
from optwright.derive.judge.registry import proved
from optwright.derive.language.symbol import Value

STEP = 3
"""The step that is looked at, after some on any answers."""
WEAK = "that it holds only then was seen at exact points only"


@proved.register
def bound(claim: OnlyIf, known: Obligations) -> None:
    """With the value the step keeps the relation, and with another one it does not."""
    for trial in range(2):
        in_fields(partial(_seen, claim, known, trial, True))
        in_fields(partial(_seen, claim, known, trial, False))
    known.weak.append(WEAK)


def _put(pair: Pair, claim: Any, hold: bool, rng: random.Random, f: Field) -> bool:
    """Give the symbol its value in the step, or another; whether it is as wanted."""
    value = tree(claim.value)
    own = (*claim.claim.left.hyper, *claim.claim.parameters)
    if isinstance(claim.symbol, Value):
        name = claim.symbol.name
        if str(claim.symbol) != f"{name}[t - 1]" or name not in pair.hyper[0]:
            raise Unbound(f"a condition on {claim.symbol}")
        x = Point(pair.known(STEP, []), f)(value)
        if hold:
            pair.hyper[STEP - 1][name] = x
        return bool((pair.hyper[STEP - 1][name] == x) == hold)
    name = str(claim.symbol)
    (range_,) = [h.range for h in own if h.name == name]
    x = Point(pair.known(STEP, []), f)(value)
    free = x if hold else f.number(inside(range_, rng))
    for row in pair.hyper:
        row[name] = free
    return bool((free == x) == hold and contains(range_box(range_), free))


def _seen(claim: Any, known: Obligations, trial: int, hold: bool, f: Field) -> None:
    rng = random.Random(trial)
    for _ in range(40):
        pair = Pair(claim.claim, rng, f, STEP)
        if not _put(pair, claim, hold, rng, f) or not all(pair.fits(n) for n in (1, STEP)):
            continue
        for n in range(1, STEP):
            pair.left.step(pair.hyper[n], pair.early)
            pair.states.append(pair.left.state)
            pair.heard.append({})
        _load(pair, f)
        try:
            pair.step(STEP)
            kept = _kept(pair)
        except Rejected:  # it asks where the other rule does not
            kept = False
        values = pair.known(STEP, pair.states, pair.heard[-1])
        if hold or fulfilled(claim.where, values, f, pair.size, "t"):
            break
    else:
        raise Unbound("no step was found that fulfils the conditions")
    if kept != hold:
        said = f"{claim.symbol} = {claim.value}"
        raise Rejected(f"a step fails with {said}" if hold else f"a step holds without {said}")
    _obligations(claim, known, pair, Point(values, f, pair.size), hold)


def _load(pair: Pair, f: Field) -> None:
    """Bring the right rule to the state that corresponds."""
    right, clock = pair.right, STEP - 1
    names = ("theta", *(s.name for s in right.system.states))
    said = {name: pair.mapped(name, clock) for name in names}
    data: dict[str, Any] = {}
    for s in right.system.states:
        form = right.snapshot.state[s.name]
        if not isinstance(form, tuple):
            data[s.name] = said[s.name][0]
        elif len(form) == 1:
            whole = hasattr(form[0], "shape")
            data[s.name] = (right.array(said[s.name]) if whole else said[s.name][0],)
        else:
            raise Unbound(f"{s.name} is more than one array")
    at = clock + pair.claim.shift
    right.snapshot = reference.load(right.system, at, [right.array(said["theta"])], data, f)


def _kept(pair: Pair) -> bool:
    """Whether the states correspond after the step, and what is observed agrees."""
    states = pair.right.state.items()
    return all(equal(x, pair.mapped(name, STEP), pair.size) for name, x in states) and all(
        equal(a, b, pair.size) for _, a, b in pair.observed(STEP)
    )


def _obligations(claim: Any, known: Obligations, pair: Pair, point: Point, hold: bool) -> None:
    simulation = claim.claim
    own = (*simulation.left.hyper, *simulation.parameters)
    facts: Sequence[Tree] = [
        *(shifted(tree(x), "t", simulation.varying) for x in simulation.assume),
        *(shifted(tree(x), "t - 1", simulation.varying) for x in simulation.invariants),
    ]
    ranges = {h.name: h.range for h in own}
    if hold:
        allowed = Allowed(ranges, facts, 1)
        for name in [x for x in known.found if x.startswith("if: ")]:
            known.equation(name, point, Fraction(0), Fraction(0), allowed)
        return
    away = ["!=", tree(claim.symbol), tree(claim.value)]
    allowed = Allowed(ranges, [*facts, *(tree(x) for x in claim.where), away], 1)
    for name in [x for x in known.found if x.startswith("only if: ")]:
        certificate = known.take(name)
        if certificate is None or certificate["form"] == "true":
            continue
        inner = certificate.get("left")
        if not isinstance(inner, list) or inner[0] != "cases" or inner[2][0] != "!=":
            raise Rejected(f"{name}: not the certificate of this relation")
        try:
            known.relation(name, point, inner[2], point, allowed)
        except Near:
            continue


__all__ = ["bound"]
