"""Nesterov: Nesterov 1983, as a look-ahead, Sutskever et al. 2013, eqs. (3) and (4).

Do not edit. Made from the declaration Nesterov; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(stores="point")
def pass1(theta, v, point, momentum):
    """Entrywise work on one block, in place."""
    # point = theta[t-1] - momentum*v[t-1]
    np.multiply(v, momentum, out=point)
    np.subtract(theta, point, out=point)


@blocked(work="block1")
def pass2(theta, g, v, lr, momentum, block1):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] + lr*g[t]
    np.multiply(v, momentum, out=v)
    product = np.multiply(g, lr, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - v[t]
    np.subtract(theta, v, out=theta)


def advance(step: Step) -> None:
    step.blocks(pass1)
    step.ask("g", "grad", at="point")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="Nesterov", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
    elsewhere=True,
)


class Nesterov(Optimizer):
    """The gradient is asked where the velocity alone would carry the parameters.

    Equations
        g[t] = grad(theta[t-1] - momentum*v[t-1])
        v[t] = momentum*v[t-1] + lr*g[t]
        theta[t] = theta[t-1] - v[t]

    Proved
        torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: all losses, all t)
        NesterovRearranged = Nesterov at theta - momentum*v (C42a: all losses, all t, lr varying
            with t)
        Nesterov = texts.NAG_c under v = -v (C42b: all losses, all t, lr, momentum varying with t)
        texts.NAG_b(alpha=1) = Nesterov (C43a: all losses, all t, lr, momentum varying with t)
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1: all
            losses, all t, lr varying with t)
        Nesterov = NAG-a of the quiz (Quiz3: all losses, all t, lr, momentum varying with t)
        2 more: gen show Nesterov

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
