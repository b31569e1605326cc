"""texts.ADAM_D2: A learning site's lesson and review (D2), ADAM-D2, ADAM-D2r.

Do not edit. Made from the declaration texts.ADAM_D2; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2}


@blocked(work="block1 block2")
def update(theta, g, m, v, lr, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, block1, block2):
    """Entrywise work on one block, in place."""
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block1)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_beta2, out=block1)
    np.add(v, product, out=v)
    # theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)
    product = np.multiply(m, lr, out=block1)
    total = np.add(v, eps, out=block2)
    denominator = np.sqrt(total, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="ADAM_D2", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class ADAM_D2(Optimizer):
    """No bias correction and eps inside the root. The site gives one decay, 0.9, and no recursion
    for the squares: Adam's is supplied.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)

    Proved
        Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: all
            losses, all t, lr, beta1, beta2 varying with t)
        texts.ADAM_D2 = AdamEpsInside without correction (Quiz4: all losses, all t, lr, beta1,
            beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
