"""SGD: Robbins & Monro 1951, stochastic approximation.

GradientDescent whose oracle gives the gradient of one sample, or of any random part of the
data.

Equations
    g[t] = grad(theta[t-1])
    theta[t] = theta[t-1] - lr*g[t]

Proved
    its batch gradient is the full gradient in the mean (C16: proved for all n, B and samples)

Do not edit. Made from the declaration SGD and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: eba73332a5d11696
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="product")
def update(theta, g, lr, product):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*g[t]
    np.multiply(g, lr, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="SGD",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class SGD(Optimizer):
    """SGD: Robbins & Monro 1951, stochastic approximation.

    GradientDescent whose oracle gives the gradient of one sample, or of any random part of the
    data.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        its batch gradient is the full gradient in the mean (C16: proved for all n, B and samples)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
        )
