"""torch.Rprop: PyTorch 2.13, torch/optim/rprop.py.

iRprop-: after a change of sign an entry rests for one step and starts afresh.

Equations with maximize=False
    step_size[0] = lr
    g[t] = grad(theta[t-1])
    agreement[t] = prev[t-1]*g[t]
    step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    g_kept[t] = {0 if agreement[t] < 0, else g[t]}
    theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
    prev[t] = g_kept[t]

Equations with maximize=True
    step_size[0] = lr
    g[t] = -grad(theta[t-1])
    agreement[t] = prev[t-1]*g[t]
    step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    g_kept[t] = {0 if agreement[t] < 0, else g[t]}
    theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
    prev[t] = g_kept[t]

Do not edit. Made from the declaration torch.Rprop and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 30198aea2d8918e2
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="agreement g_kept choice product", masks="mask mask2")
def plain_update(
    theta, g, prev, step_size, etaminus, etaplus, step_size_min, step_size_max, agreement, g_kept,
    choice, product, mask, mask2,
):
    """Entrywise work on one block, in place."""
    # agreement[t] = prev[t-1]*g[t]
    np.multiply(prev, g, out=agreement)
    # step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    np.greater(agreement, 0, out=mask)
    np.less(agreement, 0, out=mask2)
    choice.fill(1)
    np.copyto(choice, etaminus, where=mask2)
    np.copyto(choice, etaplus, where=mask)
    np.multiply(step_size, choice, out=step_size)
    np.maximum(step_size, step_size_min, out=step_size)
    np.minimum(step_size, step_size_max, out=step_size)
    # g_kept[t] = {0 if agreement[t] < 0, else g[t]}
    np.less(agreement, 0, out=mask)
    np.copyto(g_kept, g)
    np.copyto(g_kept, 0, where=mask)
    # theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
    np.sign(g_kept, out=product)
    np.multiply(step_size, product, out=product)
    np.subtract(theta, product, out=theta)
    # prev[t] = g_kept[t]
    np.copyto(prev, g_kept)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="Rprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
        Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
        Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
        Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
    ),
    state=(State("prev"), State("step_size", start=lambda lr: lr),),
    oracles=("grad",),
    advance=plain_advance,
)


@blocked(work="g agreement g_kept choice product", masks="mask mask2")
def maximize_update(
    theta, prev, step_size, g2, etaminus, etaplus, step_size_min, step_size_max, g, agreement,
    g_kept, choice, product, mask, mask2,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # agreement[t] = prev[t-1]*g[t]
    np.multiply(prev, g, out=agreement)
    # step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    np.greater(agreement, 0, out=mask)
    np.less(agreement, 0, out=mask2)
    choice.fill(1)
    np.copyto(choice, etaminus, where=mask2)
    np.copyto(choice, etaplus, where=mask)
    np.multiply(step_size, choice, out=step_size)
    np.maximum(step_size, step_size_min, out=step_size)
    np.minimum(step_size, step_size_max, out=step_size)
    # g_kept[t] = {0 if agreement[t] < 0, else g[t]}
    np.less(agreement, 0, out=mask)
    np.copyto(g_kept, g)
    np.copyto(g_kept, 0, where=mask)
    # theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
    np.sign(g_kept, out=product)
    np.multiply(step_size, product, out=product)
    np.subtract(theta, product, out=theta)
    # prev[t] = g_kept[t]
    np.copyto(prev, g_kept)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Rprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
        Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
        Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
        Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
    ),
    state=(State("prev"), State("step_size", start=lambda lr: lr),),
    oracles=("grad",),
    advance=maximize_advance,
)


class Rprop(Optimizer):
    """torch.Rprop: PyTorch 2.13, torch/optim/rprop.py.

    iRprop-: after a change of sign an entry rests for one step and starts afresh.

    Equations with maximize=False
        step_size[0] = lr
        g[t] = grad(theta[t-1])
        agreement[t] = prev[t-1]*g[t]
        step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
        g_kept[t] = {0 if agreement[t] < 0, else g[t]}
        theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
        prev[t] = g_kept[t]

    Equations with maximize=True
        step_size[0] = lr
        g[t] = -grad(theta[t-1])
        agreement[t] = prev[t-1]*g[t]
        step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
        g_kept[t] = {0 if agreement[t] < 0, else g[t]}
        theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
        prev[t] = g_kept[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        etaminus: factor of a step size after a change of sign, in (0, 1); default 0.5
        etaplus: factor of a step size while the sign stays, in (1, inf); default 1.2
        step_size_min: smallest step size, in [0, inf); default 1e-06
        step_size_max: largest step size, in [0, inf); default 50
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
        lr: HyperValue = 0.01,
        etaminus: HyperValue = 0.5,
        etaplus: HyperValue = 1.2,
        step_size_min: HyperValue = 1e-06,
        step_size_max: HyperValue = 50,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            etaminus=etaminus,
            etaplus=etaplus,
            step_size_min=step_size_min,
            step_size_max=step_size_max,
            maximize=maximize,
        )
