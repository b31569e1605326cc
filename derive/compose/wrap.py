"""Wrappers: SAM, Lookahead, accumulation, skipped steps, master weights, averaged parameters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sympy
from sympy import Expr, sympify

from optwright.derive.compose.rewrite import (
    Names,
    S,
    asks,
    has_clock,
    lift,
    reclock,
    refuse,
    refuse_views,
    rename_values,
)
from optwright.derive.compose.transform import through
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    DeclarationError,
    History,
    Loop,
    Optimizer,
    Push,
    Repeat,
    State,
    Statement,
    equation,
    expressions,
    map_statement,
    theta,
)
from optwright.derive.language.extent import ALL, HOST
from optwright.derive.language.operation import cases, count_nonfinite, grad, norm, round_to
from optwright.derive.language.symbol import Parameter, Value, Variable, t


def sam(rule: S, rho: Any = 0.05) -> S:
    """Sharpness-aware minimisation around any rule (Foret et al. 2021).

    Each gradient that the rule asks at a point p is replaced by the one at p + rho·g/‖g‖, where g
    is the gradient at p and the norm is over all tensors; where g = 0 the point is p itself.
    `rho`, at least 0, is a hyperparameter of the result. Raises DeclarationError for a rule with a
    line search.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        refuse(
            rule,
            "sam",
            oracles={
                op.line_search: "a line search asks the loss itself, not that of the worst point"
            },
        )
        radius = names.hyper(
            Parameter("rho", "[0, inf)", "coefficient", r"\rho", "radius of the neighbourhood"), rho
        )

        def answer(raw: Value, point: Expr, names: Names) -> tuple[list[Statement], Expr]:
            length, scale = names.variable("g_norm")[t], names.variable("ascent_scale")[t]
            worst = names.variable("theta_worst")[t]
            return [
                equation(length, norm(raw, "all")),
                equation(scale, cases((radius.symbol / length, length > 0), 0)),
                equation(worst, point + scale * raw),
            ], grad(worst)

        return rule.replace(step=through(rule, names, answer), hyper=(*rule.hyper, radius))

    return lift(rule, build, "sam", "SAM")


def lookahead(rule: S, k: int = 5, alpha: Any = 0.5) -> S:
    """Lookahead around any rule (Zhang et al. 2019): every k steps the slow weights go the share
    alpha of the way to the fast ones, which start again from there. The rule keeps its state.

    `k`, at least 1, becomes the hyperparameter `sync_period`, `alpha` in [0, 1] `slow_step_size`.
    Raises DeclarationError for a rule that is repeated within a call.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        refuse(rule, "lookahead", repeated=True)
        every = names.hyper(
            Parameter(
                "sync_period", "integer [1, inf)", "count", "k", "steps between synchronisations"
            ),
            k,
        )
        share = names.hyper(
            Parameter(
                "slow_step_size",
                "[0, 1]",
                "coefficient",
                r"\alpha",
                "share of the way that the slow weights go",
            ),
            alpha,
        )
        fast, slow = names.variable("fast"), names.variable("slow")
        sync = sympy.Eq(sympy.Mod(t, every.symbol), 0)

        def own(x: Any) -> Any:
            return rename_values(x, {theta.name: fast.name}, lambda v: v.index == t)

        return rule.replace(
            step=(
                *(map_statement(s, own) for s in rule.step),
                equation(
                    slow[t],
                    cases(
                        (slow[t - 1] + share.symbol * (fast[t] - slow[t - 1]), sync), slow[t - 1]
                    ),
                ),
                equation(theta[t], cases((slow[t], sync), fast[t])),
            ),
            hyper=(*rule.hyper, every, share),
            state=(*rule.state, State(slow, init=theta[0])),
        )

    return lift(rule, build, "lookahead", "Lookahead")


def accumulate(rule: S, k: int = 1) -> S:
    """Take one step of the rule per k calls, with the mean of the k gradients.

    The rule gets a clock of its own, which counts its steps; between them its state rests. `k`, at
    least 1, becomes the hyperparameter `accumulation_steps`. Raises DeclarationError for a rule
    that asks more than one gradient, or at a point found within the step, or anything but gradients
    and noise: those answers would be of the last part of the batch only.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        question = _only_question(rule)
        every = names.hyper(
            Parameter(
                "accumulation_steps",
                "integer [1, inf)",
                "count",
                "k",
                "gradients that are averaged per step",
            ),
            k,
        )
        count, clock = names.variable("accumulated"), names.variable("steps_taken")
        gathered, asked = names.variable("g_sum"), names.variable("g_part")
        first = sympy.Eq(count[t], 1)
        whole: Any = sympy.Eq(count[t], every.symbol)
        kept: set[str] = {s.name for s in rule.states} | {theta.name}

        def own(x: Any) -> Any:
            return reclock(sympify(x).xreplace({question: gathered[t] / every.symbol}), clock[t])

        return rule.replace(
            step=(
                equation(count[t], cases((count[t - 1] + 1, count[t - 1] < every.symbol), 1)),
                equation(clock[t], cases((clock[t - 1] + 1, first), clock[t - 1])),
                equation(asked[t], reclock(question, clock[t])),
                equation(gathered[t], cases((asked[t], first), gathered[t - 1] + asked[t])),
                *(_only_if(whole, map_statement(s, own), kept) for s in rule.step),
            ),
            hyper=(*rule.hyper, every),
            state=(
                *rule.state,
                State(count, extent=HOST),
                State(clock, extent=HOST),
                State(gathered),
            ),
            views={name: reclock(x, clock[t]) for name, x in rule.views.items()},
        )

    return lift(rule, build, "accumulate", "Accumulated")


def _only_question(rule: Optimizer) -> op.Oracle:
    """The one gradient that a rule asks, which can be gathered over several calls.

    Raises DeclarationError where it cannot.
    """
    last_only = "it would be asked on the last of the accumulated batches only"
    refused = (op.value, op.hessian, op.hvp, op.hessian_diagonal, op.line_search)
    refuse(rule, "accumulate", repeated=True, oracles=dict.fromkeys(refused, last_only))
    refuse_views(rule, "accumulate")
    where = f"accumulate({rule.id})"
    questions = [q for s in rule.step for q in asks(s, grad)]
    if len(questions) != 1:
        reason = f"the rule asks for {len(questions)} gradients in a step, one is needed"
        raise DeclarationError(where, "grad", reason)
    if any(v.index == t for v in questions[0].args[0].atoms(Value)):
        reason = "the point is found within the step, so it is unknown while gradients are gathered"
        raise DeclarationError(where, str(questions[0]), reason)
    return questions[0]


def _only_if(condition: Any, statement: Statement, kept: Collection[str]) -> Statement:
    """The statement where a condition holds; else what is kept rests, and all else is zero."""
    if isinstance(statement, Push):
        return Push(dict(statement.values), sympy.And(statement.when, condition))
    if isinstance(statement, Loop):
        nowhere = statement.first + (1 if statement.downward else -1)
        return replace(
            statement,
            last=cases((sympify(statement.last), condition), nowhere),
            init=tuple(equation(e.lhs, cases((e.rhs, condition), 0)) for e in statement.init),
        )
    name = statement.lhs.name
    rest = Variable(name)[t - 1] if name in kept else sympy.Integer(0)
    return equation(statement.lhs, cases((statement.rhs, condition), rest))


def skip_nonfinite(rule: S) -> S:
    """Take no step where a gradient has an infinite or NaN entry in any tensor.

    Parameters, state and the rule's own clock stay as they are then. Host state becomes one number
    over all tensors, because it depends on the gradients now. Raises DeclarationError where a
    history grows before the last gradient is known, and for a rule repeated within a call.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        where = f"skip_nonfinite({rule.id})"
        refuse(rule, "skip_nonfinite", repeated=True)
        refuse_views(rule, "skip_nonfinite")
        bad, clock, attempt = map(names.variable, ("nonfinite", "steps_taken", "attempt"))
        kept = [*(s.variable for s in rule.states), theta]
        tried = {x.name: names.fresh(f"{x.name}_new") for x in kept}
        counts: list[Value] = []

        def counted(raw: Value, _: Expr, names: Names) -> tuple[list[Statement], Expr]:
            counts.append(names.variable("nonfinite")[t])
            return [equation(counts[-1], count_nonfinite(raw))], raw

        def own(x: Any) -> Any:
            return reclock(rename_values(x, tried, lambda v: v.index == t), attempt[t])

        step: list[Statement] = []
        known: list[Value] = []
        pushed = started = False
        for statement in through(rule, names, counted):
            if not started and any(map(has_clock, expressions(statement))):
                started = True
                step.append(equation(attempt[t], clock[t - 1] + 1))
            if isinstance(statement, sympy.Eq) and statement.lhs in counts:
                known.append(statement.lhs)
                if pushed:
                    reason = "is asked after a history has grown, when it is too late to skip"
                    raise DeclarationError(where, str(step[-1]), reason)
            changed = map_statement(statement, own)
            if isinstance(changed, Push):
                pushed = True
                finite = sympy.Eq(sum(known), 0)
                changed = Push(dict(changed.values), sympy.And(changed.when, finite))
            step.append(changed)
        step.append(equation(bad[t], sum(known)))
        finite = sympy.Eq(bad[t], 0)
        if started:
            step.append(equation(clock[t], cases((attempt[t], finite), clock[t - 1])))
        step.extend(
            equation(x[t], cases((Variable(tried[x.name])[t], finite), x[t - 1])) for x in kept
        )
        states: list[State | History] = [
            replace(s, extent=ALL) if isinstance(s, State) and s.extent == HOST else s
            for s in rule.state
        ]
        return rule.replace(
            step=tuple(step),
            state=[*states, State(clock, extent=ALL)] if started else states,
            views={name: reclock(x, clock[t]) for name, x in rule.views.items()},
        )

    return lift(rule, build, "skip_nonfinite", "Guarded")


def master_weights(rule: S, dtype: str = "bfloat16") -> S:
    """Keep the parameters exactly as state; θ is that state rounded to `dtype`, and so is every
    point at which an oracle is asked (Micikevicius et al. 2018).

    `dtype` is one of float16, bfloat16, float32, float64. Raises DeclarationError for a rule with a
    line search.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        refuse(
            rule,
            "master_weights",
            oracles={op.line_search: "a line search asks at points that would not be rounded"},
        )
        master = names.variable("master")

        def own(x: Any) -> Any:
            x = rename_values(x, {theta.name: master.name}, lambda v: v.index != 0)
            return x.replace(
                lambda n: isinstance(n, op.Oracle) and not isinstance(n, op.noise), rounded
            )

        def rounded(question: op.Oracle) -> Expr:
            point = question.args[0]
            stored = theta[t - 1] if point == master[t - 1] else round_to(point, dtype)
            return question.func(stored, *question.args[1:])

        return rule.replace(
            step=(
                *(map_statement(s, own) for s in rule.step),
                equation(theta[t], round_to(master[t], dtype)),
            ),
            state=(*rule.state, State(master, init=theta[0])),
            views={
                name: rename_values(x, {theta.name: master.name}) for name, x in rule.views.items()
            },
            invariants=tuple(rename_values(x, {theta.name: master.name}) for x in rule.invariants),
            repeat=rule.repeat and Repeat(own(rule.repeat.at_most), own(rule.repeat.until)),
        )

    return lift(rule, build, "master", "Master")


def ema_of_parameters(rule: S, decay: Any = 0.999) -> S:
    """Keep an exponential moving average of the parameters, which starts as a copy after the first
    step (as in torch's AveragedModel and Keras); the view "ema" gives it (Polyak & Juditsky 1992).
    `decay`, in [0, 1), becomes the hyperparameter `ema_decay`.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        keep = names.hyper(
            Parameter(
                "ema_decay", "[0, 1)", "decay", None, "decay of the moving average of parameters"
            ),
            decay,
        )
        average, d = names.variable("ema"), keep.symbol
        return rule.replace(
            step=(
                *rule.step,
                equation(
                    average[t],
                    cases((theta[t], sympy.Eq(t, 1)), d * average[t - 1] + (1 - d) * theta[t]),
                ),
            ),
            hyper=(*rule.hyper, keep),
            state=(*rule.state, State(average)),
            views={**rule.views, average.name: average[t]},
        )

    return lift(rule, build, "parameter", "Averaged")


__all__ = [
    "accumulate",
    "ema_of_parameters",
    "lookahead",
    "master_weights",
    "sam",
    "skip_nonfinite",
]
