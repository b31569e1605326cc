"""MomentumEMA: Kingma & Ba 2015, the first moment of Algorithm 1, alone (arXiv:1412.6980).

Do not edit. Made from the declaration MomentumEMA; remake it with: gen kernels --backend numpy
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
    # theta[t] = theta[t-1] - lr*m[t]
    product = np.multiply(m, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
)
STATES = (State("m"),)
RULE = Rule(
    name="MomentumEMA", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class MomentumEMA(Optimizer):
    """The velocity is an average of gradients, from zero: the first steps are short.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta*m[t-1] + (1 - beta)*g[t]
        theta[t] = theta[t-1] - lr*m[t]

    Proved
        MomentumEMA(lr, beta) = MomentumSum(lr*(1 - beta), beta) under v = m/(1 - beta) (M3: all
            losses, all t, lr varying with t)
        MomentumEMA(lr, beta) = Momentum(lr*(1 - beta), beta) under v = lr*m (M3a: all losses, all
            t)
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1: all
            losses, all t, lr varying with t)
        converges exactly if 0 < lr < 2*(1 + beta)/((1 - beta)*L) (E10: all quadratics, all n, with
            curvatures in (0, L])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, beta: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)
