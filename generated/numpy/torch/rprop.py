"""torch.Rprop: PyTorch 2.13, torch/optim/rprop.py.

Do not edit. Made from the declaration torch.Rprop; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2 block3", masks="mask mask2")
def update(
    theta, raw_g, prev, step_size, etaminus, etaplus, step_size_min, step_size_max, block1, block2,
    block3, mask, mask2, maximize,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    else:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    # agreement[t] = prev[t-1]*g[t]
    agreement = np.multiply(prev, g, out=block2)
    # step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    np.greater(agreement, 0, out=mask)
    np.less(agreement, 0, out=mask2)
    choice = block3
    choice.fill(1)
    np.copyto(choice, etaminus, where=mask2)
    np.copyto(choice, etaplus, where=mask)
    np.multiply(step_size, choice, out=step_size)
    np.maximum(step_size, step_size_min, out=step_size)
    np.minimum(step_size, step_size_max, out=step_size)
    # g_kept[t] = {0 if agreement[t] < 0, else g[t]}
    np.less(agreement, 0, out=mask)
    g_kept = block1
    np.copyto(g_kept, g)
    np.copyto(g_kept, 0, where=mask)
    # theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
    signs = np.sign(g_kept, out=block2)
    product = np.multiply(step_size, signs, out=block2)
    np.subtract(theta, product, out=theta)
    # prev[t] = g_kept[t]
    np.copyto(prev, g_kept)


def advance(step: Step) -> None:
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
    Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
    Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
    Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
)
STATES = (State("prev"), State("step_size", start=lambda lr: lr))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Rprop", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Rprop(Optimizer):
    """iRprop-: after a change of sign an entry rests for one step and starts afresh.

    Equations
        step_size[0] = lr
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
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

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, etaminus: HyperValue = 0.5,
        etaplus: HyperValue = 1.2, step_size_min: HyperValue = 1e-06,
        step_size_max: HyperValue = 50, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, etaminus=etaminus, etaplus=etaplus, step_size_min=step_size_min,
            step_size_max=step_size_max, maximize=maximize,
        )
