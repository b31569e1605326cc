"""Rprop: Riedmiller & Braun 1993, A direct adaptive method for faster backpropagation learning.

Do not edit. Made from the declaration Rprop; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2 block3", masks="mask mask2")
def update(
    theta, g, prev, move, step_size, etaminus, etaplus, step_size_min, step_size_max, block1,
    block2, block3, mask, mask2,
):
    """Entrywise work on one block, in place."""
    # agreement[t] = prev[t-1]*g[t]
    agreement = np.multiply(prev, g, out=block1)
    # step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
    np.greater(agreement, 0, out=mask)
    np.less(agreement, 0, out=mask2)
    choice = block2
    choice.fill(1)
    np.copyto(choice, etaminus, where=mask2)
    np.copyto(choice, etaplus, where=mask)
    np.multiply(step_size, choice, out=step_size)
    np.maximum(step_size, step_size_min, out=step_size)
    np.minimum(step_size, step_size_max, out=step_size)
    # change[t] = {-move[t-1] if agreement[t] < 0, else -step_size[t]*sign(g[t])}
    np.less(agreement, 0, out=mask)
    opposite = np.negative(move, out=block2)
    signs = np.sign(g, out=block3)
    product = np.multiply(step_size, signs, out=block3)
    opposite2 = np.negative(product, out=block3)
    change = opposite2
    np.copyto(change, opposite, where=mask)
    # theta[t] = theta[t-1] + change[t]
    np.add(theta, change, out=theta)
    # move[t] = {0 if agreement[t] < 0, else change[t]}
    np.less(agreement, 0, out=mask)
    np.copyto(move, change)
    np.copyto(move, 0, where=mask)
    # prev[t] = {0 if agreement[t] < 0, else g[t]}
    np.less(agreement, 0, out=mask)
    np.copyto(prev, g)
    np.copyto(prev, 0, where=mask)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("step_size_init", 0.1, "[0, inf)", "step size of the first step"),
    Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
    Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
    Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
    Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
)
STATES = (
    State("prev"), State("move"), State("step_size", start=lambda step_size_init: step_size_init),
)
RULE = Rule(
    name="Rprop", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Rprop(Optimizer):
    """Rprop with weight-backtracking: after a change of sign an entry takes its last move back and
    its step size shrinks once.

    Equations
        step_size[0] = step_size_init
        g[t] = grad(theta[t-1])
        agreement[t] = prev[t-1]*g[t]
        step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
        change[t] = {-move[t-1] if agreement[t] < 0, else -step_size[t]*sign(g[t])}
        theta[t] = theta[t-1] + change[t]
        move[t] = {0 if agreement[t] < 0, else change[t]}
        prev[t] = {0 if agreement[t] < 0, else g[t]}

    Proved
        the same when theta is shifted (without decay) (SY24: all n, every tensor, all losses, all
            t)
        the same when the loss is multiplied (at eps = 0) (SY46: all n, every tensor, all losses,
            all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        step_size_init: step size of the first step, in [0, inf); default 0.1
        etaminus: factor of a step size after a change of sign, in (0, 1); default 0.5
        etaplus: factor of a step size while the sign stays, in (1, inf); default 1.2
        step_size_min: smallest step size, in [0, inf); default 1e-06
        step_size_max: largest step size, in [0, inf); default 50
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, step_size_init: HyperValue = 0.1, etaminus: HyperValue = 0.5,
        etaplus: HyperValue = 1.2, step_size_min: HyperValue = 1e-06, step_size_max: HyperValue = 50,
    ) -> None:
        super().__init__(
            params, step_size_init=step_size_init, etaminus=etaminus, etaplus=etaplus,
            step_size_min=step_size_min, step_size_max=step_size_max,
        )
