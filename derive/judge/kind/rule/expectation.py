"""Means: batches of small data are counted again, and random answers are tried in exact runs."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import permutations
from itertools import product as tuples
from typing import Any

import sympy

from optwright.derive import interpret as reference
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.expectation import BatchMoment, MeanStep
from optwright.derive.interpret import EXACT, Field
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
from optwright.derive.judge.point.run import RunningSystem, draw, entry, inside
from optwright.derive.judge.point.value import Number, Point, near
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language.symbol import Range

_SMALL: tuple[tuple[int, ...], ...] = ((0, 1), (1, 2, 4), (0, 0, 3, 5))
"""The data of which an obligation says that all their batches were counted."""
_POSITIVE = Range(sympy.Integer(1), sympy.oo, False, True, True)
_RANGES = {
    "n": _POSITIVE,
    "B": _POSITIVE,
    "variance": Range(sympy.Integer(0), sympy.oo, False, True, False),
}


# ---- batches


def _moment(numbers: Sequence[Fraction], quantity: str) -> Fraction:
    """The mean or the variance of equally likely numbers."""
    centre = sum(numbers, Fraction(0)) / len(numbers)
    if quantity == "mean":
        return centre
    return sum((x * x for x in numbers), Fraction(0)) / len(numbers) - centre**2


def counted(claim: Any, data: Sequence[Fraction], size: int) -> tuple[Fraction, Fraction, Point]:
    """The moment over all batches of so many draws, what is claimed, and the point."""
    point = Point(
        {
            "n": Fraction(len(data)),
            "B": Fraction(size),
            "mean": _moment(data, "mean"),
            "variance": _moment(data, "variance"),
        },
        EXACT,
    )
    batches = tuples(data, repeat=size) if claim.replacement else permutations(data, size)
    scale = point(tree(claim.scale))
    found = _moment([scale * sum(batch, Fraction(0)) for batch in batches], claim.quantity)
    return found, point(tree(claim.value)), point


@proved.register
def batch(claim: BatchMoment, known: Obligations) -> None:
    """The formula at all batches of small and of random data."""
    name, small = f"{claim.quantity} over batches", "all batches of small data, counted"
    known.take(small)
    if known.texts[small][0][0] != str(sympy.sympify(claim.value)):
        raise Rejected(f"{small}: it is about another formula")
    facts = [tree(sympy.Symbol("n") >= 2)]
    if not claim.replacement:
        facts.append(tree(sympy.Symbol("B") <= sympy.Symbol("n")))
    allowed = Allowed(_RANGES, facts)
    rng = random.Random(1)
    drawn = [[draw(rng) for _ in range(n)] for n in (2, 3, 4)]
    for data in [*([Fraction(x) for x in row] for row in _SMALL), *drawn]:
        for size in range(1, min(len(data), 4 if data not in drawn else 3) + 1):
            found, wanted, point = counted(claim, data, size)
            known.equation(name, point, found, wanted, allowed)
    known.evaluated.add(small)


@refuted.register
def other_batch(claim: BatchMoment, found: Mapping[str, Any]) -> None:
    """Data whose batches have another moment."""
    data = [Fraction(x) for x in re.findall(r"[-/\d]+", found["point"]["samples"])]
    size = int(found["point"]["B"])
    if int(found["point"]["n"]) != len(data) or not 1 <= size <= len(data) or len(data) < 2:
        raise Rejected("the numbers of a counterexample do not fit its data")
    own, wanted, _ = counted(claim, data, size)
    if own == wanted:
        raise Rejected(f"the {claim.quantity} over batches is as claimed at the counterexample")
    if [Fraction(x) for x in found["found"].values()] != [own]:
        raise Rejected(f"the {claim.quantity} over batches is {own}")


# ---- steps


def _after(
    system: Any,
    before: RunningSystem,
    hyper: Mapping[str, Number],
    heard: Mapping[str, Number],
    f: Field,
) -> tuple[Number, dict[str, Number]]:
    """theta after a step from this state on these answers, and the answers by name."""
    run = RunningSystem(system, [before.state["theta"][0]], hyper, f)
    missing = {s.name for s in system.states} - set(before.snapshot.state)
    if missing:
        raise Unbound(f"{system.id} has states that the other has not")
    kept = {s.name: before.snapshot.state[s.name] for s in system.states}
    run.snapshot = reference.load(system, before.snapshot.t, run.snapshot.theta, kept, f)
    told: dict[str, Number] = {}

    def answer(kind: str, args: Any) -> list[Number]:
        alike = 1 + sum(name.startswith(f"{kind}_") for name in told)
        x = heard[kind]
        told[f"{kind}_{alike}[t]"] = x
        return [x]

    run.step(hyper, answer)
    return run.state["theta"][0], told


@proved.register
def mean_step(claim: MeanStep, known: Obligations) -> None:
    """A step is affine in its random answer, and its mean is the step at the mean."""
    for trial in range(3):
        in_fields(partial(_mean, claim, known, trial))


def _mean(claim: Any, known: Obligations, trial: int, f: Field) -> None:
    rng = random.Random(trial)
    like = claim.like or claim.system
    own = (*like.hyper, *claim.system.hyper)
    ranges = {h.name: h.range for h in own}
    hyper = {h.name: f.number(inside(h.range, rng)) for h in own}
    before = RunningSystem(claim.system, [f.number(draw(rng))], hyper, f)
    for _ in range(1 + trial):
        before.step(hyper, lambda *_: [f.number(draw(rng))])
    heard = {kind: f.number(draw(rng)) for kind in ("grad", "value", "hessian", "noise", "hvp")}
    answer = heard[claim.oracle]

    def put(system: Any, x: Number) -> Number:
        return _after(system, before, hyper, {**heard, claim.oracle: x}, f)[0]

    none, one = put(claim.system, f.number(0)), put(claim.system, f.number(1))
    after, told = _after(claim.system, before, hyper, heard, f)
    states = {f"{name}[t - 1]": entry(x, 0) for name, x in before.state.items()}
    values = {**hyper, **states, **told, "answer[t]": answer, "t": Fraction(before.snapshot.t + 1)}
    point, allowed = Point(values, f), Allowed(ranges, [], 1)
    affine = f.add([none, f.multiply([answer, f.subtract(one, none)])])
    known.equation("theta[t] is affine in the answer", point, after, affine, allowed)
    centre = f.number(0) if claim.oracle == "noise" else answer
    mine, wanted = put(claim.system, centre), put(like, centre)
    known.equation("theta[t] at the mean", point, mine, wanted, allowed)


@refuted.register
def other_mean(claim: MeanStep, found: Mapping[str, Any]) -> None:
    """Two equally likely answers after which the mean is not the step at their mean."""
    said = found["point"].get(f"{claim.oracle}, equally likely", "")
    low, high = (Fraction(x) for x in said.split(" and "))
    if claim.oracle == "noise" and low + high:
        raise Rejected("noise whose mean is not zero")
    like = claim.like or claim.system
    either(partial(_parted, claim, like, (low, high, (low + high) / 2), found))


def _told(heard: Mapping[str, Number], kind: str, args: Any) -> list[Number]:
    if kind not in heard:
        raise Unbound(f"a step that asks {kind}")
    return [heard[kind]]


def _parted(claim: Any, like: Any, answers: Sequence[Fraction], found: Any, f: Field) -> None:
    ends: list[Number] = []
    start = f.number(Fraction(found["point"]["theta[0]"]))
    for system, x, record in zip(
        (claim.system, claim.system, like), answers, found["runs"], strict=True
    ):
        hyper = {name: f.number(Fraction(v)) for name, v in record["hyper"][0].items()}
        ranges = {h.name: range_box(h.range) for h in system.hyper}
        if not all(contains(ranges[name], v) for name, v in hyper.items() if name in ranges):
            raise Rejected("the hyperparameters of a counterexample are not allowed")
        if any(
            found["point"].get(name) not in (None, text)
            for name, text in record["hyper"][0].items()
        ):
            raise Rejected("the hyperparameters of a run are not those of the counterexample")
        run = RunningSystem(system, [start], hyper, f)
        slope = Fraction(record["objective"]["slope"][0])
        heard = {"grad": f.number(slope), claim.oracle: f.number(x)}
        run.step(hyper, partial(_told, heard))
        ends.append(run.state["theta"][0])
    half = f.number(Fraction(1, 2))
    average = f.multiply([half, f.add(ends[:2])])
    if near(average, ends[2]):
        raise Rejected("the mean is the step at the mean at the counterexample")
    told = (found["found"]["mean of theta[1]"], found["found"]["at the mean"])
    if not all(
        near(stated_number(text, f), x) for text, x in zip(told, (average, ends[2]), strict=True)
    ):
        raise Rejected("the runs of a counterexample end elsewhere")


__all__ = ["batch", "counted", "mean_step", "other_batch", "other_mean"]
