"""A declaration that means nothing fails at once, with the equation, the symbol and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Symbol

from optwright.derive import language
from optwright.derive.language import (
    HOST,
    TENSOR,
    Eq,
    History,
    Loop,
    Parameter,
    Push,
    Repeat,
    Source,
    State,
    Variable,
    Where,
    beta,
    dot,
    g,
    lr,
    m,
    matmul,
    norm,
    t,
    theta,
    transpose,
    v,
)
from optwright.derive.language.declaration import DeclarationError, Optimizer, Route, Schedule

here, k = theta[t - 1], Symbol("k", integer=True)
a, count = Variable("a"), Parameter("count", "integer [1, inf)")
past = History(Variable("past"), 2)
move = Eq(theta[t], here - lr * g[t])


def rule(*step: Any, name: str = "Rule", hyper: Any = None, **options: Any) -> Optimizer:
    hyper = [lr(0.1)] if hyper is None else hyper
    return Optimizer(name=name, source=Source("A test"), hyper=hyper, step=step, **options)


def schedule(output: Any, *step: Any, **options: Any) -> Schedule:
    options = {"hyper": [lr(0.1)], **options}
    return Schedule(name="Plan", source=Source("A test"), output=output, step=step, **options)


def route(*branches: Any) -> Route:
    return Route("Split", Source("A test"), branches)


matrix = rule(Eq(theta[t], here - lr * matmul(g[t], transpose(g[t]), g[t])), shape="matrix")

BAD: list[tuple[Callable[[], Any], str]] = [
    # Names.
    (lambda: rule(move, name="my rule"), "my rule: is no name: letters, digits"),
    (lambda: rule(move, name="lambda"), "lambda: is a word of Python or C"),
    (lambda: rule(move, name="double"), "double: is a word of Python or C"),
    (
        lambda: rule(Eq(Variable("params")[t], g[t]), move),
        "params: has a fixed meaning in generated code",
    ),
    # Hyperparameters.
    (lambda: rule(move, hyper=[lr(0.1), lr(0.2)]), "lr: is declared twice among the hyper"),
    (lambda: rule(move, hyper=[lr(-1)]), r"lr: its default -1 is outside \[0, inf\)"),
    (lambda: rule(move, hyper=[lr(beta)]), "lr: its default uses beta, which is not declared"),
    (lambda: rule(move, hyper=[lr(0.1), beta(0.9)]), "beta: is a hyperparameter that no equation"),
    (lambda: rule(move, hyper=[]), "Rule, equation .*: lr: is not among the hyperparam"),
    (lambda: rule(Eq(theta[t], here - Parameter("lrr", "[0, inf)") * g[t] * lr)), "mean lr?"),
    # State.
    (lambda: State("m"), "State: 'm': is a str, no Variable"),  # type: ignore[arg-type]
    (lambda: rule(move, state=[m, m]), "m: is declared twice"),
    (lambda: rule(move, state=[theta]), "theta: is declared twice"),
    (lambda: rule(move, state=[m]), "m: is kept as state, but no equation assigns it"),
    (lambda: rule(Eq(m[t], 1), move, state=[State(m, beta)]), "beta: is no hyperparameter"),
    (lambda: rule(Eq(m[t], 1), move, state=[State(m, v[0])]), "uses hyperparameters and theta"),
    (lambda: rule(Eq(m[t], 1), move, state=[State(m, here)]), "uses hyperparameters and theta"),
    (
        lambda: rule(Eq(m[t], 1), move, state=[State(m, theta[0], HOST)]),
        "theta.0.: is of extent coordinate, the state is declared of host",
    ),
    (
        lambda: rule(Eq(m[t], g[t]), move, state=[State(m, extent=TENSOR)]),
        "m: is declared of extent tensor and assigned a value of extent coordinate",
    ),
    # Equations.
    (rule, "theta: no equation assigns theta"),
    (lambda: rule(move, move), "theta: is assigned twice in one step"),
    (lambda: rule(sympy.true, move), "step: True: is no equation: == and SymPy's"),
    (lambda: rule(Eq(m[t - 1], 1), move), "an equation assigns a sequence at t"),
    (lambda: rule(Eq(Variable("lr")[t], 1), move), "lr: is a hyperparameter and cannot be"),
    (lambda: rule(Eq(a[t], m[t]), Eq(m[t], 1), move, state=[m]), r"m\[t - 1\] is its value bef"),
    (lambda: rule(Eq(a[t], m[t - 1]), move), r"m\[t - 1\]: is not in the state"),
    (lambda: rule(Eq(a[t], 1), Eq(m[t], a[t - 1]), move), "not kept: add it to the state"),
    (lambda: rule(Eq(theta[t], theta[t - 2] - lr * g[t])), "reads sequences at t and t - 1 only"),
    (
        lambda: rule(Eq(theta[t], here - lr * matmul(g[t], g[t])), shape="row"),
        "'row' is not one of any",
    ),
    (lambda: rule(move, scope="some"), "scope: 'some' is not one of tensor, all"),
    # Histories and loops.
    (lambda: rule(Eq(past.variable[t], 1), move, state=[past]), "append to it with Push"),
    (lambda: rule(move, Push({past: g[t]})), "past: is not among the state's histories"),
    (lambda: rule(move, Push({past: norm(g[t])}), state=[past]), "extent coordinate, pushed tens"),
    (
        lambda: rule(move, Push({past: g[t]}, when=dot(g[t], g[t]) > 0), state=[past]),
        "the condition of a push is one number over all tensors",
    ),
    (
        lambda: rule(Loop(k, 1, norm(g[t]), (Eq(a[0], g[t]),), (Eq(a[k], a[k - 1]),)), move),
        "the bounds of a loop are host values",
    ),
    (lambda: rule(Loop(k, 1, 2, (), (Eq(m[k], 1),)), Eq(m[t], 1), move, state=[m]), "of its own"),
    (lambda: rule(Loop(k, 1, 2, (Eq(a[0], 1),), (Eq(a[k + 1], 1),)), move), "members at k"),
    (
        lambda: rule(Loop(t, 1, 2, (Eq(a[0], 1),), (Eq(a[t], a[t - 1]),)), move),
        "t: a loop needs an index of its own",
    ),
    # Views and repetition.
    (lambda: rule(move, views={"eval": norm(theta[t])}), "eval: a view has one entry per param"),
    (lambda: rule(move, repeat=Repeat(2, norm(g[t]) < 1)), "repeat: its condition is one number"),
    # Schedules and routes.
    (lambda: schedule(g[t]), "g"),
    (lambda: schedule(lr * norm(theta[t - 1])), "output: the output of a schedule is one host"),
    (lambda: schedule(lr, Eq(a[t], theta[t - 1])), "a: a schedule has host values only"),
    (lambda: schedule(lr, state=[State(m, extent=HOST)]), "m: is kept as state, but no equation"),
    (route, "branches: a route needs at least one"),
    (lambda: route((Where(), rule(move, scope="all"))), "would see its own tensors only"),
    (
        lambda: route((Where(), rule(move, repeat=Repeat(2)))),
        "a branch that repeats within a call would leave the others behind",
    ),
    (lambda: route((Where(), matrix)), "its condition must be two dimensions exactly"),
    (
        lambda: route((Where(), rule(move)), (Where(), rule(move, name="Other", hyper=[lr(1)]))),
        "lr: has different defaults or ranges in two branches",
    ),
    (
        lambda: route(
            (Where(), rule(Eq(theta[t], here - lr * g[t] / norm(g[t], "all")))),
            (Where(), rule(move, name="Other")),
        ),
        "spans all tensors, so it must stand among the statements with which every branch begins",
    ),
    (
        lambda: route(
            *(
                (
                    Where(),
                    rule(Eq(m[t], m[t - 1] + x), move, state=[State(m, extent=HOST)], name=name),
                )
                for x, name in ((1, "One"), (2, "Two"))
            )
        ),
        "m: is host state that two branches renew differently",
    ),
]


@pytest.mark.parametrize(("made", "message"), BAD, ids=[m[:40] for _, m in BAD])
def test_a_bad_declaration_says_why(made: Callable[[], Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as caught:
        made()
    assert "\n" not in str(caught.value)


def test_a_flag_does_not_bear_a_hyperparameter_s_name() -> None:
    def make(lr: bool) -> language.Optimizer:
        return language.Optimizer(
            name="Clash",
            source=language.Source("A test"),
            hyper=[language.lr(0.1)],
            step=[language.Eq(language.theta[t], language.theta[t - 1] - language.lr * g[t])],
        )

    clash = language.Family("Clash", "paper", {"lr": (True, False)}, make)
    with pytest.raises(DeclarationError, match="lr: is a flag and a hyperparameter: rename one"):
        clash()


def test_the_condition_of_a_push_is_exact() -> None:
    past = language.History(language.Variable("past"), 3)
    push = language.Push({past: g[t]}, when=language.norm(g[t], "all") > 0.5)
    assert push.when == (language.norm(g[t], "all") > language.Rational(1, 2))
