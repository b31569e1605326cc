"""torch.SparseAdam: PyTorch 2.13, torch/optim/_functional.py.

Do not edit. Made from the declaration torch.SparseAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    rate = lr*np.sqrt(1 - beta2**t)/(1 - beta1**t)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {
        "rate": rate, "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
    }


@blocked(work="block1 block2 block3", masks="mask")
def update(
    theta, raw_g, m, v, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, rate, block1, block2,
    block3, mask, maximize,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    else:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    # m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
    np.not_equal(g, 0, out=mask)
    product = np.multiply(m, beta1, out=block2)
    product2 = np.multiply(g, one_minus_beta1, out=block3)
    total = np.add(product, product2, out=block2)
    np.copyto(m, total, where=mask)
    # v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
    np.not_equal(g, 0, out=mask)
    product = np.multiply(v, beta2, out=block2)
    product2 = np.multiply(g, g, out=block3)
    product2 = np.multiply(product2, one_minus_beta2, out=block3)
    total = np.add(product, product2, out=block2)
    np.copyto(v, total, where=mask)
    # theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}
    np.not_equal(g, 0, out=mask)
    product = np.multiply(m, rate, out=block1)
    root = np.sqrt(v, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    total = np.subtract(theta, quotient, out=block1)
    np.copyto(theta, total, where=mask)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "(0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="SparseAdam", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class SparseAdam(Optimizer):
    """For gradients that store exactly their nonzero entries: the others rest, moments and all,
    while the step count goes on. eps joins the root before its bias is corrected.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
        v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
        rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
        theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

    Proved
        torch.SparseAdam = keras.Adam where no gradient is 0 (DL5j: all losses, all t, lr, eps
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in (0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in (0, inf); default 1e-08
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, maximize=maximize,
        )
