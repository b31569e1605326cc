"""keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

The learning rate stands inside the velocity, which points where parameters go.

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    theta[t] = decayed[t] + velocity[t]

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

Proved
    Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
        losses, all t, lr varying with t)
    torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
        for all losses, all t)
    torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
        losses, all t)

Do not edit. Made from the declaration keras.SGD and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 591e69ad0666e1e4
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    return {"one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay}


@blocked(work="decayed product")
def plain_update(
    theta, g, velocity, learning_rate, momentum, one_minus_learning_rate_weight_decay, decayed,
    product,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_learning_rate_weight_decay, out=decayed)
    # velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    np.multiply(velocity, momentum, out=velocity)
    np.multiply(g, learning_rate, out=product)
    np.subtract(velocity, product, out=velocity)
    # theta[t] = decayed[t] + velocity[t]
    np.add(velocity, decayed, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="SGD",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def nesterov_host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    return {"one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay}


@blocked(work="decayed product")
def nesterov_update(
    theta, g, velocity, learning_rate, momentum, one_minus_learning_rate_weight_decay, decayed,
    product,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_learning_rate_weight_decay, out=decayed)
    # velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    np.multiply(velocity, momentum, out=velocity)
    np.multiply(g, learning_rate, out=product)
    np.subtract(velocity, product, out=velocity)
    # theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]
    np.multiply(velocity, momentum, out=theta)
    np.add(theta, decayed, out=theta)
    np.multiply(g, learning_rate, out=product)
    np.subtract(theta, product, out=theta)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(nesterov_update)
    step.commit()


NESTEROV_RULE = Rule(
    name="SGD",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("velocity"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


class SGD(Optimizer):
    """keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

    The learning rate stands inside the velocity, which points where parameters go.

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        theta[t] = decayed[t] + velocity[t]

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
            losses, all t, lr varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
            for all losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
            losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1]; default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
    """

    rules = (
        ((('nesterov', False),), PLAIN_RULE),
        ((('nesterov', True),), NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True)}

    def __init__(
        self,
        params: Params,
        learning_rate: HyperValue = 0.01,
        momentum: HyperValue = 0,
        weight_decay: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            momentum=momentum,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )
