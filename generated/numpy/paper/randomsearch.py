"""RandomSearch: Brooks 1958, A discussion of random methods.

Draws parameters afresh and keeps the best so far: the baseline that every rule should beat.

Equations
    candidate[t] = sigma*noise(1)
    theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}

Do not edit. Made from the declaration RandomSearch and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 924de7d2e8411df2
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(stores="candidate")
def pass1(xi, candidate, sigma):
    """Entrywise work on one block, in place."""
    # candidate[t] = sigma*noise(1)
    np.multiply(xi, sigma, out=candidate)


def numbers(loss, loss2):
    """Numbers found from reductions, in float64: one set over all tensors."""
    theta_case = loss < loss2
    return {"theta_case": theta_case}


@blocked()
def pass2(theta, candidate, theta_case):
    """Entrywise work on one block, in place."""
    # theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}
    if theta_case:
        np.copyto(theta, candidate)
    else:
        pass


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.noise("xi", 1)
    step.blocks(pass1)
    step.ask("loss", "value", at="candidate")
    step.ask("loss2", "value")
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.commit()


RULE = Rule(
    name="RandomSearch",
    dialect="paper",
    hyper=(
        Hyper("sigma", 1, "(0, inf)", "standard deviation of the draws"),
    ),
    state=(),
    oracles=("noise", "value",),
    advance=advance,
    elsewhere=True,
)


class RandomSearch(Optimizer):
    """RandomSearch: Brooks 1958, A discussion of random methods.

    Draws parameters afresh and keeps the best so far: the baseline that every rule should beat.

    Equations
        candidate[t] = sigma*noise(1)
        theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        sigma: standard deviation of the draws, in (0, inf); default 1
        seed: of the noise's generator
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        sigma: HyperValue = 1,
        seed: int | None = None,
    ) -> None:
        super().__init__(
            params,
            sigma=sigma,
            seed=seed,
        )
