"""keras.Adadelta: Keras 3.15.1, keras/src/optimizers/adadelta.py.

Do not edit. Made from the declaration keras.Adadelta; remake it with: gen kernels --backend numpy
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
    theta, g, v, u, learning_rate, rho, epsilon, one_minus_learning_rate_weight_decay,
    one_minus_rho, block1, block2, block3,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(v, product, out=v)
    # delta[t] = -g[t]*sqrt(u[t-1] + epsilon)/sqrt(v[t] + epsilon)
    total = np.add(u, epsilon, out=block2)
    root = np.sqrt(total, out=block2)
    product = np.multiply(g, root, out=block2)
    total = np.add(v, epsilon, out=block3)
    denominator = np.sqrt(total, out=block3)
    quotient = np.divide(product, denominator, out=block2)
    delta = np.negative(quotient, out=block2)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    product = np.multiply(delta, delta, out=block3)
    product = np.multiply(product, one_minus_rho, out=block3)
    np.add(u, product, out=u)
    # theta[t] = decayed[t] + learning_rate*delta[t]
    np.multiply(delta, learning_rate, out=theta)
    np.add(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("u"))
RULE = Rule(
    name="Adadelta", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adadelta(Optimizer):
    """With Zeiler's learning rate of 1 the paper's rule: the default is a thousandth of it.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = -g[t]*sqrt(u[t-1] + epsilon)/sqrt(v[t] + epsilon)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = decayed[t] + learning_rate*delta[t]

    Proved
        torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0) (DL3a: all losses, all t,
            lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.95
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, rho: HyperValue = 0.95,
        epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, rho=rho, epsilon=epsilon, weight_decay=weight_decay,
        )
