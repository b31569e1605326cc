"""AdamEpsHat: Kingma & Ba 2015, section 2, the reordered form with constant eps-hat (arXiv:1412.6980).

Corrections are folded into the rate and eps is added before them, as Keras and Chainer do.

Equations
    g[t] = grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    theta[t] = theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps)

Proved
    Adam(eps) = AdamEpsHat(eps*sqrt(1 - beta2**t)) (D4: proved for all losses, all t, lr,
        beta1, beta2, eps varying with t)
    Adam(eps=0) = AdamEpsHat(eps=0) (D5a: proved for all losses, all t, lr, beta1, beta2
        varying with t)
    AdamEpsHat = keras.Adam (K2a: proved for all losses, all t, lr, beta1, beta2, eps varying
        with t)

Do not edit. Made from the declaration AdamEpsHat and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: fcc3c1f2e3b14651
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    rate = lr*np.sqrt(1 - beta2**t)/(1 - beta1**t)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {"rate": rate, "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2}


@blocked(work="product quotient denominator")
def update(
    theta, g, m, v, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, rate, product, quotient,
    denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps)
    np.multiply(m, rate, out=quotient)
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
    name="AdamEpsHat",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=advance,
)


class AdamEpsHat(Optimizer):
    """AdamEpsHat: Kingma & Ba 2015, section 2, the reordered form with constant eps-hat (arXiv:1412.6980).

    Corrections are folded into the rate and eps is added before them, as Keras and Chainer do.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
        theta[t] = theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps)

    Proved
        Adam(eps) = AdamEpsHat(eps*sqrt(1 - beta2**t)) (D4: proved for all losses, all t, lr,
            beta1, beta2, eps varying with t)
        Adam(eps=0) = AdamEpsHat(eps=0) (D5a: proved for all losses, all t, lr, beta1, beta2
            varying with t)
        AdamEpsHat = keras.Adam (K2a: proved for all losses, all t, lr, beta1, beta2, eps varying
            with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
        )
