"""Claims that once had a wrong verdict, or none in time, beside the true or false ones near them.

Each was found by an attack on one kind of claim; none of them may be decided the wrong way again.
"""

import time
from typing import Any

import pytest
import sympy
from sympy import Integer, Rational, Symbol, ceiling, oo, sqrt

from optwright.derive import prove
from optwright.derive.claim.formula.counting import Counting
from optwright.derive.claim.formula.expression import Identity, Inequality
from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.loss.order import AgreeToOrder, DifferenceQuotient, Steps, Vanishes
from optwright.derive.claim.loss.quadratic import L, Stable
from optwright.derive.claim.rule.expectation import MeanStep
from optwright.derive.claim.rule.gathered import Gathered, part
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Mod,
    Optimizer,
    Parameter,
    Source,
    Variable,
    beta,
    cases,
    dot,
    eps,
    g,
    grad,
    hessian_diagonal,
    lr,
    m,
    momentum,
    norm,
    round_to,
    t,
    theta,
    total,
    transpose,
    u,
    v,
    weight_decay,
)
from optwright.derive.proof import decide
from optwright.derive.rule import catalog

w, k = Variable("w"), Variable("k")
x, y = Symbol("x", positive=True), Symbol("y", real=True)
G = grad(theta[t - 1])
MEAN = Parameter("average", "(-inf, inf)")
SQUARE = Parameter("square", "[0, inf)")


def rule(name: str, hyper: Any, state: Any, *step: Any) -> Optimizer:
    return Optimizer(name=name, source=Source("an attack", ""), hyper=hyper, state=state, step=step)


descent = rule("Descent", (lr(1),), (), Eq(theta[t], theta[t - 1] - lr * G))


def status(claim: Any, budget_s: float = 5.0) -> str:
    return str(decide(claim, budget_s).status)


# --- operations on arrays are no arbitrary functions ----------------------------------------------


@pytest.mark.parametrize(
    "claim",
    [
        Inequality(sympy.Ge(total(u[t] ** 2), 0)),
        Inequality(sympy.Ge(dot(u[t], u[t]), 0)),
        Inequality(sympy.Le(norm(u[t] + w[t]), norm(u[t]) + norm(w[t]))),
        Inequality(sympy.Le(dot(u[t], w[t]), norm(u[t]) * norm(w[t]))),
        Identity(dot(u[t] + w[t], g[t]), dot(u[t], g[t]) + dot(w[t], g[t])),
        Identity(norm(u[t]) ** 2, dot(u[t], u[t])),
        Identity(norm(u[t] - w[t]), norm(w[t] - u[t])),
        Identity(total(2 * u[t]), 2 * total(u[t])),
        Identity(transpose(transpose(u[t])), u[t]),
    ],
    ids=str,
)
def test_what_holds_of_arrays_is_not_refuted(claim):
    assert status(claim) != "refuted"


def test_what_fails_for_one_entry_is_refuted():
    assert status(Identity(norm(u[t]), u[t])) == "refuted"
    assert status(Inequality(total(u[t]) >= 0)) == "refuted"
    assert status(Identity(norm(u[t] * w[t]), Abs(u[t]) * norm(w[t]))) == "undecided"  # n = 2 not
    assert status(Identity(round_to(y, "bfloat16"), y)) == "undecided"


# --- counting -------------------------------------------------------------------------------------

a, b, q = (Symbol(name, integer=True, positive=True) for name in "abq")


@pytest.mark.parametrize(
    "claim",
    [
        Counting(sympy.Le(ceiling(a / q), q + 11)),  # false at a = 13, q = 1
        Counting(sympy.Ge(ceiling((a - 20) / b), 1), where=(a >= 13,)),
        Counting(sympy.Ge(ceiling(a / (b - 20)) * (b - 20), a), where=(b >= 13,)),
    ],
    ids=str,
)
def test_ceilings_of_what_is_negative_and_letters_that_are_taken(claim):
    assert status(claim) != "proved"


# --- means ----------------------------------------------------------------------------------------

plain = rule(
    "Plain",
    (lr(1), beta(0.5)),
    (m,),
    Eq(m[t], beta * m[t - 1] + g[t]),
    Eq(theta[t], theta[t - 1] - lr * m[t]),
)
tied = rule(
    "Tied",
    (lr(1),),
    (m, u, v),
    Eq(m[t], g[t]),
    Eq(u[t], 2 * g[t]),
    Eq(v[t], m[t - 1] * u[t - 1]),
    Eq(theta[t], theta[t - 1] - lr * v[t]),
)


def means(system: Optimizer, left: Any, right: Any, **more: Any) -> Always:
    return Always(
        system,
        (sympy.Eq(left, right),),
        parameters=(MEAN(1), SQUARE(1)),
        moments={1: MEAN, 2: SQUARE},
        **more,
    )


def test_means_of_states_that_others_follow_from():
    second = -lr * MEAN * (2 + beta)
    assert status(means(plain, theta[t], second, first=2, last=2, begin=Integer(0))) == "proved"
    move = theta[t] - theta[t - 1], -lr * MEAN * (1 - beta**t) / (1 - beta)
    assert status(means(plain, *move)) != "refuted"


@pytest.mark.parametrize("more", [{"first": 2, "last": 2}, {"first": 2}], ids=str)
def test_the_mean_of_a_product_is_no_product_of_means(more):
    assert status(means(tied, v[t], 2 * SQUARE, **more)) != "refuted"
    assert status(means(tied, v[t], 2 * MEAN**2, **more)) != "proved"
    assert status(means(plain, m[t] * g[t], MEAN**2 * (1 - beta**t) / (1 - beta))) != "proved"


def test_means_that_powers_do_not_tell():
    absolute = plain.replace(step=(Eq(m[t], beta * m[t - 1] + Abs(g[t])), plain.step[-1]))
    assert status(means(absolute, m[t], MEAN)) == "undecided"


def test_no_steps_are_no_claim():
    for first, last in ((3, 2), (0, None)):
        with pytest.raises(ValueError, match="there is no step"):
            Always(plain, (m[t] > 5,), first=first, last=last)


def test_vectors_are_no_numbers():
    ratio = rule("Ratio", (lr(1),), (), Eq(theta[t], theta[t - 1] - lr * dot(g[t], g[t]) / g[t]))
    assert status(MeanStep(ratio)) != "proved"
    extra = norm(u[t - 1]) ** 2 * G**2 - norm(G) ** 2 * u[t - 1] ** 2
    half = sympy.Eq(Mod(t, 2), 0)
    gathering = rule(
        "Gathering",
        (lr(1),),
        (u,),
        Eq(u[t], cases((extra + u[t - 1] + G, half), G)),
        Eq(theta[t], theta[t - 1] - lr * cases((u[t] / 2, half), 0)),
    )
    average = (part(1) + part(2)) / 2
    assert status(Gathered(gathering, descent, 2, average, {"u": None})) != "proved"


# --- limits ---------------------------------------------------------------------------------------


def test_limits_where_a_leading_coefficient_may_vanish():
    ratio = (weight_decay * x + 1) / (weight_decay * x + 2)
    split = cases((Rational(1, 2), sympy.Eq(weight_decay, 0)), 1)
    assert status(Limit(ratio, x, oo, 1)) == "undecided"  # 1/2 without weight decay
    assert status(Limit(ratio, x, oo, split)) == "undecided"
    assert status(Limit(ratio, x, oo, 1, where=(weight_decay > 0,))) == "proved"
    assert status(Limit(ratio, x, oo, 2, where=(weight_decay > 0,))) == "refuted"
    assert status(Limit(weight_decay ** (1 / x), x, oo, 1)) == "undecided"  # 0**h = 0


def test_limits_of_families_hear_each_question_by_itself():
    twice = (Eq(w[t], theta[t - 1] - lr * G), Eq(theta[t], w[t] - lr * grad(w[t])))
    right = rule("Twice", (lr(1),), (), *twice)
    left = rule(
        "Once",
        (lr(1), eps(0)),
        (),
        twice[0],
        Eq(theta[t], w[t] - lr * G + eps * grad(w[t])),
    )
    assert status(FamilyLimit(left, right, eps, 0)) == "refuted"
    slope = rule(
        "Slope", (lr(1),), (), Eq(theta[t], theta[t - 1] - lr * hessian_diagonal(theta[t - 1]))
    )
    near = rule("Near", (lr(1), eps(0)), (), Eq(theta[t], theta[t - 1] - (lr + eps) * G))
    assert status(FamilyLimit(near, slope, eps, 0)) != "proved"
    assert status(FamilyLimit(near, descent, eps, 0)) == "proved"


def still(name: str, factor: Any, *hyper: Any) -> Optimizer:
    """A rule with a state that stays 0."""
    move = theta[t - 1] - lr * G - factor * m[t - 1]
    return rule(name, (lr(1), *hyper), (m,), Eq(m[t], m[t - 1]), Eq(theta[t], move))


def test_what_fails_in_states_that_no_run_reaches_is_not_refuted():
    assert status(FamilyLimit(still("A", eps, eps(0)), still("B", 1), eps, 0)) != "refuted"
    claim = Simulation(still("C", eps, eps(0)), still("D", 2 * eps, eps(0)))
    assert status(OnlyIf(claim, eps, 0, where=(sympy.Ne(m[t - 1], 0),))) == "undecided"
    assert status(OnlyIf(claim, eps, 1)) == "undecided"


def test_invariants_of_families_are_proved_before_they_are_used():
    left = rule(
        "E",
        (lr(1), eps(0)),
        (m,),
        Eq(m[t], m[t - 1]),
        Eq(theta[t], theta[t - 1] - lr * G / (1 + m[t - 1] ** 2 + eps)),
    )
    five = (sympy.Eq(m[t], 5),)
    right = left.replace(
        name="F",
        hyper=(lr(1),),
        step=(left.step[0], Eq(theta[t], theta[t - 1] - lr * G / 26 - 0 * m[t - 1])),
    )
    assert status(FamilyLimit(left, right, eps, 0, invariants=five)) != "proved"


# --- simulations ----------------------------------------------------------------------------------


def test_a_step_that_only_one_system_has():
    quotient = rule(
        "Quotient", (lr(1),), (), Eq(w[t], G**2), Eq(theta[t], theta[t - 1] - lr * w[t] / G)
    )
    for claim in (Simulation(descent, quotient), Simulation(quotient, descent)):
        verdict = decide(claim)
        assert verdict.status == "refuted"
        assert "no real number" in str(verdict.counterexample)


def test_counts_are_integers():
    count = Parameter("count", "integer [0, inf)", "count")
    counted = rule("Counted", (count(1),), (), Eq(theta[t], theta[t - 1] - count * G))
    assert status(Simulation(descent, counted, hyper={"count": lr})) != "proved"
    doubled = rule("Doubled", (count(1),), (), Eq(theta[t], theta[t - 1] - 2 * count * G))
    assert status(Simulation(doubled, counted, hyper={"count": 2 * count})) == "proved"


def test_a_condition_that_matters_is_still_proved():
    inside = (Eq(v[t], momentum * v[t - 1] + lr * G), Eq(theta[t], theta[t - 1] - v[t]))
    outside = (Eq(v[t], momentum * v[t - 1] + G), Eq(theta[t], theta[t - 1] - lr * v[t]))
    hyper, rate = (lr(1), momentum(0.5)), Variable("lr")
    claim = Simulation(
        rule("Inside", hyper, (v,), *inside),
        rule("Outside", hyper, (v,), *outside),
        state={"v": v[t] / lr},
        varying=("lr",),
        assume=(rate[t] > 0, rate[t - 1] > 0),
    )
    where = (sympy.Ne(v[t - 1], 0), sympy.Ne(momentum, 0))
    assert status(OnlyIf(claim, rate[t], rate[t - 1], where)) == "proved"


# --- orders, polynomials, quadratics --------------------------------------------------------------


def test_orders_where_the_divisor_vanishes_at_an_end():
    assert status(Vanishes(lr**2 / (lr + eps), lr, 2)) == "undecided"  # lr at eps = 0
    assert status(Vanishes(lr**2 / (lr + eps), lr, 2, where=(eps > 0,))) == "proved"


def test_one_parameter_does_not_tell_of_many():
    left = rule(
        "Squared",
        (lr(1),),
        (),
        Eq(theta[t], theta[t - 1] - lr * (G**2 + grad(theta[t - 1] - lr * G**2))),
    )
    right = rule(
        "Product",
        (lr(1),),
        (),
        Eq(theta[t], theta[t - 1] - lr * (G + G * grad(theta[t - 1] - lr * G))),
    )
    verdict = decide(AgreeToOrder(Steps(left, 1), Steps(right, 1), lr, 3))
    assert verdict.status != "proved" or "of one parameter" in verdict.scope
    steps = decide(AgreeToOrder(Steps(descent, 2), Steps(descent, 1, {"lr": 2 * lr}), lr, 2))
    assert steps.status == "proved" and steps.scope == "all smooth losses, all starts"


def test_irrational_weights_and_ends_are_said_to_be():
    with pytest.raises(ValueError, match="no rational number"):
        DifferenceQuotient({0: -(sqrt(3) + sqrt(2)), sqrt(3) - sqrt(2): sqrt(3) + sqrt(2)})
    assert status(OnInterval(y >= 0, y, sqrt(2), 2)) == "undecided"


def test_no_parameters_prove_nothing():
    assert status(Stable(catalog.system("GradientDescent"), (lr < 2 / L,), low=2 * L)) != "proved"


# --- endings --------------------------------------------------------------------------------------


def test_powers_within_powers_end():
    assert status(Inequality(sympy.Ne(2 * beta, beta ** (2 * t)))) in ("undecided", "refuted")


class Endless:
    """A claim that does not look at the clock, as SymPy's arithmetic does not."""

    kind = "endless"


@decide.register
def _endless(claim: Endless, budget_s: float = 5.0) -> Any:
    while True:
        sympy.expand((x + y) ** 3)


def test_what_looks_at_no_clock_is_ended():
    begun = time.process_time()
    verdict = prove(Statement("endless", "it ends", Endless(), "proved"), 0.5)
    assert verdict.status == "undecided" and "out of time" in verdict.tried[0]
    assert time.process_time() - begun < 20
