"""optax.sgd: optax 0.2.8, optax/_src/alias.py.

The learning rate scales the trace from outside.

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    b[t] = momentum*b[t-1] + g[t]
    theta[t] = theta[t-1] - learning_rate*b[t]

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    b[t] = momentum*b[t-1] + g[t]
    theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

Proved
    Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
        losses, all t, lr varying with t)
    torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
        varying with t)
    torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
        lr varying with t)

Do not edit. Made from the declaration optax.sgd and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 823413ddce641784
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="product")
def plain_update(theta, g, b, learning_rate, momentum, product):
    """Entrywise work on one block, in place."""
    # b[t] = momentum*b[t-1] + g[t]
    np.multiply(b, momentum, out=b)
    np.add(b, g, out=b)
    # theta[t] = theta[t-1] - learning_rate*b[t]
    np.multiply(b, learning_rate, out=product)
    np.subtract(theta, product, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


@blocked(work="product")
def nesterov_update(theta, g, b, learning_rate, momentum, product):
    """Entrywise work on one block, in place."""
    # b[t] = momentum*b[t-1] + g[t]
    np.multiply(b, momentum, out=b)
    np.add(b, g, out=b)
    # theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])
    np.multiply(b, momentum, out=product)
    np.add(product, g, out=product)
    np.multiply(product, learning_rate, out=product)
    np.subtract(theta, product, out=theta)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(nesterov_update)
    step.commit()


NESTEROV_RULE = Rule(
    name="sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


class sgd(Optimizer):
    """optax.sgd: optax 0.2.8, optax/_src/alias.py.

    The learning rate scales the trace from outside.

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        theta[t] = theta[t-1] - learning_rate*b[t]

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
            losses, all t, lr varying with t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
            lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        nesterov: one of False, True
    """

    rules = (
        ((('nesterov', False),), PLAIN_RULE),
        ((('nesterov', True),), NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        momentum: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            momentum=momentum,
            nesterov=nesterov,
        )
