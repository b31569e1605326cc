"""A small rule for each operation of the language, for the tests that all backends have it."""

from __future__ import annotations

from typing import Any

from sympy import Symbol

from optwright.derive.language import (
    ALL,
    EACH_AXIS,
    HOST,
    TENSOR,
    Abs,
    And,
    Eq,
    Equal,
    History,
    Loop,
    Max,
    Min,
    Mod,
    Not,
    Or,
    Parameter,
    Push,
    Rational,
    Repeat,
    Source,
    State,
    Unequal,
    Variable,
    cases,
    ceiling,
    clip,
    cos,
    count_nonfinite,
    dim,
    dot,
    evaluations,
    exp,
    floor,
    g,
    grad,
    hessian,
    hessian_diagonal,
    hvp,
    identity,
    inverse_root,
    largest,
    line_search,
    log,
    lr,
    matmul,
    max_per_axis,
    mean,
    min_over_axes,
    noise,
    norm,
    outer,
    pi,
    round_to,
    sign,
    sin,
    solve,
    sqrt,
    t,
    tanh,
    theta,
    total,
    transpose,
    turn,
    v,
    value,
)
from optwright.derive.language.declaration import Optimizer

a, b, c, m, r = (Variable(name) for name in ("a", "b", "c", "m", "r"))
k = Symbol("k", integer=True)
memory = Parameter("memory", "integer [1, inf)")
kept = History(Variable("kept"), memory)
here = theta[t - 1]
square = 1 + g[t] ** 2
"""At least 1, so that roots, logarithms and quotients of it are tame."""


def rule(name: str, move: Any, *before: Any, **options: Any) -> Optimizer:
    """theta[t] = theta[t - 1] - lr*move, after some equations; a Push comes last."""
    pushed = [x for x in before if isinstance(x, Push)]
    equations = [x for x in before if not isinstance(x, Push)]
    options.setdefault("hyper", [lr(0.1)])
    step = [*equations, Eq(theta[t], here - lr * move), *pushed]
    return Optimizer(name=name, source=Source("A test"), step=step, **options)


EXAMPLES = [
    # Entrywise.
    rule("AbsRule", Abs(g[t]) + Abs(here)),
    rule("SignRule", sign(g[t] + here)),
    rule("MaxRule", Max(g[t], here, 0)),
    rule("MinRule", Min(g[t], here, 1)),
    rule("ClipRule", clip(g[t], -1, 1)),
    rule("ModRule", Mod(g[t], 3)),
    rule("ExpRule", exp(-(g[t] ** 2))),
    rule("LogRule", log(square)),
    rule("CosRule", cos(g[t])),
    rule("SinRule", sin(g[t])),
    rule("TanhRule", tanh(g[t])),
    rule("FloorRule", floor(g[t])),
    rule("CeilingRule", ceiling(g[t])),
    rule("SqrtRule", g[t] / sqrt(square)),
    rule("CubeRootRule", square ** Rational(1, 3)),
    rule("FourthRootRule", square ** Rational(1, 4)),
    rule("PowerRule", square ** Rational(2, 5)),
    rule("RationalPowerRule", g[t] ** 5 / square**3),
    rule("PiRule", pi * g[t]),
    rule("CasesRule", cases((g[t], And(g[t] > 0, here <= 1)), (-here, g[t] < -1), g[t] / 2)),
    rule("ChoiceRule", cases((g[t], Or(Not(And(g[t] > here, here < 1)), Equal(here, 0))), -g[t])),
    rule("UnequalRule", cases((g[t], Unequal(g[t], here)), g[t] / 3)),
    rule("BfloatRule", round_to(g[t], "bfloat16")),
    rule("HalfRule", round_to(g[t], "float16")),
    rule("SingleRule", round_to(g[t], "float32")),
    # Numbers computed once a step.
    rule(
        "HostRule",
        c[t] * g[t],
        Eq(r[t], r[t - 1] + 1 / t),
        Eq(
            c[t],
            exp(-t) + log(t) + cos(pi / t) + sqrt(t) + floor(t / 2) + ceiling(t / 3) + Mod(t, 2),
        ),
        state=[State(r, extent=HOST)],
    ),
    rule("HostCasesRule", cases((1, t <= 2), (Max(t, 3), Equal(Mod(t, 2), 0)), 5) * g[t]),
    # Reductions.
    rule("TotalRule", total(g[t]) * here + total(here, "all")),
    rule("MeanRule", mean(g[t]) * here + mean(here, "all")),
    rule("LargestRule", largest(Abs(g[t])) * here + largest(here, "all")),
    rule("NormRule", g[t] / (1 + norm(g[t]) + norm(here, "all"))),
    rule("DotRule", dot(g[t], here) * g[t] / (1 + dot(g[t], g[t], "all"))),
    rule("CountRule", g[t] / (1 + count_nonfinite(g[t]))),
    rule(
        "RowRule",
        g[t] / (1 + norm(g[t], -1)) + mean(here, -2) + total(here, -1) + largest(g[t], -2),
        shape="matrix",
    ),
    rule(
        "NumberStateRule",
        g[t] / (1 + m[t]),
        Eq(m[t], m[t - 1] / 2 + norm(g[t])),
        state=[State(m, extent=TENSOR)],
    ),
    rule(
        "AllStateRule",
        g[t] / (1 + sqrt(m[t])),
        Eq(m[t], Max(m[t - 1], dot(g[t], g[t], "all"))),
        state=[State(m, extent=ALL)],
    ),
    rule(
        "AxisRule",
        g[t] / sqrt(1 + a[t]),
        Eq(a[t], min_over_axes(v[t - 1]) + g[t] ** 2),
        Eq(v[t], max_per_axis(a[t])),
        state=[State(v, extent=EACH_AXIS)],
    ),
    rule("DimRule", g[t] / (dim(-1) + sqrt(dim(-2))), shape="matrix"),
    # Matrices.
    rule("MatmulRule", matmul(g[t], transpose(g[t]), here), shape="matrix"),
    rule(
        "SolveRule",
        solve(identity(matmul(g[t], transpose(g[t]))) + matmul(g[t], transpose(g[t])), g[t]),
        shape="matrix",
    ),
    rule(
        "RootRule",
        matmul(inverse_root(a[t], 4), g[t]),
        Eq(a[t], identity(matmul(g[t], transpose(g[t]))) + matmul(g[t], transpose(g[t]))),
        shape="matrix",
    ),
    rule("OuterRule", matmul(outer(g[t], g[t]), here), scope="all"),
    rule(
        "HistoryRule",
        a[kept.count],
        Loop(k, 1, kept.count, (Eq(a[0], g[t]),), (Eq(a[k], a[k - 1] / 2 + kept[k]),)),
        Push({kept: g[t]}, when=dot(g[t], g[t]) > 0),
        state=[kept],
        hyper=[lr(0.1), memory(2)],
        scope="all",
    ),
    rule("RepeatRule", turn[t] * g[t], repeat=Repeat(2, norm(g[t], "all") < Rational(1, 4))),
    rule(
        "LoopRule",
        b[3],
        Loop(k, 1, 3, (Eq(b[0], g[t]),), (Eq(b[k], b[k - 1] / 2 + here),)),
    ),
    # Questions.
    rule("ElsewhereRule", g[t] + c[t], Eq(c[t], grad(here - lr * g[t]))),
    rule("ValueRule", g[t] / (1 + value(here) ** 2)),
    rule("HessianRule", solve(hessian(here), g[t]), scope="all"),
    rule("ProductRule", hvp(here, g[t])),
    rule("DiagonalRule", g[t] / (1 + Abs(hessian_diagonal(here)))),
    rule("NoiseRule", g[t] + noise(1) / 8 + noise(2)),
    rule(
        "SearchRule",
        c[t] * g[t] / (1 + b[t]),
        Eq(c[t], line_search(here, -g[t], "armijo", 1)),
        Eq(b[t], evaluations(line_search(here, -g[t], "armijo", 1))),
        scope="all",
    ),
]
"""Rules that between them use every operation."""
