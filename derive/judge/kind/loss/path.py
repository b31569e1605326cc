"""Runs on one loss, again: by intervals that hold every number of the run, or for all steps.

A step is recorded from the reference interpreter and run on spans. What is said for all steps is
shown by an interval that the step, a polynomial, maps into itself (Sturm).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from optwright.derive import interpret as reference
from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.loss.path import FirstStep, Reaches, Settles
from optwright.derive.interpret import EXACT
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.sturm import (
    coefficients,
    derivative,
    nonnegative,
    positive,
    value,
)
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.point.found import Found, stated_fraction
from optwright.derive.judge.point.obligation import Obligations, Unbound, contains, range_box
from optwright.derive.judge.point.rational import RationalFunctions, fractional, stepped
from optwright.derive.judge.point.run import coordinates
from optwright.derive.judge.point.spans import IntegerSpan, Recorder, Spans, span
from optwright.derive.judge.point.value import Point
from optwright.derive.judge.registry import proved, refuted

SPANS = Spans()


class Followed:
    """The spans of theta on a path, followed as far as they are asked for."""

    def __init__(self, path: Any) -> None:
        system = path.system
        if any(s.extent.kind not in ("coordinate", "host") for s in system.states):
            raise Unbound(f"{system.id} keeps more than one number per coordinate")
        self.hyper = hyper_of(path)
        self.record = Recorder()
        slope = tree(path.slope)

        def gradient(x: Any) -> Any:
            return Point({"point": x}, self.record)(slope)

        given = {name: self.record.number(x) for name, x in self.hyper.items()}
        _, after = stepped(system, given, self.record, gradient, self.record.letter)
        self.places = {name: self.record.places([x])[0] for name, x in after.items()}
        begin = reference.numbers([stated_fraction(path.begin)], EXACT)
        first = reference.start(system, [begin], self.hyper, EXACT)
        state = {name: coordinates(data) for name, data in first.state.items()}
        numbers = {"theta": stated_fraction(path.begin), **{n: _first(x) for n, x in state.items()}}
        self.now = {f"{name}'": span(x) for name, x in numbers.items()}
        self.now["theta_0'"] = self.now["theta'"]
        self.thetas: list[IntegerSpan] = [self.now["theta'"]]

    def __call__(self, step: int) -> IntegerSpan:
        """Theta after so many steps; raises Unbound where it cannot be enclosed."""
        while len(self.thetas) <= step:
            self.now["t"] = span(Fraction(len(self.thetas)))
            found = self.record.run(self.now, SPANS)
            for name, place in self.places.items():
                if not isinstance(found[place], IntegerSpan):
                    raise Unbound(f"{name} after step {len(self.thetas)}: {found[place].reason}")
                self.now[f"{name}'"] = found[place]
            self.thetas.append(self.now["theta'"])
        return self.thetas[step]


def _first(x: Any) -> Fraction:
    return Fraction(x[0] if isinstance(x, list) else x)


_FOLLOWED: dict[Any, Followed] = {}
"""Paths that were followed, since several claims are about one."""


def followed(path: Any) -> Followed:
    """The path, followed once."""
    key = (path.system, str(path.slope), str(path.begin), tuple(hyper_of(path).items()))
    if key not in _FOLLOWED:
        _FOLLOWED[key] = Followed(path)
    return _FOLLOWED[key]


def hyper_of(path: Any) -> dict[str, Fraction]:
    """The numbers of all hyperparameters, inside their ranges."""
    found = {}
    for h in path.system.hyper:
        found[h.name] = stated_fraction(path.hyper.get(h.name, h.default))
        if not contains(range_box(h.range), found[h.name]):
            raise Rejected(f"{h.name} = {found[h.name]} is outside its range")
    return found


def _holds(goal: Tree, theta: IntegerSpan) -> bool:
    """Whether a relation in theta[t] holds at a span; raises Unbound where it is not settled."""
    head, *sides = goal
    point = Point({"theta[t]": theta}, SPANS)
    a, b = (point.unsettled(x, 0) for x in sides)
    if head == ">":
        found = SPANS.compare(b, "<", a)
    elif head == ">=":
        found = SPANS.compare(b, "<=", a)
    else:
        raise Unbound(f"the relation {head} on a path")
    if found is None:
        raise Unbound("a comparison too near to tell")
    return bool(found)


def _reached(claim: Any, limit: int) -> int | None:
    """The first step after which the relation holds."""
    run, goal = followed(claim.path), tree(claim.relation)
    return next((n for n in range(limit + 1) if _holds(goal, run(n))), None)


@proved.register
def first_step(claim: FirstStep, known: Obligations) -> None:
    """The step at which a relation first holds."""
    (name,) = known.found if len(known.found) == 1 else ("",)
    if name != f"{claim.path.system.id}: first {claim.relation}":
        raise Rejected("there is no obligation about this relation")
    known.take(name)
    reached = _reached(claim, claim.limit)
    if reached != claim.step:
        raise Rejected(f"the relation first holds after step {reached}")
    known.evaluated.add(name)
    known.points += 1


@refuted.register
def other_step(claim: FirstStep, found: Found) -> None:
    """A path on which the relation first holds after another step."""
    _same_path(claim.path, found)
    reached = _reached(claim, claim.limit)
    if reached == claim.step:
        raise Rejected("the relation first holds after the step that is claimed")
    told = f"step {reached}" if reached is not None else f"not within {claim.limit} steps"
    if found["found"].get("first holds") != told:
        raise Rejected(f"the relation first holds: {told}")
    run = followed(claim.path)
    for name, text in found["found"].items():
        place = re.fullmatch(r"theta\[(\d+)\]", name)
        if place is not None:
            low, high = run(int(place[1])).ends
            ends = [Fraction(x) for x in text.strip("[]").split(", ")]
            if not ends[0] <= low <= high <= ends[-1] and not ends[0] == ends[-1] <= high:
                raise Rejected(f"{name} lies between {float(low)} and {float(high)}")


def _same_path(path: Any, found: Found) -> None:
    """That a counterexample is about the path of the claim."""
    told = found["point"]
    own = {"theta[0]": stated_fraction(path.begin), **hyper_of(path)}
    if told.get("gradient") != str(path.slope):
        raise Rejected("a counterexample on another loss")
    for name, x in own.items():
        if name not in told or Fraction(told[name]) != x:
            raise Rejected(f"a counterexample at another {name}")


# ---- for all steps


def _polynomial(path: Any) -> list[Fraction]:
    """Theta after a step as a polynomial in theta before it; raises Unbound for others."""
    if path.system.states:
        raise Unbound(f"{path.system.id} remembers more than theta")
    letters = Unknowns()
    field = RationalFunctions(letters)
    slope = tree(path.slope)

    def gradient(x: Any) -> Any:
        return Point({"point": x}, field)(slope)

    _, after = stepped(path.system, dict(hyper_of(path)), field, gradient, letters)
    found = fractional(after["theta"])
    if found.below:
        raise Unbound("a step that is no polynomial")
    return coefficients(found.top, letters.index["theta'"])


def _kept(path: Any, low: Fraction, high: Fraction) -> list[Fraction]:
    """The step, which keeps theta between two numbers, where it begins; or Rejected."""
    if not low <= stated_fraction(path.begin) <= high:
        raise Rejected(f"the path does not begin between {low} and {high}")
    step = _polynomial(path)
    above = [step[0] - low, *step[1:]]
    below = [high - step[0], *(-c for c in step[1:])]
    if not nonnegative(above, low, high) or not nonnegative(below, low, high):
        raise Rejected(f"a step leads out of [{low}, {high}]")
    return step


def _ends(texts: Any) -> tuple[Fraction, Fraction]:
    """The interval that a proof names."""
    for text in texts:
        found = re.search(r"between (-?[\d/]+) and (-?[\d/]+)", text)
        if found is not None:
            return Fraction(found[1]), Fraction(found[2])
    raise Rejected("no interval is named")


@proved.register
def reaches(claim: Reaches, known: Obligations) -> None:
    """A step after which the relation holds."""
    (name,) = known.found if len(known.found) == 1 else ("",)
    reached = _reached(claim, claim.within)
    if reached is None or name != f"{claim.relation} at step {reached}":
        raise Rejected(f"the relation first holds after step {reached}")
    known.take(name)
    known.evaluated.add(name)
    known.points += 1


@refuted.register
def never(claim: Reaches, found: Found) -> None:
    """An interval that the path cannot leave, in which the relation holds nowhere."""
    _same_path(claim.path, found)
    low, high = _ends(found["found"].values())
    _kept(claim.path, low, high)
    head, a, b = tree(claim.relation)
    letters = Unknowns()
    point = Point({"theta[t]": letters("theta")}, RationalFunctions(letters))
    gap = fractional(point(["+", b, ["*", "-1", a]]))
    opposite = coefficients(gap.top, letters.index["theta"])
    false = nonnegative(opposite, low, high) if head == ">" else positive(opposite, low, high)
    if gap.below or head not in (">", ">=") or not false:
        raise Rejected(f"the relation holds somewhere in [{low}, {high}]")


def _contracts(path: Any, low: Fraction, high: Fraction) -> list[Fraction]:
    """The step less theta, which falls, its only zero being the limit; or Rejected."""
    step = _kept(path, low, high)
    slope = derivative(step)
    for sign in (1, -1):
        if not positive([1 - sign * slope[0], *(-sign * c for c in slope[1:])], low, high):
            raise Rejected(f"the step does not contract in [{low}, {high}]")
    return [c - (k == 1) for k, c in enumerate(step)]


@proved.register
def settles(claim: Settles, known: Obligations) -> None:
    """The path converges to a point between two numbers (Banach)."""
    low, high = _ends(known.found)
    gap = _contracts(claim.path, low, high)
    if not {"the start is there", "the fixed point"} <= set(known.found):
        raise Rejected("there is no obligation for each part of the claim")
    a, b = max(low, stated_fraction(claim.low)), min(high, stated_fraction(claim.high))
    if a > b or value(gap, a) < 0 or value(gap, b) > 0:
        raise Rejected("the limit lies elsewhere")
    for name in known.found:
        known.take(name)
        known.evaluated.add(name)
    known.points += 1


@refuted.register
def elsewhere(claim: Settles, found: Found) -> None:
    """The path converges to a point that is not between two numbers."""
    _same_path(claim.path, found)
    low, high = _ends(found["found"].values())
    gap = _contracts(claim.path, low, high)
    place = [Fraction(x) for x in found["found"]["the limit lies in"].strip("[]").split(", ")]
    if not low <= place[0] <= place[1] <= high:
        raise Rejected("the limit is not where it is said to be")
    if value(gap, place[0]) < 0 or value(gap, place[1]) > 0:
        raise Rejected("the limit is not where it is said to be")
    if not (place[1] < stated_fraction(claim.low) or place[0] > stated_fraction(claim.high)):
        raise Rejected("the limit may lie where the claim says")


__all__ = ["Followed", "followed", "hyper_of"]
