"""RMSPropGraves: Graves 2013, eqs. (38) to (41) (arXiv:1308.0850).

Centred RMSProp with momentum: divides by an estimate of the gradients' standard deviation.

Equations
    g[t] = grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    average[t] = rho*average[t-1] + (1 - rho)*g[t]
    variance[t] = v[t] - average[t]**2
    delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
    theta[t] = theta[t-1] + delta[t]

Do not edit. Made from the declaration RMSPropGraves and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: e8d0e7076b963dc2
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="variance product quotient denominator")
def update(
    theta, g, v, average, delta, lr, rho, momentum, eps, one_minus_rho, variance, product, quotient,
    denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # average[t] = rho*average[t-1] + (1 - rho)*g[t]
    np.multiply(average, rho, out=average)
    np.multiply(g, one_minus_rho, out=product)
    np.add(average, product, out=average)
    # variance[t] = v[t] - average[t]**2
    np.multiply(average, average, out=variance)
    np.subtract(v, variance, out=variance)
    # delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
    np.multiply(delta, momentum, out=delta)
    np.multiply(g, lr, out=quotient)
    np.add(variance, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(delta, quotient, out=delta)
    # theta[t] = theta[t-1] + delta[t]
    np.add(theta, delta, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="RMSPropGraves",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
        Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
        Hyper("eps", 0.0001, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("v"), State("average"), State("delta"),),
    oracles=("grad",),
    advance=advance,
)


class RMSPropGraves(Optimizer):
    """RMSPropGraves: Graves 2013, eqs. (38) to (41) (arXiv:1308.0850).

    Centred RMSProp with momentum: divides by an estimate of the gradients' standard deviation.

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
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.0001,
        rho: HyperValue = 0.95,
        momentum: HyperValue = 0.9,
        eps: HyperValue = 0.0001,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            rho=rho,
            momentum=momentum,
            eps=eps,
        )
