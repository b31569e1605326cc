"""texts.MOM_b: A learning site's review (D2), MOM-b.

Do not edit. Made from the declaration texts.MOM_b; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1")
def update(theta, g, v, lr, alpha, momentum, block1):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] + lr*g[t]
    np.multiply(v, momentum, out=v)
    product = np.multiply(g, lr, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - alpha*v[t]
    product = np.multiply(v, alpha, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("alpha", 1, "[0, inf)", "second step size"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="MOM_b", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class MOM_b(Optimizer):
    """Momentum with a second learning rate: the same as Momentum(lr·alpha).

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] + lr*g[t]
        theta[t] = theta[t-1] - alpha*v[t]

    Proved
        texts.MOM_b(lr, alpha) = Momentum(lr*alpha) under v = alpha*v (M6: all losses, all t, lr
            varying with t)
        texts.MOM_b(alpha=1) = Momentum (C32a: all losses, all t, lr, momentum varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: second step size, in [0, inf); default 1
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, alpha: HyperValue = 1,
        momentum: HyperValue = 0.9,
    ) -> None:
        super().__init__(params, lr=lr, alpha=alpha, momentum=momentum)
