"""GradientDescentL2: Hoerl & Kennard 1970, ridge penalty.

Descends the loss plus weight_decay/2 times the squared norm of the parameters.

Equations
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    theta[t] = theta[t-1] - lr*g[t]

Proved
    GradientDescentL2 = gradient descent with decay lr*weight_decay (W1: proved for all
        losses, all t, lr, weight_decay varying with t)
    scaling theta scales lr by the square and divides the penalty by it (SY66: proved for all
        n, every tensor, all losses, all t)

Do not edit. Made from the declaration GradientDescentL2 and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 9e36d7db09a1b86a
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="g product")
def update(theta, g2, lr, weight_decay, g, product):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # theta[t] = theta[t-1] - lr*g[t]
    np.multiply(g, lr, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g2", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="GradientDescentL2",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class GradientDescentL2(Optimizer):
    """GradientDescentL2: Hoerl & Kennard 1970, ridge penalty.

    Descends the loss plus weight_decay/2 times the squared norm of the parameters.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        GradientDescentL2 = gradient descent with decay lr*weight_decay (W1: proved for all
            losses, all t, lr, weight_decay varying with t)
        scaling theta scales lr by the square and divides the penalty by it (SY66: proved for all
            n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            weight_decay=weight_decay,
        )
