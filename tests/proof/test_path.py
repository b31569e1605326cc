"""Runs on given losses: counted steps, intervals that hold them, limits."""

import math
from fractions import Fraction

import pytest
from sympy import Rational

from optwright.derive.claim.loss.path import FirstStep, Path, Reaches, Settles
from optwright.derive.claim.problem import POINT
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.language import Abs, Equal, t, theta, v
from optwright.derive.proof import decide
from optwright.derive.proof.kind.loss.path import FollowedPath, text
from optwright.derive.proof.run.replay import replay
from optwright.derive.rule import catalog

hundredth = {"lr": Rational(1, 100)}
descent, momentum = catalog.system("GradientDescent"), catalog.system("Momentum")
valley = 4 * POINT**3 - 2 * POINT + Rational(1, 10)
left = Abs(theta[t]) > 1


def decided(claim) -> str:
    return decide(claim).status


def counted(rule: str, start: float) -> int:
    """The steps of a plain loop in floats, transcribed from the papers."""
    y, a, b, number = start, 0.0, 0.0, 0
    while abs(y) <= 1:
        number += 1
        g = -2 * y
        if rule == "GradientDescent":
            y -= 0.01 * g
        elif rule == "Momentum":
            a = 0.9 * a + 0.01 * g
            y -= a
        elif rule == "Nesterov":
            a = 0.9 * a + 0.01 * -2 * (y - 0.9 * a)
            y -= a
        elif rule == "Adagrad":
            a += g * g
            y -= 0.01 * g / (math.sqrt(a) + 1e-8)
        elif rule == "RMSProp":
            a = 0.9 * a + 0.1 * g * g
            y -= 0.001 * g / (math.sqrt(a) + 1e-8) * 10
        elif rule == "Adam":
            a, b = 0.9 * a + 0.1 * g, 0.999 * b + 0.001 * g * g
            y -= 0.01 * a / (1 - 0.9**number) / (math.sqrt(b / (1 - 0.999**number)) + 1e-8)
    return number


RULES = ("GradientDescent", "Momentum", "Nesterov", "RMSProp", "Adam", "Adagrad")


@pytest.mark.parametrize("rule", RULES)
def test_first_steps_agree_with_a_plain_loop(rule):
    path = Path(catalog.system(rule), -2 * POINT, Rational(1, 20), hundredth)
    number = counted(rule, 0.05)
    assert decided(FirstStep(path, left, number)) == "proved"
    if rule != "Adagrad":  # a thousand steps, once is enough
        for wrong in (number - 1, number + 1, None):
            found = decide(FirstStep(path, left, wrong))
            assert found.status == "refuted"
            assert dict(found.counterexample.found)["first holds"] == f"step {number}"
            assert replay(found.counterexample, FirstStep(path, left, wrong))


def test_first_steps_at_the_edges():
    path = Path(descent, -2 * POINT, 1, {"lr": Rational(1, 2)})  # doubles: 1, 2, 4, …
    assert decided(FirstStep(path, theta[t] > 2, 2)) == "proved"
    assert decided(FirstStep(path, theta[t] >= 2, 1)) == "proved"
    assert decided(FirstStep(path, theta[t] >= 1, 0)) == "proved"
    assert decided(FirstStep(path, theta[t] < 0, None, limit=20)) == "proved"
    assert decided(FirstStep(path, theta[t] > 2, None, limit=20)) == "refuted"


def test_exploding_paths_end():
    away = Path(descent, 4 * POINT**3, 10, {"lr": 1})  # whole numbers, thrice as long each step
    assert "leaves all bounds" in decide(FirstStep(away, Abs(theta[t]) < 1, 99)).evidence
    assert decided(FirstStep(away, Abs(theta[t]) < 1, None, limit=5)) == "proved"
    assert decided(Settles(away, 0, 1)) == "undecided"
    assert decided(Reaches(away, Abs(theta[t]) < 1, within=30)) == "undecided"


def test_what_a_path_cannot_be():
    norm = Path(catalog.system("LAMB"), -2 * POINT, 1)
    assert "all coordinates" in decide(FirstStep(norm, left, 1)).evidence
    unknown = Path(descent, -2 * POINT, 1, {"rate": 1})
    assert "no hyperparameter rate" in decide(FirstStep(unknown, left, 1)).evidence
    outside = Path(descent, -2 * POINT, 1, {"lr": -1})
    assert "lr = -1" in decide(FirstStep(outside, left, 1)).evidence
    other = Path(catalog.system("Newton"), -2 * POINT, 1)
    assert decided(FirstStep(other, left, 1)) == "undecided"


def test_an_interval_holds_descent_and_not_momentum():
    slow = Path(descent, valley, 2, hundredth)
    claim = Reaches(slow, theta[t] < 0)
    found = decide(claim)
    assert found.status == "refuted" and replay(found.counterexample, claim)
    assert decided(Reaches(Path(momentum, valley, 2, hundredth), theta[t] < 0)) == "proved"
    assert decided(Reaches(slow, theta[t] < 1)) == "proved"
    # The run ends at about 0.68059: below 0.681 it comes, below 0.680 it does not.
    assert decided(Reaches(slow, theta[t] < Rational(681, 1000))) == "proved"
    assert decided(Reaches(slow, theta[t] < Rational(67, 100))) != "proved"
    # From 1 momentum seems to stay, which no interval of theta alone can show.
    assert decided(Reaches(Path(momentum, valley, 1, hundredth), theta[t] < 0)) == "undecided"


def test_limits_of_paths():
    path = Path(descent, valley, 1, hundredth)
    assert decided(Settles(path, Rational(680, 1000), Rational(681, 1000))) == "proved"
    assert decided(Settles(path, Rational(681, 1000), Rational(682, 1000))) == "refuted"
    assert decided(Settles(path, Rational(-74, 100), Rational(-73, 100))) == "refuted"
    # x**2 at rate 1 jumps between 1 and -1 and settles nowhere; 3/2 diverges.
    for rate in (1, Rational(3, 2)):
        jumping = Path(descent, 2 * POINT, 1, {"lr": rate})
        assert decided(Settles(jumping, -1, 1)) == "undecided"
    assert decided(Settles(Path(momentum, valley, 1, hundredth), -1, 1)) == "undecided"


def test_numbers_are_shown_as_they_are_or_enclosed():
    assert text(Fraction(1, 3)) == "1/3"
    path = Path(catalog.system("Adagrad"), -2 * POINT, Rational(1, 3), hundredth)
    states = FollowedPath(path).enclosures(80)
    for _ in range(3):
        state = next(states)
    low, high = (float(x) for x in text(state["theta"]).strip("[]").split(","))
    y, squares = 1 / 3, 0.0
    for _ in range(2):
        squares += 4 * y * y
        y += 0.01 * 2 * y / (math.sqrt(squares) + 1e-8)
    assert low - 1e-12 <= y <= high + 1e-12 and 0 < high - low < 2e-12


def test_starts_and_losses_in_invariants():
    saddle = {"grad": -2 * POINT}
    stays = (Equal(theta[t], 0),)
    both = (Equal(theta[t], 0), Equal(v[t], 0))
    assert decided(Always(momentum, stays, both, answer=saddle, begin=0)) == "proved"
    found = decide(Always(momentum, stays, both, answer=saddle, begin=1))
    assert found.status == "refuted" and replay(found.counterexample, momentum)
    bent = {"grad": 1 + POINT}
    assert decided(Always(momentum, stays, both, answer=bent, begin=0)) == "refuted"
