"""MiniBatchGradientDescent: Robbins & Monro 1951, stochastic approximation.

Do not edit. Made from the declaration MiniBatchGradientDescent;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1")
def update(theta, g, lr, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*g[t]
    product = np.multiply(g, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (Hyper("lr", 0.01, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="MiniBatchGradientDescent", dialect="paper", hyper=HYPER, state=(), oracles=("grad",),
    advance=advance,
)


class MiniBatchGradientDescent(Optimizer):
    """GradientDescent whose oracle gives the mean gradient of a batch, 32, 64 or 128 samples as a
    rule.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        its batch gradient is the full gradient in the mean (C16: all n, B and samples)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr)
