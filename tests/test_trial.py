"""What divides by zero in the first steps is refused, with the equation and the step."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import oo

from optwright.derive import catalog
from optwright.derive.error import DeclarationError
from optwright.derive.interpret.trial import trial
from optwright.derive.language import (
    ALL,
    COORDINATE,
    Eq,
    Family,
    History,
    Optimizer,
    Push,
    Route,
    Schedule,
    State,
    Variable,
    Where,
    cases,
    eps,
    g,
    log,
    lr,
    m,
    momentum,
    norm,
    sqrt,
    t,
    theta,
)

past = History(Variable("past"), 2, COORDINATE)
move = Eq(theta[t], theta[t - 1] - lr * g[t])


def rule(*step: Any, hyper: Any = None, **options: Any) -> Optimizer:
    return Optimizer("Rule", "a test", step, hyper or (lr(0.1),), **options)


def late(k: int) -> Optimizer:
    """Divides by zero in step k alone."""
    return rule(Eq(theta[t], theta[t - 1] - lr * g[t] / (t - k)))


WRONG = [
    (
        rule(
            Eq(m[t], g[t] / (1 - momentum ** (t - 1))),
            Eq(theta[t], theta[t - 1] - lr * m[t]),
            hyper=(lr(0.1), momentum(0.9)),
        ),
        r"Rule, equation 'm\[t\] = .*': step 1: gives a value that is infinite .*momentum = 9/10",
    ),
    (late(1), "step 1: gives"),
    (late(3), "step 3: gives"),
    (
        rule(Eq(m[t], g[t] / m[t - 1]), Eq(theta[t], theta[t - 1] - lr * m[t]), state=(m,)),
        r"equation 'm\[t\] = g\[t\]/m\[t - 1\]': step 1",
    ),
    (rule(Eq(theta[t], theta[t - 1] - lr * log(-(g[t] ** 2)))), "step 1: gives a value"),
    (
        rule(Eq(theta[t], theta[t - 1] - lr * past[2]), Push({past: g[t]}), state=(past,)),
        "step 1: cannot be taken at the defaults: .*past\\[2\\]",
    ),
]
"""Declarations that mean something and compute nothing, with the end of the message."""


@pytest.mark.parametrize(("declaration", "message"), WRONG)
def test_no_number_is_an_error(declaration: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as caught:
        trial(declaration)
    assert "\n" not in str(caught.value)


def test_only_the_steps_asked_for_are_tried() -> None:
    trial(late(4))
    trial(late(3), steps=2)
    with pytest.raises(DeclarationError, match="step 4"):
        trial(late(4), steps=4)


def test_members_branches_and_schedules_are_tried() -> None:
    family = Family("Rule", "paper", {"bad": (False, True)}, lambda bad: late(1 if bad else 9))
    with pytest.raises(DeclarationError, match="step 1"):
        trial(family)
    route = Route("Split", "a test", ((Where(ndim_at_least=2), rule(move)), (Where(), late(2))))
    with pytest.raises(DeclarationError, match=r"Rule, equation .*step 2"):
        trial(route)
    with pytest.raises(DeclarationError, match=r"Plan, output .*step 2"):
        trial(Schedule("Plan", "a test", lr / (t - 2), (lr(0.1),)))
    with pytest.raises(DeclarationError, match=r"Plan, equation .*step 1"):
        trial(Schedule("Plan", "a test", m[t], (lr(0.1),), (m,), (Eq(m[t], lr / m[t - 1]),)))


def test_what_starts_infinite_is_meant() -> None:
    best = Variable("best")
    trial(
        rule(
            Eq(best[t], cases((norm(g[t], "all"), norm(g[t], "all") < best[t - 1]), best[t - 1])),
            Eq(theta[t], theta[t - 1] - lr * g[t] / (1 + 1 / best[t])),
            state=(State(best, oo, ALL),),
        )
    )


def test_a_root_of_a_mean_has_numbers_where_gradients_are_positive() -> None:
    trial(
        rule(
            Eq(m[t], m[t - 1] / 2 + g[t] / 2),
            Eq(theta[t], theta[t - 1] - lr * g[t] / (eps + sqrt(m[t]))),
            hyper=(lr(0.1), eps(1e-8)),
            state=(m,),
        )
    )


def test_the_catalogue_passes() -> None:
    for declaration in catalog.values():
        trial(declaration)
