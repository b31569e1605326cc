"""RMSProp: Tieleman & Hinton 2012, Lecture 6.5.

Do not edit. Made from the declaration RMSProp; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, g, v, lr, rho, eps, one_minus_rho, block1, block2):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_rho, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - lr*g[t]/(sqrt(v[t]) + eps)
    product = np.multiply(g, lr, out=block1)
    root = np.sqrt(v, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"),)
RULE = Rule(
    name="RMSProp", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class RMSProp(Optimizer):
    """The lecture gives no eps; outside the root is where PyTorch and most texts put it.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(v[t]) + eps)

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)
        Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: all losses, all t,
            lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
        Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: all losses,
            all t, lr, eps varying with t)
        Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: all losses, all
            t, lr varying with t)
        RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho) (A7:
            all losses, all t, lr, eps varying with t)
        Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0) (D8: all losses, all
            t, lr, beta2 varying with t)
        4 more: gen show RMSProp

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, rho: HyperValue = 0.9, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps)
