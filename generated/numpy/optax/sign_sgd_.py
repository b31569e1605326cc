"""optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.sign_sgd; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1")
def update(theta, g, learning_rate, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - learning_rate*sign(g[t])
    signs = np.sign(g, out=block1)
    product = np.multiply(signs, learning_rate, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (Hyper("learning_rate", None, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="sign_sgd", dialect="optax", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class sign_sgd(Optimizer):
    """Every entry moves by the learning rate; one whose gradient is zero rests.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - learning_rate*sign(g[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, *, learning_rate: HyperValue) -> None:
        super().__init__(params, learning_rate=learning_rate)
