"""Random batches, random answers, and counts: proved for all n, refuted by counting."""

import json

import pytest
from sympy import Eq, Integer, Rational, Symbol, ceiling

from optwright import cli
from optwright.derive import statements
from optwright.derive.claim.formula.counting import Counting, Kept
from optwright.derive.claim.formula.counting import n as parameters
from optwright.derive.claim.rule.expectation import B, BatchMoment, MeanStep, mean, n, variance
from optwright.derive.proof import decide
from optwright.derive.proof.run.replay import replay
from optwright.derive.rule import catalog
from optwright.derive.statement.people import opinion
from optwright.derive.work.library import Library

memory = Symbol("memory", integer=True, positive=True)


def decided(claim) -> str:
    return decide(claim).status


@pytest.mark.parametrize(
    "replacement, quantity, value, scale, status",
    [
        (True, "mean", mean, 1 / B, "proved"),
        (False, "mean", mean, 1 / B, "proved"),
        (False, "mean", mean / B, 1 / B, "refuted"),
        (True, "mean", B * mean, 1, "proved"),
        (True, "mean", n * mean, 1, "refuted"),
        (True, "variance", variance / B, 1 / B, "proved"),
        (True, "variance", variance * B, 1, "proved"),
        (True, "variance", variance / B * (n - B) / (n - 1), 1 / B, "refuted"),
        (False, "variance", variance / B * (n - B) / (n - 1), 1 / B, "proved"),
        (False, "variance", variance / B * (n - B) / n, 1 / B, "refuted"),
        (False, "variance", variance / B, 1 / B, "refuted"),
        (False, "variance", variance / B**2 * (n - B) / (n - 1), 1 / B, "refuted"),
    ],
)
def test_moments_of_batches(replacement, quantity, value, scale, status):
    assert decided(BatchMoment(replacement, quantity, value, scale)) == status


LINEAR = ("GradientDescent", "SGD", "Momentum", "MomentumEMA", "Nesterov", "GradientDescentL2")
OTHERS = ("Adagrad", "RMSProp", "Adam", "AdamW", "SignSGD", "Lion", "ISTA", "ClippedSGD")


@pytest.mark.parametrize("name", [*LINEAR, *OTHERS])
def test_mean_steps(name):
    system = catalog.system(name)
    found = decide(MeanStep(system))
    assert found.status == ("proved" if name in LINEAR else "refuted")
    if found.counterexample:
        assert len(found.counterexample.runs) == 3 and replay(found.counterexample, system)


def test_mean_steps_that_are_not_told():
    # Where the rule looks depends on the draw, so what it hears is random in an unknown way.
    local = decide(MeanStep(catalog.system("RandomLocalSearch"), "noise"))
    assert local.status == "undecided" and "led it" in local.evidence
    assert decided(MeanStep(catalog.system("SAM"))) != "proved"
    noisy, descent = catalog.system("NoisySGD"), catalog.system("GradientDescent")
    assert decided(MeanStep(noisy, "noise", descent)) == "proved"
    assert decided(MeanStep(noisy, "noise", catalog.system("GradientDescentL2"))) != "proved"
    # From rest the first step is the same one: two answers do not refute it, nothing proves it.
    assert decided(MeanStep(catalog.system("Momentum"), "grad", descent)) == "undecided"


@pytest.mark.parametrize(
    "relation, where, status",
    [
        (Eq(ceiling(n / B), 1), (B >= n,), "proved"),
        (Eq(ceiling(n / B), 1), (), "refuted"),
        (Eq(ceiling(n / B), 2), (B < n, n <= 2 * B), "proved"),
        (Eq(ceiling(n / B), 2), (B < n,), "refuted"),
        (B * ceiling(n / B) >= n, (), "proved"),
        (B * ceiling(n / B) > n, (), "refuted"),
        (B * ceiling(n / B) <= n + B - 1, (), "proved"),
        (B * ceiling(n / B) <= n + B - 2, (), "refuted"),
        (ceiling(2 * n / B) <= 2 * ceiling(n / B), (), "proved"),
        (ceiling(2 * n / B) >= 2 * ceiling(n / B), (), "refuted"),
    ],
)
def test_counting(relation, where, status):
    assert decided(Counting(relation, where)) == status


def test_counting_with_numbers():
    batches = ceiling(Rational(1000, 32), evaluate=False)
    assert decided(Counting(Eq(batches, 32, evaluate=False))) == "proved"
    assert decided(Counting(Eq(batches, 31, evaluate=False))) == "refuted"
    assert decided(Counting(Integer(1) <= Integer(2))) == "undecided"  # nothing is left to decide


def test_false_beyond_the_integers_tried_is_not_proved():
    assert decided(Counting(parameters <= 1000)) != "proved"


def test_kept_numbers():
    assert decided(Kept(catalog.system("LBFGS"), 2 * memory * parameters)) == "proved"
    assert decided(Kept(catalog.system("LBFGS"), memory * parameters)) == "refuted"
    assert decided(Kept(catalog.system("BFGS"), parameters**2)) == "proved"
    assert decided(Kept(catalog.system("Adam"), 2 * parameters)) == "proved"
    assert decided(Kept(catalog.system("Adam"), 3 * parameters)) == "refuted"
    assert decided(Kept(catalog.system("GradientDescent"), 0)) == "proved"
    assert decided(Kept(catalog.system("SM3"), parameters)) == "undecided"


# --- opinions


def test_opinions_are_told_as_such(capsys):
    for name in opinion.opinions:
        assert name not in statements
        with pytest.raises(SystemExit) as ended:
            cli.main(["prove", name])
        assert ended.value.code == 0
        assert f"{name}: opinion, not decided" in capsys.readouterr().out


def test_opinions_beside_statements(capsys, monkeypatch):
    wanted = []
    monkeypatch.setattr(Library, "decided", lambda self, names=(): wanted.extend(names) or [])
    with pytest.raises(SystemExit) as ended:
        cli.main(["prove", "C93", "C3", "--json"])
    (told,) = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0 and wanted == ["C3"]
    assert (told["id"], told["status"]) == ("C93", "opinion")


def test_opinions_have_no_evidence(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["prove", "--explain", "C93"])
    assert ended.value.code == 2 and "C93 is an opinion" in capsys.readouterr().err
