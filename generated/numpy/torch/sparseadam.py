"""torch.SparseAdam: PyTorch 2.13, torch/optim/_functional.py.

For gradients that store exactly their nonzero entries: the others rest, moments and all, while
the step count goes on. eps joins the root before its bias is corrected.

Equations with maximize=False
    g[t] = grad(theta[t-1])
    m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
    v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
    rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

Equations with maximize=True
    g[t] = -grad(theta[t-1])
    m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
    v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
    rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

Proved
    torch.SparseAdam = keras.Adam where no gradient is 0 (DL5j: proved for all losses, all t,
        lr, eps varying with t)

Do not edit. Made from the declaration torch.SparseAdam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 8aea42cd14c08c12
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    rate = lr*np.sqrt(1 - beta2**t)/(1 - beta1**t)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {"rate": rate, "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2}


@blocked(work="choice product denominator", masks="mask")
def plain_update(
    theta, g, m, v, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, rate, choice, product,
    denominator, mask,
):
    """Entrywise work on one block, in place."""
    # m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(m, beta1, out=choice)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(choice, product, out=choice)
    np.copyto(m, choice, where=mask)
    # v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(v, beta2, out=choice)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(choice, product, out=choice)
    np.copyto(v, choice, where=mask)
    # theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(m, rate, out=choice)
    np.sqrt(v, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(choice, denominator, out=choice)
    np.subtract(theta, choice, out=choice)
    np.copyto(theta, choice, where=mask)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="SparseAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "(0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    rate = lr*np.sqrt(1 - beta2**t)/(1 - beta1**t)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {"rate": rate, "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2}


@blocked(work="g choice product denominator", masks="mask")
def maximize_update(
    theta, m, v, g2, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, rate, g, choice, product,
    denominator, mask,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(m, beta1, out=choice)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(choice, product, out=choice)
    np.copyto(m, choice, where=mask)
    # v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(v, beta2, out=choice)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(choice, product, out=choice)
    np.copyto(v, choice, where=mask)
    # theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}
    np.not_equal(g, 0, out=mask)
    np.multiply(m, rate, out=choice)
    np.sqrt(v, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(choice, denominator, out=choice)
    np.subtract(theta, choice, out=choice)
    np.copyto(theta, choice, where=mask)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="SparseAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "(0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=maximize_advance,
)


class SparseAdam(Optimizer):
    """torch.SparseAdam: PyTorch 2.13, torch/optim/_functional.py.

    For gradients that store exactly their nonzero entries: the others rest, moments and all, while
    the step count goes on. eps joins the root before its bias is corrected.

    Equations with maximize=False
        g[t] = grad(theta[t-1])
        m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
        v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
        rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
        theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

    Equations with maximize=True
        g[t] = -grad(theta[t-1])
        m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
        v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
        rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
        theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

    Proved
        torch.SparseAdam = keras.Adam where no gradient is 0 (DL5j: proved for all losses, all t,
            lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in (0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in (0, inf); default 1e-08
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
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            maximize=maximize,
        )
