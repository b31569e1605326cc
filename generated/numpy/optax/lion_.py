"""optax.lion: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.lion; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(b1, b2):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_b1": 1 - b1, "one_minus_b2": 1 - b2}


@blocked(work="block1 block2")
def update(
    theta, g, m, learning_rate, b1, b2, weight_decay, one_minus_b1, one_minus_b2, block1, block2,
):
    """Entrywise work on one block, in place."""
    # direction[t] = sign(b1*m[t-1] + (1 - b1)*g[t])
    product = np.multiply(m, b1, out=block1)
    product2 = np.multiply(g, one_minus_b1, out=block2)
    total = np.add(product, product2, out=block1)
    direction = np.sign(total, out=block2)
    # m[t] = b2*m[t-1] + (1 - b2)*g[t]
    np.multiply(m, b2, out=m)
    product = np.multiply(g, one_minus_b2, out=block1)
    np.add(m, product, out=m)
    # theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + direction[t])
    product = np.multiply(theta, weight_decay, out=block1)
    total = np.add(product, direction, out=block1)
    product = np.multiply(total, learning_rate, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("b1", 0.9, "[0, 1]", "decay of the moving average of gradients"),
    Hyper("b2", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
    Hyper("weight_decay", 0.001, "[0, inf)", "weight decay"),
)
STATES = (State("m"),)
RULE = Rule(
    name="lion", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class lion(Optimizer):
    """The decay is added to the step, times the learning rate, at the same point.

    Equations
        g[t] = grad(theta[t-1])
        direction[t] = sign(b1*m[t-1] + (1 - b1)*g[t])
        m[t] = b2*m[t-1] + (1 - b2)*g[t]
        theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + direction[t])

    Proved
        keras.Lion = optax.lion (DL10: all losses, all t, learning_rate, beta_1, beta_2,
            weight_decay varying with t)
        Lion = optax.lion (DL10a: all losses, all t, lr, beta1, beta2, weight_decay varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1]; default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        weight_decay: weight decay, in [0, inf); default 0.001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.99, weight_decay: HyperValue = 0.001,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, weight_decay=weight_decay,
        )
