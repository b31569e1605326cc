"""SignSGD: Bernstein et al. 2018, Algorithm 1 (arXiv:1802.04434).

Do not edit. Made from the declaration SignSGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1")
def update(theta, g, lr, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*sign(g[t])
    signs = np.sign(g, out=block1)
    product = np.multiply(signs, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (Hyper("lr", 0.0001, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="SignSGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class SignSGD(Optimizer):
    """SignSGD.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*sign(g[t])

    Proved
        Signum(beta=0) = SignSGD (L2a: all losses, all t, lr varying with t)
        times |g|_1 minimises g.d + max|d|**2/(2*lr), for all n (T2: all M, d1, g1; all M, l1, lr;
            all g1, l1, lr)
        the same when the loss is multiplied (at eps = 0) (SY46: all n, every tensor, all losses,
            all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.0001) -> None:
        super().__init__(params, lr=lr)
