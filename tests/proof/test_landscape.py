"""Losses at points and on intervals, mixed partials, difference quotients, orders."""

import random

import pytest
from sympy import Integer, Poly, Rational, expand, sqrt, symbols

from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    DifferenceQuotient,
    Steps,
    Vanishes,
)
from optwright.derive.language import Parameter, lr, momentum
from optwright.derive.proof import decide
from optwright.derive.proof.algebra.univariate import nonnegative, polynomial, root_between
from optwright.derive.rule import catalog

x, y = symbols("x y", real=True)
half = Rational(1, 2)


def decided(claim) -> str:
    return decide(claim).status


# --- signs on intervals


@pytest.mark.parametrize(
    "relation, low, high, status",
    [
        (x**4 - x**2 + x / 10 >= Rational(-322, 1000), None, None, "proved"),
        (x**4 - x**2 + x / 10 >= Rational(-3219, 10000), None, None, "refuted"),
        (x**2 - 2 > 0, Rational(3, 2), None, "proved"),
        (x**2 - 2 > 0, Rational(7, 5), None, "refuted"),
        (x**3 >= 0, 0, None, "proved"),
        (x**3 > 0, 0, None, "refuted"),
        (x * (1 - x) >= 0, 0, 1, "proved"),
        (x * (x - Rational(1, 10**9)) >= 0, 0, 1, "refuted"),  # negative in a thousand-millionth
        ((x**2 - 2) ** 2 > 0, None, None, "undecided"),  # fails at irrational points only
        (x <= 1, None, 1, "proved"),
        (sqrt(x) >= 0, 0, 1, "undecided"),
    ],
)
def test_signs_on_intervals(relation, low, high, status):
    assert decided(OnInterval(relation, x, low, high)) == status


def test_signs_agree_with_a_grid():
    rng = random.Random(3)
    told = 0
    for _ in range(150):
        expr = Integer(rng.choice((1, -1)))
        for _ in range(rng.randint(0, 4)):
            expr *= (x - Rational(rng.randint(-6, 6), rng.randint(1, 3))) ** rng.randint(1, 2)
        low = Rational(rng.randint(-6, 6), 3) if rng.random() < 0.8 else None
        high = (low or 0) + Rational(rng.randint(1, 6), 3) if rng.random() < 0.8 else None
        strict = rng.random() < 0.5
        poly = polynomial(expand(expr), x)
        found = nonnegative(poly, low, high, strict=strict)
        grid = [Rational(k, 12) for k in range(-90, 91)]
        inside = [p for p in grid if (low is None or p >= low) and (high is None or p <= high)]
        bad = [p for p in inside if poly.eval(p) < 0 or (strict and poly.eval(p) == 0)]
        if found is True:
            told += 1
            assert not bad
        elif found is not None:
            told += 1
            assert (low is None or found >= low) and (high is None or found <= high)
            assert poly.eval(found) < 0 or (strict and poly.eval(found) == 0)
    assert told > 140


def test_roots_are_isolated():
    low, high = root_between(Poly(x**2 - 2, x, domain="QQ"), 1, 2, Rational(1, 1000))
    assert low**2 < 2 < high**2 and high - low < Rational(1, 100)
    assert root_between(Poly(x**2 - 2, x, domain="QQ"), -2, 2, Rational(1, 10)) is None


# --- points


KINDS = ("stationary", "minimum", "strict minimum", "maximum", "strict maximum", "saddle")


@pytest.mark.parametrize(
    "loss, at, true",
    [
        (x**2 + y**2, (0, 0), {"stationary", "minimum", "strict minimum"}),
        (x**2 - y**2, (0, 0), {"stationary", "saddle"}),
        (-(x**2) - (y - 1) ** 2, (0, 1), {"stationary", "maximum", "strict maximum"}),
        (x**2 + x * y, (1, 0), set()),
        (x**3 - 3 * x * y**2, (0, 0), {"stationary", "saddle"}),
        ((y - x**2) * (y - 2 * x**2), (0, 0), {"stationary", "saddle"}),
    ],
)
def test_points_in_two_variables(loss, at, true):
    place = dict(zip((x, y), at, strict=True))
    for kind in KINDS:
        assert decided(CriticalPoint(loss, place, kind)) == (
            "proved" if kind in true else "refuted"
        ), kind


@pytest.mark.parametrize(
    "loss, true",
    [
        (x**4, {"stationary", "minimum", "strict minimum"}),
        (x**3, {"stationary", "saddle"}),
        (-(x**6) + x**7, {"stationary", "maximum", "strict maximum"}),
        (x**2 + x, set()),
    ],
)
def test_points_in_one_variable(loss, true):
    for kind in KINDS:
        assert decided(CriticalPoint(loss, {x: 0}, kind)) == (
            "proved" if kind in true else "refuted"
        ), kind


def test_degenerate_points_are_not_guessed():
    assert decided(CriticalPoint(x**2, {x: 0, y: 0}, "minimum")) == "proved"
    assert decided(CriticalPoint(x**2, {x: 0, y: 0}, "strict minimum")) == "refuted"
    assert decided(CriticalPoint(x**4 + y**4, {x: 0, y: 0}, "strict minimum")) == "undecided"
    assert decided(CriticalPoint(sqrt(1 + x**2), {x: 0}, "minimum")) == "undecided"
    # A valley so narrow that no curve of the list runs in it.
    narrow = (y - x**2) * (y - x**2 - x**8)
    assert decided(CriticalPoint(narrow, {x: 0, y: 0}, "minimum")) == "undecided"


def test_mixed_partials():
    peano = x * y * (x**2 - y**2) / (x**2 + y**2)
    origin = {x: 0, y: 0}
    assert decided(MixedPartials(peano, origin, 0, (-1, 1))) == "proved"
    assert decided(MixedPartials(peano, origin, 0, (1, -1))) == "refuted"
    assert decided(MixedPartials(peano, origin, 0)) == "refuted"
    assert decided(MixedPartials(x**3 * y**2 + x * y, {x: 1, y: 2})) == "proved"
    assert decided(MixedPartials(x**3 * y**2 + x * y, {x: 1, y: 2}, None, (13, 13))) == "proved"
    assert decided(MixedPartials(x**3 * y**2 + x * y, {x: 1, y: 2}, None, (12, 12))) == "refuted"
    assert decided(MixedPartials(x * y / (x**2 + y**2), origin, 0)) == "undecided"  # no limit
    assert decided(MixedPartials(peano, origin)) == "undecided"  # no value there


# --- orders


forward = DifferenceQuotient({0: -1, 1: 1})
centred = DifferenceQuotient({1: half, -1: -half})


@pytest.mark.parametrize(
    "claim, status",
    [
        (DifferenceError(forward, 1, half), "proved"),
        (DifferenceError(forward, 1, -half), "refuted"),
        (DifferenceError(forward, 2), "refuted"),
        (DifferenceError(centred, 2), "proved"),
        (DifferenceError(centred, 2, Rational(1, 6)), "proved"),
        (DifferenceError(centred, 2, Rational(1, 12)), "refuted"),
        (DifferenceError(centred, 1, half), "refuted"),
        (DifferenceError(DifferenceQuotient({1: 1, -1: -1}), 1), "refuted"),  # twice the derivative
        # divided by h once too often
        (DifferenceError(DifferenceQuotient({0: -2, 1: 2}, 2), 1), "refuted"),
        (AtLeastAsClose(centred, forward), "refuted"),
        (AtLeastAsClose(forward, centred), "refuted"),
        (AtLeastAsClose(forward, forward), "undecided"),
    ],
)
def test_difference_quotients(claim, status):
    assert decided(claim) == status


def test_refuted_errors_are_those_of_the_function():
    found = decide(DifferenceError(forward, 2)).counterexample
    assert dict(found.point) == {"f": "x**2/2", "x": "0", "h": "1/10"}
    assert dict(found.found)["error"] == "1/20"


def test_vanishing():
    h = Parameter("h", "(0, inf)")
    gap = (1 - lr * h) ** 4 - (1 - 4 * lr * h)
    assert decided(Vanishes(gap, lr, 2, parameters=(h(1),))) == "proved"
    assert decided(Vanishes(gap, lr, 3, parameters=(h(1),))) == "refuted"
    assert decided(Vanishes(lr**2 / (1 + lr), lr, 2)) == "proved"
    assert decided(Vanishes(lr**2 / (lr + lr**2), lr, 2)) == "refuted"
    assert decided(Vanishes((1 + lr) / lr, lr, 1)) == "undecided"
    assert decided(Vanishes(sqrt(lr), lr, 1)) == "undecided"


def test_agreement_to_an_order():
    descent, heavy = catalog.system("GradientDescent"), catalog.system("Momentum")
    four, one = Steps(descent, 4), Steps(descent, 1, {"lr": 4 * lr})
    assert decided(AgreeToOrder(four, one, lr, 2)) == "proved"
    assert decided(AgreeToOrder(four, one, lr, 3)) == "refuted"
    assert decided(AgreeToOrder(four, Steps(descent, 1, {"lr": 3 * lr}), lr, 2)) == "refuted"
    assert decided(AgreeToOrder(four, four, lr, 3)) == "proved"
    two = Steps(heavy, 2)
    assert decided(AgreeToOrder(two, Steps(heavy, 1, {"lr": 2 * lr}), lr, 2)) == "refuted"
    assert decided(AgreeToOrder(two, Steps(heavy, 1, {"lr": (2 + momentum) * lr}), lr, 2)) == (
        "proved"
    )
    # A move that does not vanish with the symbol hides terms that were not expanded.
    still = AgreeToOrder(Steps(descent, 2), Steps(descent, 2), momentum, 1)
    assert decided(still) == "undecided"
    adam = Steps(catalog.system("Adam"), 1)
    assert decided(AgreeToOrder(adam, Steps(descent, 1), lr, 2)) != "proved"
