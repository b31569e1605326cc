"""Limits, seen along a sequence: enclosures at points that approach the limit.

A limit is not shown by finitely many points, which is said: the algebra of a proof compares the
limit that it found with the claim's, and here the expression itself is seen to come nearer to it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import sympy

from optwright.derive import interpret as reference
from optwright.derive.certificate.form import unknowns
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.interpret import DECIMAL50, EXACT, Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kind.rule.invariant import alike_data, steps_hold
from optwright.derive.judge.point.domain import make_integer, random_points, symbol_ranges
from optwright.derive.judge.point.enclosure import enclosed, ends, precise
from optwright.derive.judge.point.found import stated_number
from optwright.derive.judge.point.obligation import Allowed, Obligations, contains, range_box
from optwright.derive.judge.point.pair import fulfilled, in_fields
from optwright.derive.judge.point.run import RunningSystem, Values, draw, entry, inside, shifted
from optwright.derive.judge.point.value import Number, Point
from optwright.derive.judge.registry import proved, refuted

_POWERS = (6, 12, 24, 48)
"""Points are this many halvings from the limit (or doublings, towards infinity)."""
WEAK = "that it is the limit was seen along a sequence only"
AWAY = "that it is not the limit was seen along a sequence only"


def approach(to: Any) -> Iterator[Fraction]:
    """Points that tend to 0 or infinity from above or below, or to 1 from below."""
    for k in _POWERS:
        step = Fraction(1, 2**k)
        yield {sympy.oo: 1 / step, sympy.Integer(0): step, sympy.Integer(1): 1 - step}[
            sympy.sympify(to)
        ]


def vanishing(gaps: Sequence[Fraction]) -> bool:
    """Whether what encloses a sequence of sizes tends to zero, as far as is seen."""
    tiny = Fraction(1, 2**120)
    falls = all(b <= a / 2 or b <= tiny for a, b in pairwise(gaps))
    return falls and gaps[-1] <= Fraction(1, 1000) * max(Fraction(1), gaps[0])


def _side_conditions(known: Obligations, name: str, point: Point, allowed: Allowed) -> None:
    """What a limit was divided by is not zero, where the point has a value of it."""
    for full in [x for x in known.found if x.startswith(f"{name}: ") and x.endswith(" != 0")]:
        certificate = known.take(full)
        if certificate is None or certificate["form"] == "true":
            continue
        inner = certificate.get("left")
        if not isinstance(inner, list) or inner[0] != "cases" or inner[2][0] != "!=":
            raise Rejected(f"{full}: not the certificate of this relation")
        if set(unknowns(inner)) <= set(point.values):
            known.relation(full, point, inner[2], point, allowed)


# ---- expressions


def _gap(claim: Any, values: Mapping[str, Fraction], x: Fraction) -> tuple[Fraction, Fraction]:
    """What encloses the expression minus the limit that is claimed."""
    full = {**values, str(claim.symbol): x}
    with precise():
        return ends(enclosed(tree(claim.expr), full) - enclosed(tree(claim.value), full))


@proved.register
def bound(claim: Limit, known: Obligations) -> None:
    """An expression comes nearer to its limit, which the obligation compares with the claim's."""
    exprs = [claim.expr, claim.value, claim.symbol, *claim.where]
    ranges = symbol_ranges(exprs, claim.parameters)
    make_integer(ranges, [s for s in claim.integers if str(s) in ranges])
    rest = {name: own for name, own in ranges.items() if name != str(claim.symbol)}
    allowed, said = Allowed(ranges, [tree(x) for x in claim.where]), tree(claim.value)
    for values in random_points(rest, claim.where, random.Random(1), 3):
        gaps = [max(map(abs, _gap(claim, values, x))) for x in approach(claim.to)]
        if not vanishing(gaps):
            raise Rejected(f"the expression does not come near to {claim.value} at {values}")

        def at(f: Field, values: Values = values) -> None:
            point = Point({k: f.number(x) for k, x in values.items()}, f)
            known.equation("limit", point, point(said), point(said), allowed)
            _side_conditions(known, "limit", point, allowed)

        in_fields(at)
    known.weak.append(WEAK)


@refuted.register
def replayed(claim: Limit, found: Mapping[str, Any]) -> str:
    """A point at which an expression stays as far from what is claimed as is told."""
    exprs = [claim.expr, claim.value, *claim.where]
    ranges = symbol_ranges(exprs, claim.parameters)
    names = set(ranges) - {str(claim.symbol)}
    rng = random.Random(1)
    drawn = {name: inside(ranges[name], rng) for name in names - set(found["point"])}
    values = {name: Fraction(x) for name, x in found["point"].items()} | drawn
    for name in names:
        if not contains(range_box(ranges[name]), values[name]):
            raise Rejected(f"{name} = {values[name]} is outside the range of {name}")
    if not all(Point(values, EXACT).truth(tree(fact)) for fact in claim.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    gaps = [_gap(claim, values, x) for x in approach(claim.to)]
    sizes = [Fraction(0) if a <= 0 <= b else min(abs(a), abs(b)) for a, b in gaps]
    told = Fraction(stated_number(found["found"]["left - right"], DECIMAL50))
    _apart(sizes, gaps[-1][0], told)
    return AWAY


def _apart(sizes: Sequence[Fraction], last: Fraction, told: Fraction) -> None:
    """Raise Rejected unless gaps stay away from zero and tend to the number that is told."""
    if not all(b > a / 2 for a, b in pairwise(sizes[1:])) or not sizes[-1]:
        raise Rejected("the limit is as claimed at the counterexample, as far as is seen")
    if abs(last - told) > Fraction(1, 1000) * abs(told):
        raise Rejected(f"the limit is not {told} away from what is claimed")


# ---- steps of a family


def _numbers(hyper: Mapping[str, Any], said: Mapping[str, Any], own: Any, point: Point) -> Values:
    return {h.name: point(tree(said[h.name])) if h.name in said else hyper[h.name] for h in own}


def _stepped(
    claim: Any, before: Values, given: Values, clock: int, x: Fraction, f: Field
) -> dict[str, tuple[Number, Number]]:
    """The state of the right rule after a step, from a step of the left one and from its own.

    before: the right rule's state by name; given: hyperparameters and g.
    """
    hyper = {**given, str(claim.symbol): f.number(x)}
    earlier = {f"{name}[t]": v for name, v in before.items()}
    back = Point({**hyper, **earlier, "t": Fraction(clock - 1)}, f)
    now = Point({**hyper, "t": Fraction(clock)}, f)
    names = ("theta", *(s.name for s in claim.left.states))
    mine = {n: back(tree(claim.inverse.get(n, sympy.Symbol(f"{n}[t]")))) for n in names}
    own = _numbers(hyper, claim.replaced, claim.left.hyper, now)
    after = _one(claim.left, mine, own, clock, given["g"], f)
    theirs = _numbers(hyper, claim.hyper, claim.right.hyper, now)
    wanted = _one(claim.right, before, theirs, clock, given["g"], f)
    return {n: (_mapped(claim, n, after, hyper, clock, f), v) for n, v in wanted.items()}


def _mapped(claim: Any, name: str, state: Values, hyper: Values, clock: int, f: Field) -> Number:
    values = {**hyper, **{f"{n}[t]": v for n, v in state.items()}, "t": Fraction(clock)}
    return Point(values, f)(tree(claim.state.get(name, sympy.Symbol(f"{name}[t]"))))


def _one(system: Any, state: Values, hyper: Values, clock: int, g: Number, f: Field) -> Values:
    """One step from this state, on one coordinate."""
    run = RunningSystem(system, [state["theta"]], hyper, f)
    data = {s.name: alike_data(run.snapshot.state[s.name], state[s.name]) for s in system.states}
    run.snapshot = reference.load(system, clock - 1, [run.array([state["theta"]])], data, f)
    run.step(hyper, lambda *_: [g])
    return {name: entry(x, 0) for name, x in run.state.items()}


def _family_ranges(claim: Any) -> dict[str, Any]:
    return {h.name: h.range for h in (*claim.right.hyper, *claim.left.hyper)}


@proved.register
def family(claim: FamilyLimit, known: Obligations) -> None:
    """Steps of a family come nearer to steps of another rule, and so do the states before."""
    if claim.invariants:
        steps_hold(_always(claim), known)
    for trial in range(2):
        _family(claim, known, random.Random(trial), DECIMAL50)
    known.weak.append(WEAK)


def _always(claim: Any) -> Any:
    """The claim that the invariants hold of the right rule."""
    return SimpleNamespace(
        system=claim.right,
        relations=claim.invariants,
        invariants=claim.invariants,
        assume=claim.assume,
        given=(),
        parameters=(),
        varying=(),
        answer={},
        moments=(),
        first=1,
        last=None,
    )


def _family(claim: Any, known: Obligations, rng: random.Random, f: Field) -> None:
    ranges = _family_ranges(claim)
    given: Values = {name: f.number(inside(own, rng)) for name, own in ranges.items()}
    slopes = [f.number(draw(rng)) for _ in range(claim.start)]
    theta = f.number(draw(rng))
    starts = [_started(claim, given, theta, slopes, x, f) for x in approach(claim.to)]
    before = {name: v for name, (_, v) in starts[-1].items()}
    _nearer(starts, "at the start")
    clock = claim.start + 1
    told: Values = {"theta[0]": theta, "t": Fraction(claim.start)}
    told |= {f"g[{n}]": g for n, g in enumerate(slopes, 1)} | given
    clocks = range(1, claim.start + 1)
    first = Allowed(ranges, [shifted(tree(x), n) for n in clocks for x in claim.assume])
    later = _later(claim, clock)
    for name, v in before.items():
        point = Point(told, f)
        known.equation(f"start: {name}", point, v, v, first)
        _side_conditions(known, f"start: {name}", point, first)
    given["g"] = f.number(draw(rng))
    pairs = [_stepped(claim, before, given, clock, x, f) for x in approach(claim.to)]
    _nearer(pairs, f"after step {clock}")
    values = {**given, **{f"{n}[t - 1]": v for n, v in before.items()}, "g[t]": given["g"]}
    point = Point({**values, "t": Fraction(clock)}, f)
    for name, (_, v) in pairs[-1].items():
        known.equation(f"step: {name}", point, v, v, later)
        _side_conditions(known, f"step: {name}", point, later)


def _started(
    claim: Any, given: Values, theta: Number, slopes: Sequence[Number], x: Fraction, f: Field
) -> dict[str, tuple[Number, Number]]:
    """The state of the right rule after some steps, from the left one and from its own."""
    full, steps = {**given, str(claim.symbol): f.number(x)}, len(slopes)
    states = []
    for system, said in ((claim.left, claim.replaced), (claim.right, claim.hyper)):
        hyper = [
            _numbers(full, said, system.hyper, Point({**full, "t": Fraction(n)}, f))
            for n in range(1, steps + 2)
        ]
        run = RunningSystem(system, [theta], hyper[0], f)
        for n, g in enumerate(slopes):
            run.step(hyper[n], lambda *_, g=g: [g])
        states.append({name: entry(v, 0) for name, v in run.state.items()})
    mine, theirs = states
    return {n: (_mapped(claim, n, mine, full, steps, f), v) for n, v in theirs.items()}


def _later(claim: Any, clock: int) -> Allowed:
    facts = [shifted(tree(x), "t - 1") for x in claim.invariants]
    return Allowed(_family_ranges(claim), [*facts, *(tree(x) for x in claim.assume)], clock)


def _nearer(pairs: Sequence[Mapping[str, tuple[Number, Number]]], where: str) -> None:
    for name in pairs[0]:
        gaps = [abs(Fraction(a) - Fraction(b)) for a, b in (pair[name] for pair in pairs)]
        if not vanishing(gaps):
            raise Rejected(f"{name} does not come near to that of the other rule {where}")


@refuted.register
def far(claim: FamilyLimit, found: Mapping[str, Any]) -> str:
    """First steps after which the two rules stay as far apart as is told."""
    f = DECIMAL50
    point = {name: Fraction(x) for name, x in found["point"].items()}
    ranges, rng = _family_ranges(claim), random.Random(1)
    given: Values = {n: f.number(point.get(n, inside(own, rng))) for n, own in ranges.items()}
    for name, own in ranges.items():
        if name in point and not contains(range_box(own), point[name]):
            raise Rejected(f"{name} = {point[name]} is outside the range of {name}")
    theta = f.number(point.get("theta[0]", draw(rng)))
    indices = [int(m[1]) for name in point if (m := re.match(r"g\[(\d+)\]$", name))]
    slopes = [
        f.number(point.get(f"g[{n}]", draw(rng)))
        for n in range(1, max([claim.start, *indices]) + 1)
    ]
    for n, g in enumerate(slopes, 1):
        if not fulfilled(claim.assume, {**given, "g[t]": g, "t": Fraction(n)}, f, 1, "t"):
            raise Rejected("a counterexample that does not fulfil the assumptions")
    told = Fraction(stated_number(found["found"]["left - right"], f))
    pairs = [_started(claim, given, theta, slopes, x, f) for x in approach(claim.to)]
    reasons = []
    for name in pairs[0]:
        gaps = [Fraction(a) - Fraction(b) for a, b in (pair[name] for pair in pairs)]
        try:
            _apart([abs(x) for x in gaps], gaps[-1], told)
        except Rejected as error:
            reasons.append(f"{name}: {error}")
        else:
            return AWAY
    raise Rejected("; ".join(reasons))


__all__ = ["approach", "bound", "family", "far", "replayed", "vanishing"]
