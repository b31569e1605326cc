"""optax.sgd: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.sgd; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1")
def update(theta, g, b, learning_rate, momentum, block1, nesterov):
    """Entrywise work on one block, in place."""
    # b[t] = momentum*b[t-1] + g[t]
    np.multiply(b, momentum, out=b)
    np.add(b, g, out=b)
    if not nesterov:
        # theta[t] = theta[t-1] - learning_rate*b[t]
        product = np.multiply(b, learning_rate, out=block1)
        np.subtract(theta, product, out=theta)
    else:
        # theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])
        product = np.multiply(b, momentum, out=block1)
        total = np.add(g, product, out=block1)
        product = np.multiply(total, learning_rate, out=block1)
        np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("b"),)


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="sgd", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class sgd(Optimizer):
    """The learning rate scales the trace from outside.

    Equations
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        if not nesterov:
            theta[t] = theta[t-1] - learning_rate*b[t]
        else:
            theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: all losses, all t, lr varying with
            t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: all losses, all t, lr varying
            with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        nesterov: one of False, True
    """

    choices = {"nesterov": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, momentum: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, momentum=momentum, nesterov=nesterov,
        )
