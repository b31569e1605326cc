"""Transforms of the gradient: clipping and decay, put between an oracle and a rule.

A transform is a function from declarations to declarations. It acts on every gradient that the rule
asks, wherever it asks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import sympy
from sympy import Expr, Max, sympify

from optwright.derive.compose.rewrite import Build, Names, S, asks, lift, refuse
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    DeclarationError,
    Loop,
    Optimizer,
    Statement,
    equation,
    map_statement,
    theta,
)
from optwright.derive.language.operation import cases, grad, norm, total
from optwright.derive.language.symbol import Parameter, Value, t


class Transform(Protocol):
    """A function from declarations to declarations of the same kind."""

    def __call__(self, rule: S) -> S:
        """The rule, transformed."""


Answer = Callable[[Value, Expr, Names], tuple[list[Statement], Expr]]
"""(the gradient as asked, the point, names) -> (equations, what the rule gets instead)."""


def through(rule: Optimizer, names: Names, answer: Answer) -> tuple[Statement, ...]:
    """The rule's step with every gradient that it asks replaced by `answer` of it.

    A question in an arm of a choice stays one there: what is not chosen is not asked.
    """
    step: list[Statement] = []
    asked_so_far = 0

    def replaced(expr: Expr, guards: tuple[Any, ...], base: str, before: list[Statement]) -> Expr:
        nonlocal asked_so_far
        if isinstance(expr, grad):
            asked_so_far += 1
            asked = names.variable(f"{base}_raw")[t]
            question: Expr = expr
            for condition in reversed(guards):
                question = cases((question, condition), 0)
            equations, result = answer(asked, expr.args[0], names)
            before += [equation(asked, question), *equations]
            return result
        if not expr.has(grad):
            return expr
        if isinstance(expr, cases):
            arms: list[Any] = []
            passed: tuple[Any, ...] = guards
            for arm, condition in expr.arms:
                arms += [replaced(arm, (*passed, condition), base, before), condition]
                passed = (*passed, sympy.Not(condition))
            return cases(*arms, replaced(expr.otherwise, passed, base, before))
        return expr.func(*(replaced(a, guards, base, before) for a in expr.args))

    for statement in rule.step:
        if not asks(statement, grad):
            step.append(statement)
            continue
        if isinstance(statement, Loop):
            raise DeclarationError(
                f"{names.prefix}({rule.id})", str(statement), "asks for gradients within a loop"
            )
        base = statement.lhs.name if isinstance(statement, sympy.Eq) else "pushed"
        before: list[Statement] = []

        def change(x: Any, base: str = base, before: list[Statement] = before) -> Any:
            return replaced(sympify(x), (), base, before)

        changed = map_statement(statement, change)
        step += [*before, changed]
    if not asked_so_far:
        raise DeclarationError(
            f"{names.prefix}({rule.id})", "grad", "the rule asks for no gradient"
        )
    return tuple(step)


def clip_by_global_norm(max_norm: Any = 1) -> Transform:
    """Scale a gradient down to the Euclidean norm `max_norm` over all tensors together; exactly
    unchanged where it is no longer than that (Pascanu et al. 2013).

    `max_norm`, above 0, is a hyperparameter of the result, and its default.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        limit = names.hyper(
            Parameter(
                "max_norm",
                "(0, inf)",
                "coefficient",
                r"c",
                "largest norm of the gradient over all tensors",
            ),
            max_norm,
        )

        def answer(raw: Value, _: Expr, names: Names) -> tuple[list[Statement], Expr]:
            length, scale = names.variable("g_norm")[t], names.variable("clip_scale")[t]
            return [
                equation(length, norm(raw, "all")),
                equation(scale, limit.symbol / Max(length, limit.symbol)),
            ], raw * scale

        return rule.replace(step=through(rule, names, answer), hyper=(*rule.hyper, limit))

    return _transform(build, "clip", "Clipped")


def clip_by_value(max_value: Any = 1) -> Transform:
    """Limit every entry of a gradient to [-max_value, max_value].

    `max_value`, above 0, is a hyperparameter of the result, and its default.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        limit = names.hyper(
            Parameter(
                "max_value",
                "(0, inf)",
                "coefficient",
                None,
                "largest magnitude of a gradient's entry",
            ),
            max_value,
        )
        step = through(rule, names, lambda raw, *_: ([], op.clip(raw, -limit.symbol, limit.symbol)))
        return rule.replace(step=step, hyper=(*rule.hyper, limit))

    return _transform(build, "clip", "ValueClipped")


def coupled_decay(weight_decay: Any = 0) -> Transform:
    """Minimise loss + weight_decay/2·‖θ‖² instead: every oracle answers for the penalised loss.

    `weight_decay`, at least 0, is a hyperparameter of the result. Raises DeclarationError where the
    rule has a line search, which asks the loss itself.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        refuse(
            rule,
            "coupled_decay",
            oracles={op.line_search: "a line search asks the loss without the penalty"},
        )
        decay = names.hyper(
            Parameter(
                "weight_decay",
                "[0, inf)",
                "regularization",
                r"\lambda",
                "weight of the penalty ‖θ‖²/2",
            ),
            weight_decay,
        )
        w = decay.symbol
        step = through(rule, names, lambda raw, point, _: ([], raw + w * point))

        def penalised(x: Any) -> Any:
            return (
                sympify(x)
                .replace(
                    lambda n: isinstance(n, op.value),
                    lambda n: n + w / 2 * total(n.args[0] ** 2, "all"),
                )
                .replace(lambda n: isinstance(n, op.hvp), lambda n: n + w * n.args[1])
                .replace(lambda n: isinstance(n, op.hessian_diagonal), lambda n: n + w)
                .replace(lambda n: isinstance(n, op.hessian), lambda n: n + w * op.identity(n))
            )

        return rule.replace(
            step=tuple(map_statement(s, penalised) for s in step), hyper=(*rule.hyper, decay)
        )

    return _transform(build, "coupled", "Decayed")


def decoupled_decay(weight_decay: Any = 0.01, *, lr: str | None = None) -> Transform:
    """Shrink the parameters themselves: lr·weight_decay·θ is subtracted from the rule's new point.

    `lr` names the learning rate that multiplies the decay; without it the rule's only
    hyperparameter with the role "lr" (Loshchilov & Hutter 2019; torch, optax and Keras multiply).
    `weight_decay`, at least 0, is a hyperparameter of the result. Raises DeclarationError where the
    learning rate is not known.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        rate = _learning_rate(rule, lr)
        decay = names.hyper(
            Parameter(
                "weight_decay", "[0, inf)", "regularization", r"\lambda", "decoupled weight decay"
            ),
            weight_decay,
        )
        step = tuple(
            equation(s.lhs, s.rhs - rate * decay.symbol * theta[t - 1])
            if isinstance(s, sympy.Eq) and s.lhs == theta[t]
            else s
            for s in rule.step
        )
        return rule.replace(step=step, hyper=(*rule.hyper, decay))

    return _transform(build, "decoupled", "DecoupledDecay")


def _learning_rate(rule: Optimizer, name: str | None) -> Parameter:
    found = [h.symbol for h in rule.hyper if (h.name == name if name else h.symbol.role == "lr")]
    if len(found) != 1:
        there = ", ".join(str(p.name) for p in found) or "none"
        raise DeclarationError(
            f"decoupled_decay({rule.id})",
            name or "lr",
            f"name the rule's learning rate with lr=…; there are: {there}",
        )
    return found[0]


def _transform(build: Build, prefix: str, title: str) -> Transform:
    def apply(rule: S) -> S:
        return lift(rule, build, prefix, title)

    return apply


__all__ = [
    "Answer",
    "Transform",
    "clip_by_global_norm",
    "clip_by_value",
    "coupled_decay",
    "decoupled_decay",
    "through",
]
