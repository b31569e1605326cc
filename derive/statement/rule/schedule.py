"""Schedules: where they start and end, where their branches meet, which recursions are they."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Ne, Rational, Symbol, cos, pi, sqrt, sympify

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.relation import Le
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement
from optwright.derive.language import lr, t
from optwright.derive.language.declaration import Schedule
from optwright.derive.rule import catalog
from optwright.derive.rule.schedule import factor, final, period, rate, steps, warmup

ranges = tuple(p(None) for p in (factor, final, period, rate, steps, warmup))


def value(name: str, at: Any = t, **fixed: Any) -> Expr:
    """The output of a schedule of the catalogue at a step, some hyperparameters fixed."""
    found = catalog[name]
    assert isinstance(found, Schedule)
    known = {h.name: h.symbol for h in found.hyper}
    table = {known[k]: x for k, x in fixed.items()} | {t: at}
    return found.output.xreplace({old: sympify(new) for old, new in table.items() if old != new})


def equal(left: Any, right: Any, *where: Any) -> Identity:
    """An identity in the schedules' hyperparameters."""
    return Identity(left, right, where=where, parameters=ranges)


def at_most(left: Any, right: Any, *where: Any) -> Inequality:
    """An inequality in the schedules' hyperparameters."""
    return Inequality(Le(left, right), where=where, parameters=ranges)


def row(
    id: str, words: str, claim: Any, expected: Any, source: str, rows: tuple[str, ...] = ()
) -> Statement:
    """A statement about schedules."""
    return Statement(id, words, claim, expected, source, (), rows)


half = Rational(1, 2)
now, after = Symbol("now", real=True), Symbol("after", real=True)
# The cosines of the closed form at t and t + 1, as numbers of their own.
closed, moved = final + (lr - final) * (1 + now) / 2, final + (lr - final) * (1 + after) / 2
recursion = final + (closed - final) * (1 + after) / (1 + now)
last, size = Rational(9, 10), Symbol("size", positive=True)

sgdr = "Loshchilov & Hutter 2017, eq. (5)"
vaswani = "Vaswani et al. 2017, section 5.3"
lecture = "lecture notes (D4)"
goyal = "Goyal et al. 2017, section 2.2"
torch_cosine = "pytorch#17913, #40997, #152081"

statements: tuple[Statement, ...] = (
    row(
        "S-C1",
        "The cosine schedule starts at lr, is half-way at the middle, and ends at its final value.",
        Conjunction(
            {
                "start": equal(value("Cosine", 1), lr),
                "middle": equal(value("Cosine", steps / 2 + 1), (lr + final) / 2),
                "end": equal(value("Cosine", steps + 1), final),
            }
        ),
        "proved",
        sgdr,
    ),
    row(
        "S-C1x",
        "The cosine schedule reaches the final value one step before the end (of three steps).",
        equal(value("Cosine", 3, steps=3), final),
        "refuted",
        "near miss of S-C1",
    ),
    row(
        "S-C1y",
        "A third of the way the cosine has gone a third of the way down (of three steps).",
        equal(value("Cosine", 2, steps=3), lr + (final - lr) / 3),
        "refuted",
        "near miss of S-C1",
    ),
    row(
        "S-C1a",
        "A third of the way the cosine has gone a quarter of the way down (of three steps).",
        equal(value("Cosine", 2, steps=3), lr + (final - lr) / 4),
        "proved",
        sgdr,
    ),
    row(
        "S-C2",
        "The recursion of PyTorch's cosine gives the closed form, where it does not divide by 0.",
        equal(recursion, moved, Ne(now, -1)),
        "proved",
        torch_cosine,
    ),
    row(
        "S-C2x",
        "The recursion gives it with the cosines the other way round.",
        equal(final + (closed - final) * (1 + now) / (1 + after), moved, Ne(after, -1)),
        "refuted",
        "near miss of S-C2",
    ),
    row(
        "S-C3",
        "The recursion holds also at the end, t = steps: its divisor is not zero.",
        Inequality(Ne(1 + cos(pi * steps / steps), 0), parameters=ranges),
        "refuted",
        torch_cosine,
    ),
    row(
        "S-C4",
        "The two branches of warm-up with the inverse root meet at lr at t = warmup.",
        Conjunction(
            {
                "rising": equal((lr * t / warmup).subs(t, warmup), lr),
                "falling": equal((lr * sqrt(warmup) / sqrt(t)).subs(t, warmup), lr, warmup >= 1),
                "schedule": equal(value("WarmupInverseSqrt", warmup), lr, warmup >= 1),
            }
        ),
        "proved",
        vaswani,
    ),
    row(
        "S-C4x",
        "The two branches of warm-up and inverse root meet one step earlier (at a warm-up of four "
        "steps).",
        equal((lr * t / 4).subs(t, 3), (lr * 2 / sqrt(t)).subs(t, 3), lr > 0),
        "refuted",
        "near miss of S-C4",
    ),
    row(
        "S-C4a",
        "Warm-up with the inverse root never exceeds lr.",
        at_most(value("WarmupInverseSqrt"), lr, t >= 1, warmup >= 1),
        "proved",
        vaswani,
    ),
    row(
        "S-C5",
        "The straight line starts at lr, ends at its final value and stays there.",
        Conjunction(
            {
                "start": equal(value("Linear", 1), lr),
                "end": equal(value("Linear", steps + 1), final),
                "after": equal(value("Linear", 2 * steps + 1), final),
            }
        ),
        "proved",
        lecture,
    ),
    row(
        "S-C5x",
        "The straight line and the cosine are one schedule (at the second of three steps).",
        equal(value("Linear", 2, steps=3), value("Cosine", 2, steps=3)),
        "refuted",
        lecture,
    ),
    row(
        "S-C5a",
        "The straight line and the cosine agree half-way.",
        equal(value("Linear", steps / 2 + 1), value("Cosine", steps / 2 + 1)),
        "proved",
        lecture,
    ),
    row(
        "S-C6",
        "Exponential decay is decay by steps after every step.",
        equal(value("StepDecay", period=1), value("Exponential"), t >= 1),
        "proved",
        "torch.optim.lr_scheduler.StepLR, ExponentialLR",
    ),
    row(
        "S-C6x",
        "Exponential decay is decay by steps after every second step.",
        equal(value("StepDecay", 2, period=2), value("Exponential", 2)),
        "refuted",
        "near miss of S-C6",
    ),
    row(
        "S-C7",
        "Exponential decay multiplies the rate by one factor in every step.",
        equal(value("Exponential", t + 1), factor * value("Exponential"), t >= 1),
        "proved",
        "torch.optim.lr_scheduler.ExponentialLR",
    ),
    row(
        "S-C7x",
        "Decay by the inverse of time multiplies the rate by one factor in every step.",
        equal(
            value("InverseTime", 3, period=1) * value("InverseTime", 1, period=1),
            value("InverseTime", 2, period=1) ** 2,
            lr > 0,
            rate > 0,
        ),
        "refuted",
        "Robbins & Monro 1951",
    ),
    row(
        "S-C8",
        "The rate of the inverse root, squared, is lr times that of the inverse of time.",
        equal(value("InverseTime", period=1, rate=1) * lr, value("InverseSqrt") ** 2, t >= 1),
        "proved",
        "Robbins & Monro 1951",
    ),
    row(
        "S-C9",
        "The inverse root falls to zero.",
        Limit(1 / sqrt(t), t, "oo", 0),
        "proved",
        lecture,
    ),
    row(
        "S-C10",
        "Warm-up is at lr at t = warmup and stays there.",
        Conjunction(
            {
                "at warmup": equal(value("LinearWarmup", warmup), lr, warmup >= 1),
                "after": equal(value("LinearWarmup", 2 * warmup), lr, warmup >= 1),
            }
        ),
        "proved",
        goyal,
    ),
    row(
        "S-C10x",
        "Warm-up starts at zero.",
        equal(value("LinearWarmup", 1, warmup=4), 0, lr > 0),
        "refuted",
        goyal,
    ),
    row(
        "S-C11",
        "Warm-up and cosine meet: the first of the cosine's steps is at lr again.",
        Conjunction(
            {
                "warm-up ends": equal(value("WarmupCosine", warmup), lr, warmup >= 1),
                "cosine begins": equal(value("WarmupCosine", warmup + 1), lr, warmup >= 1),
            }
        ),
        "proved",
        sgdr,
    ),
    row(
        "S-C11x",
        "With warm-up the end of the cosine stays at t = steps + 1 (of 3 steps, warm-up 1).",
        equal(value("WarmupCosine", 4, steps=3, warmup=1), final),
        "refuted",
        "near miss of S-C11",
    ),
    row(
        "S-C14",
        "The momentum of the article starts at its first value and ends at its last.",
        Conjunction(
            {
                "start": equal(value("MomentumWarmup", 1, start=half), half),
                "end": equal(value("MomentumWarmup", steps + 1, final=last), last),
            }
        ),
        "proved",
        "article (D1)",
        ("C46",),
    ),
    row(
        "S-C12",
        "The momentum schedule of 2013 starts at 3/4.",
        equal(value("MomentumSutskever", 1, period=250, final=last), Rational(3, 4)),
        "refuted",
        "Sutskever et al. 2013, eq. (5)",
    ),
    row(
        "S-C13",
        "Four times the batch, four times the rate: the scaling rule is linear.",
        equal(
            value("LinearScaling", batch=4 * size, base_batch=size),
            4 * lr,
            size >= 1,
        ),
        "proved",
        "Goyal et al. 2017, section 2.1",
        ("C25",),
    ),
    row(
        "S-C13x",
        "The scaling rule is by the root of the batch.",
        equal(value("LinearScaling", batch=4 * size, base_batch=size), 2 * lr, size >= 1, lr > 0),
        "refuted",
        "Krizhevsky 2014, section 5",
    ),
)
