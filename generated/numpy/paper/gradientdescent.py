"""GradientDescent: Cauchy 1847, Méthode générale.

Do not edit. Made from the declaration GradientDescent; remake it with: gen kernels --backend numpy
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
    name="GradientDescent", dialect="paper", hyper=HYPER, state=(), oracles=("grad",),
    advance=advance,
)


class GradientDescent(Optimizer):
    """Batch gradient descent: the oracle gives the gradient over all data, so a step is an epoch.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1: all
            losses, all t, lr varying with t)
        ScheduleFreeSGD(beta=0) = GradientDescent (V1: all losses, all t, lr varying with t)
        NoisySGD's step = GradientDescent's in the mean over the noise (C16n: all states, all t, all
            distributions with a mean)
        GradientDescent's move minimises g.d + |d|**2/(2*lr), for all n (T1: all n)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: all n, every
            tensor, all losses, all t)
        gathered over two parts of a batch = on the whole batch (X1: all losses, all t)
        2 more: gen show GradientDescent

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr)
