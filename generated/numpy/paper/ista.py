"""ISTA: Daubechies, Defrise & De Mol 2004, iterative soft thresholding (arXiv:math/0307152).

Do not edit. Made from the declaration ISTA; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


def host(lr, l1):
    """Numbers of this step that need no data, in float64."""
    return {"lr_l1": lr*l1}


@blocked(work="block1 block2")
def update(theta, g, lr, lr_l1, block1, block2):
    """Entrywise work on one block, in place."""
    # z[t] = theta[t-1] - lr*g[t]
    product = np.multiply(g, lr, out=block1)
    z = np.subtract(theta, product, out=block1)
    # theta[t] = max(0, abs(z[t]) - lr*l1)*sign(z[t])
    np.absolute(z, out=theta)
    np.subtract(theta, lr_l1, out=theta)
    np.maximum(theta, 0, out=theta)
    signs = np.sign(z, out=block2)
    np.multiply(theta, signs, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
)
RULE = Rule(
    name="ISTA", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class ISTA(Optimizer):
    """A gradient step, then the proximal step of the L1 penalty: small entries become exactly
    zero.

    Equations
        g[t] = grad(theta[t-1])
        z[t] = theta[t-1] - lr*g[t]
        theta[t] = max(0, abs(z[t]) - lr*l1)*sign(z[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, l1: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr, l1=l1)
