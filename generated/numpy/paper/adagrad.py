"""Adagrad: Duchi, Hazan & Singer 2011, Figure 1, diagonal form.

Do not edit. Made from the declaration Adagrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2")
def update(theta, g, G, lr, eps, block1, block2):
    """Entrywise work on one block, in place."""
    # G[t] = G[t-1] + g[t]**2
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
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G"),)
RULE = Rule(
    name="Adagrad", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adagrad(Optimizer):
    """The sum of squares never falls, so the rate of a coordinate never rises.

    Equations
        g[t] = grad(theta[t-1])
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: all losses, all t,
            lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
        Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: all losses,
            all t, lr, eps varying with t)
        Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: all losses, all
            t, lr varying with t)
        LeakyAdagrad(rho=1) = Adagrad (A7b: all losses, all t, lr, eps varying with t)
        Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1 (A4: all t, losses with
            continuous oracles)
        2 more: gen show Adagrad

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, eps: HyperValue = 1e-08) -> None:
        super().__init__(params, lr=lr, eps=eps)
