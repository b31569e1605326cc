"""Certificates bound to what a claim says of its declarations, at exact points.

A certificate shows an identity; that the identity is the one that the claim needs is seen here: the
declarations are run by the reference interpreter, and both sides of every obligation must be what
the runs say they are, as must the claim itself. A domain may not be narrower than the claim's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import permutations
from typing import Any

import sympy

from optwright.derive.certificate.tree import (
    Near,
    Number,
    Point,
    Tree,
    Unvalued,
    near,
    tree,
    unknowns,
)
from optwright.derive.interpret import DECIMAL50, EXACT, Ambiguous, Field, Inexact
from optwright.derive.judge.kernel.algebra import MASK, Box, Rejected, box
from optwright.derive.judge.point.run import (
    System,
    Values,
    answer_names,
    draw,
    entry,
    equal,
    inside,
    numbers,
    rows,
    shifted,
    table,
)
from optwright.derive.language import vocabulary
from optwright.derive.language.symbol import Parameter, Range

TRIALS, STEPS = 2, 2
"""Runs of a claim, and steps of each after those that are unrolled."""


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
            a, b = (where(x, k) for x in fact[1:])
            f = where.field
            if certificate["form"] == "sign" and fact[0] in (">", ">="):
                if fact[0] == ">" and not certificate["strict"]:
                    raise Rejected(f"{name}: shown only without strictness")
                pairs = [(point(certificate["gap"], k), f.subtract(a, b))]
            elif fact[0] == "==" and certificate["form"] in ("zero", "same"):
                pairs = [(point(certificate["left"], k), a), (point(certificate["right"], k), b)]
            else:
                inner = certificate.get("left")
                if not isinstance(inner, list) or inner[:2] != ["cases", "0"]:
                    raise Rejected(f"{name}: not the certificate of this relation")
                if certificate["right"] != "0" or inner[3:] != ["1"] or inner[2][0] != fact[0]:
                    raise Rejected(f"{name}: not the certificate of this relation")
                pairs = [
                    (f.subtract(*(point(x, k) for x in inner[2][1:])), f.subtract(a, b)),
                ]
                if fact[0] in ("!=", "==") and not near(*pairs[0]):
                    pairs = [(f.negate(pairs[0][0]), pairs[0][1])]
            if not all(near(x, y) for x, y in pairs):
                raise Rejected(f"{name}: it is not what the claim says")


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
            own = _range_box(self.ranges[base])
        for head, a, b in (f for f in self.facts if f[0] in (">", ">=", "==")):
            if a == ["x", unknown] and isinstance(b, str):
                own = _met(own, head, Fraction(b), True)
            if b == ["x", unknown] and isinstance(a, str):
                own = _met(own, head, Fraction(a), False)
        return own


def _range_box(own: Range) -> Box:
    low = None if own.low == -sympy.oo else Fraction(str(own.low))
    high = None if own.high == sympy.oo else Fraction(str(own.high))
    return Box(low, high, own.low_open, own.high_open, own.integer)


def _met(own: Box, head: str, end: Fraction, low: bool) -> Box:
    strict = head == ">"
    new = Box(own.low, own.high, own.low_open, own.high_open, own.whole)
    if low or head == "==":
        if new.low is None or end > new.low or (end == new.low and strict):
            new.low, new.low_open = end, strict
    if not low or head == "==":
        if new.high is None or end < new.high or (end == new.high and strict):
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


# ---- simulations


def _fields(run: Callable[[Field], Any]) -> Any:
    """What a run finds in fractions, or else in fifty digits."""
    try:
        return run(EXACT)
    except (Inexact, Unvalued, Unbound):
        return run(DECIMAL50)


def _tensor_size(*systems: Any) -> int:
    """Two coordinates, one where a rule has matrices or one number per axis."""
    kinds = {e.kind for s in systems for e in s.extents.values()}
    return 1 if kinds - {"host", "coordinate", "tensor", "all"} else 2


def _told(facts: Sequence[Any], values: Values, f: Field, size: int, place: str) -> bool:
    """Whether relations between what is known hold; those about anything else count as true."""
    point = Point(values, f, size)
    for fact in facts:
        node = shifted(tree(fact), place) if place != "t" else tree(fact)
        if set(unknowns(node)) <= set(values):
            for k in range(size):
                if not point.truth(node, k):
                    return False
    return True


class _Pair:
    """Both systems of a simulation, run side by side on answers that are drawn."""

    def __init__(self, claim: Any, rng: random.Random, f: Field, steps: int) -> None:
        self.claim, self.rng, self.field = claim, rng, f
        self.size = _tensor_size(claim.left, claim.right)
        self.hyper = self.drawn(steps)
        theta = [f.number(draw(rng)) for _ in range(self.size)]
        self.left = System(claim.left, theta, self.hyper[1], f)
        self.states = [self.left.state]
        self.heard: list[Values] = [{}]
        begin = self.begin()
        self.right = System(claim.right, begin, self.theirs(1), f)
        for _ in range(claim.shift):
            self.right.step(self.theirs(1), self.early)
        self.questions: list[tuple[str, Any, Any]] = []

    def early(self, kind: str, args: Any) -> list[Number]:
        """Whatever a step hears before the clocks meet."""
        return [self.field.number(draw(self.rng)) for _ in range(self.size)]

    def drawn(self, steps: int) -> list[dict[str, Number]]:
        claim, f = self.claim, self.field
        own = (*claim.left.hyper, *claim.parameters)
        for _ in range(200):
            found = [
                {name: f.number(x) for name, x in row.items()}
                for row in rows(own, claim.varying, steps, self.rng)
            ]
            for fact in claim.assume:
                _equate(fact, found, f)
            self.hyper = found
            if all(self.fits(n) for n in range(1, steps + 1)):
                return found
        raise Unbound("no hyperparameters were found that fulfil the assumptions")

    def fits(self, n: int) -> bool:
        claim = self.claim
        values = self.known(n, [])
        try:
            if not _told(claim.assume, values, self.field, 1, "t"):
                return False
            theirs = self.theirs(n)
        except Unvalued:
            if self.field is EXACT:
                raise
            return False
        ranges = {h.name: _range_box(h.range) for h in claim.right.hyper}
        mine = {h.name: _range_box(h.range) for h in (*claim.left.hyper, *claim.parameters)}
        return all(_contains(ranges[name], x) for name, x in theirs.items()) and all(
            _contains(mine[name], x) for name, x in self.hyper[n].items() if name in mine
        )

    def known(self, clock: int, states: Sequence[Any], heard: Any = None) -> Values:
        return table(states, self.hyper, self.claim.varying, clock, heard or {})

    def theirs(self, n: int) -> dict[str, Number]:
        """The hyperparameters of the right system in step n, by the claim's map."""
        point = Point(self.known(n, []), self.field)
        return {
            h.name: point(tree(self.claim.hyper.get(h.name, h.symbol)))
            for h in self.claim.right.hyper
        }

    def mapped(self, name: str, n: int) -> list[Number]:
        """What the claim says a state of the right system is after step n of the left one."""
        said = self.claim.state.get(name, sympy.Symbol(f"{name}[t]"))
        return numbers(tree(said), Point(self.known(n, self.states), self.field, self.size))

    def begin(self) -> list[Number]:
        claim = self.claim
        said = claim.state.get("theta") if claim.begin is None else claim.begin
        if said is None:
            return self.states[0]["theta"]  # type: ignore[no-any-return]
        node = shifted(tree(said), 0, claim.varying)
        values = self.known(0, self.states)
        try:
            return numbers(node, Point(values, self.field, self.size))
        except Unvalued:
            return self.states[0]["theta"]  # type: ignore[no-any-return]

    def step(self, n: int) -> None:
        """Step n of the left system and of the right one, which hears what corresponds."""
        claim, f = self.claim, self.field
        for attempt in range(60):
            snapshot = self.left.snapshot
            heard: list[list[Number]] = []
            wide = 1 + attempt // 8

            def ask(
                kind: str, args: Any, heard: list[Any] = heard, wide: int = wide
            ) -> list[Number]:
                heard.append([f.number(wide * draw(self.rng)) for _ in range(self.size)])
                return heard[-1]  # type: ignore[no-any-return]

            self.left.step(self.hyper[n], ask)
            names = answer_names(claim.left)
            said = {name: x for name, x in zip(names, heard, strict=False)}
            values = self.known(n, [*self.states, self.left.state], said)
            if _told(claim.assume, values, f, self.size, "t"):
                break
            self.left.snapshot = snapshot
        else:
            raise Unbound("no answers were found that fulfil the assumptions")
        self.heard.append(said)
        self.states.append(self.left.state)
        free = list(zip(self.left.asked, heard, strict=True))
        self.questions = []

        def answer(kind: str, args: tuple[list[Number], ...]) -> list[Number]:
            moved = list(args)
            if kind != "noise":
                moved[0] = self.moved(args[0])
            for (other, theirs), x in free:
                if other == kind and all(
                    equal(a, b, len(a)) for a, b in zip(moved, theirs, strict=True)
                ):
                    self.questions += [(kind, k, b) for k, b in enumerate(theirs)]
                    return self.hears(kind, x)
            raise Rejected(f"step {n}: {claim.right.id} asks {kind} where the other does not")

        self.right.step(self.theirs(n), answer)

    def moved(self, xs: list[Number]) -> list[Number]:
        values = {**self.known(1, []), "point": xs}
        return numbers(tree(self.claim.point), Point(values, self.field, self.size))

    def hears(self, kind: str, xs: list[Number]) -> list[Number]:
        said = self.claim.answer.get(kind)
        if said is None:
            return xs
        values = {**self.known(1, []), "answer": xs}
        return numbers(tree(said), Point(values, self.field, self.size))

    def observed(self, n: int) -> Iterator[tuple[str, list[Number], list[Number]]]:
        """What is to agree after step n: a name, what the right system has, what the left one."""
        theta = sympy.Symbol("theta[t]")
        pairs = list(self.claim.observe) or [(theta, self.claim.state.get("theta", theta))]
        hyper = [self.theirs(k) for k in range(1, len(self.hyper) - 1)]
        right = table([{}] * n + [self.right.state], [hyper[0], *hyper, hyper[-1]], (), n, {})
        for of_right, of_left in pairs:
            yield (
                str(of_right),
                numbers(tree(of_right), Point(right, self.field, self.size)),
                numbers(tree(of_left), Point(self.known(n, self.states), self.field, self.size)),
            )


def _equate(fact: Any, found: list[dict[str, Number]], f: Field) -> None:
    """Fulfil an assumed equation for a hyperparameter in every step."""
    if isinstance(fact, sympy.Eq):
        for name in (str(fact.lhs), str(fact.lhs).removesuffix("[t]")):
            if name in found[0]:
                for n, row in enumerate(found):
                    values = {**row, **{f"{k}[t]": x for k, x in row.items()}, "t": Fraction(n)}
                    row[name] = Point(values, f)(tree(fact.rhs))
                return


def _contains(own: Box, x: Number) -> bool:
    value = Fraction(x)
    if own.whole and value.denominator != 1:
        return False
    if own.low is not None and (value < own.low or (own.low_open and value == own.low)):
        return False
    return own.high is None or value < own.high or (value == own.high and not own.high_open)


def simulation(claim: Any, known: Obligations) -> None:
    """The relation of a simulation, along runs on arbitrary answers."""
    start = claim.start
    if start is None:
        start = int(any(name.startswith("step 1: ") for name in known.found))
    for trial in range(TRIALS):
        _fields(partial(_simulated, claim, known, trial, start))


def _simulated(claim: Any, known: Obligations, trial: int, start: int, f: Field) -> None:
    pair = _Pair(claim, random.Random(trial), f, start + STEPS)
    ranges = {h.name: h.range for h in (*claim.left.hyper, *claim.parameters)}
    earlier = [shifted(tree(x), "t - 1", claim.varying) for x in claim.invariants]
    assumed = [shifted(tree(x), "t", claim.varying) for x in claim.assume]
    later = Allowed(ranges, [*assumed, *earlier], start + 1)
    for n in range(start + STEPS + 1):
        if n:
            pair.step(n)
        before = Allowed(ranges, [shifted(tree(x), max(n, 1), claim.varying) for x in claim.assume])
        numbered = Point(
            table(pair.states, pair.hyper, claim.varying, n, pair.heard[n], False), f, pair.size
        )
        values = pair.known(max(n, 1), pair.states[: n + 1], pair.heard[n])
        symbolic = Point(values, f, pair.size)
        unrolled = n <= start
        label, point, allowed = (
            (f"step {n}: ", numbered, before) if unrolled else ("", symbolic, later)
        )
        if n:
            counts: dict[str, int] = {}
            for kind, k, asked in pair.questions:
                what = "point" if k == 0 else f"argument {k}"
                name = f"{label}{kind} asked, {what}"
                counts[name] = counts.get(name, 0) + 1
                known.equation(name, point, asked, asked, allowed, counts[name] - 1)
        if n and (unrolled or claim.observe):
            for name, right, left in pair.observed(n):
                full = f"{label}{name} observed"
                known.equation(full, point, right, left, allowed)
        elif n:
            for name, right, left in pair.observed(n):
                if not equal(right, left, pair.size):
                    raise Rejected(f"{name} differs after step {n}")
        states = pair.right.state
        if n == start:
            early = Allowed(
                ranges, [shifted(tree(x), start + 1, claim.varying) for x in claim.assume]
            )
            for name, x in states.items():
                known.equation(f"start: {name}", numbered, x, pair.mapped(name, n), early)
        if n > start:
            for name, x in states.items():
                known.equation(f"step: {name}", symbolic, x, pair.mapped(name, n), later)
            _ranges(claim, known, pair, n, later)
        _invariants(claim.left, claim, known, pair, n, f)


def _ranges(claim: Any, known: Obligations, pair: _Pair, n: int, allowed: Allowed) -> None:
    """That mapped hyperparameters stay inside the ranges that the right system declares."""
    same = {h.name: h.range for h in claim.left.hyper}
    values = pair.known(n, [])
    point = Point(values, pair.field)
    for h in claim.right.hyper:
        if h.name not in claim.hyper and same.get(h.name) == h.range:
            continue
        said = tree(claim.hyper.get(h.name, h.symbol))
        name, place = f"{h.name} in {h.range}", 0
        own = _range_box(h.range)
        for end, open_, low in ((own.low, own.low_open, True), (own.high, own.high_open, False)):
            if end is not None:
                sides = [said, str(end)] if low else [str(end), said]
                fact = [">" if open_ else ">=", *sides]
                known.relation(name, point, fact, point, allowed, place)
                place += 1


# ---- invariants


def _invariants(
    system: Any, claim: Any, known: Obligations, pair: Any, n: int, f: Field, first: int = 1
) -> None:
    """The invariants of a claim, at the start and after step n."""
    ranges = {h.name: h.range for h in (*system.hyper, *claim.parameters)}
    assumed = [shifted(tree(x), "t", claim.varying) for x in claim.assume]
    earlier = [shifted(tree(x), "t - 1", claim.varying) for x in claim.invariants]
    for relation in claim.invariants:
        fact, values = tree(relation), pair.known(n, pair.states, pair.heard[n])
        if n == first - 1:
            name = f"invariant {relation}, start"
            clock = [shifted(tree(x), 1, claim.varying) for x in claim.assume]
            point = Point(
                table(pair.states, pair.hyper, claim.varying, n, pair.heard[n], False), f, pair.size
            )
            allowed = Allowed(ranges, clock)
        elif n >= first:
            name = f"invariant {relation}, step"
            point = Point(pair.known(n, pair.states, pair.heard[n]), f, pair.size)
            allowed = Allowed(ranges, [*assumed, *earlier], first)
        else:
            continue
        known.relation(name, point, fact, Point(values, f, pair.size), allowed)


class _Alone:
    """One system, run on answers that are drawn or that the claim fixes."""

    def __init__(self, claim: Any, rng: random.Random, f: Field, steps: int) -> None:
        self.claim, self.rng, self.field = claim, rng, f
        self.size = _tensor_size(claim.system)
        own = (*claim.system.hyper, *claim.parameters)
        for _ in range(300):
            self.hyper = [
                {name: f.number(x) for name, x in row.items()}
                for row in rows(own, claim.varying, steps, rng)
            ]
            for fact in claim.assume:
                _equate(fact, self.hyper, f)
            ranges = {h.name: _range_box(h.range) for h in own}
            if all(
                _told(claim.assume, self.known(n, []), f, 1, "t")
                and all(_contains(ranges[k], x) for k, x in self.hyper[n].items())
                for n in range(1, steps + 1)
            ):
                break
        else:
            raise Unbound("no hyperparameters were found that fulfil the assumptions")
        begin = getattr(claim, "begin", None)
        theta = [f.number(draw(rng)) for _ in range(self.size)]
        if begin is not None:
            theta = numbers(shifted(tree(begin), 0), Point(self.known(0, []), f, self.size))
        self.left = System(claim.system, theta, self.hyper[1], f)
        self.states = [self.left.state]
        self.heard: list[Values] = [{}]

    def known(self, clock: int, states: Sequence[Any], heard: Any = None) -> Values:
        return table(states, self.hyper, self.claim.varying, clock, heard or {})

    def step(self, n: int, facts: Sequence[Any]) -> None:
        """Step n, on answers with which these relations hold."""
        claim, f = self.claim, self.field
        fixed = {
            name: Point({}, f)(tree(x.rhs))
            for x in facts
            if isinstance(x, sympy.Eq) and x.rhs.is_number
            for name in [str(x.lhs).removesuffix("[t]")]
        }
        for attempt in range(200):
            snapshot = self.left.snapshot
            heard: list[list[Number]] = []

            def ask(kind: str, args: Any, heard: list[Any] = heard) -> list[Number]:
                name = f"g_{len(heard) + 1}" if heard else "g"
                wide = Fraction(1, 1 + attempt % 9) if attempt % 10 < 9 else 0  # noqa: B023
                drawn = [f.number(wide * draw(self.rng)) for _ in range(self.size)]
                drawn = [fixed[name]] * self.size if name in fixed else drawn
                said = claim.answer.get(kind)
                if said is not None:
                    values = {**self.known(n, []), "answer": drawn, "point": args[0]}
                    drawn = numbers(tree(said), Point(values, f, self.size))
                heard.append(drawn)
                return drawn

            self.left.step(self.hyper[n], ask)
            said = dict(zip((f"g_{k}" if k > 1 else "g" for k in range(1, 9)), heard, strict=False))
            kept = {k: x for k, x in self.left.assigned.items() if k != "theta"}
            values = self.known(n, [*self.states, {**kept, **self.left.state}], said)
            if _told(facts, values, f, self.size, "t"):
                break
            self.left.snapshot = snapshot
        else:
            raise Unbound("no answers were found that fulfil the assumptions")
        self.heard.append(said)
        self.states.append({**kept, **self.left.state})


def invariant(claim: Any, known: Obligations) -> None:
    """What holds in every step, along runs on arbitrary answers."""
    if claim.moments:
        raise Unbound("means over random gradients")
    steps = claim.last or claim.first - 1 + STEPS
    for trial in range(TRIALS):
        _fields(partial(_held, claim, known, trial, steps))


def _held(claim: Any, known: Obligations, trial: int, steps: int, f: Field) -> None:
    run = _Alone(claim, random.Random(trial), f, steps)
    ranges = {h.name: h.range for h in (*claim.system.hyper, *claim.parameters)}
    facts = [*claim.assume, *claim.given]
    assumed = [shifted(tree(x), "t", claim.varying) for x in facts]
    earlier = [shifted(tree(x), "t - 1", claim.varying) for x in claim.invariants]

    def claimed(n: int) -> None:
        where = Point(run.known(n, run.states, run.heard[n]), f, run.size)
        for relation in claim.relations:
            fact = tree(relation)
            if n < claim.first:
                continue
            if claim.last is not None:
                point = Point(
                    table(run.states, run.hyper, claim.varying, n, run.heard[n], False), f, run.size
                )
                now = Allowed(ranges, [shifted(tree(x), n, claim.varying) for x in facts])
                known.relation(f"step {n}: {relation}", point, fact, where, now)
            elif relation not in claim.invariants:
                later = Allowed(ranges, [*assumed, *earlier], claim.first)
                known.relation(f"{relation}", where, fact, where, later)

    for n in range(steps + 1):
        if n and claim.given:  # assumed of this step only: the run goes on without it
            before = run.left.snapshot, list(run.states), list(run.heard)
            run.step(n, facts)
            claimed(n)
            run.left.snapshot, run.states, run.heard = before
        if n:
            run.step(n, claim.assume)
        if claim.last is None:
            _invariants(claim.system, claim, known, run, n, f, claim.first)
        if not claim.given:
            claimed(n)


# ---- single expressions


def _symbols(exprs: Sequence[Any], parameters: Sequence[Any]) -> dict[str, Range]:
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


def _points(
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
                try:
                    values[str(fact.lhs)] = Point(values, EXACT)(tree(fact.rhs))
                except (Unvalued, Inexact):
                    pass
        try:
            if all(_contains(_range_box(ranges[k]), x) for k, x in values.items()) and all(
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


def _atoms(expr: Any) -> bool:
    return any(str(type(x).__name__) == "Value" for x in sympy.preorder_traversal(expr))


def identity(claim: Any, known: Obligations) -> None:
    """An equation between two expressions."""
    left, right = sympy.sympify(claim.left), sympy.sympify(claim.right)
    ranges = _symbols([left, right, *claim.where], claim.parameters)
    _whole(ranges, claim.integers)
    allowed = Allowed(ranges, [tree(x) for x in claim.where])
    a, b = tree(left), tree(right)
    certificate = known.take(claim.name)
    if certificate and certificate.get("left") == a and certificate.get("right") == b:
        allowed.check(claim.name, certificate)
    for values in _points(ranges, claim.where, random.Random(1), 3):
        _fields(partial(_equation, known, claim.name, a, b, values, allowed))


def _whole(ranges: dict[str, Range], integers: Sequence[Any]) -> None:
    for s in integers:
        own = ranges[str(s)]
        ranges[str(s)] = Range(own.low, own.high, own.low_open, own.high_open, True)


def _equation(
    known: Obligations, name: str, a: Tree, b: Tree, values: Values, allowed: Allowed, f: Field
) -> None:
    point = Point({k: f.number(x) for k, x in values.items()}, f)
    known.equation(name, point, point(a), point(b), allowed)


def inequality(claim: Any, known: Obligations) -> None:
    """A relation between two expressions."""
    ranges = _symbols([claim.relation, *claim.where], claim.parameters)
    _whole(ranges, claim.integers)
    allowed = Allowed(ranges, [tree(x) for x in claim.where])
    fact = tree(claim.relation)

    def at(values: Values, f: Field) -> None:
        point = Point({k: f.number(x) for k, x in values.items()}, f)
        known.relation(claim.name, point, fact, point, allowed)

    for values in _points(ranges, claim.where, random.Random(1), 3):
        _fields(partial(at, values))


def total(claim: Any, known: Obligations) -> None:
    """A finite sum: its first values, and the three obligations of the induction."""
    term, whole = tree(claim.term), tree(claim.total)
    index = str(claim.index)
    ranges = _symbols([claim.term, claim.total, *claim.where], claim.parameters)
    ranges.pop(index, None)
    ranges.pop("t", None)
    where = [tree(x) for x in claim.where]
    first, later = Allowed(ranges, where, 1), Allowed(ranges | {index: _NATURAL}, where, 2)
    carry = known.take("each term carries over by one factor")

    def at(values: Values, f: Field) -> None:
        base = {k: f.number(x) for k, x in values.items()}

        def put(node: Tree, t: int, i: int | None = None) -> Number:
            more = {} if i is None else {index: Fraction(i)}
            return Point({**base, "t": Fraction(t), **more}, f)(node)

        for n in range(1, 5):
            found = f.add([put(term, n, i) for i in range(1, n + 1)])
            if not near(found, put(whole, n)):
                raise Rejected(f"the sum at t = {n} is {found}")
            known.points += 1
        point = Point({**base, "t": Fraction(1), index: Fraction(1)}, f)
        known.equation("base, t = 1", point, put(term, 1, 1), put(whole, 1), first)
        factors = [f.multiply([put(term, 4, i)], [put(term, 3, i)]) for i in (1, 2, 3)]
        if not all(near(factors[0], x) for x in factors):
            raise Rejected("the factor from t - 1 to t is not one for all terms")
        for i in (1, 2, 3):
            at4 = Point({**base, "t": Fraction(4), index: Fraction(i)}, f)
            name = "each term carries over by one factor"
            known.equation(name, at4, put(term, 4, i), put(term, 4, i), later)
        step = Point({**base, "t": Fraction(4)}, f)
        left = f.add([f.multiply([factors[0], put(whole, 3)]), put(term, 4, 4)])
        known.equation("step", step, left, put(whole, 4), later)

    assert carry is None or carry
    for values in _points(ranges, claim.where, random.Random(1), 3):
        _fields(partial(at, values))


_NATURAL = Range(sympy.Integer(1), sympy.oo, False, True, True)


def step_from(claim: Any, known: Obligations) -> None:
    """One step from a given state, on one coordinate."""
    from optwright.derive import interpret as reference

    exprs = [*claim.state.values(), *claim.to.values(), *claim.answer.values(), *claim.where]
    hyper = (*claim.system.hyper, *claim.parameters)
    symbols = [h.symbol for h in claim.system.hyper]
    ranges = _symbols([*exprs, *symbols, sympy.sympify(claim.clock)], hyper)
    ranges.pop("point", None)
    allowed = Allowed(ranges, [tree(x) for x in claim.where], 1)

    def at(values: Values, clock: int, f: Field) -> None:
        base = {k: f.number(x) for k, x in values.items()}
        point = Point({**base, "t": Fraction(clock)}, f)
        state = {name: point(tree(x)) for name, x in claim.state.items()}
        system = System(claim.system, [state["theta"]], base, f)
        data = {
            s.name: _like(system.snapshot.state[s.name], state[s.name])
            for s in claim.system.states
            if s.name in state
        }
        full = {**system.snapshot.state, **data}
        system.snapshot = reference.load(
            claim.system, clock - 1, [system.array([state["theta"]])], full, f
        )

        def ask(kind: str, args: Any) -> list[Number]:
            said = {**base, "t": Fraction(clock), "point": args[0][0]}
            return [Point(said, f)(tree(claim.answer[kind]))]

        system.step(base, ask)
        for name, x in claim.to.items():
            found = entry(system.state[name], 0)
            known.equation(f"{name} after the step", point, found, point(tree(x)), allowed)

    whole = tree(claim.clock)
    for k, values in enumerate(_points(ranges, claim.where, random.Random(1), 3)):
        clock = int(whole) if isinstance(whole, str) else int(values.get("t", k + 1))
        values["t"] = Fraction(clock)
        _fields(partial(at, values, clock))


def _like(data: Any, x: Number) -> Any:
    """State data of the same form with one number in it."""
    if isinstance(data, tuple):
        return tuple(_like(d, x) for d in data)
    if hasattr(data, "flat"):
        found = data.copy()
        found.fill(x)
        return found
    return x


def conjunction(claim: Any, known: Obligations) -> None:
    """All parts, each with its own obligations."""
    reasons = []
    for name, part in claim.parts.items():
        inner = {
            full.removeprefix(f"{name}: "): xs
            for full, xs in known.found.items()
            if full.startswith(f"{name}: ")
        }
        texts = {
            full.removeprefix(f"{name}: "): xs
            for full, xs in known.texts.items()
            if full.startswith(f"{name}: ")
        }
        own = Obligations(inner, texts=texts)
        try:
            bind(part, own)
        except Unbound as error:
            reasons.append(f"{name}: {error}")
        known.bound |= {(f"{name}: {n}", k) for n, k in own.bound}
        known.evaluated |= {f"{name}: {n}" for n in own.evaluated}
        known.weak += [f"{name}: {reason}" for reason in own.weak]
        known.points += own.points
    if reasons:
        raise Unbound("; ".join(reasons))


def every_step(claim: Any, known: Obligations) -> None:
    """A relation in t at its first steps, and with letters for powers after them."""
    fact = tree(claim.relation)
    end = claim.last or max(claim.until, claim.first) + 2

    def at(n: int, f: Field) -> None:
        if not Point({"t": Fraction(n)}, f).truth(fact):
            raise Rejected(f"the relation fails at t = {n}")
        known.points += 1

    for n in range(claim.first, end + 1):
        _fields(partial(at, n))
    bases = {
        str(p.base)
        for p in claim.relation.atoms(sympy.Pow)
        if sympy.Symbol("t", integer=True, positive=True) in p.exp.free_symbols
    }
    for name in known.found:
        certificate = known.take(name)
        if name.endswith("evaluated exactly"):
            known.evaluated.add(name)
        if certificate is None:
            continue
        after = int(name.split(",")[0].removeprefix("t > "))
        for order in permutations(sorted(bases)):
            letters = {f"p{k}": Fraction(base) for k, base in enumerate(order, 1)}
            facts: list[Tree] = [[">=", ["x", "t"], str(after + 1)]]
            for letter, base in letters.items():
                facts.append([">", ["x", letter], "0"])
                facts.append([">=", str(base ** (after + 1)), ["x", letter]])
            try:
                for n in (after + 1, after + 2):
                    values: Values = {"t": Fraction(n)} | {k: b**n for k, b in letters.items()}
                    point = Point(values, DECIMAL50)
                    allowed = Allowed({}, facts, after + 1)
                    known.relation(name, point, fact, point, allowed)
                break
            except Rejected:
                continue
        else:
            raise Rejected(f"{name}: it is not what the claim says")


def impossible(claim: Any, known: Obligations) -> None:
    """The equations of runs that would have to agree, at random hyperparameters."""
    _fields(partial(_contradiction, claim, known))


def _contradiction(claim: Any, known: Obligations, f: Field) -> None:
    closing = known.take("the equations contradict each other")
    given = {name: f.number(Fraction(str(x))) for name, x in claim.hyper.items()}
    ranges = {h.name: h.range for h in claim.right.hyper}
    equations: list[Tree] = []
    rng = random.Random(1)
    for problem in claim.problems:
        for trial in range(3):
            unknown = {name: f.number(inside(ranges[name], rng)) for name in claim.unknown}
            theta = [f.number(Fraction(str(claim.start)))]
            left = System(claim.left, theta, given, f)
            right = System(claim.right, theta, given | unknown, f)
            point = Point({f"{name}'": x for name, x in unknown.items()}, f)
            for n in range(1, claim.steps + 1):

                def answer(kind: str, args: Any, n: int = n, problem: Any = problem) -> Any:
                    return [f.number(_loss_of(problem, n, kind, args))]

                left.step(given, answer)
                right.step(given | unknown, answer)
                for mine, theirs in claim.observe:
                    name = f"{problem}, step {n}: {mine}"
                    if name not in known.found:
                        continue
                    certificate = known.take(name)
                    gap = f.subtract(entry(right.state[mine], 0), entry(left.state[theirs], 0))
                    if certificate is None or certificate["form"] != "vanishes":
                        raise Unbound(f"{name}: no certificate")
                    if not near(point(certificate["gap"]), gap):
                        raise Rejected(f"{name}: not how far the runs are apart")
                    known.points += 1
                    equations += [certificate["gap"]] if trial == 0 else []
    if closing is not None and not all(e in equations for e in closing["equations"]):
        raise Rejected("an equation that is of none of the runs")


def _loss_of(problem: Any, step: int, kind: str, args: Any) -> Fraction:
    """What the losses a*x**2/2 + c*x of a claim answer in a step."""
    sides = (problem.curvature, problem.slope)
    a, c = (Fraction(str(xs[min(step, len(xs)) - 1])) for xs in sides)
    x = Fraction(args[0][0])
    known = {"grad": a * x + c, "value": a * x * x / 2 + c * x, "hessian": a}
    if kind not in known:
        raise Unbound(f"a run that asks {kind}")
    return Fraction(known[kind])


HANDLERS: dict[str, Callable[[Any, Obligations], None]] = {
    "Simulation": simulation,
    "Always": invariant,
    "Identity": identity,
    "Inequality": inequality,
    "SumOf": total,
    "StepFrom": step_from,
    "Conjunction": conjunction,
    "EveryStep": every_step,
    "Impossible": impossible,
}
"""How a class of claims is bound."""


def bind(claim: Any, known: Obligations) -> None:
    """Bind a proved claim. Raises Rejected where it fails, Unbound for what cannot be bound."""
    handler = HANDLERS.get(type(claim).__name__)
    if handler is None:
        raise Unbound(f"claims of the kind {claim.kind} are not bound to declarations")
    try:
        handler(claim, known)
    except (Unvalued, Ambiguous, Inexact) as error:
        raise Unbound(f"no value at the points tried: {error}") from error


__all__ = ["HANDLERS", "Obligations", "Unbound", "bind"]
