"""Rules with a step length per tensor: LARS and LAMB."""

from __future__ import annotations

from sympy import Expr

from optwright.derive.language import (
    And,
    Eq,
    Optimizer,
    Parameter,
    Source,
    Variable,
    beta1,
    beta2,
    cases,
    eps,
    g,
    lr,
    m,
    m_hat,
    momentum,
    norm,
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

trust_coefficient = Parameter(
    "trust_coefficient", "[0, inf)", "coefficient", r"\eta", "share of the weights' norm per step"
)
w_norm = Variable("w_norm")
g_norm, u_norm, ratio, r, u = variables("g_norm u_norm ratio r u")


def trust(numerator: Expr, denominator: Expr, length: Expr) -> Expr:
    """The ratio of norms; 1 where either norm is zero, as the papers' own code has it."""
    return cases((numerator / denominator, And(w_norm[t] > 0, length > 0)), 1)


lars = Optimizer(
    name="LARS",
    source=Source("You, Gitman & Ginsburg 2017", "Algorithm 1", arxiv="1708.03888"),
    hyper=(lr(0.1), momentum(0.9), weight_decay(1e-4), trust_coefficient(0.001)),
    state=(v,),
    step=(
        Eq(w_norm[t], norm(theta[t - 1])),
        Eq(g_norm[t], norm(g[t])),
        Eq(
            ratio[t],
            trust(trust_coefficient * w_norm[t], g_norm[t] + weight_decay * w_norm[t], g_norm[t]),
        ),
        Eq(
            v[t],
            momentum * v[t - 1] + lr * ratio[t] * (g[t] + weight_decay * theta[t - 1]),
        ),
        Eq(theta[t], theta[t - 1] - v[t]),
    ),
    family="layerwise",
    note=(
        "Layer-wise adaptive rate scaling: each tensor's step is a fixed share of its norm. lr "
        "enters the velocity; the paper lets it decay as (1 - t/T)^2, which is a schedule here."
    ),
)

lamb = Optimizer(
    name="LAMB",
    source=Source("You et al. 2020", "Algorithm 2", arxiv="1904.00962"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-6), weight_decay(0.01)),
    state=(m, v),
    step=(
        ema(g[t], m, beta1),
        ema(g[t] ** 2, v, beta2),
        bias_correction(m, m_hat, beta1),
        bias_correction(v, v_hat, beta2),
        Eq(r[t], m_hat[t] / (sqrt(v_hat[t]) + eps)),
        Eq(u[t], r[t] + weight_decay * theta[t - 1]),
        Eq(w_norm[t], norm(theta[t - 1])),
        Eq(u_norm[t], norm(u[t])),
        Eq(ratio[t], trust(w_norm[t], u_norm[t], u_norm[t])),
        Eq(theta[t], theta[t - 1] - lr * ratio[t] * u[t]),
    ),
    invariants=(v[t] >= 0,),
    family="layerwise",
    note=(
        "Adam's direction, decay included, at the length of the tensor's norm; the paper's φ is "
        "the identity."
    ),
)

declarations: tuple[Declaration, ...] = (lars, lamb)
