"""optax.adadelta: optax 0.2.8, optax/_src/alias.py.

optax's default learning_rate=None leaves out the rate and its sign with it, which is
learning_rate = -1 here, a step uphill: so the rate must be given.

Equations
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    theta[t] = theta[t-1] - learning_rate*delta[t]

Proved
    torch.Adadelta = optax.adadelta (DL3: proved for all losses, all t, lr, eps, weight_decay
        varying with t)

Do not edit. Made from the declaration optax.adadelta and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: fb53c8cce9593653
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="g delta product denominator")
def update(
    theta, v, u, g2, learning_rate, rho, eps, weight_decay, one_minus_rho, g, delta, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    np.add(u, eps, out=delta)
    np.sqrt(delta, out=delta)
    np.multiply(g, delta, out=delta)
    np.add(v, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(delta, denominator, out=delta)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    np.multiply(delta, delta, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(u, product, out=u)
    # theta[t] = theta[t-1] - learning_rate*delta[t]
    np.multiply(delta, learning_rate, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g2", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="adadelta",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "(-inf, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("u"),),
    oracles=("grad",),
    advance=advance,
)


class adadelta(Optimizer):
    """optax.adadelta: optax 0.2.8, optax/_src/alias.py.

    optax's default learning_rate=None leaves out the rate and its sign with it, which is
    learning_rate = -1 here, a step uphill: so the rate must be given.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] - learning_rate*delta[t]

    Proved
        torch.Adadelta = optax.adadelta (DL3: proved for all losses, all t, lr, eps, weight_decay
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in (-inf, inf); required
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        rho: HyperValue = 0.9,
        eps: HyperValue = 1e-06,
        weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            rho=rho,
            eps=eps,
            weight_decay=weight_decay,
        )
