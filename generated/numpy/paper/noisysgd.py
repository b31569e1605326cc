"""NoisySGD: Neelakantan et al. 2015, Section 3 (arXiv:1511.06807).

Do not edit. Made from the declaration NoisySGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


def host(t, eta, gamma):
    """Numbers of this step that need no data, in float64."""
    # sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
    sigma = np.sqrt(eta)/(1 + t)**(gamma/2)
    return {"sigma": sigma}


@blocked(work="block1")
def update(theta, g, xi, lr, sigma, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])
    product = np.multiply(xi, sigma, out=block1)
    total = np.add(g, product, out=block1)
    product = np.multiply(total, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.noise("xi", 1)
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("eta", 0.01, "[0, inf)", "variance of the noise at the start"),
    Hyper("gamma", 0.55, "[0, inf)", "exponent with which the variance falls"),
)
RULE = Rule(
    name="NoisySGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad", "noise"),
    advance=advance,
)


class NoisySGD(Optimizer):
    """Normal noise with a variance that falls as (1 + t)^-gamma. The generator belongs to the
    optimizer and is saved with its state.

    Equations
        g[t] = grad(theta[t-1])
        sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
        theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])

    Proved
        NoisySGD's step = GradientDescent's in the mean over the noise (C16n: all states, all t, all
            distributions with a mean)
        turns with the coordinates if the draws do (SY16: all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        eta: variance of the noise at the start, in [0, inf); default 0.01
        gamma: exponent with which the variance falls, in [0, inf); default 0.55
        seed: of the noise's generator
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, eta: HyperValue = 0.01,
        gamma: HyperValue = 0.55, seed: int | None = None,
    ) -> None:
        super().__init__(params, lr=lr, eta=eta, gamma=gamma, seed=seed)
