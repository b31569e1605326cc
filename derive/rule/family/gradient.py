"""Gradient descent and what it is measured against: random search, Polyak's step, penalties.

Batch, mini-batch and stochastic gradient descent are one rule asked of different oracles: the
gradient of the loss over all data, over a batch, or over one sample. They are declared from one
step under the three names by which people look for them.
"""

from __future__ import annotations

from optwright.derive.language import (
    Abs,
    Eq,
    Max,
    Optimizer,
    Parameter,
    Source,
    Variable,
    cases,
    dot,
    g,
    grad,
    lr,
    noise,
    sign,
    t,
    theta,
    value,
    weight_decay,
)
from optwright.derive.language.block import coupled_decay
from optwright.derive.language.declaration import Declaration

descent = Eq(theta[t], theta[t - 1] - lr * g[t])

gradient_descent = Optimizer(
    name="GradientDescent",
    source=Source(
        "Cauchy 1847", "Méthode générale", note="GD-a (D0, D2), GD-b (D2 review), GD-c (D3)"
    ),
    hyper=(lr(0.01),),
    step=(descent,),
    family="gradient",
    note=(
        "Batch gradient descent: the oracle gives the gradient over all data, so a step is an "
        "epoch."
    ),
)

sgd = gradient_descent.replace(
    name="SGD",
    source=Source("Robbins & Monro 1951", "stochastic approximation", note="SGD (D2 review)"),
    note=(
        "GradientDescent whose oracle gives the gradient of one sample, or of any random part "
        "of the data."
    ),
)

mini_batch = gradient_descent.replace(
    name="MiniBatchGradientDescent",
    source=Source(
        "Robbins & Monro 1951", "stochastic approximation", note="MB (D2 review, D3, D4)"
    ),
    note=(
        "GradientDescent whose oracle gives the mean gradient of a batch, 32, 64 or 128 "
        "samples as a rule."
    ),
)

gradient_descent_l2 = gradient_descent.replace(
    name="GradientDescentL2",
    source=Source("Hoerl & Kennard 1970", "ridge penalty", note="L2 regularisation (D0)"),
    hyper=(lr(0.01), weight_decay(0.01)),
    step=(coupled_decay(weight_decay), descent),
    note="Descends the loss plus weight_decay/2 times the squared norm of the parameters.",
)

l1 = Parameter(
    "l1", "[0, inf)", "regularization", r"\lambda_1", "weight of the sum of absolute values"
)

subgradient_l1 = gradient_descent.replace(
    name="SubgradientL1",
    source=Source(
        "Tibshirani 1996", "L1 penalty, by subgradient steps", note="L1 regularisation (D0)"
    ),
    hyper=(lr(0.01), l1(0.01)),
    step=(Eq(g[t], grad(theta[t - 1]) + l1 * sign(theta[t - 1])), descent),
    note="Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.",
)

z = Variable("z")

ista = gradient_descent.replace(
    name="ISTA",
    source=Source(
        "Daubechies, Defrise & De Mol 2004",
        "iterative soft thresholding",
        arxiv="math/0307152",
        note="L1 regularisation and feature selection (D0)",
    ),
    hyper=(lr(0.01), l1(0.01)),
    step=(
        Eq(z[t], theta[t - 1] - lr * g[t]),
        Eq(theta[t], sign(z[t]) * Max(Abs(z[t]) - lr * l1, 0)),
    ),
    note=(
        "A gradient step, then the proximal step of the L1 penalty: small entries become "
        "exactly zero."
    ),
)

sigma = Parameter("sigma", "(0, inf)", "lr", r"\sigma", "standard deviation of the draws")
candidate = Variable("candidate", r"\theta'")


def _better(trial: object) -> tuple[object, object]:
    return (
        Eq(candidate[t], trial),
        Eq(
            theta[t], cases((candidate[t], value(candidate[t]) < value(theta[t - 1])), theta[t - 1])
        ),
    )


random_search = Optimizer(
    name="RandomSearch",
    source=Source("Brooks 1958", "A discussion of random methods", note="random search (D4)"),
    hyper=(sigma(1),),
    step=_better(sigma * noise(1)),
    family="gradient",
    note=(
        "Draws parameters afresh and keeps the best so far: the baseline that every rule "
        "should beat."
    ),
)

random_local_search = random_search.replace(
    name="RandomLocalSearch",
    source=Source("Rastrigin 1963", "random search with steps from the best point"),
    step=_better(theta[t - 1] + sigma * noise(1)),
    note="Tries a random step from the best point so far and keeps it where it lowers the loss.",
)

f_star = Parameter(
    "f_star", "(-inf, inf)", "other", r"f^*", "the least value of the loss, or a lower bound"
)
slope = Variable("slope", r"\|g\|^2")
rate = Variable("rate", r"\eta")

polyak_step = Optimizer(
    name="PolyakStep",
    source=Source("Polyak 1987", "Introduction to Optimization, section 5.3"),
    hyper=(f_star(0),),
    step=(
        Eq(slope[t], dot(g[t], g[t], "all")),
        Eq(rate[t], cases(((value(theta[t - 1]) - f_star) / slope[t], slope[t] > 0), 0)),
        Eq(theta[t], theta[t - 1] - rate[t] * g[t]),
    ),
    family="gradient",
    note=(
        "The step that a linear model needs to reach the least value; none where the gradient "
        "is zero."
    ),
)

declarations: tuple[Declaration, ...] = (
    gradient_descent,
    sgd,
    mini_batch,
    gradient_descent_l2,
    subgradient_l1,
    ista,
    random_search,
    random_local_search,
    polyak_step,
)
