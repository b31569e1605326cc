"""Adam's relatives with a changing momentum or a rectified denominator, in their papers' form."""

from __future__ import annotations

from optwright.derive.language import (
    HOST,
    Eq,
    Optimizer,
    Parameter,
    Rational,
    Source,
    State,
    Variable,
    beta1,
    beta2,
    cases,
    eps,
    g,
    lr,
    m,
    m_hat,
    sqrt,
    t,
    theta,
    v,
    v_hat,
    variables,
)
from optwright.derive.language.block import bias_correction, ema
from optwright.derive.language.declaration import Declaration

psi = Parameter(
    "momentum_decay", "[0, inf)", "decay", r"\psi", "speed at which the momentum grows to beta1"
)
mu, mu_next, mu_product = variables("mu mu_next mu_product")
g_hat, m_bar = Variable("g_hat", r"\hat{g}"), Variable("m_bar", r"\bar{m}")

nadam = Optimizer(
    name="NAdam",
    source=Source("Dozat 2016", "Algorithm 2, with the momentum schedule of the 2015 report"),
    hyper=(lr(0.002), beta1(0.99), beta2(0.999), eps(1e-8), psi(0.004)),
    state=(m, v, State(mu_product, init=1, extent=HOST)),
    step=(
        Eq(mu[t], beta1 * (1 - Rational(1, 2) * Rational(96, 100) ** (t * psi))),
        Eq(mu_next[t], beta1 * (1 - Rational(1, 2) * Rational(96, 100) ** ((t + 1) * psi))),
        Eq(mu_product[t], mu_product[t - 1] * mu[t]),
        Eq(g_hat[t], g[t] / (1 - mu_product[t])),
        Eq(m[t], mu[t] * m[t - 1] + (1 - mu[t]) * g[t]),
        Eq(m_hat[t], m[t] / (1 - mu_product[t] * mu_next[t])),
        ema(g[t] ** 2, v, beta2),
        bias_correction(v, v_hat, beta2),
        Eq(m_bar[t], (1 - mu[t]) * g_hat[t] + mu_next[t] * m_hat[t]),
        Eq(theta[t], theta[t - 1] - lr * m_bar[t] / (sqrt(v_hat[t]) + eps)),
    ),
    invariants=(v[t] >= 0,),
    family="adam",
    note=(
        "The average itself uses the changing coefficient mu; torch and Keras average with beta1 "
        "and use mu in the step only. The factor beta2 that the 2016 text has on v_hat is left "
        "out, as everywhere."
    ),
)

rho_inf, rho_t, rectifier, adaptive = (
    Variable("rho_inf", r"\rho_\infty"),
    Variable("rho_t", r"\rho"),
    Variable("rectifier", "r"),
    Variable("adaptive", "l"),
)

radam = Optimizer(
    name="RAdam",
    source=Source("Liu et al. 2020", "Algorithm 2", arxiv="1908.03265"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999)),
    state=(m, v),
    step=(
        Eq(rho_inf[t], 2 / (1 - beta2) - 1),
        Eq(rho_t[t], rho_inf[t] - 2 * t * beta2**t / (1 - beta2**t)),
        Eq(
            rectifier[t],
            cases(
                (
                    sqrt(
                        (rho_t[t] - 4)
                        * (rho_t[t] - 2)
                        * rho_inf[t]
                        / ((rho_inf[t] - 4) * (rho_inf[t] - 2) * rho_t[t])
                    ),
                    rho_t[t] > 4,
                ),
                1,
            ),
        ),
        ema(g[t], m, beta1),
        ema(g[t] ** 2, v, beta2),
        bias_correction(m, m_hat, beta1),
        Eq(adaptive[t], cases((sqrt((1 - beta2**t) / v[t]), rho_t[t] > 4), 1)),
        Eq(theta[t], theta[t - 1] - lr * rectifier[t] * m_hat[t] * adaptive[t]),
    ),
    invariants=(v[t] >= 0,),
    family="adam",
    note=(
        "While the variance of the denominator is intractable (rho_t <= 4) the step is the "
        "corrected momentum. Without eps: a gradient of zero gives 0/0 once rho_t > 4."
    ),
)

declarations: tuple[Declaration, ...] = (nadam, radam)
