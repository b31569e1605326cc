"""RMSPropGraves: Graves 2013, eqs. (38) to (41) (arXiv:1308.0850).

Do not edit. Made from the declaration RMSPropGraves; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, g, v, average, delta, lr, rho, momentum, eps, one_minus_rho, block1, block2):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_rho, out=block1)
    np.add(v, product, out=v)
    # average[t] = rho*average[t-1] + (1 - rho)*g[t]
    np.multiply(average, rho, out=average)
    product = np.multiply(g, one_minus_rho, out=block1)
    np.add(average, product, out=average)
    # variance[t] = v[t] - average[t]**2
    product = np.multiply(average, average, out=block1)
    variance = np.subtract(v, product, out=block1)
    # delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
    np.multiply(delta, momentum, out=delta)
    product = np.multiply(g, lr, out=block2)
    total = np.add(variance, eps, out=block1)
    denominator = np.sqrt(total, out=block1)
    quotient = np.divide(product, denominator, out=block2)
    np.subtract(delta, quotient, out=delta)
    # theta[t] = theta[t-1] + delta[t]
    np.add(theta, delta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    Hyper("eps", 0.0001, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"), State("average"), State("delta"))
RULE = Rule(
    name="RMSPropGraves", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class RMSPropGraves(Optimizer):
    """Centred RMSProp with momentum: divides by an estimate of the gradients' standard deviation.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        average[t] = rho*average[t-1] + (1 - rho)*g[t]
        variance[t] = v[t] - average[t]**2
        delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
        theta[t] = theta[t-1] + delta[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        rho: decay of a moving average, in [0, 1); default 0.95
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0001, rho: HyperValue = 0.95,
        momentum: HyperValue = 0.9, eps: HyperValue = 0.0001,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, momentum=momentum, eps=eps)
