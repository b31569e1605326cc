"""Signum: Bernstein et al. 2018, Algorithm 2 (arXiv:1802.04434).

Do not edit. Made from the declaration Signum; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(beta):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta": 1 - beta}


@blocked(work="block1")
def update(theta, g, m, lr, beta, one_minus_beta, block1):
    """Entrywise work on one block, in place."""
    # m[t] = beta*m[t-1] + (1 - beta)*g[t]
    np.multiply(m, beta, out=m)
    product = np.multiply(g, one_minus_beta, out=block1)
    np.add(m, product, out=m)
    # theta[t] = theta[t-1] - lr*sign(m[t])
    signs = np.sign(m, out=block1)
    product = np.multiply(signs, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
)
STATES = (State("m"),)
RULE = Rule(
    name="Signum", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Signum(Optimizer):
    """Signum.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta*m[t-1] + (1 - beta)*g[t]
        theta[t] = theta[t-1] - lr*sign(m[t])

    Proved
        Signum = optax.signum (DL10c: all losses, all t, lr varying with t)
        Lion(beta1=beta2, weight_decay=0) = Signum(beta2) (L1: all losses, all t, lr varying with t)
        Signum(beta=0) = SignSGD (L2a: all losses, all t, lr varying with t)
        the same when the loss is multiplied (at eps = 0) (SY46: all n, every tensor, all losses,
            all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.0001, beta: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)
