"""PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

The step that a linear model needs to reach the least value; none where the gradient is zero.

Equations
    g[t] = grad(theta[t-1])
    slope[t] = dot(g[t], g[t], all tensors)
    rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
    theta[t] = theta[t-1] - g[t]*rate[t]

Proved
    turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: proved for all
        n, every tensor, all losses, all t)
    the same when loss and f_star are multiplied by one number (SY52: proved for all n, every
        tensor, all losses, all t)
    has the units of theta (SY58: proved for all n, all tensors as one vector, all losses, all
        t; all n, every tensor, all losses, all t)

Do not edit. Made from the declaration PolyakStep and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 69496eef0a1a73ee
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="square", reductions=[("dot_g_g", "sum", "all")])
def pass1(g, square):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    np.multiply(g, g, out=square)
    return square,


def numbers1(dot_g_g):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # slope[t] = dot(g[t], g[t], all tensors)
    slope = dot_g_g
    # slope[t] > 0
    ask_loss = slope > 0
    return {"slope": slope, "ask_loss": ask_loss}


def numbers2(f_star, loss, slope):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
    rate = ((loss - f_star)/slope if slope > 0 else 0)
    return {"rate": rate}


@blocked(work="product")
def pass2(theta, g, rate, product):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - g[t]*rate[t]
    np.multiply(g, rate, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(pass1)
    step.numbers(numbers1, "all")
    step.ask("loss", "value", when="ask_loss")
    step.numbers(numbers2, "all")
    step.blocks(pass2)
    step.commit()


RULE = Rule(
    name="PolyakStep",
    dialect="paper",
    hyper=(
        Hyper("f_star", 0, "(-inf, inf)", "the least value of the loss, or a lower bound"),
    ),
    state=(),
    oracles=("grad", "value",),
    advance=advance,
    shared=("f_star",),
)


class PolyakStep(Optimizer):
    """PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

    The step that a linear model needs to reach the least value; none where the gradient is zero.

    Equations
        g[t] = grad(theta[t-1])
        slope[t] = dot(g[t], g[t], all tensors)
        rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
        theta[t] = theta[t-1] - g[t]*rate[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: proved for all
            n, every tensor, all losses, all t)
        the same when loss and f_star are multiplied by one number (SY52: proved for all n, every
            tensor, all losses, all t)
        has the units of theta (SY58: proved for all n, all tensors as one vector, all losses, all
            t; all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        f_star: the least value of the loss, or a lower bound, in (-inf, inf); default 0
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        f_star: HyperValue = 0,
    ) -> None:
        super().__init__(
            params,
            f_star=f_star,
        )
