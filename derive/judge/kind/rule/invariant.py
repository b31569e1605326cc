"""Means over random gradients, and single steps that refute: exact runs on every possible answer.

A gradient that is its mean plus or minus one deviation has any two moments that there can be; all
sequences of such answers are run, and what they come to is averaged.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from optwright.derive import interpret as reference
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.interpret import EXACT, Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.domain import random_points, symbol_ranges
from optwright.derive.judge.point.found import (
    Found,
    either,
    is_false,
    last_step,
    loss_of,
    rows_of,
    stated_number,
)
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.pair import STEPS, TRIALS, Alone, fulfilled, in_fields, invariants
from optwright.derive.judge.point.run import (
    RunningSystem,
    Values,
    draw,
    entry,
    numbers,
    rows,
    shifted,
    table,
)
from optwright.derive.judge.point.value import Number, Point, near
from optwright.derive.judge.registry import proved, refuted


class Mean:
    """The mean of every number of a run, over all sequences of answers."""

    def __init__(
        self, claim: Any, rng: random.Random, f: Field, fixed: Mapping[str, Fraction]
    ) -> None:
        if claim.answer or claim.varying or claim.given or set(claim.moments) - {1, 2}:
            raise Unbound("means over other answers than gradients with two moments")
        self.claim, self.field, self.size = claim, f, 1
        own = (*claim.system.hyper, *claim.parameters)
        drawn = {**rows(own, (), 1, rng)[0], **fixed}
        mean, deviation = self._moments(drawn, fixed, rng)
        if any(not contains(range_box(h.range), drawn[h.name]) for h in own):
            raise Unbound("moments outside the ranges of the claim")
        row = {name: f.number(x) for name, x in drawn.items()}
        self.hyper = [row] * (STEPS + 2)
        self.answers = [f.number(mean + deviation), f.number(mean - deviation)]
        self.runs = [RunningSystem(claim.system, [f.number(draw(rng))], row, f)]
        self.states: list[Values] = [self.average([self.runs[0].state])]
        self.heard: list[Values] = [{} for _ in range(STEPS + 1)]

    def _moments(
        self, drawn: dict[str, Fraction], fixed: Mapping[str, Fraction], rng: random.Random
    ) -> tuple[Fraction, Fraction]:
        """The mean and the deviation of a gradient; a second moment that is a letter is set."""
        said = {k: sympy.sympify(x) for k, x in self.claim.moments.items()}
        mean = _at(said[1], drawn) if 1 in said else draw(rng)
        if 2 not in said:
            return mean, abs(draw(rng))
        if said[2].is_Symbol and str(said[2]) not in fixed:
            deviation = abs(draw(rng))
            drawn[str(said[2])] = mean**2 + deviation**2
            return mean, deviation
        square = _at(said[2], drawn)
        if 1 not in said:
            mean = Fraction(0)
        gap = square - mean**2
        top, bottom = (sympy.sqrt(x) for x in (gap.numerator, gap.denominator))
        if gap < 0 or not (top.is_Integer and bottom.is_Integer):
            if 1 not in said:
                raise Unbound("a second moment whose root is irrational")
            raise Unbound("moments of no gradient that takes two rational values")
        return mean, Fraction(int(top), int(bottom))

    def known(self, clock: int, states: Sequence[Any], heard: Any = None) -> Values:
        return table(states, self.hyper, (), clock, heard or {})

    def average(self, found: Sequence[Mapping[str, Any]]) -> Values:
        """The mean of each name that all runs have."""
        f = self.field
        count = f.number(len(found))
        return {
            name: f.multiply([f.add([entry(x[name], 0) for x in found])], [count])
            for name in found[0]
        }

    def step(self, n: int) -> None:
        """One more step of all runs, each with both answers."""
        grown = []
        for run in self.runs:
            for answer in self.answers:
                new = copy.copy(run)
                new.step(self.hyper[n], partial(_always, answer))
                if len(new.asked) != 1:
                    raise Unbound("a step that asks for more than one gradient")
                grown.append(new)
        self.runs = grown
        self.states.append(self.average([{**run.assigned, **run.state} for run in grown]))


def _always(answer: Number, kind: str, args: Any) -> list[Number]:
    return [answer]


def _at(expr: Any, values: Mapping[str, Fraction]) -> Fraction:
    return Fraction(Point(values, EXACT)(tree(expr)))


@proved.register
def always(claim: Always, known: Obligations) -> None:
    """What holds in every step; of means if the claim gives moments."""
    if not claim.moments:
        steps_hold(claim, known)
        return
    for trial in range(2):
        in_fields(partial(_mean, claim, known, trial))


def _mean(claim: Any, known: Obligations, trial: int, f: Field) -> None:
    run = Mean(claim, random.Random(trial), f, {})
    ranges = {h.name: h.range for h in (*claim.system.hyper, *claim.parameters)}
    assumed = [shifted(tree(x), "t", ()) for x in claim.assume]
    earlier = [shifted(tree(x), "t - 1", ()) for x in claim.invariants]
    for n in range(STEPS + 1):
        if n:
            run.step(n)
        invariants(claim.system, claim, known, run, n, f, claim.first)
        where = Point(run.known(n, run.states), f)
        for relation in claim.relations if n >= claim.first else ():
            if relation not in claim.invariants:
                later = Allowed(ranges, [*assumed, *earlier], claim.first)
                known.relation(f"{relation}", where, tree(relation), where, later)


@refuted.register
def not_always(claim: Always, found: Found) -> None:
    """A run in which a relation fails; of means if the claim gives moments."""
    if not claim.moments:
        step_violates(claim, found)
        return
    fixed = {name: Fraction(x) for name, x in found["point"].items() if "[" not in name}
    fixed.pop("t", None)
    told = found["found"].get("left - right")

    def at(f: Field) -> bool:
        run = Mean(claim, random.Random(0), f, fixed)
        for n in range(1, STEPS + 1):
            run.step(n)
            point = Point(run.known(n, run.states), f)
            for relation in claim.relations if n >= claim.first else ():
                head, a, b = tree(relation)
                gap = f.subtract(point(a), point(b))
                fails = head == "==" and not near(gap, f.number(0))
                if fails and (told is None or near(gap, f.number(Fraction(told)))):
                    return True
        return False

    if not in_fields(at):
        raise Rejected("the means are as claimed at the counterexample")


@refuted.register
def step_fails(claim: StepFrom, found: Found) -> None:
    """A state from which a step leads elsewhere than is claimed."""
    exprs = [*claim.state.values(), *claim.to.values(), *claim.answer.values(), *claim.where]
    hyper = (*claim.system.hyper, *claim.parameters)
    symbols = [h.symbol for h in claim.system.hyper]
    ranges = symbol_ranges([*exprs, *symbols, sympy.sympify(claim.clock)], hyper)
    ranges.pop("point", None)
    numbers = {n: Fraction(x) for n, x in found["point"].items() if n in ranges}
    for name, x in numbers.items():
        if not contains(range_box(ranges[name]), x):
            raise Rejected(f"{name} = {x} is outside its range")
    rest = {name: own for name, own in ranges.items() if name not in numbers}
    (others,) = random_points(rest, (), random.Random(1), 1) if rest else ({},)
    values: Values = {**others, **numbers}
    clock = int(values.get("t", 1)) if not str(claim.clock).isdigit() else int(claim.clock)
    values["t"] = Fraction(clock)
    told = Fraction(found["found"]["left - right"])

    def at(f: Field) -> bool:
        point = Point({k: f.number(x) for k, x in values.items()}, f)
        if not all(point.truth(tree(r)) for r in claim.where):
            raise Rejected("a counterexample that does not fulfil the assumptions")
        after = _stepped(claim, values, clock, f)
        gaps = [f.subtract(entry(after[n], 0), point(tree(x))) for n, x in claim.to.items()]
        return any(near(x, f.number(told)) and not near(x, f.number(0)) for x in gaps)

    if not in_fields(at):
        raise Rejected("the step leads where the claim says, or not as far from it as is told")


def _stepped(claim: Any, values: Mapping[str, Any], clock: int, f: Field) -> Values:
    """The state after the step from the state of the claim."""
    base = {k: f.number(x) for k, x in values.items()}
    point = Point(base, f)
    state = {name: point(tree(x)) for name, x in claim.state.items()}
    system = RunningSystem(claim.system, [state["theta"]], base, f)
    given = {n: alike_data(system.snapshot.state[n], x) for n, x in state.items() if n != "theta"}
    system.snapshot = reference.load(
        claim.system,
        clock - 1,
        [system.array([state["theta"]])],
        {**system.snapshot.state, **given},
        f,
    )

    def ask(kind: str, args: Any) -> list[Number]:
        return [Point({**base, "point": args[0][0]}, f)(tree(claim.answer[kind]))]

    system.step(base, ask)
    return system.state


def steps_hold(claim: Any, known: Obligations) -> None:
    """What holds in every step, along runs on arbitrary answers."""
    if claim.moments:
        raise Unbound("means over random gradients")
    steps = claim.last or claim.first - 1 + STEPS
    for trial in range(TRIALS):
        in_fields(partial(_held, claim, known, trial, steps))


def _held(claim: Any, known: Obligations, trial: int, steps: int, f: Field) -> None:
    run = Alone(claim, random.Random(trial), f, steps)
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
            invariants(claim.system, claim, known, run, n, f, claim.first)
        if not claim.given:
            claimed(n)


@proved.register
def step_from(claim: StepFrom, known: Obligations) -> None:
    """One step from a given state, on one coordinate."""
    from optwright.derive import interpret as reference

    exprs = [*claim.state.values(), *claim.to.values(), *claim.answer.values(), *claim.where]
    hyper = (*claim.system.hyper, *claim.parameters)
    symbols = [h.symbol for h in claim.system.hyper]
    ranges = symbol_ranges([*exprs, *symbols, sympy.sympify(claim.clock)], hyper)
    ranges.pop("point", None)
    allowed = Allowed(ranges, [tree(x) for x in claim.where], 1)

    def at(values: Values, clock: int, f: Field) -> None:
        base = {k: f.number(x) for k, x in values.items()}
        point = Point({**base, "t": Fraction(clock)}, f)
        state = {name: point(tree(x)) for name, x in claim.state.items()}
        system = RunningSystem(claim.system, [state["theta"]], base, f)
        data = {
            s.name: alike_data(system.snapshot.state[s.name], state[s.name])
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
    for k, values in enumerate(random_points(ranges, claim.where, random.Random(1), 3)):
        clock = int(whole) if isinstance(whole, str) else int(values.get("t", k + 1))
        values["t"] = Fraction(clock)
        in_fields(partial(at, values, clock))


def alike_data(data: Any, x: Number) -> Any:
    """State data of the same form with one number in it."""
    if isinstance(data, tuple):
        return tuple(alike_data(d, x) for d in data)
    if hasattr(data, "flat"):
        found = data.copy()
        found.fill(x)
        return found
    return x


def step_violates(claim: Any, found: Found) -> None:
    """A run in which a step violates a relation."""
    if claim.moments or not found["runs"]:
        raise Unbound("a counterexample of means" if claim.moments else "one without runs")
    either(lambda f: _violated(claim, found, f))


def _violated(claim: Any, found: Found, f: Field) -> None:
    record, steps = found["runs"][0], last_step(found)
    hyper = rows_of(record, steps, f)
    ranges = {h.name: range_box(h.range) for h in (*claim.system.hyper, *claim.parameters)}
    for row in hyper[1:]:
        if any(name in ranges and not contains(ranges[name], x) for name, x in row.items()):
            raise Rejected("the hyperparameters of a counterexample are not allowed")
    theta = stated_number(record["theta"], f)
    begin = getattr(claim, "begin", None)
    if begin is not None:
        theta = Point(table([{}], hyper, claim.varying, 0, {}), f)(shifted(tree(begin), 0))
    system = RunningSystem(claim.system, [theta], hyper[1], f)
    states = [system.state]
    heard: Values = {}
    for n in range(1, steps + 1):
        heard = {}

        def answer(kind: str, args: Any, n: int = n, heard: Values = heard) -> list[Number]:
            own = loss_of(record, f, n, kind, args)
            said = claim.answer.get(kind)
            if said is not None:
                values = {**table([{}], hyper, claim.varying, n, {}), "answer": own,
                          "point": args[0]}  # fmt: skip
                own = numbers(tree(said), Point(values, f))
            heard[f"g_{len(heard) + 1}" if heard else "g"] = own
            return own

        system.step(hyper[n], answer)
        assigned = {k: x for k, x in system.assigned.items() if k != "theta"}
        states.append({**assigned, **system.state})
        values = table(states, hyper, claim.varying, n, heard)
        if not fulfilled(claim.assume, values, f, 1, "t"):
            raise Rejected(f"step {n} of a counterexample does not fulfil the assumptions")
    values = table(states, hyper, claim.varying, steps, heard)
    if not fulfilled(getattr(claim, "given", ()), values, f, 1, "t") or steps < claim.first:
        raise Rejected("a counterexample of a step of which nothing is claimed")
    if claim.last is not None and steps > claim.last:
        raise Rejected("a counterexample of a step of which nothing is claimed")
    if not any(is_false(tree(r), Point(values, f)) for r in claim.relations):
        raise Rejected("the relations hold in the run of a counterexample")


__all__ = ["Mean"]
