"""torch.Adagrad: PyTorch 2.13, torch/optim/adagrad.py.

eps stands outside the root. The rate may fall with the step count besides.

Equations with maximize=False
    G[0] = initial_accumulator_value
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    rate[t] = lr/(1 + lr_decay*(t - 1))
    G[t] = G[t-1] + g[t]**2
    theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

Equations with maximize=True
    G[0] = initial_accumulator_value
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    rate[t] = lr/(1 + lr_decay*(t - 1))
    G[t] = G[t-1] + g[t]**2
    theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

Proved
    Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
        t, lr, eps varying with t; all losses, all t, rho, eps varying with t)
    torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: proved for
        all losses, all t, lr varying with t)
    torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0)
        (DL2d: proved for all losses, all t)

Do not edit. Made from the declaration torch.Adagrad and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: c0a8cdf124574107
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, lr, lr_decay):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr/(1 + lr_decay*(t - 1))
    rate = lr/(1 + lr_decay*(t - 1))
    return {"rate": rate}


@blocked(work="g square quotient denominator")
def plain_update(theta, G, g2, weight_decay, eps, rate, g, square, quotient, denominator):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # G[t] = G[t-1] + g[t]**2
    np.multiply(g, g, out=square)
    np.add(G, square, out=G)
    # theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)
    np.multiply(g, rate, out=quotient)
    np.sqrt(G, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="Adagrad",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("lr_decay", 0, "[0, inf)", "growth per step of the learning rate's divisor"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("initial_accumulator_value", 0, "[0, inf)", "start of the sum of squares"),
        Hyper("eps", 1e-10, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("G", start=lambda initial_accumulator_value: initial_accumulator_value),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, lr, lr_decay):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr/(1 + lr_decay*(t - 1))
    rate = lr/(1 + lr_decay*(t - 1))
    return {"rate": rate}


@blocked(work="g square quotient denominator")
def maximize_update(theta, G, g2, weight_decay, eps, rate, g, square, quotient, denominator):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # G[t] = G[t-1] + g[t]**2
    np.multiply(g, g, out=square)
    np.add(G, square, out=G)
    # theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)
    np.multiply(g, rate, out=quotient)
    np.sqrt(G, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adagrad",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("lr_decay", 0, "[0, inf)", "growth per step of the learning rate's divisor"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("initial_accumulator_value", 0, "[0, inf)", "start of the sum of squares"),
        Hyper("eps", 1e-10, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("G", start=lambda initial_accumulator_value: initial_accumulator_value),),
    oracles=("grad",),
    advance=maximize_advance,
)


class Adagrad(Optimizer):
    """torch.Adagrad: PyTorch 2.13, torch/optim/adagrad.py.

    eps stands outside the root. The rate may fall with the step count besides.

    Equations with maximize=False
        G[0] = initial_accumulator_value
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        rate[t] = lr/(1 + lr_decay*(t - 1))
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

    Equations with maximize=True
        G[0] = initial_accumulator_value
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        rate[t] = lr/(1 + lr_decay*(t - 1))
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: proved for all losses, all
            t, lr, eps varying with t; all losses, all t, rho, eps varying with t)
        torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: proved for
            all losses, all t, lr varying with t)
        torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0)
            (DL2d: proved for all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        lr_decay: growth per step of the learning rate's divisor, in [0, inf); default 0
        weight_decay: weight decay, in [0, inf); default 0
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0
        eps: keeps the denominator from zero, in [0, inf); default 1e-10
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
        lr: HyperValue = 0.01,
        lr_decay: HyperValue = 0,
        weight_decay: HyperValue = 0,
        initial_accumulator_value: HyperValue = 0,
        eps: HyperValue = 1e-10,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            maximize=maximize,
        )
