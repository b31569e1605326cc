"""Adadelta: Zeiler 2012, Algorithm 1 (arXiv:1212.5701).

Do not edit. Made from the declaration Adadelta; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, g, v, u, rho, eps, one_minus_rho, block1, block2):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_rho, out=block1)
    np.add(v, product, out=v)
    # delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    total = np.add(u, eps, out=block1)
    root = np.sqrt(total, out=block1)
    product = np.multiply(g, root, out=block1)
    total = np.add(v, eps, out=block2)
    denominator = np.sqrt(total, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    delta = np.negative(quotient, out=block1)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    product = np.multiply(delta, delta, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(u, product, out=u)
    # theta[t] = theta[t-1] + delta[t]
    np.add(theta, delta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"), State("u"))
RULE = Rule(
    name="Adadelta", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adadelta(Optimizer):
    """No learning rate: the last steps' root mean square gives the step the units of the
    parameters.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] + delta[t]

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        the same when theta is shifted (without decay) (SY24: all n, every tensor, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        rho: decay of a moving average, in [0, 1); default 0.95
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, rho: HyperValue = 0.95, eps: HyperValue = 1e-06) -> None:
        super().__init__(params, rho=rho, eps=eps)
