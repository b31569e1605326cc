"""SAM: Foret et al. 2021, Algorithm 1 (arXiv:2010.01412).

Do not edit. Made from the declaration SAM; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="block1", reductions=[("sum_g_raw_squared", "sum", "all")])
def pass1(g_raw, block1):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    product = np.multiply(g_raw, g_raw, out=block1)
    return product,


def numbers(rho, sum_g_raw_squared):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # g_norm[t] = norm(g_raw[t], all tensors)
    g_norm = np.sqrt(sum_g_raw_squared)
    # ascent_scale[t] = {rho/g_norm[t] if g_norm[t] > 0, else 0}
    ascent_scale = (rho/g_norm if g_norm > 0 else 0)
    return {"g_norm": g_norm, "ascent_scale": ascent_scale}


@blocked(stores="theta_worst")
def pass2(theta, theta_worst, g_raw, ascent_scale):
    """Entrywise work on one block, in place."""
    # theta_worst[t] = theta[t-1] + ascent_scale[t]*g_raw[t]
    np.multiply(g_raw, ascent_scale, out=theta_worst)
    np.add(theta, theta_worst, out=theta_worst)


@blocked(work="block1")
def pass3(theta, g, lr, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*g[t]
    product = np.multiply(g, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g_raw", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.ask("g", "grad", at="theta_worst")
    step.blocks(pass3)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("rho", 0.05, "[0, inf)", "radius of the neighbourhood"),
)
RULE = Rule(
    name="SAM", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
    elsewhere=True, shared=("rho",),
)


class SAM(Optimizer):
    """The gradient step uses the gradient at the worst point, to first order, within rho.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        ascent_scale[t] = {rho/g_norm[t] if g_norm[t] > 0, else 0}
        theta_worst[t] = theta[t-1] + ascent_scale[t]*g_raw[t]
        g[t] = grad(theta_worst[t])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when theta is shifted (SY25: all n, all tensors as one vector, all losses, all t;
            all n, every tensor, all losses, all t)
        scaling theta scales rho, and lr by the square (SY62: all n, every tensor, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        rho: radius of the neighbourhood, in [0, inf); default 0.05
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, rho: HyperValue = 0.05) -> None:
        super().__init__(params, lr=lr, rho=rho)
