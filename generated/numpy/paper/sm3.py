"""SM3: Anil et al. 2019, Algorithm SM3-II (arXiv:1901.11150).

Do not edit. Made from the declaration SM3; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, max_per_axis, min_over_axes,
)


def update(theta, g, mu, lr):
    """Work on whole arrays."""
    # nu[t] = min_over_axes(mu[t-1]) + g[t]**2
    nu = min_over_axes(mu) + g*g
    # mu[t] = max_per_axis(nu[t])
    mu = max_per_axis(nu)
    # theta[t] = theta[t-1] - lr*{g[t]/sqrt(nu[t]) if nu[t] > 0, else 0}
    theta = theta - np.where(nu > 0, g/np.sqrt(nu), 0)*lr
    return {"mu": mu, "theta": theta}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.arrays(update)
    step.commit()


HYPER = (Hyper("lr", 0.1, "[0, inf)", "learning rate"),)
STATES = (State("mu", "each_axis"),)
RULE = Rule(
    name="SM3", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class SM3(Optimizer):
    """Adagrad in the memory of one array per axis: the cover sets are the slices of the tensor. An
    entry that never had a gradient does not move (the paper's 0/0 = 0).

    Equations
        g[t] = grad(theta[t-1])
        nu[t] = min_over_axes(mu[t-1]) + g[t]**2
        mu[t] = max_per_axis(nu[t])
        theta[t] = theta[t-1] - lr*{g[t]/sqrt(nu[t]) if nu[t] > 0, else 0}

    Proved
        the same when rows, or columns, change places (SY36: matrices of every shape, every tensor,
            all losses, all t)
        the same when the loss is multiplied (at eps = 0) (SY46: all n, every tensor, all losses,
            all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.1
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.1) -> None:
        super().__init__(params, lr=lr)
