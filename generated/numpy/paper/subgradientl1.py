"""SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

Equations
    g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
    theta[t] = theta[t-1] - lr*g[t]

Do not edit. Made from the declaration SubgradientL1 and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: b0de7cf3f16ee1db
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="g product")
def update(theta, g2, lr, l1, g, product):
    """Entrywise work on one block, in place."""
    # g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
    np.sign(theta, out=g)
    np.multiply(g, l1, out=g)
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
    name="SubgradientL1",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class SubgradientL1(Optimizer):
    """SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

    Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

    Equations
        g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        l1: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            l1=l1,
        )
