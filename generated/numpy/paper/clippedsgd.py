"""ClippedSGD: Pascanu, Mikolov & Bengio 2013, Algorithm 1 (arXiv:1211.5063).

Do not edit. Made from the declaration ClippedSGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1", reductions=[("sum_g_raw_squared", "sum", "all")])
def pass1(g_raw, block1):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    product = np.multiply(g_raw, g_raw, out=block1)
    return product,


def numbers(max_norm, sum_g_raw_squared):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # g_norm[t] = norm(g_raw[t], all tensors)
    g_norm = np.sqrt(sum_g_raw_squared)
    # clip_scale[t] = max_norm/max(max_norm, g_norm[t])
    clip_scale = max_norm/np.maximum(g_norm, max_norm)
    return {"g_norm": g_norm, "clip_scale": clip_scale}


@blocked(work="block1")
def pass2(theta, g_raw, lr, clip_scale, block1):
    """Entrywise work on one block, in place."""
    # g[t] = clip_scale[t]*g_raw[t]
    g = np.multiply(g_raw, clip_scale, out=block1)
    # theta[t] = theta[t-1] - lr*g[t]
    product = np.multiply(g, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g_raw", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
)
RULE = Rule(
    name="ClippedSGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
    shared=("max_norm",),
)


class ClippedSGD(Optimizer):
    """A gradient longer than max_norm, over all tensors together, is shortened to it.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        g[t] = clip_scale[t]*g_raw[t]
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when loss and max_norm are multiplied and lr divided by one number (SY54: all n,
            every tensor, all losses, all t)
        = descent at the rate lr*min(1, max_norm/|g|), for all n (X3: all n; all limit, n)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        max_norm: largest norm of the gradient over all tensors, in (0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, max_norm: HyperValue = 1) -> None:
        super().__init__(params, lr=lr, max_norm=max_norm)
