"""Noise added to the gradient."""

from __future__ import annotations

from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    Variable,
    g,
    lr,
    noise,
    sqrt,
    t,
    theta,
)
from optwright.derive.language.declaration import Declaration

eta = Parameter("eta", "[0, inf)", "coefficient", r"\eta", "variance of the noise at the start")
gamma = Parameter("gamma", "[0, inf)", "decay", r"\gamma", "exponent with which the variance falls")
sigma = Variable("sigma", r"\sigma")

noisy_sgd = Optimizer(
    name="NoisySGD",
    source=Source("Neelakantan et al. 2015", "Section 3", arxiv="1511.06807"),
    hyper=(lr(0.01), eta(0.01), gamma(0.55)),
    step=(
        Eq(sigma[t], sqrt(eta / (1 + t) ** gamma)),
        Eq(theta[t], theta[t - 1] - lr * (g[t] + sigma[t] * noise(1))),
    ),
    family="gradient",
    note=(
        "Normal noise with a variance that falls as (1 + t)^-gamma. The generator belongs to the "
        "optimizer and is saved with its state."
    ),
)

declarations: tuple[Declaration, ...] = (noisy_sgd,)
