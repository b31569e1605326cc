"""RandomLocalSearch: Rastrigin 1963, random search with steps from the best point.

Do not edit. Made from the declaration RandomLocalSearch;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(stores="candidate")
def pass1(theta, candidate, xi, sigma):
    """Entrywise work on one block, in place."""
    # candidate[t] = theta[t-1] + sigma*noise(1)
    np.multiply(xi, sigma, out=candidate)
    np.add(theta, candidate, out=candidate)


def numbers(loss, raw_theta):
    """Numbers found from reductions, in float64: one set over all tensors."""
    return {"theta_case": loss < raw_theta}


@blocked()
def pass2(theta, candidate, theta_case):
    """Entrywise work on one block, in place."""
    # theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}
    if theta_case:
        np.copyto(theta, candidate)
    else:
        pass


def advance(step: Step) -> None:
    step.noise("xi", 1)
    step.blocks(pass1)
    step.ask("loss", "value", at="candidate")
    step.ask("raw_theta", "value")
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.commit()


HYPER = (Hyper("sigma", 1, "(0, inf)", "standard deviation of the draws"),)
RULE = Rule(
    name="RandomLocalSearch", dialect="paper", hyper=HYPER, state=(), oracles=("noise", "value"),
    advance=advance, elsewhere=True,
)


class RandomLocalSearch(Optimizer):
    """Tries a random step from the best point so far and keeps it where it lowers the loss.

    Equations
        candidate[t] = theta[t-1] + sigma*noise(1)
        theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        sigma: standard deviation of the draws, in (0, inf); default 1
        seed: of the noise's generator
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, sigma: HyperValue = 1, seed: int | None = None) -> None:
        super().__init__(params, sigma=sigma, seed=seed)
