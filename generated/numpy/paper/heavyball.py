"""HeavyBall: Polyak 1964, the method of the heavy ball.

Do not edit. Made from the declaration HeavyBall; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="block1 block2")
def update(theta, g, previous, lr, momentum, block1, block2):
    """Entrywise work on one block, in place."""
    # theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
    total = np.subtract(theta, previous, out=block1)
    product = np.multiply(total, momentum, out=block1)
    total = np.add(product, theta, out=block1)
    product = np.multiply(g, lr, out=block2)
    theta_next = np.subtract(total, product, out=block1)
    # previous[t] = theta[t-1]
    np.copyto(previous, theta)
    np.copyto(theta, theta_next)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("previous", start=lambda theta: theta),)
RULE = Rule(
    name="HeavyBall", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class HeavyBall(Optimizer):
    """Momentum without a velocity: the last move is found from the last two points.

    Equations
        previous[0] = theta[0]
        g[t] = grad(theta[t-1])
        theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
        previous[t] = theta[t-1]

    Proved
        Momentum = HeavyBall under previous = theta + v (M4: all losses, all t, lr, momentum varying
            with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: all n, every
            tensor, all losses, all t)
        converges exactly if 0 < lr < 2*(1 + momentum)/L (E2: all quadratics, all n, with curvatures
            in (0, L])
        Polyak's parameters have the smallest radius (E5a: all quadratics, all n, with curvatures in
            [m**2, M**2])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
