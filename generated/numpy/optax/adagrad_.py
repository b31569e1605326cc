"""optax.adagrad: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.adagrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2", masks="mask")
def update(theta, g, G, learning_rate, eps, block1, block2, mask):
    """Entrywise work on one block, in place."""
    # G[t] = G[t-1] + g[t]**2
    product = np.multiply(g, g, out=block1)
    np.add(G, product, out=G)
    # direction[t] = {g[t]/sqrt(G[t] + eps) if G[t] > 0, else 0}
    np.greater(G, 0, out=mask)
    total = np.add(G, eps, out=block1)
    denominator = np.sqrt(total, out=block1)
    quotient = np.divide(g, denominator, out=block1)
    direction = block2
    direction.fill(0)
    np.copyto(direction, quotient, where=mask)
    # theta[t] = theta[t-1] - learning_rate*direction[t]
    product = np.multiply(direction, learning_rate, out=block2)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("initial_accumulator_value", 0.1, "[0, inf)", "start of the sum of squares"),
    Hyper("eps", 1e-07, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)
RULE = Rule(
    name="adagrad", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class adagrad(Optimizer):
    """eps stands inside the root. An entry whose sum is zero rests, also with eps = 0.

    Equations
        G[0] = initial_accumulator_value
        g[t] = grad(theta[t-1])
        G[t] = G[t-1] + g[t]**2
        direction[t] = {g[t]/sqrt(G[t] + eps) if G[t] > 0, else 0}
        theta[t] = theta[t-1] - learning_rate*direction[t]

    Proved
        keras.Adagrad = optax.adagrad at the same positive start (DL2: all losses, all t,
            learning_rate varying with t)
        torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: all losses,
            all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0.1
        eps: keeps the denominator from zero, in [0, inf); default 1e-07
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue,
        initial_accumulator_value: HyperValue = 0.1, eps: HyperValue = 1e-07,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )
