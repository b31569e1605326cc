"""texts.MOM_c0: A chapter on PyTorch optimizers (D3), MOM-c with m0 := g0.

Do not edit. Made from the declaration texts.MOM_c0; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta):
    """Numbers of this step that need no data, in float64."""
    return {"m_case": t == 1, "one_minus_beta": 1 - beta}


@blocked(work="block1")
def update(theta, g, m, lr, beta, m_case, one_minus_beta, block1):
    """Entrywise work on one block, in place."""
    # m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
    if m_case:
        np.copyto(m, g)
    else:
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
    name="MOM_c0", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class MOM_c0(Optimizer):
    """The average starts at the first gradient, which keeps more weight than any later one.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
        theta[t] = theta[t-1] - lr*m[t]

    Proved
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: all losses, all t, lr
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, beta: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)
