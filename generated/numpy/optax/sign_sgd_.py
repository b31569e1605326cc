"""optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

Every entry moves by the learning rate; one whose gradient is zero rests.

Equations
    g[t] = grad(theta[t-1])
    theta[t] = theta[t-1] - learning_rate*sign(g[t])

Do not edit. Made from the declaration optax.sign_sgd and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 91457cdd7447fc66
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="product")
def update(theta, g, learning_rate, product):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - learning_rate*sign(g[t])
    np.sign(g, out=product)
    np.multiply(product, learning_rate, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="sign_sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class sign_sgd(Optimizer):
    """optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

    Every entry moves by the learning rate; one whose gradient is zero rests.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - learning_rate*sign(g[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
        )
