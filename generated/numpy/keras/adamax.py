"""keras.Adamax: Keras 3.15.1, keras/src/optimizers/adamax.py.

Do not edit. Made from the declaration keras.Adamax; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, learning_rate, beta_1, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay,
        "one_minus_beta_1": 1 - beta_1, "theta_factor": learning_rate/(1 - beta_1**t),
    }


@blocked(work="block1 block2")
def update(
    theta, g, m, u, beta_1, beta_2, epsilon, one_minus_learning_rate_weight_decay, one_minus_beta_1,
    theta_factor, block1, block2,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
    np.multiply(m, beta_1, out=m)
    product = np.multiply(g, one_minus_beta_1, out=block2)
    np.add(m, product, out=m)
    # u[t] = max(abs(g[t]), beta_2*u[t-1])
    magnitude = np.absolute(g, out=block2)
    np.multiply(u, beta_2, out=u)
    np.maximum(magnitude, u, out=u)
    # theta[t] = decayed[t] - learning_rate*m[t]/((1 - beta_1**t)*(u[t] + epsilon))
    np.multiply(m, theta_factor, out=theta)
    denominator = np.add(u, epsilon, out=block2)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta_1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("u"))
RULE = Rule(
    name="Adamax", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adamax(Optimizer):
    """epsilon is added to the maximum, not to the gradient's size inside it.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
        u[t] = max(abs(g[t]), beta_2*u[t-1])
        theta[t] = decayed[t] - learning_rate*m[t]/((1 - beta_1**t)*(u[t] + epsilon))

    Proved
        torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        beta_1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, beta_1: HyperValue = 0.9,
        beta_2: HyperValue = 0.999, epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            weight_decay=weight_decay,
        )
