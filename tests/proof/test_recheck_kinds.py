"""The second judge on claims of many kinds: what is true passes, and no planted fault does.

Faults are planted in the numbers of counterexamples, in what obligations say, and in the claims:
another declaration, another group, another formula, another limit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy

from optwright.derive import prove
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.loss.order import Vanishes
from optwright.derive.claim.rule.gathered import part
from optwright.derive.claim.rule.symmetry import Permutations, Rotations, Scalings
from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Verdict, from_dict
from optwright.derive.judge import Recheck, recheck
from optwright.derive.judge.kind.formula.determinant import determinant
from optwright.derive.judge.kind.loss.order import RATES, coefficients
from optwright.derive.judge.kind.rule.symmetry import belongs, members
from optwright.derive.judge.point.array import Change, Loss
from optwright.derive.judge.point.enclosure import enclosed, ends, precise
from optwright.derive.judge.point.value import Unvalued
from optwright.derive.language.symbol import Parameter
from optwright.derive.rule import catalog
from optwright.derive.statement.collection import statements
from optwright.derive.work.recheck import all_of

Data = dict[str, Any]
Fault = Callable[[Data], object]

WHOLE = (
    "X1 C16e C16 C14a C84a C87a C92a Q4b C21 C21b C107 C107a C108 C15 C15a C15c".split()
)  # every certificate followed, or every number seen
AT_POINTS = "SY9 SY12 SY19 SY25 SY31 SY36 SY40 SY64 C25a C16n N9a A3 D6 A4 D9 M2a C43c D4a".split()
REFUTED = (
    "D18 SY2 SY8 SY22 SY41 SY67 X1x X1a C16x C14y C16eu C84 C87 C92 C48 Q4c C21x C21v C25x C25z "
    "C106 C107y C108y C15w R5"
).split()
IN_PART = "A3x A4x R2x Q13b V6x C2".split()


@cache
def kept(name: str) -> str:
    """The verdict of a statement as it is stored."""
    return json.dumps(prove(statements[name], 30.0).kept())


def verdict(name: str, fault: Fault | None = None) -> Verdict:
    data = json.loads(kept(name))
    if fault is not None:
        before = json.dumps(data)
        fault(data)
        assert json.dumps(data) != before, "the fault changed nothing"
    return from_dict(data)


def seen(name: str, fault: Fault | None = None, **claim: Any) -> Recheck:
    """The recheck of a verdict with a fault, or of one that is given to a changed claim."""
    statement = statements[name]
    if claim:
        own: Any = statement.claim
        statement = replace(statement, claim=replace(own, **claim))
    return recheck(statement, verdict(name, fault))


@pytest.mark.parametrize("name", WHOLE)
def test_a_proof_is_rechecked(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status, found.reasons) == ("proved", "rechecked", ())
    assert found.certified == found.obligations > 0 and found.points > 0


@pytest.mark.parametrize("name", AT_POINTS)
def test_what_was_seen_at_points_only_says_so(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status) == ("proved", "points"), found.reasons
    assert found.reasons and found.points > 0


@pytest.mark.parametrize("name", REFUTED)
def test_a_counterexample_is_found_again(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status, found.reasons) == ("refuted", "rechecked", ())


@pytest.mark.parametrize("name", IN_PART)
def test_that_a_limit_is_another_says_what_it_rests_on(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status) == ("refuted", "points")
    assert "sequence" in found.reasons[0]


# ---- faults in counterexamples


def put(*path: Any, to: Any) -> Fault:
    """Write another value at a place of a verdict."""

    def fault(data: Data) -> None:
        at = data["counterexample"]
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to

    return fault


def first_found(to: str) -> Fault:
    def fault(data: Data) -> None:
        found = data["counterexample"]["found"]
        found[next(iter(found))] = to

    return fault


RUN = ("runs", 0)
COUNTER_FAULTS: tuple[tuple[str, Fault], ...] = (
    ("D18", put("point", "theta'", to="[[1, 0], [0, 1]] theta + (0, 0)")),
    ("D18", put("point", "theta'", to="[[1, 1], [0, 1]] theta + (0, 0)")),
    ("D18", put("point", "theta'", to="[[3/5, -4/5], [4/5, 3/5]] theta + (1, 0)")),
    ("D18", put("found", "theta'[1]", to="(-7/5, 693/161)")),
    ("D18", put("found", "image of theta[1]", to="(0, 0)")),
    ("D18", put(*RUN, "objective", "slope", to=[["0", "0"]])),
    ("D18", put(*RUN, "hyper", 0, "beta1", to="3/2")),
    ("D18", put(*RUN, "theta", to="(3, 5)")),
    ("SY41", put("point", "theta'", to="[[1]] theta + (0)")),
    ("SY67", first_found("(1, 2)")),
    ("X1x", put("point", "gradients of the parts", to="0, 0")),
    ("X1x", put("point", "gradients of the parts", to="2, 1, 1")),
    ("X1x", put("point", "lr", to="-1")),
    ("X1x", first_found("1/5")),
    ("C14y", put("point", "B", to="1")),
    ("C14y", put("point", "n", to="3")),
    ("C14y", first_found("2")),
    ("C16x", put("point", "samples", to="[1, 1]")),
    ("C16eu", put("point", "grad, equally likely", to="2 and 2")),
    ("C16eu", put("found", "at the mean", to="1/5")),
    ("C16eu", put(*RUN, "hyper", 0, "eps", to="-1/3")),
    ("C84", first_found("99/100")),
    ("C84", put("point", "declaration", to="Lion")),
    ("C48", put("found", to={"hyperparameters": "lr"})),
    ("Q4c", put("point", "s", to="[[0], [0], [0]]")),
    ("Q4c", put("point", "H", to="[[1, 0, 0], [0, 1, 0], [0, 0, 1]]")),
    ("Q4c", first_found("[[1]]")),
    ("C21x", put("point", "f", to="x**5")),
    ("C21x", put("point", "f", to="1")),
    ("C21x", put("found", "error", to="1/19")),
    ("C21v", put("point", "f", to="x**2")),
    ("C21v", put("found", "second error", to="1")),
    ("C25x", put("point", "curvature", to="0")),
    ("C25x", put("point", "slope", to="0")),
    ("C25y", put("point", "momentum", to="2")),
    ("C106", put("point", "n", to="1")),
    ("C106", put("point", "n", to="1/2")),
    ("C15w", first_found("1000")),
    ("C107y", put("point", to={"n": "2", "memory": "1"})),
    ("C107y", put("found", "left - right", to="2")),
    ("A3x", put("found", "left - right", to="1/3")),
    ("A3x", put("point", "t", to="-1")),
    ("Q13b", put("point", "g1", to="0")),
    ("A4x", put("point", "g[2]", to="0")),
    ("A4x", put("point", "lr", to="-1")),
    ("A4x", put("found", "left - right", to="1")),
    ("R5", put("point", "t", to="1")),
)


@pytest.mark.parametrize(("name", "fault"), COUNTER_FAULTS)
def test_numbers_that_refute_nothing_fail(name: str, fault: Fault) -> None:
    found = seen(name, fault)
    assert found.status == "failed", found


# ---- faults in proofs


def obligation(data: Data, name: str) -> Data:
    return next(o for o in data["obligations"] if o["name"] == name)


def say(name: str, **texts: Any) -> Fault:
    """Let an obligation say something else."""
    return lambda data: obligation(data, name).update(texts)


def drop(name: str) -> Fault:
    return lambda data: data["obligations"].remove(obligation(data, name))


def of_another(name: str) -> Fault:
    return lambda data: data.update(obligations=json.loads(kept(name))["obligations"])


def side(name: str, tree_: Any) -> Fault:
    """Let a certificate show another equation."""
    same = {"form": "same", "left": tree_, "right": tree_}
    return lambda data: obligation(data, name).update(certificate=same)


PROOF_FAULTS: tuple[tuple[str, Fault], ...] = (
    ("SY9", say("step: theta", after="theta' = theta")),
    ("SY9", say("step: g", after="g' = g")),
    ("SY9", say("step: g", after="g' = M g")),
    ("SY9", say("step: theta", before="Eq(theta[t], theta[t - 1])")),
    ("SY9", drop("step: g")),
    ("SY9", of_another("SY31")),
    ("SY31", say("start: z", after="z")),
    ("SY31", say("step: theta", after="theta' = theta + (2)*c")),
    ("SY64", say("step: d", after="d' = d")),
    ("SY64", say("step: g", after="g' = c*g")),
    ("SY40", say("step: theta", after="theta' = Q theta Q'")),
    ("SY19", say("step: theta", after="theta' = inv(M)' theta")),
    ("SY9", side("step: g", ["x", "g"])),
    ("X1", side("Adam: later steps: v", ["x", "v[t - 1]"])),
    ("X1", side("Adam: first step: theta", "0")),
    ("X1", drop("Adam: later steps: m")),
    ("C14a", side("mean over batches", ["x", "mean"])),
    ("C16b", say("all batches of small data, counted", before="variance")),
    ("C16e", side("Nesterov: theta[t] at the mean", ["x", "theta[t - 1]"])),
    ("C84a", say("RMSprop: default of alpha", after="9/10")),
    ("C92a", drop("Adam: oracles")),
    ("Q4b", of_another("Q1")),
    ("C21", say("f^(3)*h**2 in the error", after="1/3")),
    ("C21", drop("f^(1)*h**0 in the error")),
    ("C25a", side("coefficient of lr**1", ["x", "slope"])),
    ("C25a", say("moves are small", before="all 6 points asked at and ends are O(lr)")),
    ("C107", side("numbers kept", ["x", "n"])),
    ("C107a", side("2*memory*n < n**2", "1")),
    ("N9a", side("limit", "1")),
    ("A3", of_another("R2")),
    ("D9", side("step: m", ["x", "m[t - 1]"])),
    ("M2a", side("if: step: v", ["x", "v[t - 1]"])),
    ("M2a", say("only if: momentum", certificate={"form": "same", "left": "0", "right": "0"})),
)


@pytest.mark.parametrize(("name", "fault"), PROOF_FAULTS)
def test_a_planted_fault_fails(name: str, fault: Fault) -> None:
    assert seen(name, fault).status == "failed"


# ---- a verdict given to another claim

lr, momentum, rho, t = (
    sympy.Symbol("lr"),
    Parameter("momentum"),
    Parameter("rho"),
    sympy.Symbol("t", integer=True, positive=True),
)


def test_a_refutation_that_is_refuted_rests_on_a_proof() -> None:
    found = seen("C50x")
    assert (found.verdict, found.status) == ("refuted", "rechecked"), found.reasons
    assert found.certified == found.obligations > 0
    assert seen("C50x", of_another("SY9")).status == "failed"


CLAIMS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SY9", {"system": catalog.system("SignSGD")}),
    ("SY9", {"group": Scalings(theta=1)}),
    ("D18", {"group": Permutations()}),
    ("D18", {"system": catalog.system("GradientDescent")}),
    ("SY64", {"hyper": {"d0": 1}}),
    ("X1x", {"heard": (part(1) + part(2)) / 2}),
    ("C14a", {"value": sympy.Integer(0)}),
    ("C16b", {"replacement": True}),
    ("C84", {"system": catalog.system("Lion")}),
    ("C21", {"coefficient": sympy.Rational(1, 3)}),
    ("C25a", {"order": 3}),
    ("C107", {"total": 3 * sympy.Symbol("n", integer=True, positive=True)}),
    ("N9a", {"value": 1 / (1 - momentum) ** 2}),
    ("A3", {"value": 1 / (t + 1)}),
    ("M2a", {"value": sympy.Integer(1)}),
)


@pytest.mark.parametrize(("name", "change"), CLAIMS)
def test_a_verdict_of_another_claim_is_not_accepted(name: str, change: dict[str, Any]) -> None:
    found = seen(name, **change)
    assert found.status in ("failed", "not rechecked"), found


# ---- the parts


def test_members_of_groups_belong_to_them_and_others_do_not() -> None:
    import random

    rng, shape = random.Random(3), (2, 3)
    for group in (Rotations(), Permutations(), Rotations(sides=2), Permutations(sides=2)):
        for change in members(group, shape, rng):
            assert belongs(group, change, shape)
            assert not belongs(group, replace(change, loss=Fraction(2)), shape)
            assert not belongs(Scalings(theta=1), change, shape)
    (one,) = members(Rotations(), shape, rng)
    assert not belongs(Rotations(sides=2), one, shape)
    assert not belongs(Permutations(), one, shape)


def test_a_loss_seen_in_other_coordinates_has_the_same_values() -> None:
    table = ((Fraction(2), Fraction(1)), (Fraction(1), Fraction(3)))
    loss = Loss(table, (Fraction(1), Fraction(-1)))
    change = Change(
        ((Fraction(2), Fraction(1)), (Fraction(0), Fraction(1))),
        (Fraction(3), Fraction(-2)),
        Fraction(4),
    )
    other = loss.seen(change)

    def value(f: Loss, x: tuple[Fraction, Fraction]) -> Fraction:
        a, (p, q) = f.curvature, x
        bent = (a[0][0] * p * p + (a[0][1] + a[1][0]) * p * q + a[1][1] * q * q) / 2
        return bent + f.slope[0] * p + f.slope[1] * q + f.offset

    for p, q in ((0, 0), (1, 0), (2, -3), (5, 7)):
        moved = (Fraction(2 * p + q + 3), Fraction(q - 2))
        assert value(other, moved) == 4 * value(loss, (Fraction(p), Fraction(q)))


def test_determinants_and_interpolation() -> None:
    table = ((Fraction(0), Fraction(2)), (Fraction(3), Fraction(4)))
    assert determinant(table) == -6
    values = [3 + 2 * x**2 - x**5 for x in RATES[:12]]
    assert coefficients(values)[:7] == [3, 0, 2, 0, 0, -1, 0]


@pytest.mark.parametrize(
    ("expr", "low", "high"),
    [
        (sympy.sqrt(2), "1414213562/1000000000", "1414213563/1000000000"),
        (sympy.exp(1) ** 2, "7389/1000", "7390/1000"),
        (sympy.Rational(1, 2) ** sympy.Rational(-3, 2), "2828/1000", "2829/1000"),
        (sympy.log(2) - sympy.cos(1), "152/1000", "153/1000"),
    ],
)
def test_enclosures_contain_the_value_and_are_narrow(expr: Any, low: str, high: str) -> None:
    with precise():
        a, b = ends(enclosed(tree(expr), {}))
    assert Fraction(low) < a <= b < Fraction(high)
    assert b - a < Fraction(1, 2**300)


def test_enclosures_refuse_what_may_have_no_value() -> None:
    x = sympy.Symbol("x")
    for expr in (1 / x, sympy.sqrt(x - 1), sympy.log(x)):
        with precise(), pytest.raises(Unvalued):
            enclosed(tree(expr), {"x": Fraction(0)})


def test_orders_of_quotients() -> None:
    x, y = sympy.Symbol("x", real=True), sympy.Symbol("y", positive=True)
    small = Statement("small", "", Vanishes(x**2 * y / (1 + x), x, 2), "proved")
    assert recheck(small, prove(small)).status == "points"
    large = Statement("large", "", Vanishes(x * y + x**2, x, 2), "refuted")
    told = prove(large)
    assert recheck(large, told).status == "rechecked"
    assert recheck(small, replace(told, status="refuted")).status == "failed"


def test_two_processes_find_what_one_does() -> None:
    names = ("C14a", "C16x", "C84", "C21", "C21v", "C106")

    def pairs() -> Iterator[tuple[Statement, Verdict]]:
        return ((statements[name], verdict(name)) for name in names)

    one, two = list(all_of(pairs(), 1)), list(all_of(pairs(), 2))
    assert [r.id for r in two] == list(names)
    assert one == two
