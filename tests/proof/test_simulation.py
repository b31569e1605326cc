"""The simulation relation: what it proves, what it refutes, and what it must not be talked into."""

from __future__ import annotations

import pytest
from sympy import Integer, Rational

from optwright.derive.claim.problem import ANSWER, POINT, Objective, script
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.error import NotReal, Unsupported
from optwright.derive.language import (
    Eq,
    Equal,
    Optimizer,
    Parameter,
    Source,
    Variable,
    beta1,
    beta2,
    cases,
    eps,
    g,
    gamma,
    grad,
    lr,
    m,
    norm,
    sqrt,
    t,
    theta,
    u,
    v,
    value,
)
from optwright.derive.proof import decide
from optwright.derive.proof.run.exact import Run
from optwright.derive.proof.run.replay import replay, run_of
from optwright.derive.proof.run.system import Question, advance, hyper_values, initial

HERE = Source("test")


RATES = (lr(0.1), gamma(0.9))


def system(name, step, state=(), hyper=RATES):
    return Optimizer(name=name, source=HERE, hyper=hyper, state=state, step=step)


inside = system(
    "Inside", [Eq(v[t], gamma * v[t - 1] + lr * g[t]), Eq(theta[t], theta[t - 1] - v[t])], [v]
)
outside = system(
    "Outside", [Eq(u[t], gamma * u[t - 1] + g[t]), Eq(theta[t], theta[t - 1] - lr * u[t])], [u]
)
ahead = system(
    "Ahead",
    [
        Eq(g[t], grad(theta[t - 1] - gamma * v[t - 1])),
        Eq(v[t], gamma * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
    ],
    [v],
)
descent = system("Descent", [Eq(theta[t], theta[t - 1] - lr * g[t])], hyper=(lr(0.1),))


def test_a_step_eliminates_intermediates_and_asks_in_order():
    half = Variable("half")
    twice = system(
        "Twice",
        [
            Eq(half[t], theta[t - 1] - lr * g[t]),
            Eq(u[t], grad(half[t])),
            Eq(theta[t], theta[t - 1] - lr * (g[t] + u[t]) / 2),
        ],
        hyper=(lr(0.1),),
    )
    heard = []

    def ask(question):
        heard.append(question)
        return Variable("a")[len(heard)]

    a = Variable("a")
    step = advance(twice, {"theta": theta[t - 1]}, hyper_values(twice.hyper, (), t), t, ask)
    assert heard == [
        Question("grad", (theta[t - 1],)),
        Question("grad", (theta[t - 1] - lr * a[1],)),
    ]
    assert step.state["theta"] - (theta[t - 1] - lr * (a[1] + a[2]) / 2) == 0


def test_equal_questions_of_one_step_are_asked_once():
    asked = []
    rule = system(
        "Again",
        [Eq(u[t], grad(theta[t - 1])), Eq(theta[t], theta[t - 1] - lr * (g[t] + u[t]))],
        hyper=(lr(0.1),),
    )
    advance(rule, {"theta": theta[0]}, {"lr": lr}, Integer(1), lambda q: asked.append(q) or g[1])
    assert len(asked) == 1


def test_conditions_on_the_clock_are_decided_where_they_can_be():
    rule = system(
        "First",
        [Eq(theta[t], theta[t - 1] - cases((lr, Equal(t, 1)), 2 * lr) * g[t])],
        hyper=(lr(0.1),),
    )
    state, hyper = {"theta": theta[t - 1]}, {"lr": lr}
    later = advance(rule, state, hyper, t, lambda q: g[t], least=2).state["theta"]
    first = advance(rule, state, hyper, Integer(1), lambda q: g[t]).state["theta"]
    assert later == theta[t - 1] - 2 * lr * g[t] and first == theta[t - 1] - lr * g[t]
    assert advance(rule, state, hyper, t, lambda q: g[t]).state["theta"].has(cases)


def test_initial_state_uses_theta_and_hyperparameters():
    from optwright.derive.language import State

    rule = Optimizer(
        name="Start",
        source=HERE,
        hyper=[lr(0.1)],
        state=[State(v, init=2 * lr * theta[0])],
        step=[Eq(v[t], v[t - 1] + g[t]), Eq(theta[t], theta[t - 1] - lr * v[t])],
    )
    assert initial(rule, Integer(3), {"lr": Rational(1, 2)}) == {"theta": 3, "v": 3}


def test_equal_under_a_state_map_for_all_t():
    verdict = decide(Simulation(outside, inside, state={"v": lr * u[t]}))
    assert verdict.status == "proved"
    assert "all t" in verdict.scope and any(
        "lr" in c and "constant" in c for c in verdict.conditions
    )
    assert {o.status for o in verdict.obligations} == {"proved"}


def test_a_varying_rate_breaks_it_and_the_defect_says_why():
    verdict = decide(Simulation(outside, inside, state={"v": lr * u[t]}, varying=["lr"]))
    assert verdict.status == "refuted"
    assert "lr[t] - lr[t - 1]" in verdict.hint
    assert replay(verdict.counterexample, outside, inside)


def test_counterexamples_are_runs_that_anyone_can_repeat():
    found = decide(Simulation(ahead, inside)).counterexample
    left, right = (run_of(x, s) for x, s in zip(found.runs, (ahead, inside), strict=True))
    shown = dict(found.found)
    assert shown["Ahead theta[2]"] == str(left.state(2)["theta"])
    assert shown["Inside theta[2]"] == str(right.state(2)["theta"])
    assert left.state(1) == right.state(1) and left.state(2) != right.state(2)
    assert replay(found, ahead, inside)


def test_the_point_of_a_question_is_part_of_the_claim():
    # The equations are those of heavy ball; only the point differs.
    assert decide(Simulation(ahead, inside)).status == "refuted"
    assert decide(Simulation(ahead, ahead)).status == "proved"


def test_a_wrong_state_map_of_a_true_claim_is_not_refuted():
    # The parameters agree, the map is false of the velocity: neither verdict would be right.
    verdict = decide(Simulation(outside, inside, state={"v": 2 * lr * u[t]}))
    assert verdict.status == "undecided"
    assert "exact runs that agreed" in verdict.evidence


def test_an_oracle_that_the_other_system_never_asks_is_no_equality():
    polyak = system(
        "Polyak", [Eq(theta[t], theta[t - 1] - lr * value(theta[t - 1]) * g[t])], hyper=(lr(0.1),)
    )
    assert decide(Simulation(descent, polyak)).status == "refuted"


def test_maps_of_points_and_answers():
    c = Parameter("c", "(0, inf)")
    claim = Simulation(
        descent,
        descent,
        parameters=[c(2)],
        point=POINT / c,
        answer={"grad": ANSWER / c},
        hyper={"lr": c**2 * lr},
        state={"theta": c * theta[t]},
    )
    assert decide(claim).status == "proved"
    claim = Simulation(
        descent,
        descent,
        parameters=[c(2)],
        point=POINT / c,
        answer={"grad": ANSWER / c},
        hyper={"lr": c * lr},
        state={"theta": c * theta[t]},
    )
    assert decide(claim).status == "refuted"


def test_first_steps_are_unrolled_where_the_rule_distinguishes_them():
    first = system(
        "FromFirst",
        [
            Eq(v[t], cases((lr * g[t], Equal(t, 1)), gamma * v[t - 1] + lr * g[t])),
            Eq(theta[t], theta[t - 1] - v[t]),
        ],
        [v],
    )
    assert decide(Simulation(inside, first)).status == "proved"
    second = system(
        "FromSecond",
        [
            Eq(v[t], cases((lr * g[t], Equal(t, 2)), gamma * v[t - 1] + lr * g[t])),
            Eq(theta[t], theta[t - 1] - v[t]),
        ],
        [v],
    )
    assert decide(Simulation(inside, second)).status == "refuted"


def test_hyperparameters_must_land_in_the_range_that_is_declared():
    verdict = decide(Simulation(inside, inside, hyper={"gamma": gamma + 1}))
    assert verdict.status != "proved"
    bad = [o for o in verdict.obligations if "gamma in [0, 1)" in o.name]
    assert bad and any(o.status == "refuted" for o in bad)


def test_invariants_are_proved_before_they_are_used():
    adam = Optimizer(
        name="Adam",
        source=HERE,
        hyper=[lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
        state=[m, v],
        step=[
            Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
            Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
            Eq(
                theta[t],
                theta[t - 1] - lr * m[t] / (1 - beta1**t) / (sqrt(v[t] / (1 - beta2**t)) + eps),
            ),
        ],
    )
    assert decide(Simulation(adam, adam, invariants=[v[t] >= 0])).status == "proved"
    # A false invariant would prove anything: it must not be believed.
    assert decide(Simulation(adam, adam, invariants=[v[t] >= 1])).status == "undecided"


def test_norms_are_homogeneous_but_not_additive():
    n = Variable("n")

    def clipped(x):
        return system(
            "Clipped",
            [Eq(n[t], norm(x)), Eq(theta[t], theta[t - 1] - lr * g[t] / n[t])],
            hyper=(lr(0.1),),
        )

    assert decide(Simulation(clipped(2 * g[t]), clipped(-2 * g[t]))).status == "proved"
    assert decide(Simulation(clipped(2 * g[t]), clipped(g[t]))).status == "refuted"
    assert (
        decide(Simulation(clipped(g[t] + theta[t - 1]), clipped(theta[t - 1] + g[t]))).status
        == "proved"
    )


def test_a_real_step_beside_one_that_is_not_is_a_difference():
    rooted = system("Rooted", [Eq(theta[t], theta[t - 1] - lr * sqrt(g[t]))], hyper=(lr(0.1),))
    plain = system("Plain", [Eq(theta[t], theta[t - 1] - lr * g[t])], hyper=(lr(0.1),))
    verdict = decide(Simulation(plain, rooted, problems=[script(-1)]))
    assert verdict.status == "refuted"
    assert "no real number" in str(verdict.counterexample)


def test_what_cannot_be_executed_is_undecided_not_refuted():
    from optwright.derive.rule import catalog

    lbfgs = catalog["LBFGS"]
    assert decide(Simulation(lbfgs, lbfgs)).status == "undecided"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hyper": {"gama": 0}}, "did you mean gamma"),
        ({"state": {"w": 0}}, "keeps no state w"),
        ({"varying": ["lrr"]}, "did you mean lr"),
    ],
)
def test_maps_name_what_exists(wrong, message):
    with pytest.raises(ValueError, match=message):
        Simulation(inside, inside, **wrong)


def test_maps_must_be_complete():
    with pytest.raises(ValueError, match="state v of Inside needs a map"):
        Simulation(outside, inside)
    with pytest.raises(ValueError, match="hyperparameter gamma of Inside needs a value"):
        Simulation(descent, inside, state={"v": 0})


def test_runs_are_exact():
    run = Run(
        inside,
        Integer(1),
        ({"lr": Rational(1, 3), "gamma": Rational(1, 2)},),
        Objective((1,), (0,)),
        2,
    )
    assert run.state(1) == {"theta": Rational(2, 3), "v": Rational(1, 3)}
    assert run.state(2)["theta"] == Rational(2, 3) - (Rational(1, 6) + Rational(2, 9))
    zero = system("Zero", [Eq(theta[t], theta[t - 1] - lr / g[t])], hyper=(lr(0.1),))
    with pytest.raises(NotReal):
        Run(zero, Integer(1), ({"lr": Integer(1)},), script(0), 1).state(1)


def test_unknown_parts_are_reported():
    with pytest.raises(Unsupported, match="hyperparameter lr has no value"):
        advance(descent, {"theta": theta[0]}, {}, Integer(1), lambda q: g[1])
