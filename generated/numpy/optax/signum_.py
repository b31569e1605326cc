"""optax.signum: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.signum; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(beta):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta": 1 - beta}


@blocked(work="block1")
def update(theta, g, m, learning_rate, beta, one_minus_beta, block1):
    """Entrywise work on one block, in place."""
    # m[t] = beta*m[t-1] + (1 - beta)*g[t]
    np.multiply(m, beta, out=m)
    product = np.multiply(g, one_minus_beta, out=block1)
    np.add(m, product, out=m)
    # theta[t] = theta[t-1] - learning_rate*sign(m[t])
    signs = np.sign(m, out=block1)
    product = np.multiply(signs, learning_rate, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
)
STATES = (State("m"),)
RULE = Rule(
    name="signum", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class signum(Optimizer):
    """The sign of the average of gradients: lion with both decays beta and no weight decay.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta*m[t-1] + (1 - beta)*g[t]
        theta[t] = theta[t-1] - learning_rate*sign(m[t])

    Proved
        Signum = optax.signum (DL10c: all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, beta: HyperValue = 0.9,
    ) -> None:
        super().__init__(params, learning_rate=learning_rate, beta=beta)
