"""RMSPropEpsInside: Tieleman & Hinton 2012, Lecture 6.5, eps inside the root.

Do not edit. Made from the declaration RMSPropEpsInside; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, g, v, lr, rho, eps, one_minus_rho, block1, block2):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_rho, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - lr*g[t]/sqrt(v[t] + eps)
    product = np.multiply(g, lr, out=block1)
    total = np.add(v, eps, out=block2)
    denominator = np.sqrt(total, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"),)
RULE = Rule(
    name="RMSPropEpsInside", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class RMSPropEpsInside(Optimizer):
    """eps stands inside the root, as Keras and optax put it.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/sqrt(v[t] + eps)

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, rho: HyperValue = 0.9, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps)
