"""Systems run on answers that are drawn, one alone or two side by side."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.form import unknowns
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.system import answer_names
from optwright.derive.interpret import DECIMAL50, EXACT, Field, Inexact
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.run import (
    RunningSystem,
    Values,
    draw,
    equal,
    numbers,
    rows,
    shifted,
    table,
)
from optwright.derive.judge.point.value import Number, Point, Unvalued

TRIALS, STEPS = 2, 2
"""Runs of a claim, and steps of each after those that are unrolled."""


def in_fields(run: Callable[[Field], Any]) -> Any:
    """What a run finds in fractions, or else in fifty digits."""
    try:
        return run(EXACT)
    except (Inexact, Unvalued, Unbound):
        return run(DECIMAL50)


def _tensor_size(*systems: Any) -> int:
    """Two coordinates, one where a rule has matrices or one number per axis."""
    kinds = {e.kind for s in systems for e in s.extents.values()}
    return 1 if kinds - {"host", "coordinate", "tensor", "all"} else 2


def fulfilled(facts: Sequence[Any], values: Values, f: Field, size: int, place: str) -> bool:
    """Whether relations between what is known hold; those about anything else count as true."""
    point = Point(values, f, size)
    for fact in facts:
        node = shifted(tree(fact), place) if place != "t" else tree(fact)
        if set(unknowns(node)) <= set(values):
            for k in range(size):
                if not point.truth(node, k):
                    return False
    return True


class Pair:
    """Both systems of a simulation, run side by side on answers that are drawn."""

    def __init__(self, claim: Any, rng: random.Random, f: Field, steps: int) -> None:
        self.claim, self.rng, self.field = claim, rng, f
        self.size = _tensor_size(claim.left, claim.right)
        self.hyper = self.drawn(steps)
        theta = [f.number(draw(rng)) for _ in range(self.size)]
        self.left = RunningSystem(claim.left, theta, self.hyper[1], f)
        self.states = [self.left.state]
        self.heard: list[Values] = [{}]
        begin = self.begin()
        self.right = RunningSystem(claim.right, begin, self.theirs(1), f)
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
                equate(fact, found, f)
            self.hyper = found
            if all(self.fits(n) for n in range(1, steps + 1)):
                return found
        raise Unbound("no hyperparameters were found that fulfil the assumptions")

    def fits(self, n: int) -> bool:
        claim = self.claim
        values = self.known(n, [])
        try:
            if not fulfilled(claim.assume, values, self.field, 1, "t"):
                return False
            theirs = self.theirs(n)
        except Unvalued:
            if self.field is EXACT:
                raise
            return False
        ranges = {h.name: range_box(h.range) for h in claim.right.hyper}
        mine = {h.name: range_box(h.range) for h in (*claim.left.hyper, *claim.parameters)}
        return all(contains(ranges[name], x) for name, x in theirs.items()) and all(
            contains(mine[name], x) for name, x in self.hyper[n].items() if name in mine
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
            said = dict(zip(names, heard, strict=False))
            values = self.known(n, [*self.states, self.left.state], said)
            if fulfilled(claim.assume, values, f, self.size, "t"):
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


def equate(fact: Any, found: list[dict[str, Number]], f: Field) -> None:
    """Fulfil an assumed equation for a hyperparameter in every step."""
    if isinstance(fact, sympy.Eq):
        for name in (str(fact.lhs), str(fact.lhs).removesuffix("[t]")):
            if name in found[0]:
                for n, row in enumerate(found):
                    values = {**row, **{f"{k}[t]": x for k, x in row.items()}, "t": Fraction(n)}
                    row[name] = Point(values, f)(tree(fact.rhs))
                return


def invariants(
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


class Alone:
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
                equate(fact, self.hyper, f)
            ranges = {h.name: range_box(h.range) for h in own}
            if all(
                fulfilled(claim.assume, self.known(n, []), f, 1, "t")
                and all(contains(ranges[k], x) for k, x in self.hyper[n].items())
                for n in range(1, steps + 1)
            ):
                break
        else:
            raise Unbound("no hyperparameters were found that fulfil the assumptions")
        begin = getattr(claim, "begin", None)
        theta = [f.number(draw(rng)) for _ in range(self.size)]
        if begin is not None:
            theta = numbers(shifted(tree(begin), 0), Point(self.known(0, []), f, self.size))
        self.left = RunningSystem(claim.system, theta, self.hyper[1], f)
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
            if fulfilled(facts, values, f, self.size, "t"):
                break
            self.left.snapshot = snapshot
        else:
            raise Unbound("no answers were found that fulfil the assumptions")
        self.heard.append(said)
        self.states.append({**kept, **self.left.state})


__all__ = ["STEPS", "TRIALS", "Alone", "Pair", "equate", "fulfilled", "in_fields", "invariants"]
