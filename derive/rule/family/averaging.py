"""Averages of the parameters that are evaluated instead of them: the schedule-free rules."""

from __future__ import annotations

from optwright.derive.language import (
    HOST,
    Eq,
    Min,
    Optimizer,
    Parameter,
    Source,
    State,
    beta1,
    beta2,
    cases,
    eps,
    g,
    lr,
    sqrt,
    t,
    theta,
    v,
    v_hat,
    variables,
    weight_decay,
)
from optwright.derive.language.block import bias_correction, ema
from optwright.derive.language.declaration import Declaration

warmup_steps = Parameter(
    "warmup_steps",
    "integer [0, inf)",
    "count",
    r"T_{warmup}",
    "steps of linear warm-up, 0 for none",
)
beta = Parameter(
    "beta", "[0, 1]", "decay", r"\beta", "weight of the average in the point of the gradient"
)
lr_t, weight_sum, c, z, x = variables("lr_t weight_sum c z x")

source = "Defazio et al. 2024"
warmed = cases((Min(1, t / warmup_steps), warmup_steps > 0), 1)
weights = (
    Eq(weight_sum[t], weight_sum[t - 1] + lr_t[t] ** 2),
    Eq(c[t], cases((lr_t[t] ** 2 / weight_sum[t], weight_sum[t] > 0), 0)),
)
average = Eq(x[t], (1 - c[t]) * x[t - 1] + c[t] * z[t])
kept = (State(z, init=theta[0]), State(x, init=theta[0]), State(weight_sum, extent=HOST))

schedule_free_sgd = Optimizer(
    name="ScheduleFreeSGD",
    source=Source(source, "equations (3)-(5)", arxiv="2405.15682"),
    hyper=(lr(1), beta(0.9), weight_decay(0), warmup_steps(0)),
    state=kept,
    step=(
        Eq(lr_t[t], lr * warmed),
        *weights,
        Eq(z[t], z[t - 1] - lr_t[t] * (g[t] + weight_decay * theta[t - 1])),
        average,
        Eq(theta[t], (1 - beta) * z[t] + beta * x[t]),
    ),
    views={"eval": x[t]},
    family="averaging",
    note=(
        "The parameters are the point y where gradients are asked, between the iterate z and the "
        "average x; evaluate at the view eval, which is x. The weights of the average are the "
        "squares of the learning rates."
    ),
)

schedule_free_adamw = Optimizer(
    name="ScheduleFreeAdamW",
    source=Source(source, "Algorithm 1", arxiv="2405.15682"),
    hyper=(
        lr(0.0025),
        beta1(0.9, range="[0, 1]"),
        beta2(0.999),
        eps(1e-8),
        weight_decay(0),
        warmup_steps(0),
    ),
    state=(v, *kept),
    step=(
        Eq(lr_t[t], lr * warmed),
        *weights,
        ema(g[t] ** 2, v, beta2),
        bias_correction(v, v_hat, beta2),
        Eq(
            z[t],
            z[t - 1]
            - lr_t[t] * g[t] / (sqrt(v_hat[t]) + eps)
            - lr_t[t] * weight_decay * theta[t - 1],
        ),
        average,
        Eq(theta[t], (1 - beta1) * z[t] + beta1 * x[t]),
    ),
    views={"eval": x[t]},
    invariants=(v[t] >= 0,),
    family="averaging",
    note=(
        "Adam's denominator; instead of a moving average of gradients, the gradient is asked "
        "between the iterate z and the average x. Evaluate at the view eval. The authors' package "
        "folds the bias correction into the learning rate, and so into the weights."
    ),
)

declarations: tuple[Declaration, ...] = (schedule_free_sgd, schedule_free_adamw)
