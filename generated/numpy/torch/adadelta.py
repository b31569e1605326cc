"""torch.Adadelta: PyTorch 2.13, torch/optim/adadelta.py.

Do not edit. Made from the declaration torch.Adadelta; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


@blocked(work="block1 block2")
def update(theta, raw_g, v, u, lr, rho, eps, weight_decay, one_minus_rho, block1, block2, maximize):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.add(product, raw_g, out=block1)
    else:
        # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.subtract(product, raw_g, out=block1)
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(v, product, out=v)
    # delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
    total = np.add(u, eps, out=block2)
    root = np.sqrt(total, out=block2)
    product = np.multiply(g, root, out=block1)
    total = np.add(v, eps, out=block2)
    denominator = np.sqrt(total, out=block2)
    delta = np.divide(product, denominator, out=block1)
    # u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
    np.multiply(u, rho, out=u)
    product = np.multiply(delta, delta, out=block2)
    product = np.multiply(product, one_minus_rho, out=block2)
    np.add(u, product, out=u)
    # theta[t] = theta[t-1] - lr*delta[t]
    product = np.multiply(delta, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1]", "decay of a moving average"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("u"))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Adadelta", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Adadelta(Optimizer):
    """The average of squared steps is of the steps before lr scales them.

    Equations
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] - lr*delta[t]

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        torch.Adadelta = optax.adadelta (DL3: all losses, all t, lr, eps, weight_decay varying with
            t)
        torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0) (DL3a: all losses, all t,
            lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        rho: decay of a moving average, in [0, 1]; default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 1, rho: HyperValue = 0.9, eps: HyperValue = 1e-06,
        weight_decay: HyperValue = 0, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize,
        )
