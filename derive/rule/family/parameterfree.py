"""Rules that estimate their own step size: Prodigy."""

from __future__ import annotations

from optwright.derive.language import (
    ALL,
    Abs,
    Eq,
    Family,
    Max,
    Optimizer,
    Parameter,
    Source,
    State,
    beta1,
    beta2,
    cases,
    d,
    dot,
    eps,
    g,
    lr,
    m,
    sqrt,
    t,
    theta,
    total,
    v,
    variables,
    weight_decay,
)
from optwright.derive.language.declaration import Declaration

beta3 = Parameter("beta3", "[0, 1)", "decay", r"\beta_3", "decay of the estimate's averages")
d0 = Parameter(
    "d0", "(0, inf)", "coefficient", "d_0", "first estimate of the distance to a solution"
)
d_coef = Parameter("d_coef", "(0, inf)", "coefficient", None, "factor of the estimate")
step_size, r, s, start, d_max, d_hat, size, grown, raised = variables(
    "step_size r s theta_start d_max d_hat s_size d_grown d_max_grown"
)


def prodigy(use_bias_correction: bool, safeguard_warmup: bool) -> Optimizer:
    """Prodigy for one choice of its flags."""
    correction = sqrt(1 - beta2**t) / (1 - beta1**t) if use_bias_correction else 1
    weight = d[t - 1] if safeguard_warmup else step_size[t]
    progress = size[t] > 0
    return Optimizer(
        name="Prodigy",
        source=Source(
            "Mishchenko & Defazio 2024",
            "Algorithm 4, as in the authors' prodigyopt",
            arxiv="2306.06101",
        ),
        hyper=(
            lr(1),
            beta1(0.9),
            beta2(0.999),
            beta3(sqrt(beta2)),
            eps(1e-8, range="(0, inf)"),
            weight_decay(0),
            d0(1e-6),
            d_coef(1),
        ),
        state=(
            m,
            v,
            s,
            State(start, init=theta[0]),
            State(d, init=d0, extent=ALL),
            State(d_max, init=d0, extent=ALL),
            State(r, extent=ALL),
        ),
        step=(
            Eq(step_size[t], d[t - 1] * lr * correction),
            Eq(start[t], start[t - 1]),
            Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * d[t - 1] * g[t]),
            Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * d[t - 1] ** 2 * g[t] ** 2),
            Eq(s[t], beta3 * s[t - 1] + d[t - 1] / d0 * weight * g[t]),
            Eq(size[t], total(Abs(s[t]), "all")),
            Eq(
                grown[t],
                beta3 * r[t - 1]
                + d[t - 1] / d0 * step_size[t] * dot(g[t], start[t] - theta[t - 1], "all"),
            ),
            Eq(r[t], cases((grown[t], progress), r[t - 1])),
            Eq(d_hat[t], cases((d_coef * grown[t] / size[t], progress), d[t - 1])),
            Eq(raised[t], Max(d_max[t - 1], d_hat[t])),
            Eq(d_max[t], raised[t]),
            Eq(d[t], cases((raised[t], progress), d[t - 1])),
            Eq(
                theta[t],
                theta[t - 1] * (1 - cases((weight_decay * step_size[t], progress), 0))
                - step_size[t] * cases((m[t] / (sqrt(v[t]) + d[t] * eps), progress), 0),
            ),
        ),
        invariants=(v[t] >= 0,),
        family="parameter-free",
        note=(
            "d estimates the distance from the start to a solution and multiplies the learning "
            "rate, which stays 1: one number over all tensors, found from gradients. A step "
            "without any gradient so far changes nothing. The package's growth_rate is left at "
            "its default, infinity."
        ),
    )


flags = {"use_bias_correction": (False, True), "safeguard_warmup": (False, True)}
declarations: tuple[Declaration, ...] = (Family("Prodigy", "paper", flags, prodigy),)
