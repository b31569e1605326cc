"""PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

Do not edit. Made from the declaration PolyakStep; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1", reductions=[("dot_g_g", "sum", "all")])
def pass1(g, block1):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    product = np.multiply(g, g, out=block1)
    return product,


def numbers1(dot_g_g):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # slope[t] = dot(g[t], g[t], all tensors)
    slope = dot_g_g
    # slope[t] > 0
    ask_loss = slope > 0
    return {"slope": slope, "ask_loss": ask_loss}


def numbers2(f_star, slope, loss):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
    rate = ((loss - f_star)/slope if slope > 0 else 0)
    return {"rate": rate}


@blocked(work="block1")
def pass2(theta, g, rate, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - g[t]*rate[t]
    product = np.multiply(g, rate, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(pass1)
    step.numbers(numbers1, "all")
    step.ask("loss", "value", when="ask_loss")
    step.numbers(numbers2, "all")
    step.blocks(pass2)
    step.commit()


HYPER = (Hyper("f_star", 0, "(-inf, inf)", "the least value of the loss, or a lower bound"),)
RULE = Rule(
    name="PolyakStep", dialect="paper", hyper=HYPER, state=(), oracles=("grad", "value"),
    advance=advance, shared=("f_star",),
)


class PolyakStep(Optimizer):
    """The step that a linear model needs to reach the least value; none where the gradient is
    zero.

    Equations
        g[t] = grad(theta[t-1])
        slope[t] = dot(g[t], g[t], all tensors)
        rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
        theta[t] = theta[t-1] - g[t]*rate[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when loss and f_star are multiplied by one number (SY52: all n, every tensor, all
            losses, all t)
        has the units of theta (SY58: all n, all tensors as one vector, all losses, all t; all n,
            every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        f_star: the least value of the loss, or a lower bound, in (-inf, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, f_star: HyperValue = 0) -> None:
        super().__init__(params, f_star=f_star)
