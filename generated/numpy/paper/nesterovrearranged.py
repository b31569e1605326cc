"""NesterovRearranged: Bengio, Boulanger-Lewandowski & Pascanu 2012, section 3.5 (arXiv:1212.0901).

Do not edit. Made from the declaration NesterovRearranged;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(momentum):
    """Numbers of this step that need no data, in float64."""
    return {"one_plus_momentum": 1 + momentum}


@blocked(work="block1 block2")
def update(theta, g, v, lr, momentum, one_plus_momentum, block1, block2):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] - lr*g[t]
    product = np.multiply(v, momentum, out=block1)
    product2 = np.multiply(g, lr, out=block2)
    v_next = np.subtract(product, product2, out=block1)
    # theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]
    product = np.multiply(v_next, one_plus_momentum, out=block2)
    np.add(theta, product, out=theta)
    product = np.multiply(v, momentum, out=block2)
    np.subtract(theta, product, out=theta)
    np.copyto(v, v_next)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="NesterovRearranged", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class NesterovRearranged(Optimizer):
    """Nesterov in terms of the looked-ahead point: its gradient is asked at the parameters
    themselves.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] - lr*g[t]
        theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]

    Proved
        NesterovRearranged = texts.NAG_c at theta + momentum*v (C42: all losses, all t, lr varying
            with t)
        NesterovRearranged = Nesterov at theta - momentum*v (C42a: all losses, all t, lr varying
            with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
