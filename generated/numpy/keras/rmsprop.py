"""keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

Do not edit. Made from the declaration keras.RMSprop; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay,
        "one_minus_rho": 1 - rho,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, v, velocity, average, learning_rate, rho, momentum, epsilon,
    one_minus_learning_rate_weight_decay, one_minus_rho, block1, block2, block3, centered,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(v, product, out=v)
    if not centered:
        # velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
        np.multiply(velocity, momentum, out=velocity)
        product = np.multiply(g, learning_rate, out=block2)
        total = np.add(v, epsilon, out=block3)
        denominator = np.sqrt(total, out=block3)
        quotient = np.divide(product, denominator, out=block2)
        np.add(velocity, quotient, out=velocity)
    else:
        # average[t] = rho*average[t-1] + (1 - rho)*g[t]
        np.multiply(average, rho, out=average)
        product = np.multiply(g, one_minus_rho, out=block2)
        np.add(average, product, out=average)
        # velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
        np.multiply(velocity, momentum, out=velocity)
        product = np.multiply(g, learning_rate, out=block2)
        product2 = np.multiply(average, average, out=block3)
        total = np.subtract(v, product2, out=block3)
        total = np.add(total, epsilon, out=block3)
        denominator = np.sqrt(total, out=block3)
        quotient = np.divide(product, denominator, out=block2)
        np.add(velocity, quotient, out=velocity)
    # theta[t] = decayed[t] - velocity[t]
    np.subtract(decayed, velocity, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("velocity"), State("average"))


def rule(centered):
    """The rule of these flags."""
    absent = ("average",) if not centered else ()
    flags = {"centered": centered}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="RMSprop", dialect="keras", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class RMSprop(Optimizer):
    """epsilon stands inside the root, the learning rate inside the velocity.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        if not centered:
            velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
        else:
            average[t] = rho*average[t-1] + (1 - rho)*g[t]
            velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: all losses, all t, learning_rate,
            decay, eps, momentum varying with t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: all
            losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h: all
            losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
        centered: one of False, True
    """

    choices = {"centered": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, rho: HyperValue = 0.9,
        momentum: HyperValue = 0, epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, rho=rho, momentum=momentum, epsilon=epsilon,
            weight_decay=weight_decay, centered=centered,
        )
