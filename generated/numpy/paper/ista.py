"""ISTA: Daubechies, Defrise & De Mol 2004, iterative soft thresholding (arXiv:math/0307152).

A gradient step, then the proximal step of the L1 penalty: small entries become exactly zero.

Equations
    g[t] = grad(theta[t-1])
    z[t] = theta[t-1] - lr*g[t]
    theta[t] = max(0, abs(z[t]) - lr*l1)*sign(z[t])

Do not edit. Made from the declaration ISTA and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: ccb459f620665455
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


def host(lr, l1):
    """Numbers of this step that need no data, in float64."""
    lr_l1 = lr*l1
    return {"lr_l1": lr_l1}


@blocked(work="z signs")
def update(theta, g, lr, lr_l1, z, signs):
    """Entrywise work on one block, in place."""
    # z[t] = theta[t-1] - lr*g[t]
    np.multiply(g, lr, out=z)
    np.subtract(theta, z, out=z)
    # theta[t] = max(0, abs(z[t]) - lr*l1)*sign(z[t])
    np.absolute(z, out=theta)
    np.subtract(theta, lr_l1, out=theta)
    np.maximum(theta, 0, out=theta)
    np.sign(z, out=signs)
    np.multiply(theta, signs, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="ISTA",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class ISTA(Optimizer):
    """ISTA: Daubechies, Defrise & De Mol 2004, iterative soft thresholding (arXiv:math/0307152).

    A gradient step, then the proximal step of the L1 penalty: small entries become exactly zero.

    Equations
        g[t] = grad(theta[t-1])
        z[t] = theta[t-1] - lr*g[t]
        theta[t] = max(0, abs(z[t]) - lr*l1)*sign(z[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        l1: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            l1=l1,
        )
