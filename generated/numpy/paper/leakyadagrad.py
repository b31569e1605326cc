"""LeakyAdagrad: Tieleman & Hinton 2012, Lecture 6.5, without the weight 1 - rho of the average.

Adagrad whose sum fades: Adagrad at rho = 1, RMSProp but for a factor of the learning rate
below.

Equations
    g[t] = grad(theta[t-1])
    G[t] = rho*G[t-1] + g[t]**2
    theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

Proved
    RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho)
        (A7: proved for all losses, all t, lr, eps varying with t)
    LeakyAdagrad(rho=1) = Adagrad (A7b: proved for all losses, all t, lr, eps varying with t)

Do not edit. Made from the declaration LeakyAdagrad and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: c65ca019ba50f7a9
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="square quotient denominator")
def update(theta, g, G, lr, rho, eps, square, quotient, denominator):
    """Entrywise work on one block, in place."""
    # G[t] = rho*G[t-1] + g[t]**2
    np.multiply(G, rho, out=G)
    np.multiply(g, g, out=square)
    np.add(G, square, out=G)
    # theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)
    np.multiply(g, lr, out=quotient)
    np.sqrt(G, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="LeakyAdagrad",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1]", "decay of a moving average"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("G"),),
    oracles=("grad",),
    advance=advance,
)


class LeakyAdagrad(Optimizer):
    """LeakyAdagrad: Tieleman & Hinton 2012, Lecture 6.5, without the weight 1 - rho of the average.

    Adagrad whose sum fades: Adagrad at rho = 1, RMSProp but for a factor of the learning rate
    below.

    Equations
        g[t] = grad(theta[t-1])
        G[t] = rho*G[t-1] + g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

    Proved
        RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho)
            (A7: proved for all losses, all t, lr, eps varying with t)
        LeakyAdagrad(rho=1) = Adagrad (A7b: proved for all losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        rho: decay of a moving average, in [0, 1]; default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        rho: HyperValue = 0.9,
        eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            rho=rho,
            eps=eps,
        )
