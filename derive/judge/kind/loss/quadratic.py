"""Linear rules on quadratics, again: stability, rates, oscillation, optima, points at rest.

The reference interpreter makes one step from letters; what it gives must be linear in the states,
and its matrix has a characteristic polynomial. Signs wherever the claim's relations hold are told
by `chart`; at exact parameters the curvatures are told by Sturm's theorem, the moduli of roots by
Schur's and Cohn's recursion. The prover has other conditions, other regions and other arithmetic.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import sympy

from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.loss.quadratic import FixedPoint, Optimal, Oscillates, Rate, Stable
from optwright.derive.interpret import EXACT
from optwright.derive.judge.kernel.box import NEGATIVE, POSITIVE, Rejected
from optwright.derive.judge.kernel.chart import Chart, Relation
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.kernel.sturm import coefficients, positive, stable
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.point.domain import random_points
from optwright.derive.judge.point.figures import agree
from optwright.derive.judge.point.found import Found
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.quadratic import (
    CURVATURE,
    MINIMISER,
    Quadratic,
    conditions,
    determinant,
    least_sign,
    spiral,
    sum_of,
)
from optwright.derive.judge.point.rational import fractional
from optwright.derive.judge.point.run import RunningSystem
from optwright.derive.judge.point.value import Point
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language.symbol import Parameter, Range

POINTS = 2
"""Exact parameters at which a proved claim is looked at besides."""


# ---- proofs


def _against(relation: Relation) -> Relation:
    gap, strict = relation
    return gap * Fractional(Poly.number(-1)), not strict


def _taken(known: Obligations, names: Sequence[str]) -> None:
    for name in names:
        for place in range(len(known.found[name])):
            known.take(name, place)


def _equivalent(q: Quadratic, values: Sequence[Fractional], known: Obligations) -> None:
    """That all values are positive, for all curvatures, exactly where the claim says."""
    claim = q.claim
    when = q.relations(claim.when)
    if len(when) != len(claim.when):
        raise Unbound("a condition that is no inequality")
    enough = [name for name in known.found if name == "sufficient"]
    needed = [name for name in known.found if name.startswith("necessary: where ")]
    if (claim.sense != "only if") > len(enough):
        raise Rejected("there is no obligation that the relations suffice")
    if claim.sense != "if" and len(needed) != len(when):
        raise Rejected("not every relation has an obligation that it is necessary")
    _taken(known, [*enough, *needed])
    if claim.sense != "only if":
        regions = q.within(when, True)
        if all(least_sign(regions, v) == POSITIVE for v in values):
            known.evaluated.update(enough)
    if claim.sense != "if":
        ends = list(dict.fromkeys(map(sympy.sympify, (q.high, q.low))))
        for k, name in enumerate(needed):
            regions = q.within([*when[:k], _against(when[k])], False)
            for end, v in product(ends, values):
                there = q.put(v, {CURVATURE: q(end)})
                mask = least_sign(regions, there)
                if not mask & POSITIVE and (end != 0 or mask == NEGATIVE):
                    known.evaluated.add(name)
                    break


def _at_points(q: Quadratic, known: Obligations, holds: Any) -> None:
    """See at exact parameters that what is claimed, a function of them, is so."""
    ranges = {name: own for name, own in q.ranges.items() if name != CURVATURE}
    drawn = list(random_points(ranges, q.where, random.Random(1), POINTS))
    for values in chain(drawn, _edges(q, drawn[0], ranges)):
        try:
            right = holds(values)
        except ZeroDivisionError:
            continue
        if not right:
            raise Rejected(f"the claim fails at {_said(values)}")
        known.points += 1


def _edges(
    q: Quadratic, values: Mapping[str, Any], ranges: Mapping[str, Range]
) -> Iterator[dict[str, Any]]:
    """Points on either side of where each relation of the claim begins to hold."""
    free = {q.letters.index[h.name]: h.name for h in q.system.hyper if h.name in ranges}
    for gap, _ in q.relations(getattr(q.claim, "when", ())):
        there = q.put(gap, {n: x for n, x in values.items() if n not in free.values()})
        for index, name in free.items():
            own = {n: x for n, x in values.items() if n != name and n in free.values()}
            parts = q.put(there, own).top.parts(index)
            slope = parts.get(1, Poly({})).constant
            if max(parts, default=0) != 1 or not slope:
                continue
            end = -(parts[0].constant or Fraction(0)) / slope if 0 in parts else Fraction(0)
            for scale in (Fraction(9, 10), Fraction(11, 10)):
                new = {**values, name: end * scale}
                point = Point(new, EXACT)
                if contains(range_box(ranges[name]), new[name]) and all(
                    point.truth(tree(r)) for r in q.where
                ):
                    yield new
            break


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {x}" for name, x in sorted(values.items()))


def _inside(q: Quadratic, found: Sequence[Fractional], values: Mapping[str, Any]) -> bool:
    """Whether all of these are positive at all curvatures between the ends."""
    low, high = (Point(values, EXACT)(tree(x)) for x in (q.low, q.high))
    index = q.letters.index[CURVATURE]
    known = {name: x for name, x in values.items() if name in q.letters.index}
    for v in found:
        there = q.put(v, known)
        for p, n in there.below.items():
            bottom = coefficients(p, index)
            if not positive(bottom, low, high) and not positive([-c for c in bottom], low, high):
                raise ZeroDivisionError
            if positive([-c for c in bottom], low, high) and n % 2:
                there = Fractional(there.top.scaled(-1), there.below)
        open_ = sympy.sympify(q.low) == 0
        if not positive(coefficients(there.top, index), low, high, open_):
            return False
    return True


def _moduli(
    q: Quadratic, poly: Sequence[Fractional], values: Mapping[str, Any], radius: Fraction
) -> bool:
    """Whether all roots lie inside the circle, at one curvature."""
    known = {name: x for name, x in values.items() if name in q.letters.index}
    numbers = []
    for k, c in enumerate(poly):
        there = q.put(c, known)
        constant = there.top.constant
        if constant is None or there.below:
            raise Unbound("a counterexample that leaves parameters open")
        numbers.append(constant * radius**k)
    return stable(numbers)


def _truths(claim: Any, values: Mapping[str, Any]) -> bool:
    point = Point(values, EXACT)
    return all(point.truth(tree(r)) for r in claim.when)


def _two_sided(q: Quadratic, values: Sequence[Fractional], known: Obligations) -> None:
    claim = q.claim

    def holds(at: Mapping[str, Any]) -> bool:
        said, found = _truths(claim, at), _inside(q, values, at)
        return (found or not said or claim.sense == "only if") and (
            said or not found or claim.sense == "if"
        )

    _equivalent(q, values, known)
    if not any(_irrational(tree(r)) for r in claim.when):
        _at_points(q, known, holds)


def _irrational(node: Tree) -> bool:
    if not isinstance(node, list):
        return False
    root = node[0] == "^" and isinstance(node[2], str) and "/" in node[2]
    return root or any(_irrational(x) for x in node[1:])


@proved.register
def proved_stable(claim: Stable, known: Obligations) -> None:
    """The spectral radius is below 1 for all curvatures exactly where relations hold."""
    q = Quadratic(claim, claim.low, claim.high, claim.when)
    one = Fractional(Poly.number(1))
    _two_sided(q, conditions(q.characteristic(), one), known)


@proved.register
def proved_spiral(claim: Oscillates, known: Obligations) -> None:
    """There are roots that are not real exactly where relations hold."""
    q = Quadratic(claim, claim.at, claim.at, claim.when)
    _two_sided(q, spiral(q.characteristic()), known)


@proved.register
def proved_rate(claim: Rate, known: Obligations) -> None:
    """The spectral radius is bounded, reached at an end, or the same for all curvatures."""
    names = [n for n in known.found if n in ("the radius is positive", "bound")]
    ends = [n for n in known.found if n.startswith("a root on the circle")]
    if len(names) < 2 or (claim.relation in ("max", "=")) > len(ends):
        raise Rejected("there is no obligation for each part of the claim")
    _taken(known, [*names, *ends])
    _rated(claim, claim.relation, known, [*names, *ends])


def _rated(claim: Any, relation: str, known: Obligations, names: Sequence[str]) -> Quadratic:
    q = Quadratic(claim, claim.low, claim.high, (claim.radius,))
    poly, radius = q.characteristic(), fractional(q(claim.radius))
    values = conditions(poly, radius)
    if relation != "<" and len(poly) > 3:
        raise Unbound("roots on a circle are told up to degree 2 only")
    regions = q.within([], True)
    masks = [least_sign(regions, v) for v in values]
    good = q.sign(radius) == POSITIVE and all(
        mask == POSITIVE if relation == "<" else not mask & NEGATIVE for mask in masks
    )
    if relation in ("max", "="):
        ends = [e for e in map(sympy.sympify, (claim.low, claim.high)) if e != 0]
        each = relation == "=" and ends[0] != ends[-1]
        there = [v if each else q.put(v, {CURVATURE: q(e)}) for v in values for e in ends]
        good = good and any(not q.letters.reduced(v.top) for v in there)
    if good:
        known.evaluated.update(names)

    def holds(at: Mapping[str, Any]) -> bool:
        size = Point(at, EXACT)(tree(claim.radius))
        low, high = (Point(at, EXACT)(tree(x)) for x in (claim.low, claim.high))
        places = [x for x in (low, high, (low + high) / 2) if x > 0]
        larger = size * Fraction(1001, 1000)
        within = [_moduli(q, poly, {**at, CURVATURE: x}, larger) for x in places]
        reached = [not _moduli(q, poly, {**at, CURVATURE: x}, size) for x in places]
        return (
            all(within)
            and {
                "<": not any(reached),
                "<=": True,
                "max": any(reached),
                "=": all(reached),
            }[relation]
        )

    _at_points(q, known, holds)
    return q


@proved.register
def proved_optimal(claim: Optimal, known: Obligations) -> None:
    """The rate is reached, and no real parameters give a smaller one (Farkas)."""
    reach = ("the radius is positive", "bound")
    own = [n for n in known.found if n in reach or n.startswith("a root on the circle")]
    best = [n for n in known.found if n.startswith(("weight of ", "no parameters are better"))]
    if len(own) < 3 or not any(n.startswith("no parameters") for n in best):
        raise Rejected("there is no obligation for each part of the claim")
    _taken(known, [*own, *best])
    reached = _rated(_rate(claim), "max", known, own)
    open_ = Quadratic(
        claim, claim.low, claim.high, (claim.radius, *claim.hyper.values()), anywhere=claim.fixed
    )
    values = conditions(open_.characteristic(), fractional(open_(claim.radius)))
    optimum = {name: open_(x) for name, x in claim.hyper.items()}
    rows = []
    for end, v in product((claim.low, claim.high), values):
        there = open_.put(v, {CURVATURE: open_(end)})
        if not open_.put(there, optimum).top:
            rows.append(there)
    free = [open_.letters.index[name] for name in claim.hyper]
    for count in range(2, len(rows) + 1):
        for chosen in combinations(rows, count):
            weights = _weights(chosen, free)
            if weights is None:
                continue
            plain = [_renamed(w, open_.letters, reached.letters) for w in weights]
            masks = [reached.sign(w) for w in plain]
            if all(m == POSITIVE for m in masks) or all(m == NEGATIVE for m in masks):
                known.evaluated.update(best)
                return


def _rate(claim: Optimal) -> Rate:
    """An `Optimal` claim as the rate that it says is reached."""
    return Rate(
        claim.system,
        {**claim.fixed, **claim.hyper},
        claim.radius,
        "max",
        claim.parameters,
        claim.where,
        claim.low,
        claim.high,
    )


def _renamed(x: Fractional, mine: Unknowns, theirs: Unknowns) -> Fractional:
    names = {i: n for n, i in mine.index.items()}
    used = {i for p in (x.top, *x.below) for i in p.unknowns()}
    return Chart(mine, {i: theirs(names[i]) for i in used}).put(x)


def _weights(rows: Sequence[Fractional], free: Sequence[int]) -> list[Fractional] | None:
    """Weights with which so many fractions add up to 0 whatever the free letters are."""
    if any(i in p.unknowns() for x in rows for p in x.below for i in free):
        return None
    table: list[dict[Any, Fractional]] = []
    for x in rows:
        parts: dict[Any, Fractional] = {}
        for m, c in x.top.terms.items():
            key = tuple(pair for pair in m if pair[0] in free)
            rest = tuple(pair for pair in m if pair[0] not in free)
            term = Fractional(Poly({rest: c}), x.below)
            parts[key] = parts[key] + term if key in parts else term
        table.append(parts)
    keys = sorted({key for row in table for key in row})
    zero = Fractional(Poly({}))
    for columns in combinations(keys, len(rows) - 1):
        found = []
        for k in range(len(rows)):
            minor = [[row.get(c, zero) for c in columns] for i, row in enumerate(table) if i != k]
            found.append(determinant(minor) * Fractional(Poly.number((-1) ** k)))
        if any(not w.top for w in found):
            continue
        sums = (sum_of(w * row.get(key, zero) for w, row in zip(found, table, strict=True))
                for key in keys)  # fmt: skip
        if not any(x.top for x in sums):
            return found
    return None


class _AtRest:
    """A `FixedPoint` claim with letters for all."""

    def __init__(self, claim: Any, values: Mapping[str, Fraction] | None = None) -> None:
        line = Parameter(MINIMISER, "(-inf, inf)")
        some = Parameter(CURVATURE, "(0, inf)")
        self.q = Quadratic(claim, some, some, (claim.point, line), values=values)
        names, rows, rest = self.q.step(self.q.values[MINIMISER])
        minus = Fractional(Poly.number(-1))
        one = Fractional(Poly.number(1))
        left = [
            [(one if i == j else Fractional(Poly({}))) + minus * x for j, x in enumerate(row)]
            for i, row in enumerate(rows)
        ]
        place = names.index("theta")
        put = [[rest[i] if j == place else x for j, x in enumerate(r)] for i, r in enumerate(left)]
        self.bottom, self.top = determinant(left), determinant(put)
        if not self.bottom.top:
            raise Rejected("no single point stays where it is")


@proved.register
def proved_rest(claim: FixedPoint, known: Obligations) -> None:
    """The point that a step leaves as it is, by Cramer's rule."""
    rest = _AtRest(claim)
    gap = rest.top - rest.bottom * fractional(rest.q(claim.point))
    if gap.top:
        raise Rejected("another point stays where it is")
    name = "theta at rest"
    allowed = Allowed(rest.q.ranges, [tree(x) for x in claim.where])
    for values in random_points(rest.q.ranges, claim.where, random.Random(1), POINTS):
        point = Point(values, EXACT)
        bottom = rest.q.put(rest.bottom, values)
        if not bottom.top:
            continue
        found = (rest.q.put(rest.top, values) * bottom.inverse()).top.constant
        known.equation(name, point, found, point(tree(claim.point)), allowed)


# ---- counterexamples


def _parameters(claim: Any, found: Found, q: Quadratic) -> dict[str, Fraction]:
    """The numbers of a counterexample, inside the claim's domain."""
    values = {name: Fraction(text) for name, text in found["point"].items()}
    for name, own in q.ranges.items():
        if name not in values:
            raise Unbound(f"a counterexample that leaves {name} open")
        if name not in claim.hyper and not contains(range_box(own), values[name]):
            raise Rejected(f"{name} = {values[name]} is outside its range")
    point = Point(values, EXACT)
    if not all(point.truth(tree(r)) for r in q.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    return values


def _place(q: Quadratic, values: Mapping[str, Fraction]) -> Fraction:
    """The curvature of a counterexample, between the ends."""
    low, high = (Point(values, EXACT)(tree(x)) for x in (q.low, q.high))
    at = values[CURVATURE]
    if not low <= at <= high or at <= 0:
        raise Rejected(f"curvature {at} is not between {low} and {high}")
    return at


def _ran(q: Quadratic, found: Found, values: Mapping[str, Fraction]) -> None:
    """Make the run of a counterexample again, and compare where it ends."""
    point = Point(values, EXACT)
    given = {h.name: point(tree(q.claim.hyper.get(h.name, h.symbol))) for h in q.system.hyper}
    system = RunningSystem(q.system, [Fraction(1)], given, EXACT)
    for name, text in found["found"].items():
        last = re.fullmatch(r"theta\[(\d+)\] from 1", name)
        if last is None:
            continue
        for _ in range(int(last[1])):
            system.step(given, lambda _, args: [values[CURVATURE] * args[0][0]])
        if system.state["theta"][0] != Fraction(text):
            raise Rejected(f"{name} is {system.state['theta'][0]}")
    for record in found["runs"]:
        rows = [{name: Fraction(x) for name, x in row.items()} for row in record["hyper"]]
        if rows != [given] or record["objective"]["curvature"] != [str(values[CURVATURE])]:
            raise Rejected("the run of a counterexample is of other numbers")
    agree(found["found"], values)


def _split(claim: Any, found: Found, q: Quadratic, values: Sequence[Fractional]) -> None:
    numbers = _parameters(claim, found, q)
    _place(q, numbers)
    said = _truths(claim, numbers)
    everywhere = _inside(q, values, {k: x for k, x in numbers.items() if k != CURVATURE})
    if said and not everywhere and claim.sense != "only if":
        return _ran(q, found, numbers)
    if everywhere and not said and claim.sense != "if":
        return _ran(q, found, numbers)
    raise Rejected("the claim holds at the counterexample")


@refuted.register
def refuted_stable(claim: Stable, found: Found) -> None:
    """Exact parameters at which the relations and the spectral radius disagree."""
    q = Quadratic(claim, claim.low, claim.high, claim.when)
    poly = q.characteristic()
    _split(claim, found, q, conditions(poly, Fractional(Poly.number(1))))
    numbers = _parameters(claim, found, q)
    if _truths(claim, numbers) and _moduli(q, poly, numbers, Fraction(1)):
        raise Rejected("the spectral radius is below 1 at the curvature of the counterexample")


@refuted.register
def refuted_spiral(claim: Oscillates, found: Found) -> None:
    """Exact parameters at which the relations and the discriminant disagree."""
    q = Quadratic(claim, claim.at, claim.at, claim.when)
    _split(claim, found, q, spiral(q.characteristic()))


@refuted.register
def refuted_rate(claim: Rate, found: Found) -> None:
    """Exact parameters at which the radius is another one."""
    if not _other(claim, claim.relation, found):
        raise Rejected("the radius is as claimed at the counterexample")


def _other(claim: Any, relation: str, found: Found) -> bool:
    q = Quadratic(claim, claim.low, claim.high, (claim.radius,))
    numbers = _parameters(claim, found, q)
    size = Point(numbers, EXACT)(tree(claim.radius))
    if size <= 0:
        raise Unbound("a radius that is not positive")
    _place(q, numbers)
    poly = q.characteristic()
    values = conditions(poly, Fractional(Poly.number(size)))
    _ran(q, found, numbers)
    inside = _moduli(q, poly, numbers, size)
    if relation == "<" or (relation == "=" and inside):
        return inside == (relation == "=")
    if any(_value(q, v, numbers) < 0 for v in values) and len(poly) <= 3:
        return True
    own = {name: x for name, x in numbers.items() if name != CURVATURE}
    return relation == "max" and _inside(q, values, own)


def _value(q: Quadratic, x: Fractional, numbers: Mapping[str, Any]) -> Fraction:
    known = {name: v for name, v in numbers.items() if name in q.letters.index}
    constant = q.put(x, known).top.constant
    if constant is None:
        raise Unbound("a counterexample that leaves parameters open")
    return constant


@refuted.register
def refuted_optimal(claim: Optimal, found: Found) -> None:
    """The rate is another one, or other parameters give a smaller one."""
    better = [n for n in found["found"] if n.startswith("with ")]
    if not better:
        refuted_rate(_rate(claim), found)
        return
    closed = Quadratic(_rate(claim), claim.low, claim.high, (claim.radius,))
    numbers = _parameters(_rate(claim), found, closed)
    moved = dict(part.split(" = ") for part in better[0].removeprefix("with ").split(", "))
    there = {**numbers, **{name: Fraction(x) for name, x in moved.items()}}
    if set(moved) != set(claim.hyper):
        raise Rejected("other parameters than those that are said to be best")
    open_ = Quadratic(
        claim, claim.low, claim.high, (claim.radius, *claim.hyper.values()), anywhere=claim.fixed
    )
    size = Point(numbers, EXACT)(tree(claim.radius))
    values = conditions(open_.characteristic(), Fractional(Poly.number(size)))
    if not _inside(open_, values, {k: x for k, x in there.items() if k != CURVATURE}):
        raise Rejected("the other parameters give no smaller radius")
    _place(closed, numbers)
    _ran(closed, {**found, "found": _without(found["found"], better[0])}, numbers)


def _without(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {n: x for n, x in found.items() if n != name}


@refuted.register
def refuted_rest(claim: FixedPoint, found: Found) -> None:
    """Exact numbers at which another point stays where it is."""
    numbers = {name: Fraction(x) for name, x in found["point"].items()}
    rest = _AtRest(claim)
    open_ = {name: own for name, own in rest.q.ranges.items() if name not in numbers}
    seen = 0
    for others in random_points(open_, (), random.Random(1), 8):
        values = {**others, **numbers}
        point = Point(values, EXACT)
        if not all(contains(range_box(rest.q.ranges[n]), x) for n, x in values.items()):
            raise Rejected("a counterexample outside the ranges")
        if not all(point.truth(tree(r)) for r in claim.where):
            continue
        bottom = rest.q.put(rest.bottom, values)
        if not bottom.top:
            continue
        at = (rest.q.put(rest.top, values) * bottom.inverse()).top.constant
        gap = (at or Fraction(0)) - point(tree(claim.point))
        told = Fraction(found["found"]["the point at rest less the one claimed"])
        if gap == 0 or gap != told:
            raise Rejected(f"the point at rest is {gap} beside the one claimed, not {told}")
        seen += 1
    if not seen:
        raise Unbound("no numbers for the other parameters were found")
