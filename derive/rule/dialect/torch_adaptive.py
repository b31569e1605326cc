"""torch.optim 2.13: Adagrad, Adadelta, RMSprop and Adam's family.

Names, defaults and the place of every epsilon are torch's; see
`optwright.derive.rule.dialect.torch` for `maximize`, for the flags that are left out and for
`betas`, which is given as beta1 and beta2. Decay of weights is coupled, added to the gradient,
unless a flag or AdamW decouples it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr

from optwright.derive.language import (
    Abs,
    Eq,
    Family,
    G,
    Max,
    Optimizer,
    Parameter,
    State,
    Unequal,
    Variable,
    beta1,
    beta2,
    cases,
    eps,
    g,
    lr,
    m,
    momentum,
    rho,
    sqrt,
    t,
    theta,
    u,
    v,
    v_hat,
    weight_decay,
)
from optwright.derive.language.block import decayed, decoupled_decay, ema, leaky_sum
from optwright.derive.rule.dialect.torch import BOTH, asked, source

rate = Variable("rate", r"\eta_t")
delta = Variable("delta", r"\Delta")
average = Variable("average", r"\bar{g}")
velocity = Variable("velocity", "b")
deviation = Variable("deviation", r"\sigma")
v_max = Variable("v_max", r"v^{max}")


def penalised(maximize: bool) -> Any:
    """`g[t]`: the gradient of what is minimised, and of the L2 penalty on it."""
    return Eq(g[t], asked(maximize) + weight_decay * theta[t - 1])


# --- rates from squared gradients ----------------------------------------------------------------


def _adagrad(maximize: bool) -> Optimizer:
    lr_decay = Parameter(
        "lr_decay", "[0, inf)", "decay", r"\eta", "growth per step of the learning rate's divisor"
    )
    start = Parameter(
        "initial_accumulator_value", "[0, inf)", "other", r"\tau", "start of the sum of squares"
    )
    return Optimizer(
        name="Adagrad",
        dialect="torch",
        family="adaptive",
        source=source("adagrad"),
        hyper=[lr(0.01), lr_decay(0), weight_decay(0), start(0), eps(1e-10)],
        state=[State(G, init=start)],
        step=[
            penalised(maximize),
            Eq(rate[t], lr / (1 + (t - 1) * lr_decay)),
            leaky_sum(g[t] ** 2, G, 1),
            Eq(theta[t], theta[t - 1] - rate[t] * g[t] / (sqrt(G[t]) + eps)),
        ],
        invariants=[G[t] >= 0],
        note="eps stands outside the root. The rate may fall with the step count besides.",
    )


Adagrad = Family("Adagrad", "torch", {"maximize": BOTH}, _adagrad)


def _adadelta(maximize: bool) -> Optimizer:
    return Optimizer(
        name="Adadelta",
        dialect="torch",
        family="adaptive",
        source=source("adadelta"),
        hyper=[lr(1), rho(0.9, "[0, 1]"), eps(1e-6), weight_decay(0)],
        state=[v, u],
        step=[
            penalised(maximize),
            ema(g[t] ** 2, v, rho),
            Eq(delta[t], sqrt(u[t - 1] + eps) / sqrt(v[t] + eps) * g[t]),
            ema(delta[t] ** 2, u, rho),
            Eq(theta[t], theta[t - 1] - lr * delta[t]),
        ],
        invariants=[v[t] >= 0, u[t] >= 0],
        note="The average of squared steps is of the steps before lr scales them.",
    )


Adadelta = Family("Adadelta", "torch", {"maximize": BOTH}, _adadelta)


def _rmsprop(centered: bool, maximize: bool) -> Optimizer:
    alpha = Parameter(
        "alpha", "[0, 1]", "decay", r"\alpha", "decay of the moving average of squared gradients"
    )
    variance = v[t] - average[t] ** 2 if centered else v[t]
    return Optimizer(
        name="RMSprop",
        dialect="torch",
        family="adaptive",
        source=source("rmsprop"),
        hyper=[lr(0.01), alpha(0.99), eps(1e-8), weight_decay(0), momentum(0, "[0, inf)")],
        state=[v, *([average] if centered else []), velocity],
        step=[
            penalised(maximize),
            ema(g[t] ** 2, v, alpha),
            *([ema(g[t], average, alpha)] if centered else []),
            Eq(deviation[t], sqrt(variance)),
            leaky_sum(g[t] / (deviation[t] + eps), velocity, momentum),
            Eq(theta[t], theta[t - 1] - lr * velocity[t]),
        ],
        invariants=[v[t] >= (average[t] ** 2 if centered else 0)],
        note="eps stands outside the root, the learning rate outside the velocity.",
    )


RMSprop = Family("RMSprop", "torch", {"centered": BOTH, "maximize": BOTH}, _rmsprop)


# --- Adam's family -------------------------------------------------------------------------------


def _adam_step(base: Expr, gradient: Any, amsgrad: bool) -> dict[str, Any]:
    """State, equations and invariants from a gradient on, the step taken from `base`."""
    squares = v_max if amsgrad else v
    return {
        "dialect": "torch",
        "family": "adam",
        "state": [m, v, *([v_max] if amsgrad else [])],
        "step": [
            *gradient,
            ema(g[t], m, beta1),
            ema(g[t] ** 2, v, beta2),
            *([Eq(v_max[t], Max(v_max[t - 1], v[t]))] if amsgrad else []),
            Eq(v_hat[t], squares[t] / (1 - beta2**t)),
            Eq(theta[t], base - lr / (1 - beta1**t) * m[t] / (sqrt(v_hat[t]) + eps)),
        ],
        "invariants": [v[t] >= 0, *([v_max[t] >= v[t]] if amsgrad else [])],
    }


def _decoupled(maximize: bool) -> list[Any]:
    return [Eq(g[t], asked(maximize)), decoupled_decay(lr * weight_decay)]


def _adam(amsgrad: bool, maximize: bool, decoupled_weight_decay: bool) -> Optimizer:
    first = _decoupled(maximize) if decoupled_weight_decay else [penalised(maximize)]
    base = decayed[t] if decoupled_weight_decay else theta[t - 1]
    return Optimizer(
        name="Adam",
        source=source("adam"),
        hyper=[lr(0.001), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0)],
        note=(
            "amsgrad keeps the largest average of squares as it stands, and corrects it as if it "
            "were the last one."
        ),
        **_adam_step(base, first, amsgrad),
    )


Adam = Family(
    "Adam", "torch", {"amsgrad": BOTH, "maximize": BOTH, "decoupled_weight_decay": BOTH}, _adam
)


def _adamw(amsgrad: bool, maximize: bool) -> Optimizer:
    return Optimizer(
        name="AdamW",
        source=source("adamw"),
        hyper=[lr(0.001), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0.01)],
        note="Adam with decoupled_weight_decay and another default; the decay is times lr.",
        **_adam_step(decayed[t], _decoupled(maximize), amsgrad),
    )


AdamW = Family("AdamW", "torch", {"amsgrad": BOTH, "maximize": BOTH}, _adamw)


def _adamax(maximize: bool) -> Optimizer:
    return Optimizer(
        name="Adamax",
        dialect="torch",
        family="adam",
        source=source("adamax"),
        hyper=[lr(0.002), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0)],
        state=[m, u],
        step=[
            penalised(maximize),
            ema(g[t], m, beta1),
            Eq(u[t], Max(beta2 * u[t - 1], Abs(g[t]) + eps)),
            Eq(theta[t], theta[t - 1] - lr / (1 - beta1**t) * m[t] / u[t]),
        ],
        invariants=[u[t] >= 0],
        note="eps is added to the gradient's size inside the maximum, and so fades with it.",
    )


Adamax = Family("Adamax", "torch", {"maximize": BOTH}, _adamax)


def _sparse_adam(maximize: bool) -> Optimizer:
    stored = Unequal(g[t], 0)
    first, second = ema(g[t], m, beta1), ema(g[t] ** 2, v, beta2)
    return Optimizer(
        name="SparseAdam",
        dialect="torch",
        family="adam",
        source=source("_functional"),
        hyper=[lr(0.001, "(0, inf)"), beta1(0.9), beta2(0.999), eps(1e-8, "(0, inf)")],
        state=[m, v],
        step=[
            Eq(g[t], asked(maximize)),
            Eq(m[t], cases((first.rhs, stored), m[t - 1])),
            Eq(v[t], cases((second.rhs, stored), v[t - 1])),
            Eq(rate[t], lr * sqrt(1 - beta2**t) / (1 - beta1**t)),
            Eq(
                theta[t],
                cases((theta[t - 1] - rate[t] * m[t] / (sqrt(v[t]) + eps), stored), theta[t - 1]),
            ),
        ],
        invariants=[v[t] >= 0],
        note=(
            "For gradients that store exactly their nonzero entries: the others rest, moments "
            "and all, while the step count goes on. eps joins the root before its bias is "
            "corrected."
        ),
    )


SparseAdam = Family("SparseAdam", "torch", {"maximize": BOTH}, _sparse_adam)

declarations = (Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, SparseAdam)
