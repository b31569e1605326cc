"""Adadelta: Zeiler 2012, Algorithm 1 (arXiv:1212.5701).

No learning rate: the last steps' root mean square gives the step the units of the parameters.

Equations
    g[t] = grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    theta[t] = theta[t-1] + delta[t]

Proved
    the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
        losses, all t)
    Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
        t, lr, eps varying with t; all losses, all t, rho, eps varying with t)

Do not edit. Made from the declaration Adadelta and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 9ae9748f219bdba8
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="delta product denominator")
def update(theta, g, v, u, rho, eps, one_minus_rho, delta, product, denominator):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    np.add(u, eps, out=delta)
    np.sqrt(delta, out=delta)
    np.multiply(g, delta, out=delta)
    np.add(v, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(delta, denominator, out=delta)
    np.negative(delta, out=delta)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    np.multiply(delta, delta, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(u, product, out=u)
    # theta[t] = theta[t-1] + delta[t]
    np.add(theta, delta, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="Adadelta",
    dialect="paper",
    hyper=(
        Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
        Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("v"), State("u"),),
    oracles=("grad",),
    advance=advance,
)


class Adadelta(Optimizer):
    """Adadelta: Zeiler 2012, Algorithm 1 (arXiv:1212.5701).

    No learning rate: the last steps' root mean square gives the step the units of the parameters.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] + delta[t]

    Proved
        the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
            losses, all t)
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
            t, lr, eps varying with t; all losses, all t, rho, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        rho: decay of a moving average, in [0, 1); default 0.95
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        rho: HyperValue = 0.95,
        eps: HyperValue = 1e-06,
    ) -> None:
        super().__init__(
            params,
            rho=rho,
            eps=eps,
        )
