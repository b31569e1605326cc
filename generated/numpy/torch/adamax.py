"""torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

eps is added to the gradient's size inside the maximum, and so fades with it.

Equations with maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

Equations with maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

Proved
    torch.Adamax = optax.adamax (DL7: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: proved for all losses, all t, lr
        varying with t)

Do not edit. Made from the declaration torch.Adamax and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 4c5db5b347499f5b
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g product total quotient")
def plain_update(
    theta, m, u, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, lr_over_one_minus_beta1_to_t,
    g, product, total, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    np.multiply(u, beta2, out=u)
    np.absolute(g, out=total)
    np.add(total, eps, out=total)
    np.maximum(u, total, out=u)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.divide(quotient, u, out=quotient)
    np.subtract(theta, quotient, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="Adamax",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("u"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g product total quotient")
def maximize_update(
    theta, m, u, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, lr_over_one_minus_beta1_to_t,
    g, product, total, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    np.multiply(u, beta2, out=u)
    np.absolute(g, out=total)
    np.add(total, eps, out=total)
    np.maximum(u, total, out=u)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.divide(quotient, u, out=quotient)
    np.subtract(theta, quotient, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adamax",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("u"),),
    oracles=("grad",),
    advance=maximize_advance,
)


class Adamax(Optimizer):
    """torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

    eps is added to the gradient's size inside the maximum, and so fades with it.

    Equations with maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Equations with maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Proved
        torch.Adamax = optax.adamax (DL7: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: proved for all losses, all t, lr
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
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
        lr: HyperValue = 0.002,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            maximize=maximize,
        )
