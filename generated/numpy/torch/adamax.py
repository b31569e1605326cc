"""torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

Do not edit. Made from the declaration torch.Adamax; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta1": 1 - beta1, "lr_over_one_minus_beta1_to_t": lr/(1 - beta1**t)}


@blocked(work="block1 block2")
def update(
    theta, raw_g, m, u, beta1, beta2, eps, weight_decay, one_minus_beta1,
    lr_over_one_minus_beta1_to_t, block1, block2, maximize,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.add(product, raw_g, out=block1)
    else:
        # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.subtract(product, raw_g, out=block1)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block2)
    np.add(m, product, out=m)
    # u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    np.multiply(u, beta2, out=u)
    magnitude = np.absolute(g, out=block1)
    total = np.add(magnitude, eps, out=block1)
    np.maximum(u, total, out=u)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
    product = np.multiply(m, lr_over_one_minus_beta1_to_t, out=block1)
    quotient = np.divide(product, u, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.002, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("u"))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Adamax", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Adamax(Optimizer):
    """eps is added to the gradient's size inside the maximum, and so fades with it.

    Equations
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Proved
        torch.Adamax = optax.adamax (DL7: all losses, all t, lr, beta1, beta2, eps varying with t)
        torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.002, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            maximize=maximize,
        )
