"""Adagrad: Duchi, Hazan & Singer 2011, Figure 1, diagonal form.

The sum of squares never falls, so the rate of a coordinate never rises.

Equations
    g[t] = grad(theta[t-1])
    G[t] = G[t-1] + g[t]**2
    theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

Proved
    Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: proved for all
        losses, all t, lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
    Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1 (A4: proved for all t,
        losses with continuous oracles)
    Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: proved for
        all losses, all t, lr, eps varying with t)
    Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: proved for
        all losses, all t, lr varying with t)
    LeakyAdagrad(rho=1) = Adagrad (A7b: proved for all losses, all t, lr, eps varying with t)
    the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
        losses, all t)
    the same when the loss is multiplied (at eps = 0) (SY46: proved for all n, every tensor,
        all losses, all t)
    Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
        t, lr, eps varying with t; all losses, all t, rho, eps varying with t)

Do not edit. Made from the declaration Adagrad and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: aae2c43b625659a0
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="square quotient denominator")
def update(theta, g, G, lr, eps, square, quotient, denominator):
    """Entrywise work on one block, in place."""
    # G[t] = G[t-1] + g[t]**2
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
    name="Adagrad",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("G"),),
    oracles=("grad",),
    advance=advance,
)


class Adagrad(Optimizer):
    """Adagrad: Duchi, Hazan & Singer 2011, Figure 1, diagonal form.

    The sum of squares never falls, so the rate of a coordinate never rises.

    Equations
        g[t] = grad(theta[t-1])
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)

    Proved
        Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: proved for all
            losses, all t, lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
        Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1 (A4: proved for all t,
            losses with continuous oracles)
        Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: proved for
            all losses, all t, lr, eps varying with t)
        Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: proved for
            all losses, all t, lr varying with t)
        LeakyAdagrad(rho=1) = Adagrad (A7b: proved for all losses, all t, lr, eps varying with t)
        the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
            losses, all t)
        the same when the loss is multiplied (at eps = 0) (SY46: proved for all n, every tensor,
            all losses, all t)
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
            t, lr, eps varying with t; all losses, all t, rho, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            eps=eps,
        )
