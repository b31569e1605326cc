"""GradientDescentL2: Hoerl & Kennard 1970, ridge penalty.

Do not edit. Made from the declaration GradientDescentL2;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1")
def update(theta, raw_g, lr, weight_decay, block1):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    product = np.multiply(theta, weight_decay, out=block1)
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
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
RULE = Rule(
    name="GradientDescentL2", dialect="paper", hyper=HYPER, state=(), oracles=("grad",),
    advance=advance,
)


class GradientDescentL2(Optimizer):
    """Descends the loss plus weight_decay/2 times the squared norm of the parameters.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        GradientDescentL2 = gradient descent with decay lr*weight_decay (W1: all losses, all t, lr,
            weight_decay varying with t)
        scaling theta scales lr by the square and divides the penalty by it (SY66: all n, every
            tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay)
