"""texts.ADAM_D2: A learning site's lesson and review (D2), ADAM-D2, ADAM-D2r.

No bias correction and eps inside the root. The site gives one decay, 0.9, and no recursion for
the squares: Adam's is supplied.

Equations
    g[t] = grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)

Proved
    Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: proved
        for all losses, all t, lr, beta1, beta2 varying with t)
    texts.ADAM_D2 = AdamEpsInside without correction (Quiz4: proved for all losses, all t, lr,
        beta1, beta2, eps varying with t)

Do not edit. Made from the declaration texts.ADAM_D2 and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 2a7a9b21643172d4
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {"one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2}


@blocked(work="product quotient denominator")
def update(
    theta, g, m, v, lr, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, product, quotient,
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
    # theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)
    np.multiply(m, lr, out=quotient)
    np.add(v, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="ADAM_D2",
    dialect="texts",
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


class ADAM_D2(Optimizer):
    """texts.ADAM_D2: A learning site's lesson and review (D2), ADAM-D2, ADAM-D2r.

    No bias correction and eps inside the root. The site gives one decay, 0.9, and no recursion for
    the squares: Adam's is supplied.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)

    Proved
        Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: proved
            for all losses, all t, lr, beta1, beta2 varying with t)
        texts.ADAM_D2 = AdamEpsInside without correction (Quiz4: proved for all losses, all t, lr,
            beta1, beta2, eps varying with t)

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
