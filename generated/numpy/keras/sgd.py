"""keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

Do not edit. Made from the declaration keras.SGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay}


@blocked(work="block1 block2")
def update(
    theta, g, velocity, learning_rate, momentum, one_minus_learning_rate_weight_decay, block1,
    block2, nesterov,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    np.multiply(velocity, momentum, out=velocity)
    product = np.multiply(g, learning_rate, out=block2)
    np.subtract(velocity, product, out=velocity)
    if not nesterov:
        # theta[t] = decayed[t] + velocity[t]
        np.add(decayed, velocity, out=theta)
    else:
        # theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]
        np.multiply(velocity, momentum, out=theta)
        np.add(decayed, theta, out=theta)
        product = np.multiply(g, learning_rate, out=block1)
        np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("velocity"),)


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="SGD", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class SGD(Optimizer):
    """The learning rate stands inside the velocity, which points where parameters go.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        if not nesterov:
            theta[t] = decayed[t] + velocity[t]
        else:
            theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: all
            losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1]; default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
    """

    choices = {"nesterov": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.01, momentum: HyperValue = 0,
        weight_decay: HyperValue = 0, nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, momentum=momentum, weight_decay=weight_decay,
            nesterov=nesterov,
        )
