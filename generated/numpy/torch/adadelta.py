"""torch.Adadelta: PyTorch 2.13, torch/optim/adadelta.py.

The average of squared steps is of the steps before lr scales them.

Equations with maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    theta[t] = theta[t-1] - lr*delta[t]

Equations with maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    theta[t] = theta[t-1] - lr*delta[t]

Proved
    Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
        t, lr, eps varying with t; all losses, all t, rho, eps varying with t)
    torch.Adadelta = optax.adadelta (DL3: proved for all losses, all t, lr, eps, weight_decay
        varying with t)
    torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0) (DL3a: proved for all
        losses, all t, lr, eps varying with t)

Do not edit. Made from the declaration torch.Adadelta and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: f7a150734ec4af99
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="g delta product denominator")
def plain_update(
    theta, v, u, g2, lr, rho, eps, weight_decay, one_minus_rho, g, delta, product, denominator,
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
    # theta[t] = theta[t-1] - lr*delta[t]
    np.multiply(delta, lr, out=product)
    np.subtract(theta, product, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="Adadelta",
    dialect="torch",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1]", "decay of a moving average"),
        Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("u"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="g delta product denominator")
def maximize_update(
    theta, v, u, g2, lr, rho, eps, weight_decay, one_minus_rho, g, delta, product, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
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
    # theta[t] = theta[t-1] - lr*delta[t]
    np.multiply(delta, lr, out=product)
    np.subtract(theta, product, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adadelta",
    dialect="torch",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1]", "decay of a moving average"),
        Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("u"),),
    oracles=("grad",),
    advance=maximize_advance,
)


class Adadelta(Optimizer):
    """torch.Adadelta: PyTorch 2.13, torch/optim/adadelta.py.

    The average of squared steps is of the steps before lr scales them.

    Equations with maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] - lr*delta[t]

    Equations with maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] - lr*delta[t]

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
            t, lr, eps varying with t; all losses, all t, rho, eps varying with t)
        torch.Adadelta = optax.adadelta (DL3: proved for all losses, all t, lr, eps, weight_decay
            varying with t)
        torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0) (DL3a: proved for all
            losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        rho: decay of a moving average, in [0, 1]; default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0
        maximize: one of False, True
    """

    rules = (
        ((('maximize', False),), PLAIN_RULE),
        ((('maximize', True),), MAXIMIZE_RULE),
    )
    choices = {'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 1,
        rho: HyperValue = 0.9,
        eps: HyperValue = 1e-06,
        weight_decay: HyperValue = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            rho=rho,
            eps=eps,
            weight_decay=weight_decay,
            maximize=maximize,
        )
