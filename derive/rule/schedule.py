"""Schedules: what drives a hyperparameter over the steps, and how two are joined.

`lr` is the value at the start, and the schedule's first step is t = 1: a schedule over the elapsed
steps uses t - 1. What counts epochs is the schedule's `period`, in steps.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, S

from optwright.derive.language import (
    DeclarationError,
    Min,
    Parameter,
    Schedule,
    Source,
    cases,
    cos,
    floor,
    lr,
    pi,
    sqrt,
    t,
)
from optwright.derive.language.declaration import Declaration

steps = Parameter("steps", "integer [1, inf)", "count", "T", "steps from the start to the end")
period = Parameter(
    "period",
    "integer [1, inf)",
    "count",
    "P",
    "steps between two changes, such as those of an epoch",
)
factor = Parameter("factor", "(0, 1]", "decay", r"\gamma", "factor of each change")
rate = Parameter("rate", "[0, inf)", "decay", "k", "speed of the decay, per period")
final = Parameter("final", "[0, inf)", "other", r"\eta_{\min}", "value at the end and after it")
start = Parameter("start", "[0, inf)", "other", r"\mu_0", "value at the first step")
warmup = Parameter("warmup", "integer [1, inf)", "count", "W", "steps of linear warm-up")
batch = Parameter("batch", "integer [1, inf)", "count", "B", "batch size")
base_batch = Parameter(
    "base_batch", "integer [1, inf)", "count", "B_0", "batch size for which lr was chosen"
)

elapsed = Min((t - 1) / steps, 1)
base = lr(0.01)

lecture = Source("Lecture notes on optimization (D4)", "learning-rate decay")

constant = Schedule(
    name="Constant",
    source=Source("Robbins & Monro 1951", "stochastic approximation, with a fixed step"),
    hyper=(base,),
    output=lr,
    note="The same value in every step.",
)

step_decay = Schedule(
    name="StepDecay",
    source=replace(lecture, note="step (D4), decreases with each epoch (D0)"),
    hyper=(base, period(None), factor(0.1)),
    output=lr * factor ** floor((t - 1) / period),
    note="Multiplied by factor after every period; a period of one epoch is decay by epochs.",
)

exponential = Schedule(
    name="Exponential",
    source=Source("PyTorch", "torch.optim.lr_scheduler.ExponentialLR"),
    hyper=(base, factor(0.999)),
    output=lr * factor ** (t - 1),
    note="Multiplied by factor after every step.",
)

inverse_time = Schedule(
    name="InverseTime",
    source=Source(
        "Robbins & Monro 1951", "steps of order 1/n", note="decreases with each epoch (D0)"
    ),
    hyper=(base, period(1), rate(1)),
    output=lr / (1 + rate * floor((t - 1) / period)),
    note=(
        "Falls as one over the number of periods: the classical choice, whose sum diverges "
        "and whose squares' sum does not."
    ),
)

linear = Schedule(
    name="Linear",
    source=replace(lecture, note="linear (D4)"),
    hyper=(base, steps(None), final(0)),
    output=lr + (final - lr) * elapsed,
    note="A straight line from lr to final, and final after it.",
)

cosine = Schedule(
    name="Cosine",
    source=Source("Loshchilov & Hutter 2017", "eq. (5)", arxiv="1608.03983", note="cosine (D4)"),
    hyper=(base, steps(None), final(0)),
    output=final + (lr - final) * (1 + cos(pi * elapsed)) / 2,
    note="Half a cosine from lr to final, and final after it; no restart.",
)

inverse_sqrt = Schedule(
    name="InverseSqrt",
    source=Source(
        "Vaswani et al. 2017",
        "section 5.3, without warm-up",
        arxiv="1706.03762",
        note="inverse square root (D4)",
    ),
    hyper=(base,),
    output=lr / sqrt(t),
    note="lr at the first step.",
)

linear_warmup = Schedule(
    name="LinearWarmup",
    source=Source("Goyal et al. 2017", "section 2.2", arxiv="1706.02677"),
    hyper=(base, warmup(None)),
    output=lr * Min(t / warmup, 1),
    note="Rises to lr, which it reaches at step warmup, and stays there.",
)

linear_scaling = Schedule(
    name="LinearScaling",
    source=Source(
        "Goyal et al. 2017", "section 2.1", arxiv="1706.02677", note="linear scaling rule (D4)"
    ),
    hyper=(base, batch(None), base_batch(32)),
    output=lr * batch / base_batch,
    note=(
        "A rule of thumb: N times the batch, N times the learning rate. Exact to first order "
        "in lr only."
    ),
)

momentum_warmup = Schedule(
    name="MomentumWarmup",
    source=Source("An article on momentum, RMSProp and Adam (D1)", "momentum from 0.5 to 0.9"),
    hyper=(
        start(0.5, range="[0, 1)"),
        final(0.9, range="[0, 1)", meaning="momentum at the end and after it"),
        steps(None),
    ),
    output=start + (final - start) * elapsed,
    note="For momentum: rises in a straight line from start to final, and stays there.",
)

momentum_sutskever = Schedule(
    name="MomentumSutskever",
    source=Source("Sutskever et al. 2013", "eq. (5)"),
    hyper=(final(0.9, range="[0, 1)", meaning="largest momentum"), period(250)),
    output=Min(1 - 1 / (2 * (floor(t / period) + 1)), final),
    note="For momentum: 1/2, 3/4, 5/6, … by periods, up to final.",
)


def warmed_up(schedule: Schedule, name: str) -> Schedule:
    """Linear warm-up to the schedule's first value in `warmup` steps, then the schedule.

    Raises DeclarationError for a schedule with state, whose clock cannot be shifted.
    """
    if schedule.state or schedule.step:
        raise DeclarationError(
            name,
            schedule.id,
            "has state: only a schedule that is a formula in t can follow a warm-up",
        )
    later: Expr = schedule.output.xreplace({t: t - warmup})
    first: Expr = schedule.output.xreplace({t: S.One})
    return replace(
        schedule,
        name=name,
        hyper=(*schedule.hyper, warmup(None)),
        output=cases((first * t / warmup, t <= warmup), later),
        note=(
            f"Rises linearly to its first value over warmup steps, then {schedule.name} from "
            "its start."
        ),
    )


warmup_cosine = warmed_up(cosine, "WarmupCosine")
warmup_linear = warmed_up(linear, "WarmupLinear")

noam = Schedule(
    name="WarmupInverseSqrt",
    source=Source("Vaswani et al. 2017", "section 5.3", arxiv="1706.03762"),
    hyper=(base, warmup(4000)),
    output=lr * Min(t / warmup, sqrt(warmup) / sqrt(t)),
    note="Rises to lr at step warmup and falls as the inverse root from there; the paper's lr is "
    "1/sqrt(d_model·warmup).",
)

declarations: tuple[Declaration, ...] = (
    constant,
    step_decay,
    exponential,
    inverse_time,
    linear,
    cosine,
    inverse_sqrt,
    linear_warmup,
    warmup_cosine,
    warmup_linear,
    noam,
    linear_scaling,
    momentum_warmup,
    momentum_sutskever,
)
