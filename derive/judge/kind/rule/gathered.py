"""Several steps of one rule beside one of another, in exact runs on the parts of a batch."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.gathered import Gathered
from optwright.derive.interpret import Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.found import either, stated_number
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.pair import in_fields
from optwright.derive.judge.point.run import RunningSystem, Values, draw, entry, inside
from optwright.derive.judge.point.value import Number, Point, near
from optwright.derive.judge.registry import proved, refuted

TURNS = 3
"""Steps of the right rule."""


def _parts(numbers: list[Number]) -> Values:
    return {f"g_part{k}[t]": x for k, x in enumerate(numbers, 1)}


def _heard(x: Number, kind: str, args: Any) -> list[Number]:
    if kind != "grad":
        raise Unbound(f"a step that asks {kind}")
    return [x]


@proved.register
def gathered(claim: Gathered, known: Obligations) -> None:
    """What the left rule computes in so many steps is what the right one does in one."""
    for trial in range(2):
        in_fields(partial(_gathered, claim, known, trial))


def _gathered(claim: Any, known: Obligations, trial: int, f: Field) -> None:
    rng = random.Random(trial)
    hyper = {h.name: f.number(inside(h.range, rng)) for h in claim.left.hyper}
    theirs = {h.name: hyper[h.name] for h in claim.right.hyper}
    ranges = {h.name: h.range for h in claim.left.hyper}
    theta = [f.number(draw(rng))]
    left, right = (
        RunningSystem(claim.left, theta, hyper, f),
        RunningSystem(claim.right, theta, theirs, f),
    )
    for turn in range(1, TURNS + 1):
        parts = [f.number(draw(rng)) for _ in range(claim.count)]
        before = left.state
        asked: list[Number] = []
        for x in parts:
            left.step(hyper, partial(_heard, x))
            asked += [args[0][0] for _, args in left.asked]
        own = Point(_parts(parts), f)(tree(claim.heard))
        right.step(theirs, partial(_heard, own))
        first = turn == 1
        label, index = ("first step", "0") if first else ("later steps", "t - 1")
        values = {**hyper, **_parts(parts), "t": Fraction(turn)}
        values |= {f"{name}[{index}]": entry(x, 0) for name, x in before.items()}
        point, allowed = Point(values, f), Allowed(ranges, [], None if first else 2)
        for number, mine in enumerate(asked, 1):
            for place, (_, args) in enumerate(right.asked):
                name = f"{label}: point {number}"
                known.equation(name, point, mine, args[0][0], allowed, place)
        after = left.state
        for name, x in right.state.items():
            known.equation(f"{label}: {name}", point, entry(after[name], 0), entry(x, 0), allowed)
        for name, said in claim.rest.items():
            if said is not None:
                wanted = point(tree(said))
                known.equation(f"{label}: {name}", point, entry(after[name], 0), wanted, allowed)


@refuted.register
def scattered(claim: Gathered, found: Mapping[str, Any]) -> None:
    """Gradients of the parts after which the two rules are apart."""
    either(partial(_scattered, claim, found))


def _scattered(claim: Any, found: Mapping[str, Any], f: Field) -> None:
    point = found["point"]
    numbers = [Fraction(x) for x in point["gradients of the parts"].split(", ")]
    if len(numbers) != claim.count:
        raise Rejected(f"a counterexample of {len(numbers)} parts, not {claim.count}")
    ranges = {h.name: range_box(h.range) for h in claim.left.hyper}
    if not all(contains(own, Fraction(point[name])) for name, own in ranges.items()):
        raise Rejected("the hyperparameters of a counterexample are not allowed")
    hyper = {name: f.number(Fraction(point[name])) for name in ranges}
    theta = [f.number(Fraction(point["theta[0]"]))]
    left, right = (
        RunningSystem(claim.left, theta, hyper, f),
        RunningSystem(claim.right, theta, hyper, f),
    )
    parts = [f.number(x) for x in numbers]
    for x in parts:
        left.step(hyper, partial(_heard, x))
    own = Point(_parts(parts), f)(tree(claim.heard))
    right.step(hyper, partial(_heard, own))
    ends = [run.state["theta"][0] for run in (left, right)]
    if near(*ends):
        raise Rejected("the two rules are at the same point after the counterexample")
    names = (f"{claim.left.id} theta[{claim.count}]", f"{claim.right.id} theta[1]")
    if not all(
        near(stated_number(found["found"].get(name, "0"), f), x)
        for name, x in zip(names, ends, strict=True)
    ):
        raise Rejected("the runs of a counterexample end elsewhere")


__all__ = ["gathered", "scattered"]
