"""keras.Lion: Keras 3.15.1, keras/src/optimizers/lion.py.

Do not edit. Made from the declaration keras.Lion; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(learning_rate, beta_1, beta_2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay,
        "one_minus_beta_1": 1 - beta_1, "one_minus_beta_2": 1 - beta_2,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, learning_rate, beta_1, beta_2, one_minus_learning_rate_weight_decay,
    one_minus_beta_1, one_minus_beta_2, block1, block2, block3,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # direction[t] = sign(beta_1*m[t-1] + (1 - beta_1)*g[t])
    product = np.multiply(m, beta_1, out=block2)
    product2 = np.multiply(g, one_minus_beta_1, out=block3)
    total = np.add(product, product2, out=block2)
    direction = np.sign(total, out=block3)
    # m[t] = beta_2*m[t-1] + (1 - beta_2)*g[t]
    np.multiply(m, beta_2, out=m)
    product = np.multiply(g, one_minus_beta_2, out=block2)
    np.add(m, product, out=m)
    # theta[t] = decayed[t] - learning_rate*direction[t]
    np.multiply(direction, learning_rate, out=theta)
    np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta_1", 0.9, "(0, 1]", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"),)
RULE = Rule(
    name="Lion", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Lion(Optimizer):
    """Keras has no default weight decay here, optax has.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        direction[t] = sign(beta_1*m[t-1] + (1 - beta_1)*g[t])
        m[t] = beta_2*m[t-1] + (1 - beta_2)*g[t]
        theta[t] = decayed[t] - learning_rate*direction[t]

    Proved
        keras.Lion = optax.lion (DL10: all losses, all t, learning_rate, beta_1, beta_2,
            weight_decay varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        beta_1: decay of the moving average of gradients, in (0, 1]; default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, beta_1: HyperValue = 0.9,
        beta_2: HyperValue = 0.99, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2,
            weight_decay=weight_decay,
        )
