"""SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

Do not edit. Made from the declaration SubgradientL1; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1")
def update(theta, raw_g, lr, l1, block1):
    """Entrywise work on one block, in place."""
    # g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
    signs = np.sign(theta, out=block1)
    product = np.multiply(signs, l1, out=block1)
    g = np.add(product, raw_g, out=block1)
    # theta[t] = theta[t-1] - lr*g[t]
    product = np.multiply(g, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
)
RULE = Rule(
    name="SubgradientL1", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class SubgradientL1(Optimizer):
    """Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

    Equations
        g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, l1: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr, l1=l1)
