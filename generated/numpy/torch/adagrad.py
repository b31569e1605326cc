"""torch.Adagrad: PyTorch 2.13, torch/optim/adagrad.py.

Do not edit. Made from the declaration torch.Adagrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, lr_decay):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr/(1 + lr_decay*(t - 1))
    rate = lr/(1 + lr_decay*(t - 1))
    return {"rate": rate}


@blocked(work="block1 block2")
def update(theta, raw_g, G, weight_decay, eps, rate, block1, block2, maximize):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.add(product, raw_g, out=block1)
    else:
        # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.subtract(product, raw_g, out=block1)
    # G[t] = G[t-1] + g[t]**2
    product = np.multiply(g, g, out=block2)
    np.add(G, product, out=G)
    # theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)
    product = np.multiply(g, rate, out=block1)
    root = np.sqrt(G, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("lr_decay", 0, "[0, inf)", "growth per step of the learning rate's divisor"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("initial_accumulator_value", 0, "[0, inf)", "start of the sum of squares"),
    Hyper("eps", 1e-10, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Adagrad", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Adagrad(Optimizer):
    """eps stands outside the root. The rate may fall with the step count besides.

    Equations
        G[0] = initial_accumulator_value
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        rate[t] = lr/(1 + lr_decay*(t - 1))
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: all losses,
            all t, lr varying with t)
        torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0) (DL2d:
            all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        lr_decay: growth per step of the learning rate's divisor, in [0, inf); default 0
        weight_decay: weight decay, in [0, inf); default 0
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0
        eps: keeps the denominator from zero, in [0, inf); default 1e-10
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, lr_decay: HyperValue = 0,
        weight_decay: HyperValue = 0, initial_accumulator_value: HyperValue = 0,
        eps: HyperValue = 1e-10, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps, maximize=maximize,
        )
