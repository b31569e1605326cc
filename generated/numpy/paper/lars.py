"""LARS: You, Gitman & Ginsburg 2017, Algorithm 1 (arXiv:1708.03888).

Do not edit. Made from the declaration LARS; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2", reductions=[("sum_theta_squared", "sum", "tensor"), ("sum_g_squared", "sum", "tensor")])
def pass1(theta, g, block1, block2):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    product = np.multiply(theta, theta, out=block1)
    product2 = np.multiply(g, g, out=block2)
    return product, product2


def numbers(lr, weight_decay, trust_coefficient, sum_theta_squared, sum_g_squared):
    """Numbers found from reductions, in float64: one set per tensor."""
    # w_norm[t] = norm(theta[t-1])
    w_norm = np.sqrt(sum_theta_squared)
    # g_norm[t] = norm(g[t])
    g_norm = np.sqrt(sum_g_squared)
    # ratio[t] = {trust_coefficient*w_norm[t]/(g_norm[t] + weight_decay*w_norm[t]) if (g_norm[t] > 0) and (w_norm[t] > 0), else 1}
    ratio = (trust_coefficient*w_norm/(g_norm + weight_decay*w_norm) if (g_norm > 0) and (w_norm > 0) else 1)
    lr_ratio = lr*ratio
    return {"w_norm": w_norm, "g_norm": g_norm, "ratio": ratio, "lr_ratio": lr_ratio}


@blocked(work="block1")
def pass2(theta, g, v, momentum, weight_decay, lr_ratio, block1):
    """Entrywise work on one block, in place."""
    # v[t] = lr*ratio[t]*(weight_decay*theta[t-1] + g[t]) + momentum*v[t-1]
    product = np.multiply(theta, weight_decay, out=block1)
    total = np.add(product, g, out=block1)
    product = np.multiply(total, lr_ratio, out=block1)
    np.multiply(v, momentum, out=v)
    np.add(product, v, out=v)
    # theta[t] = theta[t-1] - v[t]
    np.subtract(theta, v, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "tensor")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 0.1, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
    Hyper("trust_coefficient", 0.001, "[0, inf)", "share of the weights' norm per step"),
)
STATES = (State("v"),)
RULE = Rule(
    name="LARS", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class LARS(Optimizer):
    """Layer-wise adaptive rate scaling: each tensor's step is a fixed share of its norm. lr enters
    the velocity; the paper lets it decay as (1 - t/T)^2, which is a schedule here.

    Equations
        g[t] = grad(theta[t-1])
        w_norm[t] = norm(theta[t-1])
        g_norm[t] = norm(g[t])
        ratio[t] = {trust_coefficient*w_norm[t]/(g_norm[t] + weight_decay*w_norm[t]) if (g_norm[t] > 0) and (w_norm[t] > 0), else 1}
        v[t] = lr*ratio[t]*(weight_decay*theta[t-1] + g[t]) + momentum*v[t-1]
        theta[t] = theta[t-1] - v[t]

    Proved
        turns with the coordinates of each tensor (SY10: all n, every tensor, all losses, all t)
        the same when loss and decay are multiplied by one number, norms not zero (SY49: all n,
            every tensor, all losses, all t)
        lr has no units, norms not zero (SY59: all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.1
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
        weight_decay: weight decay, in [0, inf); default 0.0001
        trust_coefficient: share of the weights' norm per step, in [0, inf); default 0.001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.1, momentum: HyperValue = 0.9,
        weight_decay: HyperValue = 0.0001, trust_coefficient: HyperValue = 0.001,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay,
            trust_coefficient=trust_coefficient,
        )
