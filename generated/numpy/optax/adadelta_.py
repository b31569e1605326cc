"""optax.adadelta: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.adadelta; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(
    theta, raw_g, v, u, learning_rate, rho, eps, weight_decay, one_minus_rho, block1, block2,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    product = np.multiply(theta, weight_decay, out=block1)
    g = np.add(product, raw_g, out=block1)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(v, product, out=v)
    # delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    total = np.add(u, eps, out=block2)
    root = np.sqrt(total, out=block2)
    product = np.multiply(g, root, out=block1)
    total = np.add(v, eps, out=block2)
    denominator = np.sqrt(total, out=block2)
    delta = np.divide(product, denominator, out=block1)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    product = np.multiply(delta, delta, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(u, product, out=u)
    # theta[t] = theta[t-1] - learning_rate*delta[t]
    product = np.multiply(delta, learning_rate, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "(-inf, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("u"))
RULE = Rule(
    name="adadelta", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class adadelta(Optimizer):
    """optax's default learning_rate=None leaves out the rate and its sign with it, which is
    learning_rate = -1 here, a step uphill: so the rate must be given.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] - learning_rate*delta[t]

    Proved
        torch.Adadelta = optax.adadelta (DL3: all losses, all t, lr, eps, weight_decay varying with
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in (-inf, inf); required
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, rho: HyperValue = 0.9,
        eps: HyperValue = 1e-06, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, rho=rho, eps=eps, weight_decay=weight_decay,
        )
