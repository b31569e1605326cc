"""optax.adamaxw: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.adamaxw; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, b1):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_b1": 1 - b1, "one_minus_b1_to_t": 1 - b1**t}


@blocked(work="block1 block2")
def update(
    theta, g, m, u, learning_rate, b1, b2, eps, weight_decay, one_minus_b1, one_minus_b1_to_t,
    block1, block2,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    product = np.multiply(g, one_minus_b1, out=block1)
    np.add(m, product, out=m)
    # u[t] = max(abs(g[t]) + eps, b2*u[t-1])
    np.multiply(u, b2, out=u)
    magnitude = np.absolute(g, out=block1)
    total = np.add(magnitude, eps, out=block1)
    np.maximum(u, total, out=u)
    # m_hat[t] = m[t]/(1 - b1**t)
    m_hat = np.divide(m, one_minus_b1_to_t, out=block1)
    # theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/u[t])
    product = np.multiply(theta, weight_decay, out=block2)
    quotient = np.divide(m_hat, u, out=block1)
    total = np.add(product, quotient, out=block2)
    product = np.multiply(total, learning_rate, out=block2)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("u"))
RULE = Rule(
    name="adamaxw", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class adamaxw(Optimizer):
    """The decay is added to the step, times the learning rate, at the same point.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        u[t] = max(abs(g[t]) + eps, b2*u[t-1])
        m_hat[t] = m[t]/(1 - b1**t)
        theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/u[t])

    Proved
        optax.adamaxw(weight_decay=0) = optax.adamax (DL7c: all losses, all t, learning_rate, b1,
            b2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0.0001,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, weight_decay=weight_decay,
        )
