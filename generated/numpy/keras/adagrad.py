"""keras.Adagrad: Keras 3.15.1, keras/src/optimizers/adagrad.py.

Do not edit. Made from the declaration keras.Adagrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay}


@blocked(work="block1 block2")
def update(
    theta, g, G, learning_rate, epsilon, one_minus_learning_rate_weight_decay, block1, block2,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # G[t] = G[t-1] + g[t]**2
    product = np.multiply(g, g, out=block2)
    np.add(G, product, out=G)
    # theta[t] = decayed[t] - learning_rate*g[t]/sqrt(G[t] + epsilon)
    np.multiply(g, learning_rate, out=theta)
    total = np.add(G, epsilon, out=block2)
    denominator = np.sqrt(total, out=block2)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("initial_accumulator_value", 0.1, "[0, inf)", "start of the sum of squares"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)
RULE = Rule(
    name="Adagrad", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adagrad(Optimizer):
    """epsilon stands inside the root, and the sum of squares starts above zero.

    Equations
        G[0] = initial_accumulator_value
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        G[t] = G[t-1] + g[t]**2
        theta[t] = decayed[t] - learning_rate*g[t]/sqrt(G[t] + epsilon)

    Proved
        keras.Adagrad = optax.adagrad at the same positive start (DL2: all losses, all t,
            learning_rate varying with t)
        torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0) (DL2d:
            all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0.1
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001,
        initial_accumulator_value: HyperValue = 0.1, epsilon: HyperValue = 1e-07,
        weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate,
            initial_accumulator_value=initial_accumulator_value, epsilon=epsilon,
            weight_decay=weight_decay,
        )
