"""keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

epsilon stands inside the root, the learning rate inside the velocity.

Equations with centered=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
    theta[t] = decayed[t] - velocity[t]

Equations with centered=True
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    average[t] = rho*average[t-1] + (1 - rho)*g[t]
    velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
    theta[t] = decayed[t] - velocity[t]

Proved
    torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
        proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
        varying with t)
    optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
        learning_rate, decay, eps, momentum varying with t)
    torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
        for all losses, all t)
    torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
        proved for all losses, all t)

Do not edit. Made from the declaration keras.RMSprop and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: f7fc09f2ad30819e
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_rho = 1 - rho
    return {
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_rho": one_minus_rho,
    }


@blocked(work="decayed product quotient denominator")
def plain_update(
    theta, g, v, velocity, learning_rate, rho, momentum, epsilon,
    one_minus_learning_rate_weight_decay, one_minus_rho, decayed, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_learning_rate_weight_decay, out=decayed)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
    np.multiply(g, learning_rate, out=quotient)
    np.add(v, epsilon, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.multiply(velocity, momentum, out=velocity)
    np.add(quotient, velocity, out=velocity)
    # theta[t] = decayed[t] - velocity[t]
    np.subtract(decayed, velocity, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="RMSprop",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def centered_host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_rho = 1 - rho
    return {
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_rho": one_minus_rho,
    }


@blocked(work="decayed product quotient denominator")
def centered_update(
    theta, g, v, velocity, average, learning_rate, rho, momentum, epsilon,
    one_minus_learning_rate_weight_decay, one_minus_rho, decayed, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_learning_rate_weight_decay, out=decayed)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # average[t] = rho*average[t-1] + (1 - rho)*g[t]
    np.multiply(average, rho, out=average)
    np.multiply(g, one_minus_rho, out=product)
    np.add(average, product, out=average)
    # velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
    np.multiply(g, learning_rate, out=quotient)
    np.multiply(average, average, out=denominator)
    np.subtract(v, denominator, out=denominator)
    np.add(denominator, epsilon, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.multiply(velocity, momentum, out=velocity)
    np.add(quotient, velocity, out=velocity)
    # theta[t] = decayed[t] - velocity[t]
    np.subtract(decayed, velocity, out=theta)


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g", "grad")
    step.blocks(centered_update)
    step.commit()


CENTERED_RULE = Rule(
    name="RMSprop",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("velocity"), State("average"),),
    oracles=("grad",),
    advance=centered_advance,
)


class RMSprop(Optimizer):
    """keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

    epsilon stands inside the root, the learning rate inside the velocity.

    Equations with centered=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Equations with centered=True
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        average[t] = rho*average[t-1] + (1 - rho)*g[t]
        velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
            proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
            varying with t)
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
            learning_rate, decay, eps, momentum varying with t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
            for all losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
            proved for all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
        centered: one of False, True
    """

    rules = (
        ((('centered', False),), PLAIN_RULE),
        ((('centered', True),), CENTERED_RULE),
    )
    choices = {'centered': (False, True)}

    def __init__(
        self,
        params: Params,
        learning_rate: HyperValue = 0.001,
        rho: HyperValue = 0.9,
        momentum: HyperValue = 0,
        epsilon: HyperValue = 1e-07,
        weight_decay: HyperValue = 0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            rho=rho,
            momentum=momentum,
            epsilon=epsilon,
            weight_decay=weight_decay,
            centered=centered,
        )
