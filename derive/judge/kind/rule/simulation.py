"""Simulations, along runs of both systems on arbitrary answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.interpret import Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.found import (
    Found,
    either,
    last_step,
    loss_of,
    real_value,
    rows_of,
    stated_number,
)
from optwright.derive.judge.point.obligation import Allowed, Obligations, Unbound, range_box
from optwright.derive.judge.point.pair import STEPS, TRIALS, Pair, fulfilled, in_fields, invariants
from optwright.derive.judge.point.run import RunningSystem, equal, shifted, table
from optwright.derive.judge.point.value import Number, Point, near
from optwright.derive.judge.registry import proved, refuted


@proved.register
def simulation(claim: Simulation, known: Obligations) -> None:
    """The relation of a simulation, along runs on arbitrary answers."""
    start = claim.start
    if start is None:
        start = int(any(name.startswith("step 1: ") for name in known.found))
    for trial in range(TRIALS):
        in_fields(partial(_simulated, claim, known, trial, start))


def _simulated(claim: Any, known: Obligations, trial: int, start: int, f: Field) -> None:
    pair = Pair(claim, random.Random(trial), f, start + STEPS)
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
            _asked(known, pair, label, point, allowed)
            for name, right, left in pair.observed(n):
                if unrolled or claim.observe:
                    known.equation(f"{label}{name} observed", point, right, left, allowed)
                elif not equal(right, left, pair.size):
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
        invariants(claim.left, claim, known, pair, n, f)


def _asked(known: Obligations, pair: Pair, label: str, point: Point, allowed: Allowed) -> None:
    """That both systems asked the same questions in the last step."""
    counts: Counter[str] = Counter()
    for kind, k, asked in pair.questions:
        name = f"{label}{kind} asked, {'point' if k == 0 else f'argument {k}'}"
        known.equation(name, point, asked, asked, allowed, counts[name])
        counts[name] += 1


def _ranges(claim: Any, known: Obligations, pair: Pair, n: int, allowed: Allowed) -> None:
    """That mapped hyperparameters stay inside the ranges that the right system declares."""
    same = {h.name: h.range for h in claim.left.hyper}
    values = pair.known(n, [])
    point = Point(values, pair.field)
    for h in claim.right.hyper:
        if h.name not in claim.hyper and same.get(h.name) == h.range:
            continue
        said = tree(claim.hyper.get(h.name, h.symbol))
        name, place = f"{h.name} in {h.range}", 0
        own = range_box(h.range)
        for end, open_, low in ((own.low, own.low_open, True), (own.high, own.high_open, False)):
            if end is not None:
                sides = [said, str(end)] if low else [str(end), said]
                fact = [">" if open_ else ">=", *sides]
                known.relation(name, point, fact, point, allowed, place)
                place += 1


@refuted.register
def parted(claim: Simulation, found: Found) -> None:
    """Two runs whose observed values differ."""
    if not found["runs"]:
        raise Unbound("a counterexample without runs")
    either(lambda f: _parted(claim, found, f))


def _parted(claim: Any, found: Found, f: Field) -> None:
    record, steps = found["runs"][0], last_step(found)
    pair = object.__new__(Pair)
    pair.claim, pair.field, pair.size, pair.rng = claim, f, 1, random.Random(0)
    pair.hyper = rows_of(record, steps, f)
    if not all(pair.fits(n) for n in range(1, steps + 1)):
        raise Rejected("the hyperparameters of a counterexample are not allowed")
    pair.left = RunningSystem(claim.left, [stated_number(record["theta"], f)], pair.hyper[1], f)
    pair.states, pair.heard = [pair.left.state], [{}]
    pair.right = RunningSystem(claim.right, pair.begin(), pair.theirs(1), f)

    def hear(n: int) -> Callable[[str, Any], list[Number]]:
        def answer(kind: str, args: Any) -> list[Number]:
            moved = args if kind == "noise" else (pair.moved(args[0]), *args[1:])
            return pair.hears(kind, loss_of(record, f, n, kind, moved))

        return answer

    for _ in range(claim.shift):
        pair.right.step(pair.theirs(1), hear(1))
    for n in range(1, steps + 1):
        pair.left.step(pair.hyper[n], partial(loss_of, record, f, n))
        pair.states.append(pair.left.state)
        said = (
            {"g": loss_of(record, f, n, "grad", pair.left.asked[0][1])} if pair.left.asked else {}
        )
        values = pair.known(n, pair.states, said)
        if not fulfilled(claim.assume, values, f, 1, "t"):
            raise Rejected(f"step {n} of a counterexample does not fulfil the assumptions")
        pair.right.step(pair.theirs(n), hear(n))
    theta = sympy.Symbol("theta[t]")
    hyper = [pair.theirs(k) for k in range(1, steps + 1)]
    right = table([{}] * steps + [pair.right.state], [hyper[0], *hyper, hyper[-1]], (), steps, {})
    for of_right, of_left in claim.observe or [(theta, claim.state.get("theta", theta))]:
        a = real_value(tree(of_right), Point(right, f))
        b = real_value(tree(of_left), Point(pair.known(steps, pair.states), f))
        if (a is None) != (b is None) or (a is not None and not near(a, b)):
            return
    raise Rejected("the runs of a counterexample do not differ")


__all__ = ["parted", "simulation"]
