"""What momentum, Adagrad, RMSProp and Adam are said to do: kinds of claim and near misses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sympy import Rational, Symbol

from optwright.derive import catalog, prove, statements
from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Identity
from optwright.derive.claim.problem import POINT, script
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.error import InternalError
from optwright.derive.language import (
    Abs,
    Equal,
    G,
    Parameter,
    Source,
    beta1,
    beta2,
    g,
    lr,
    momentum,
    sign,
    sqrt,
    t,
    theta,
    v,
)
from optwright.derive.proof import decide
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.kind.rule.invariant import InvariantAttempt
from optwright.derive.proof.run.exact import Run, differ
from optwright.derive.proof.run.replay import replay, revived
from optwright.derive.proof.sign.obligation import Answered, decide_relation
from optwright.derive.statement.rule.adam_bound import squared_steps
from optwright.derive.statement.rule.adam_text import larger, period, unrolled

INEXACT = "C30 C33 C34 C47 C50 C51 C54 C58 C61 C63 C66 C68 C82 C83 C85 C87 C88 C91".split()
FALSE = (
    "C32 C36 C37 C38 C41 C43 C48 C52 C55 C56 C57 C59 C60 C62 C67 C80 C81 C84 C86 C90 C92"
).split()
TRUE = "C31 C35 C42 C44 C46 C53 C64 C65 C69 C89".split()


def expected(row: str) -> set[str]:
    return {s.expected for s in statements.values() if row in (s.id, *s.rows)}


def decided(claim) -> str:
    return decide(claim).status


# --- the texts' claims


@pytest.mark.parametrize("row", INEXACT)
def test_an_inexact_claim_stands_loose_and_exact(row):
    assert expected(row) == {"proved", "refuted"}


@pytest.mark.parametrize("row", FALSE)
def test_a_false_claim_stands_to_be_refuted(row):
    assert "refuted" in expected(row)


@pytest.mark.parametrize("row", TRUE)
def test_a_true_claim_stands_to_be_proved(row):
    assert "proved" in expected(row)


@pytest.mark.parametrize("question", ["1", "2", "3", "4"])
def test_the_quiz_has_its_right_and_its_wrong_options(question):
    options = [s for s in statements.values() if s.id.startswith(f"Quiz{question}")]
    assert {s.expected for s in options} == {"proved", "refuted"}


# --- invariants: answers in t, starts after unrolled steps, what is given of one step


sum_of = catalog.system("MomentumSum")
adagrad0 = catalog.system("Adagrad(eps=0)")
descent = catalog.system("GradientDescent")


def test_answers_may_depend_on_the_step():
    halves = {"grad": Rational(1, 2) ** t}
    right, wrong = (1 - Rational(1, 4) ** t) / 3, (1 - Rational(1, 2) ** t) / 3
    assert decided(Always(adagrad0, [Equal(G[t], right)], [Equal(G[t], right)], answer=halves)) == (
        "proved"
    )
    found = decide(Always(adagrad0, [Equal(G[t], wrong)], [Equal(G[t], wrong)], answer=halves))
    assert found.status == "refuted" and replay(found.counterexample, adagrad0)
    assert ("G[t]", "1/4") in found.counterexample.found  # (1/2)**2, not that of another step


def test_answers_may_be_the_gradient_of_a_loss():
    steady = {"grad": POINT}
    assert decided(Always(descent, [Equal(theta[t], (1 - lr) * theta[t - 1])], answer=steady)) == (
        "proved"
    )
    assert decided(Always(descent, [Equal(theta[t], theta[t - 1])], answer=steady)) == "refuted"
    assert decided(Always(descent, [Equal(theta[t], 0)], [Equal(theta[t], 0)], answer=steady)) == (
        "refuted"
    )
    still = Always(descent, [Equal(theta[t], 0)], [Equal(theta[t], 0)], answer=steady, begin=0)
    assert decided(still) == "proved"


def test_an_induction_may_start_after_some_steps_but_not_without_them():
    constant = Parameter("constant", "(-inf, inf)")
    least = v[t] * constant >= constant**2
    given = {"parameters": (constant(1),), "answer": {"grad": constant}}
    assert decided(Always(sum_of, [least], [least], first=2, **given)) == "proved"
    # Preserved by every step, and false after the first: no start, no proof.
    far = v[t] * constant >= 2 * constant**2
    assert decided(Always(sum_of, [far], [far], first=2, **given)) == "refuted"
    assert decided(Always(sum_of, [v[t] > 1], [v[t] > 1], first=2, **given)) == "refuted"


def test_what_is_assumed_holds_in_every_step_and_what_is_given_in_one():
    every = Always(sum_of, [v[t] >= 0], [v[t] >= 0], assume=[g[t] >= 0])
    assert decided(every) == "proved"
    # Without the invariant there is no proof; a run with an earlier negative gradient is no
    # counterexample.
    assert decided(Always(sum_of, [v[t] >= 0], assume=[g[t] >= 0])) == "undecided"
    found = decide(Always(sum_of, [v[t] >= 0], given=[g[t] >= 0], problems=[script(-3, 1)]))
    assert found.status == "refuted" and replay(found.counterexample, sum_of)
    # Given of one step only, it is not used to preserve an invariant.
    found = decide(
        Always(sum_of, [v[t] >= 0], [v[t] >= 0], given=[g[t] >= 0], problems=[script(-3, 1)])
    )
    assert found.status == "refuted" and "step" in found.obligations[1].name


def test_a_number_given_for_an_answer_is_put_in():
    rule = catalog.system("Momentum")
    shrinks = Equal(v[t], momentum * v[t - 1])
    assert decided(Always(rule, [shrinks], given=[Equal(g[t], 0)])) == "proved"
    assert decided(Always(rule, [shrinks], given=[Equal(g[t], 1)])) == "refuted"
    assert decided(Always(rule, [shrinks])) == "refuted"


def test_a_proof_that_an_exact_run_contradicts_is_an_error(monkeypatch):
    sound = decide_relation("sound", Symbol("x", real=True) ** 2 >= 0, Domain())
    assert isinstance(sound, Answered) and sound.status == "proved"
    monkeypatch.setattr(InvariantAttempt, "obligations", lambda self, deadline: iter([sound]))
    with pytest.raises(InternalError, match="proved, but fails"):
        decide(Always(sum_of, [v[t] <= 0]))


def test_a_conclusion_that_cases_leave_open_is_not_an_exception():
    claim = statements["C68"].claim
    found = decide(Simulation(claim.left, claim.right, hyper={"batches": 2}))
    assert found.status == "refuted" and replay(found.counterexample, claim)


# --- limits


p = Symbol("p", positive=True, integer=True)


@pytest.mark.parametrize(
    ("expr", "symbol", "value"),
    [
        (2 * t * beta2**t / (1 - beta2**t), t, 0),
        (lr / sqrt(t), t, 0),
        (t / (t + 1 - beta2**t), t, 1),
        ((1 - beta2**p) ** (1 / p), p, 1),
        (t ** (1 / p), p, 1),
        ((2 + 1 / p) ** (1 / p), p, 1),
    ],
)
def test_powers_vanish_faster_than_their_index_grows(expr, symbol, value):
    assert decided(Limit(expr, symbol, "oo", value)) == "proved"
    assert decided(Limit(expr, symbol, "oo", value + 1)) == "refuted"


@pytest.mark.parametrize(
    ("expr", "symbol"),
    [
        # Two bases: which power is the larger is not known.
        ((beta1**t - beta2**t) / (beta1**t + beta2**t), t),
        ((beta1**t + beta2**t) / beta2**t, t),
        (t / (1 - (1 - beta2**t)), t),
        (sign(beta2**t), t),
        ((beta2**p) ** (1 / p), p),
        ((beta2**p * p) ** (1 / p), p),
        (p ** (1 / p), p),
        (t / (1 - beta2**t), t),
        ((1 + beta2**t) ** t, t),
    ],
)
def test_limits_that_the_lemmas_do_not_tell_stay_open(expr, symbol):
    for value in (0, 1, beta2):
        assert decided(Limit(expr, symbol, "oo", value)) == "undecided"


# --- relations in every step


def test_every_step():
    nine, close = Rational(9, 10), Rational(999, 1000)
    assert decided(EveryStep(nine**t <= nine)) == "proved"
    assert decided(EveryStep(nine**t + close**t < 2)) == "proved"
    assert decided(EveryStep(1 - nine ** (t + 1) >= 1 - nine**2)) == "proved"
    assert decided(EveryStep(nine ** (2 * t) <= nine**t)) == "proved"
    assert decided(EveryStep(t * nine**t < 4, until=50, last=50)) == "proved"
    assert decided(EveryStep(nine**t < Rational(1, 2), first=7, until=7)) == "proved"
    found = decide(EveryStep(nine**t < Rational(1, 2), first=5, until=9))
    assert found.status == "refuted" and found.counterexample.point == (("t", "5"),)
    assert decided(EveryStep(nine**t + close**t < Rational(18, 10), until=20)) == "refuted"


def test_every_step_is_not_concluded_from_the_first_ones():
    nine = Rational(9, 10)
    # True for 21 steps, false from the 22nd on; letters that fail tell nothing.
    late = nine**t > Rational(1, 10)
    assert decided(EveryStep(late, last=21)) == "proved"
    assert decided(EveryStep(late, until=21)) == "undecided"
    assert decided(EveryStep(late, until=22)) == "refuted"
    # True for ever, but not for all letters.
    assert decided(EveryStep(nine ** (2 * t) <= Rational(81, 100) ** t, until=3)) in (
        "proved",
        "undecided",
    )
    # SymPy 1.13 writes powers of fractions below 1 as powers of their inverses: both are taken.
    assert decided(EveryStep(Rational(11, 10) ** t > 1)) == "proved"
    assert decided(EveryStep(Rational(11, 10) ** t > 2)) == "refuted"
    assert decided(EveryStep(Rational(11, 10) ** t < 1000, until=20)) in ("undecided", "refuted")
    assert decided(EveryStep(t**t >= t)) == "undecided"


def test_every_step_takes_only_relations_in_t():
    with pytest.raises(ValueError, match="beta1 is no number"):
        EveryStep(beta1**t < 1)
    with pytest.raises(ValueError, match="no relation"):
        EveryStep(t)
    with pytest.raises(ValueError, match="no step from 3 to 2"):
        EveryStep(Rational(9, 10) ** t < Rational(1, 2), first=3, last=2)


def test_the_largest_factor_of_the_uncorrected_step():
    """The bound of C83a and C83b against floating point, which no verdict uses."""
    factors = {n: float((1 - 0.9**n) / (1 - 0.999**n) ** 0.5) for n in range(1, 5000)}
    assert max(factors, key=factors.get) == 12 and round(factors[12], 3) == 6.569
    square = larger(Rational(9, 10), Rational(999, 1000))
    for n in (1, 12, 40, 1000):
        assert abs(float(square.subs(t, n)) ** 0.5 - factors[n]) < 1e-9
    assert decided(EveryStep(square <= square.subs(t, 11), until=40)) == "refuted"
    assert decided(EveryStep(square <= square.subs(t, 12), until=12)) == "undecided"


# --- facts of declarations


def test_declared():
    adam = catalog.system("Adam")
    assert decided(Declared(adam, {"beta1": "0.9", "eps": 1e-8})) == "proved"
    found = decide(Declared(adam, {"beta1": "0.9", "beta2": "0.9"}))
    assert found.status == "refuted"
    assert found.counterexample.found == (("default of beta2", "999/1000"),)
    assert decided(Declared(adam, hyper=("eps", "lr", "beta2", "beta1"))) == "proved"
    assert decided(Declared(adam, hyper=("lr", "beta1"))) == "refuted"
    assert decided(Declared(catalog.system("Newton"), oracles=("grad",))) == "refuted"
    assert decided(Declared(catalog["Cosine"], oracles=())) == "proved"
    with pytest.raises(ValueError, match="nothing is claimed of Adam"):
        Declared(adam)
    with pytest.raises(ValueError, match="no hyperparameter beta3"):
        Declared(adam, {"beta3": 1})


# --- single results, checked by other means


def moments(ratio: Fraction, beta1: Fraction, beta2: Fraction, steps: int) -> list[Fraction]:
    """The square of (Adam's step)/lr at eps = 0 for gradients ratio**t, by plain recursion."""
    m = v = Fraction(0)
    squares = []
    for n in range(1, steps + 1):
        gradient = ratio**n
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        squares.append((m / (1 - beta1**n)) ** 2 / (v / (1 - beta2**n)))
    return squares


def test_the_second_bound_of_adams_paper_fails_at_step_210():
    found = moments(Fraction(111, 100), Fraction(9, 10), Fraction(999, 1000), 210)
    assert all(x <= 10 for x in found[:209]) and found[209] > 10
    assert round(float(found[209]) ** 0.5, 5) == 3.16488
    assert prove(statements["D15b"]).counterexample.point == (("t", "210"),)


def test_it_fails_sooner_at_other_decays():
    counterexample = prove(statements["D15"]).counterexample
    _, (run,) = revived(statements["D15"].claim, counterexample.runs)
    assert run.system == squared_steps and run.steps <= 6
    square = moments(Fraction(8, 5), Fraction(1, 2), Fraction(4, 5), run.steps)[-1]
    assert square > Fraction(1, 4) / Fraction(1, 5)
    assert run.state(run.steps)["theta"] == Rational(square.numerator, square.denominator)


@pytest.mark.parametrize("decays", [("1/2", "4/5"), ("9/10", "999/1000"), ("3/10", "1/2")])
def test_the_closed_form_of_the_longest_steps(decays):
    one, two = map(Rational, decays)
    claim = statements["D15a"].claim
    (relation,) = claim.relations
    recursion = moments(Fraction(str(two / one)), Fraction(decays[0]), Fraction(decays[1]), 5)
    for n, square in enumerate(recursion, 1):
        closed = relation.rhs.subs({beta1: one, beta2: two, t: n})
        assert closed == Rational(square.numerator, square.denominator)


def test_a_period_is_its_steps():
    rule = catalog.system("RMSProp(eps=0, rho=1/10)")
    hyper = ({"lr": Rational(1, 3)},)
    steps = Run(rule, Rational(2), hyper, script(3, -1, -1), 3)
    whole = Run(period, Rational(2), hyper, script(0), 1)
    assert whole.state(1)["v"] == steps.state(3)["v"]
    assert not differ(whole.state(1)["theta"], steps.state(3)["theta"])
    assert differ(whole.state(1)["theta"], steps.state(2)["theta"])
    with pytest.raises(ValueError, match="reads its clock"):
        unrolled(catalog.system("Adam"), (1,), "Clocked", Source("none", "none"))


def test_signs_turn_with_the_axes_by_right_angles_only():
    x, y = Symbol("x", real=True), Symbol("y", real=True)
    assert decided(Identity(-sign(y), sign(-y))) == "proved"
    assert decided(Identity((3 * sign(x) - 4 * sign(y)) / 5, sign((3 * x - 4 * y) / 5))) == (
        "refuted"
    )


def test_a_bound_that_holds_is_not_refuted_and_a_smaller_one_is_not_proved():
    plain = catalog.system("AdamNoCorrection")
    sharp = statements["D16"].claim
    (relation,) = sharp.relations
    less = relation.lhs <= relation.rhs * Rational(99, 100)
    claim = Always(plain, [less], [less, v[t] >= 0], assume=sharp.assume)
    assert decided(claim) != "proved"
    rates = catalog.system("RMSProp(eps=0)")
    step = theta[t] - theta[t - 1]
    assert decided(Always(rates, [Abs(step) <= lr], [v[t] >= 0])) == "refuted"
