"""Lion: Chen et al. 2023, Algorithm 2 (arXiv:2302.06675).

Do not edit. Made from the declaration Lion; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2}


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, lr, beta1, beta2, weight_decay, one_minus_beta1, one_minus_beta2, block1, block2,
    block3,
):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*(weight_decay*theta[t-1] + sign(beta1*m[t-1] + (1 - beta1)*g[t]))
    product = np.multiply(theta, weight_decay, out=block1)
    product2 = np.multiply(m, beta1, out=block2)
    product3 = np.multiply(g, one_minus_beta1, out=block3)
    total = np.add(product2, product3, out=block2)
    signs = np.sign(total, out=block3)
    total = np.add(product, signs, out=block1)
    product = np.multiply(total, lr, out=block1)
    np.subtract(theta, product, out=theta)
    # m[t] = beta2*m[t-1] + (1 - beta2)*g[t]
    np.multiply(m, beta2, out=m)
    product = np.multiply(g, one_minus_beta2, out=block1)
    np.add(m, product, out=m)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.99, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"),)
RULE = Rule(
    name="Lion", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Lion(Optimizer):
    """The step interpolates with beta1, the memory with beta2.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*(weight_decay*theta[t-1] + sign(beta1*m[t-1] + (1 - beta1)*g[t]))
        m[t] = beta2*m[t-1] + (1 - beta2)*g[t]

    Proved
        Lion = optax.lion (DL10a: all losses, all t, lr, beta1, beta2, weight_decay varying with t)
        Lion(beta1=beta2, weight_decay=0) = Signum(beta2) (L1: all losses, all t, lr varying with t)
        the same when theta is shifted (without decay) (SY24: all n, every tensor, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.99
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.99, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(params, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay)
