"""Certificates bound to what a claim says of its declarations, at exact points.

A certificate shows an identity; that the identity is the one that the claim needs is seen here:
both sides of every obligation must be what the runs of the reference interpreter say they are. A
domain may not be narrower than the claim's.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.form import Tree, unknowns
from optwright.derive.interpret import DECIMAL50
from optwright.derive.judge.kernel.box import MASK, Box, Rejected, box
from optwright.derive.judge.point.run import equal, numbers
from optwright.derive.judge.point.value import Near, Number, Point, Unvalued, near
from optwright.derive.language.symbol import Range


class Unbound(Exception):
    """What this checker does not bind: the reason."""


@dataclass
class Obligations:
    """The proved obligations of a verdict by name, those that were bound, and the points seen.

    evaluated: those about finitely many numbers, at all of which they were seen to hold, and those
    that were derived again for all values, whether they have a certificate or not.
    texts: what each said before and after. weak: what was seen at exact points only, whatever the
    certificates show.
    """

    found: dict[str, list[Mapping[str, Any] | None]]
    bound: set[tuple[str, int]] = field(default_factory=set)
    points: int = 0
    evaluated: set[str] = field(default_factory=set)
    texts: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    weak: list[str] = field(default_factory=list)

    def take(self, name: str, place: int = 0) -> Mapping[str, Any] | None:
        """The certificate of an obligation; raises Rejected if there is no such obligation."""
        if len(self.found.get(name, ())) <= place:
            raise Rejected(f"there is no obligation {name!r}")
        self.bound.add((name, place))
        return self.found[name][place]

    def equation(
        self, name: str, point: Point, left: Any, right: Any, domain: Allowed, place: int = 0
    ) -> None:
        """That an obligation says left = right, which is so at this point."""
        certificate = self.take(name, place)
        if not equal(left, right, point.size):
            raise Rejected(f"{name}: the claim fails at a point: {left} is not {right}")
        self.points += 1
        if certificate is None:
            return
        domain.check(name, certificate)
        if certificate["form"] == "true":
            return
        if certificate["form"] not in ("same", "zero"):
            raise Rejected(f"{name}: not the certificate of an equation")
        for side, wanted in (("left", left), ("right", right)):
            _named(name, certificate[side], point)
            if not equal(numbers(certificate[side], point), wanted, point.size):
                raise Rejected(f"{name}: its {side} side is not what the claim says")

    def relation(
        self, name: str, point: Point, fact: Tree, where: Point, domain: Allowed, place: int = 0
    ) -> None:
        """That an obligation at `point` says a relation which is given, and true, at `where`."""
        certificate = self.take(name, place)
        for k in range(point.size):
            try:
                truth = where.truth(fact, k)
            except Near:
                truth = fact[0] in (">=", "==")
            if not truth and not (fact[0] == "==" and _close(fact, where, k)):
                raise Rejected(f"{name}: the claim fails at a point")
        self.points += 1
        if certificate is None or certificate["form"] == "true":
            return
        domain.check(name, certificate)
        if fact[0] not in MASK:
            raise Rejected(f"{name}: a condition that is no relation")
        for side in ("gap", "left", "right"):
            _named(name, certificate.get(side, "0"), point)
        for k in range(point.size):
            if not all(near(x, y) for x, y in _sides(name, certificate, fact, point, where, k)):
                raise Rejected(f"{name}: it is not what the claim says")


def _sides(
    name: str, certificate: Mapping[str, Any], fact: Tree, point: Point, where: Point, k: int
) -> list[tuple[Number, Number]]:
    """What a certificate speaks of, beside what the relation says there, at one coordinate."""
    head, form, f = fact[0], certificate["form"], where.field
    a, b = (where(x, k) for x in fact[1:])
    if form == "sign" and head in (">", ">="):
        if head == ">" and not certificate["strict"]:
            raise Rejected(f"{name}: shown only without strictness")
        return [(point(certificate["gap"], k), f.subtract(a, b))]
    if head == "==" and form in ("zero", "same"):
        return [(point(certificate["left"], k), a), (point(certificate["right"], k), b)]
    match certificate.get("left"), certificate.get("right"):
        case ["cases", "0", [said, left, right], "1"], "0" if said == head:
            gap, wanted = f.subtract(point(left, k), point(right, k)), f.subtract(a, b)
            if head in ("!=", "==") and not near(gap, wanted):
                gap = f.negate(gap)
            return [(gap, wanted)]
    raise Rejected(f"{name}: not the certificate of this relation")


def _named(name: str, side: Tree, point: Point) -> None:
    """Raise Rejected where a certificate speaks of what the obligation does not know."""
    for unknown in unknowns(side):
        if unknown not in point.values:
            raise Rejected(f"{name}: it speaks of {unknown}")


def _close(fact: Tree, where: Point, k: int) -> bool:
    return near(where(fact[1], k), where(fact[2], k))


class Allowed:
    """The widest domain that a certificate of a claim may rest on.

    ranges: of hyperparameters, by name. facts: relations that the claim assumes. least: of t.
    """

    def __init__(
        self, ranges: Mapping[str, Range], facts: Sequence[Tree], least: int | None = None
    ) -> None:
        self.ranges, self.facts, self.least = ranges, list(facts), least

    def check(self, name: str, certificate: Mapping[str, Any]) -> None:
        """Raise Rejected if the certificate assumes more than this."""
        domain = certificate.get("domain")
        if domain is None:
            return
        for unknown, ends in domain["bounds"].items():
            if not _within(self.widest(unknown), box(ends)):
                raise Rejected(f"{name}: {unknown} is assumed to lie in less than its range")
        for fact in domain["facts"]:
            if not any(_alike(fact, known) for known in self.facts):
                raise Rejected(f"{name}: {fact} is assumed, which the claim does not say")

    def widest(self, unknown: str) -> Box:
        """Where an unknown of the claim lies."""
        own = Box()
        base = unknown.split("[")[0]
        if unknown == "t" and self.least is not None:
            own = Box(Fraction(self.least), None, whole=True)
        elif base in self.ranges:
            own = range_box(self.ranges[base])
        for head, a, b in (f for f in self.facts if f[0] in (">", ">=", "==")):
            if a == ["x", unknown] and isinstance(b, str):
                own = _met(own, head, Fraction(b), True)
            if b == ["x", unknown] and isinstance(a, str):
                own = _met(own, head, Fraction(a), False)
        return own


def range_box(own: Range) -> Box:
    """The range of a hyperparameter."""
    low = None if own.low == -sympy.oo else Fraction(str(own.low))
    high = None if own.high == sympy.oo else Fraction(str(own.high))
    return Box(low, high, own.low_open, own.high_open, own.integer)


def _met(own: Box, head: str, end: Fraction, low: bool) -> Box:
    strict = head == ">"
    new = Box(own.low, own.high, own.low_open, own.high_open, own.whole)
    from_below, from_above = low or head == "==", not low or head == "=="
    if from_below and (new.low is None or end > new.low or (end == new.low and strict)):
        new.low, new.low_open = end, strict
    if from_above and (new.high is None or end < new.high or (end == new.high and strict)):
        new.high, new.high_open = end, strict
    return new


def _within(inner: Box, outer: Box) -> bool:
    """Whether all of one box lies in another."""
    if outer.whole and not inner.whole:
        return False
    if outer.low is not None:
        if inner.low is None or inner.low < outer.low:
            return False
        if inner.low == outer.low and outer.low_open and not inner.low_open:
            return False
    if outer.high is not None:
        if inner.high is None or inner.high > outer.high:
            return False
        if inner.high == outer.high and outer.high_open and not inner.high_open:
            return False
    return True


def _alike(fact: Tree, known: Tree) -> bool:
    """Whether two relations are one: the same where both are evaluated at random points."""
    if fact == known:
        return True
    if fact[0] != known[0] or fact[0] not in MASK:
        return False
    names = set(unknowns(fact))
    if names != set(unknowns(known)):
        return False
    rng = random.Random(7)
    seen = 0
    for _ in range(6):
        values = {name: Fraction(rng.randrange(1, 32), 32) for name in names}
        try:
            point = Point(values, DECIMAL50)
            gaps = [point(["+", a, ["*", "-1", b]]) for _, a, b in (fact, known)]
        except Unvalued:
            continue
        if not near(gaps[0], gaps[1]):
            return False
        seen += 1
    return seen > 1


def contains(own: Box, x: Number) -> bool:
    """Whether a number lies in a box."""
    value = Fraction(x)
    if own.whole and value.denominator != 1:
        return False
    if own.low is not None and (value < own.low or (own.low_open and value == own.low)):
        return False
    return own.high is None or value < own.high or (value == own.high and not own.high_open)


__all__ = ["Allowed", "Obligations", "Unbound", "contains", "range_box"]
