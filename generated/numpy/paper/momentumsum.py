"""MomentumSum: PyTorch, documentation of torch.optim.SGD.

Do not edit. Made from the declaration MomentumSum; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1")
def update(theta, g, v, lr, momentum, block1):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] + g[t]
    np.multiply(v, momentum, out=v)
    np.add(v, g, out=v)
    # theta[t] = theta[t-1] - lr*v[t]
    product = np.multiply(v, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="MomentumSum", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class MomentumSum(Optimizer):
    """The velocity is a fading sum of gradients, of weight 1/(1 - momentum) in all; the learning
    rate scales it.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] + g[t]
        theta[t] = theta[t-1] - lr*v[t]

    Proved
        MomentumSum = torch.SGD (M7: all losses, all t, lr varying with t)
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        Momentum = MomentumSum under v = lr*v (M1: all losses, all t)
        MomentumEMA(lr, beta) = MomentumSum(lr*(1 - beta), beta) under v = m/(1 - beta) (M3: all
            losses, all t, lr varying with t)
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1: all
            losses, all t, lr varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: all n, every
            tensor, all losses, all t)
        1 more: gen show MomentumSum

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
