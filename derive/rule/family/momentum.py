"""Momentum in the conventions that texts and libraries use, and Nesterov's look-ahead.

They differ in where the learning rate stands (inside the velocity or outside it), in whether the
velocity is a sum or an average, and in the velocity's sign. What they have in common is proved.
"""

from __future__ import annotations

from optwright.derive.language import (
    Eq,
    Equal,
    Optimizer,
    Source,
    State,
    Variable,
    alpha,
    beta,
    cases,
    g,
    grad,
    lr,
    m,
    t,
    theta,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.language.block import ema, leaky_sum
from optwright.derive.language.declaration import Declaration

momentum = Optimizer(
    name="Momentum",
    source=Source("Rumelhart, Hinton & Williams 1986", "eq. (9)", note="MOM-a (D2 lesson)"),
    hyper=(lr(0.01), mu(0.9)),
    state=(v,),
    step=(
        Eq(v[t], mu * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
    ),
    family="momentum",
    note=(
        "The learning rate stands inside the velocity: a change of it reaches the step only slowly."
    ),
)

previous = Variable("previous", r"\theta^{-}")

heavy_ball = Optimizer(
    name="HeavyBall",
    source=Source("Polyak 1964", "the method of the heavy ball"),
    hyper=(lr(0.01), mu(0.9)),
    state=(State(previous, init=theta[0]),),
    step=(
        Eq(theta[t], theta[t - 1] - lr * g[t] + mu * (theta[t - 1] - previous[t - 1])),
        Eq(previous[t], theta[t - 1]),
    ),
    family="momentum",
    note="Momentum without a velocity: the last move is found from the last two points.",
)

momentum_sum = Optimizer(
    name="MomentumSum",
    source=Source("PyTorch", "documentation of torch.optim.SGD", note="MOM-d (D4), MOM-e (D1)"),
    hyper=(lr(0.01), mu(0.9)),
    state=(v,),
    step=(
        leaky_sum(g[t], v, mu),
        Eq(theta[t], theta[t - 1] - lr * v[t]),
    ),
    family="momentum",
    note=(
        "The velocity is a fading sum of gradients, of weight 1/(1 - momentum) in all; the "
        "learning rate scales it."
    ),
)

momentum_ema = Optimizer(
    name="MomentumEMA",
    source=Source(
        "Kingma & Ba 2015",
        "the first moment of Algorithm 1, alone",
        arxiv="1412.6980",
        note="MOM-c (D0, D3)",
    ),
    hyper=(lr(0.01), beta(0.9)),
    state=(m,),
    step=(
        ema(g[t], m, beta),
        Eq(theta[t], theta[t - 1] - lr * m[t]),
    ),
    family="momentum",
    note="The velocity is an average of gradients, from zero: the first steps are short.",
)

mom_b = Optimizer(
    name="MOM_b",
    dialect="texts",
    source=Source("A learning site's review (D2)", "MOM-b"),
    hyper=(lr(0.01), alpha(1), mu(0.9)),
    state=(v,),
    step=(
        Eq(v[t], mu * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - alpha * v[t]),
    ),
    family="momentum",
    note="Momentum with a second learning rate: the same as Momentum(lr·alpha).",
)

mom_c0 = momentum_ema.replace(
    name="MOM_c0",
    dialect="texts",
    source=Source("A chapter on PyTorch optimizers (D3)", "MOM-c with m0 := g0"),
    step=(
        Eq(m[t], cases((g[t], Equal(t, 1)), beta * m[t - 1] + (1 - beta) * g[t])),
        Eq(theta[t], theta[t - 1] - lr * m[t]),
    ),
    note="The average starts at the first gradient, which keeps more weight than any later one.",
)

nesterov = Optimizer(
    name="Nesterov",
    source=Source(
        "Nesterov 1983",
        "as a look-ahead, Sutskever et al. 2013, eqs. (3) and (4)",
        note="NAG-a (D2 lesson and quiz)",
    ),
    hyper=(lr(0.01), mu(0.9)),
    state=(v,),
    step=(
        Eq(g[t], grad(theta[t - 1] - mu * v[t - 1])),
        Eq(v[t], mu * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
    ),
    family="momentum",
    note="The gradient is asked where the velocity alone would carry the parameters.",
)

nag_c = Optimizer(
    name="NAG_c",
    dialect="texts",
    source=Source("Sutskever et al. 2013", "eqs. (3) and (4)", note="NAG-c (D4)"),
    hyper=(lr(0.01), mu(0.9)),
    state=(v,),
    step=(
        Eq(g[t], grad(theta[t - 1] + mu * v[t - 1])),
        Eq(v[t], mu * v[t - 1] - lr * g[t]),
        Eq(theta[t], theta[t - 1] + v[t]),
    ),
    family="momentum",
    note="Nesterov with the velocity's sign turned: it points where the parameters go.",
)

nesterov_rearranged = Optimizer(
    name="NesterovRearranged",
    source=Source(
        "Bengio, Boulanger-Lewandowski & Pascanu 2012",
        "section 3.5",
        arxiv="1212.0901",
        note="NAG-d (D4)",
    ),
    hyper=(lr(0.01), mu(0.9)),
    state=(v,),
    step=(
        Eq(v[t], mu * v[t - 1] - lr * g[t]),
        Eq(theta[t], theta[t - 1] - mu * v[t - 1] + (1 + mu) * v[t]),
    ),
    family="momentum",
    note=(
        "Nesterov in terms of the looked-ahead point: its gradient is asked at the parameters "
        "themselves."
    ),
)

nag_b = Optimizer(
    name="NAG_b",
    dialect="texts",
    source=Source("A learning site's review (D2)", "NAG-b"),
    hyper=(lr(0.01), alpha(1), mu(0.9)),
    state=(v,),
    step=(
        Eq(g[t], grad(theta[t - 1] - mu * v[t - 1])),
        Eq(v[t], mu * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - alpha * v[t]),
    ),
    family="momentum",
    note=(
        "Looks ahead by momentum·v, while momentum alone moves by alpha times that: Nesterov "
        "only for alpha = 1."
    ),
)

declarations: tuple[Declaration, ...] = (
    momentum,
    heavy_ball,
    momentum_sum,
    momentum_ema,
    nesterov,
    nesterov_rearranged,
    mom_b,
    mom_c0,
    nag_b,
    nag_c,
)
