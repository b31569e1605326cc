"""Momentum: Rumelhart, Hinton & Williams 1986, eq. (9).

Do not edit. Made from the declaration Momentum; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1")
def update(theta, g, v, lr, momentum, block1):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] + lr*g[t]
    np.multiply(v, momentum, out=v)
    product = np.multiply(g, lr, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - v[t]
    np.subtract(theta, v, out=theta)


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
    name="Momentum", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Momentum(Optimizer):
    """The learning rate stands inside the velocity: a change of it reaches the step only slowly.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] + lr*g[t]
        theta[t] = theta[t-1] - v[t]

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        Momentum = MomentumSum under v = lr*v (M1: all losses, all t)
        MomentumEMA(lr, beta) = Momentum(lr*(1 - beta), beta) under v = lr*m (M3a: all losses, all
            t)
        Momentum = HeavyBall under previous = theta + v (M4: all losses, all t, lr, momentum varying
            with t)
        texts.MOM_b(lr, alpha) = Momentum(lr*alpha) under v = alpha*v (M6: all losses, all t, lr
            varying with t)
        texts.MOM_b(alpha=1) = Momentum (C32a: all losses, all t, lr, momentum varying with t)
        1 more: gen show Momentum

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
