"""What a step does to smooth losses, again: its length, the forms that must not be negative, runs.

The reference interpreter makes the step from letters, theta - c*g for one and the same c; what then
is claimed for all losses of a class are inequalities between parameters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.claim.loss.smooth import Contraction, Descent, Trajectory
from optwright.derive.interpret import EXACT, Inexact
from optwright.derive.judge.kernel.box import NEGATIVE, Rejected
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.point.domain import random_points
from optwright.derive.judge.point.found import Found
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.quadratic import Quadratic, ranges_of
from optwright.derive.judge.point.rational import fractional, stepped
from optwright.derive.judge.point.run import RunningSystem
from optwright.derive.judge.point.value import Point, Unvalued
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language.symbol import Parameter

L = Parameter("L", "(0, inf)")
MU = Parameter("mu", "(0, inf)")
POINTS = 3


class GradientStep:
    """A rule theta - c*g without state: c, and the other numbers of a claim, as fractions."""

    def __init__(self, claim: Any, low: Any, claimed: tuple[Any, ...]) -> None:
        self.q = Quadratic(claim, low, L, claimed)
        f, asked = self.q.field, []

        def slope(x: Any) -> Any:
            asked.append(x)
            return self.q.letters("g'")

        before, after = stepped(claim.system, self.q.given, f, slope, self.q.letters)
        if list(before) != ["theta"] or len(asked) != 1:
            raise Unbound(f"{claim.system.id} is not theta - c*g")
        moved = fractional(f.subtract(before["theta"], after["theta"]))
        index = self.q.letters.index["g'"]
        hidden = {self.q.letters.index[n] for n in ("g'", "theta'", "t", "theta_0'")}
        parts = moved.top.parts(index)
        rest = [parts.get(1, Poly({})), *moved.below]
        if set(parts) - {1} or any(hidden & p.unknowns() for p in rest):
            raise Unbound(f"{claim.system.id} is not theta - c*g with a constant c")
        if fractional(f.subtract(asked[0], before["theta"])).top:
            raise Unbound(f"{claim.system.id} asks elsewhere than at theta")
        self.c = Fractional(parts.get(1, Poly({})), moved.below)

    def __call__(self, expr: Any) -> Fractional:
        """An expression of the claim."""
        return fractional(self.q(expr))

    def value(self, x: Fractional, values: Mapping[str, Any]) -> Fraction:
        """The number that a fraction is at a point."""
        found = self.q.put(x, {n: v for n, v in values.items() if n in self.q.letters.index})
        if found.top.constant is None:
            raise Unbound("a point that leaves parameters open")
        return found.top.constant


def _scaled(x: Fractional, by: Any) -> Fractional:
    return x * Fractional(Poly.number(by))


@proved.register
def descends(claim: Descent, known: Obligations) -> None:
    """The decrease that the descent lemma gives is at least the one claimed."""
    step = GradientStep(claim, L, (claim.decrease,))
    gap = step.c - _scaled(step(L) * step.c**2, Fraction(1, 2)) - step(claim.decrease)
    known.take("decrease")
    for values in random_points(step.q.ranges, claim.where, random.Random(1), POINTS):
        if step.value(gap, values) < 0:
            raise Rejected("a step lowers some loss by less")
        known.points += 1
    if not step.q.sign(gap) & NEGATIVE:
        known.evaluated.add("decrease")


@refuted.register
def rises(claim: Descent, found: Found) -> None:
    """A quadratic that a step lowers by less."""
    numbers, start = _numbers(claim, found, (claim.decrease, L))
    size = numbers["L"]
    after = _after(claim, numbers, size, found)
    bound = size / 2 - Point(numbers, EXACT)(tree(claim.decrease)) * size**2
    shown = found["found"]
    _same(shown, "f(theta[1])", size * after**2 / 2)
    _same(shown, "f(1) - decrease*g**2", bound)
    if size * after**2 / 2 <= bound or start != 1:
        raise Rejected("the loss falls as claimed at the counterexample")


def _same(shown: Mapping[str, str], name: str, x: Fraction) -> None:
    if Fraction(shown[name]) != x:
        raise Rejected(f"{name} is {x}, not {shown[name]}")


def _numbers(
    claim: Any, found: Found, exprs: tuple[Any, ...]
) -> tuple[dict[str, Fraction], Fraction]:
    """The numbers of a counterexample, inside the claim's domain, and where its run begins."""
    numbers = {name: Fraction(x) for name, x in found["point"].items()}
    free = [h.symbol for h in claim.system.hyper if h.name not in claim.hyper]
    own = (*claim.system.hyper, *claim.parameters)
    ranges = ranges_of([*exprs, *free, *claim.hyper.values(), *claim.where], own)
    for name, r in ranges.items():
        if name not in numbers:
            raise Unbound(f"a counterexample that leaves {name} open")
        if not contains(range_box(r), numbers[name]):
            raise Rejected(f"{name} = {numbers[name]} is outside its range")
    if not all(Point(numbers, EXACT).truth(tree(r)) for r in claim.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    (record,) = found["runs"]
    return numbers, Fraction(record["theta"])


def _after(claim: Any, numbers: Mapping[str, Fraction], size: Fraction, found: Found) -> Fraction:
    """Theta after a step from 1 on size*x**2/2."""
    point = Point(numbers, EXACT)
    given = {h.name: point(tree(claim.hyper.get(h.name, h.symbol))) for h in claim.system.hyper}
    system = RunningSystem(claim.system, [Fraction(1)], given, EXACT)
    system.step(given, lambda _, args: [size * args[0][0]])
    (record,) = found["runs"]
    rows = [{name: Fraction(x) for name, x in row.items()} for row in record["hyper"]]
    if rows != [given] or [Fraction(x) for x in record["objective"]["curvature"]] != [size]:
        raise Rejected("the run of a counterexample is of other numbers")
    return Fraction(system.state["theta"][0])


FORMS = (
    "the weight",
    "the factor",
    "coefficient of d.d",
    "coefficient of g.g",
    "determinant of the form",
)


@proved.register
def contracts(claim: Contraction, known: Obligations) -> None:
    """Five numbers, of which a quadratic form is made, are nowhere negative."""
    step = GradientStep(claim, MU, (claim.factor, claim.weight))
    factor, weight, big, small = (step(x) for x in (claim.factor, claim.weight, L, MU))
    one = Fractional(Poly.number(1))
    dd = factor**2 - one + weight * big * small
    dg = step.c - _scaled(weight * (big + small), Fraction(1, 2))
    gg = weight - step.c**2
    forms = dict(zip(FORMS, (weight, factor, dd, gg, dd * gg - dg**2), strict=True))
    where = [sympy.Le(MU, L), *claim.where]
    allowed = Allowed(step.q.ranges, [tree(x) for x in where if x != sympy.true])
    for values in random_points(step.q.ranges, where, random.Random(1), POINTS):
        point = Point(values, EXACT)
        for name, x in forms.items():
            fact = [">=", str(step.value(x, values)), "0"]
            known.relation(name, point, fact, point, allowed)
    for name, x in forms.items():
        if not step.q.sign(x) & NEGATIVE:
            known.evaluated.add(name)


@refuted.register
def recedes(claim: Contraction, found: Found) -> None:
    """A quadratic on which a step comes less near."""
    numbers, start = _numbers(claim, found, (claim.factor, L, MU))
    size = numbers["curvature"]
    if not numbers["mu"] <= size <= numbers["L"]:
        raise Rejected(f"curvature {size} is not between mu and L")
    after = abs(_after(claim, numbers, size, found))
    bound = Point(numbers, EXACT)(tree(claim.factor))
    _same(found["found"], "|theta[1]|", after)
    _same(found["found"], "factor*|theta[0]|", bound)
    if after <= bound or start != 1:
        raise Rejected("the step comes as near as claimed at the counterexample")


# ---- trajectories


def _points_of(claim: Any) -> list[Fraction]:
    """Theta after 1, 2, … steps, exactly; raises Unbound where it is irrational."""
    given = {
        h.name: Fraction(str(sympy.sympify(claim.hyper.get(h.name, h.default), rational=True)))
        for h in claim.system.hyper
    }
    for h in claim.system.hyper:
        if not contains(range_box(h.range), given[h.name]):
            raise Rejected(f"{h.name} = {given[h.name]} is outside its range")
    size, start = (Fraction(str(sympy.sympify(x))) for x in (claim.curvature, claim.start))
    found = []
    try:
        system = RunningSystem(claim.system, [start], given, EXACT)
        for _ in claim.path:
            system.step(given, lambda _, args: [size * args[0][0]])
            found.append(system.state["theta"][0])
    except (Inexact, Unvalued) as error:
        raise Unbound(f"a run that is not rational: {error}") from error
    return found


@proved.register
def follows(claim: Trajectory, known: Obligations) -> None:
    """The first points of a run."""
    for n, (x, wanted) in enumerate(zip(_points_of(claim), claim.path, strict=True), 1):
        known.take(f"step {n}")
        if x != Fraction(str(sympy.sympify(wanted))):
            raise Rejected(f"theta[{n}] is {x}, not {wanted}")
        known.evaluated.add(f"step {n}")
        known.points += 1


@refuted.register
def strays(claim: Trajectory, found: Found) -> None:
    """A run that comes to another point."""
    points = _points_of(claim)
    for name, text in found["found"].items():
        place = re.fullmatch(r"theta\[(\d+)\]", name)
        if place is not None:
            n = int(place[1])
            _same(found["found"], name, points[n - 1])
            if Fraction(text) != Fraction(str(sympy.sympify(claim.path[n - 1]))):
                return
    raise Rejected("the run is as claimed")


__all__ = ["GradientStep"]
