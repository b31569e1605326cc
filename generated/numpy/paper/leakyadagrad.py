"""LeakyAdagrad: Tieleman & Hinton 2012, Lecture 6.5, without the weight 1 - rho of the average.

Do not edit. Made from the declaration LeakyAdagrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2")
def update(theta, g, G, lr, rho, eps, block1, block2):
    """Entrywise work on one block, in place."""
    # G[t] = rho*G[t-1] + g[t]**2
    np.multiply(G, rho, out=G)
    product = np.multiply(g, g, out=block1)
    np.add(G, product, out=G)
    # theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)
    product = np.multiply(g, lr, out=block1)
    root = np.sqrt(G, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1]", "decay of a moving average"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G"),)
RULE = Rule(
    name="LeakyAdagrad", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class LeakyAdagrad(Optimizer):
    """Adagrad whose sum fades: Adagrad at rho = 1, RMSProp but for a factor of the learning rate
    below.

    Equations
        g[t] = grad(theta[t-1])
        G[t] = rho*G[t-1] + g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

    Proved
        RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho) (A7:
            all losses, all t, lr, eps varying with t)
        LeakyAdagrad(rho=1) = Adagrad (A7b: all losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        rho: decay of a moving average, in [0, 1]; default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, rho: HyperValue = 0.9, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps)
