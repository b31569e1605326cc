"""texts.RMS_D0: An essay on gradient descent (D0), RMS-D0.

Do not edit. Made from the declaration texts.RMS_D0; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, g, m, lr, rho, eps, one_minus_rho, block1, block2):
    """Entrywise work on one block, in place."""
    # m[t] = rho*m[t-1] + (1 - rho)*g[t]
    np.multiply(m, rho, out=m)
    product = np.multiply(g, one_minus_rho, out=block1)
    np.add(m, product, out=m)
    # theta[t] = theta[t-1] - lr*g[t]/(sqrt(m[t]) + eps)
    product = np.multiply(g, lr, out=block1)
    root = np.sqrt(m, out=block2)
    denominator = np.add(root, eps, out=block2)
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
STATES = (State("m"),)
RULE = Rule(
    name="RMS_D0", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class RMS_D0(Optimizer):
    """The essay's words taken literally: an average of gradients, not of squares. Where it is
    negative there is no real root, and no step.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = rho*m[t-1] + (1 - rho)*g[t]
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(m[t]) + eps)

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
