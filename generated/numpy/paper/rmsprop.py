"""RMSProp: Tieleman & Hinton 2012, Lecture 6.5.

The lecture gives no eps; outside the root is where PyTorch and most texts put it.

Equations
    g[t] = grad(theta[t-1])
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    theta[t] = theta[t-1] - lr*g[t]/(sqrt(v[t]) + eps)

Proved
    Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: proved for all
        losses, all t, lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
    Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: proved for
        all losses, all t, lr, eps varying with t)
    Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: proved for
        all losses, all t, lr varying with t)
    RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho)
        (A7: proved for all losses, all t, lr, eps varying with t)
    Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0) (D8: proved for
        all losses, all t, lr, beta2 varying with t)
    Adam(lr, beta1=0, eps) = RMSProp(lr*s, beta2, eps*s) with s = sqrt(1 - beta2**t) (D8a:
        proved for all losses, all t, lr, beta2, eps varying with t)
    AdamNoCorrection(beta1=0) = RMSProp (D8b: proved for all losses, all t, lr, beta2, eps
        varying with t)
    the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
        losses, all t)
    gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
    torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
        proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
        varying with t)

Do not edit. Made from the declaration RMSProp and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 53d94cde8c482732
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(rho):
    """Numbers of this step that need no data, in float64."""
    one_minus_rho = 1 - rho
    return {"one_minus_rho": one_minus_rho}


@blocked(work="product quotient denominator")
def update(theta, g, v, lr, rho, eps, one_minus_rho, product, quotient, denominator):
    """Entrywise work on one block, in place."""
    # v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    np.multiply(v, rho, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_rho, out=product)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - lr*g[t]/(sqrt(v[t]) + eps)
    np.multiply(g, lr, out=quotient)
    np.sqrt(v, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="RMSProp",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("v"),),
    oracles=("grad",),
    advance=advance,
)


class RMSProp(Optimizer):
    """RMSProp: Tieleman & Hinton 2012, Lecture 6.5.

    The lecture gives no eps; outside the root is where PyTorch and most texts put it.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/(sqrt(v[t]) + eps)

    Proved
        Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho) (A2: proved for all
            losses, all t, lr, eps varying with t; all losses, all t, lr, eps, rho varying with t)
        Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t (A5: proved for
            all losses, all t, lr, eps varying with t)
        Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t (A5a: proved for
            all losses, all t, lr varying with t)
        RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho)
            (A7: proved for all losses, all t, lr, eps varying with t)
        Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0) (D8: proved for
            all losses, all t, lr, beta2 varying with t)
        Adam(lr, beta1=0, eps) = RMSProp(lr*s, beta2, eps*s) with s = sqrt(1 - beta2**t) (D8a:
            proved for all losses, all t, lr, beta2, eps varying with t)
        AdamNoCorrection(beta1=0) = RMSProp (D8b: proved for all losses, all t, lr, beta2, eps
            varying with t)
        the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
            losses, all t)
        gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
            proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        rho: HyperValue = 0.9,
        eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            rho=rho,
            eps=eps,
        )
