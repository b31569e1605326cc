"""texts.NAG_c: Sutskever et al. 2013, eqs. (3) and (4).

Do not edit. Made from the declaration texts.NAG_c; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(stores="point")
def pass1(theta, v, point, momentum):
    """Entrywise work on one block, in place."""
    # point = theta[t-1] + momentum*v[t-1]
    np.multiply(v, momentum, out=point)
    np.add(theta, point, out=point)


@blocked(work="block1")
def pass2(theta, g, v, lr, momentum, block1):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] - lr*g[t]
    np.multiply(v, momentum, out=v)
    product = np.multiply(g, lr, out=block1)
    np.subtract(v, product, out=v)
    # theta[t] = theta[t-1] + v[t]
    np.add(theta, v, out=theta)


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
    name="NAG_c", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
    elsewhere=True,
)


class NAG_c(Optimizer):
    """Nesterov with the velocity's sign turned: it points where the parameters go.

    Equations
        g[t] = grad(theta[t-1] + momentum*v[t-1])
        v[t] = momentum*v[t-1] - lr*g[t]
        theta[t] = theta[t-1] + v[t]

    Proved
        NesterovRearranged = texts.NAG_c at theta + momentum*v (C42: all losses, all t, lr varying
            with t)
        Nesterov = texts.NAG_c under v = -v (C42b: all losses, all t, lr, momentum varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
