"""Rules that use only the signs of gradients or of their averages: Rprop, signSGD, Signum, Lion."""

from __future__ import annotations

from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    State,
    beta,
    beta1,
    beta2,
    cases,
    clip,
    g,
    lr,
    m,
    sign,
    t,
    theta,
    variables,
    weight_decay,
)
from optwright.derive.language.block import ema
from optwright.derive.language.declaration import Declaration

etaminus = Parameter(
    "etaminus", "(0, 1)", "coefficient", r"\eta^-", "factor of a step size after a change of sign"
)
etaplus = Parameter(
    "etaplus", "(1, inf)", "coefficient", r"\eta^+", "factor of a step size while the sign stays"
)
low = Parameter("step_size_min", "[0, inf)", "coefficient", r"\Delta_{min}", "smallest step size")
high = Parameter("step_size_max", "[0, inf)", "coefficient", r"\Delta_{max}", "largest step size")
first = Parameter("step_size_init", "[0, inf)", "lr", r"\Delta_0", "step size of the first step")
prev, size, move, agreement, change = variables("prev step_size move agreement change")

rprop = Optimizer(
    name="Rprop",
    source=Source(
        "Riedmiller & Braun 1993", "A direct adaptive method for faster backpropagation learning"
    ),
    hyper=(first(0.1), etaminus(0.5), etaplus(1.2), low(1e-6), high(50)),
    state=(prev, move, State(size, init=first)),
    step=(
        Eq(agreement[t], g[t] * prev[t - 1]),
        Eq(
            size[t],
            clip(
                size[t - 1] * cases((etaplus, agreement[t] > 0), (etaminus, agreement[t] < 0), 1),
                low,
                high,
            ),
        ),
        Eq(change[t], cases((-move[t - 1], agreement[t] < 0), -size[t] * sign(g[t]))),
        Eq(theta[t], theta[t - 1] + change[t]),
        Eq(move[t], cases((0, agreement[t] < 0), change[t])),
        Eq(prev[t], cases((0, agreement[t] < 0), g[t])),
    ),
    family="sign",
    note=(
        "Rprop with weight-backtracking: after a change of sign an entry takes its last move back "
        "and its step size shrinks once."
    ),
)

sign_sgd = Optimizer(
    name="SignSGD",
    source=Source("Bernstein et al. 2018", "Algorithm 1", arxiv="1802.04434"),
    hyper=(lr(1e-4),),
    step=(Eq(theta[t], theta[t - 1] - lr * sign(g[t])),),
    family="sign",
)

signum = Optimizer(
    name="Signum",
    source=Source("Bernstein et al. 2018", "Algorithm 2", arxiv="1802.04434"),
    hyper=(lr(1e-4), beta(0.9)),
    state=(m,),
    step=(ema(g[t], m, beta), Eq(theta[t], theta[t - 1] - lr * sign(m[t]))),
    family="sign",
)

lion = Optimizer(
    name="Lion",
    source=Source("Chen et al. 2023", "Algorithm 2", arxiv="2302.06675"),
    hyper=(lr(1e-4), beta1(0.9), beta2(0.99), weight_decay(0)),
    state=(m,),
    step=(
        Eq(
            theta[t],
            theta[t - 1]
            - lr * (sign(beta1 * m[t - 1] + (1 - beta1) * g[t]) + weight_decay * theta[t - 1]),
        ),
        ema(g[t], m, beta2),
    ),
    family="sign",
    note="The step interpolates with beta1, the memory with beta2.",
)

declarations: tuple[Declaration, ...] = (rprop, sign_sgd, signum, lion)
