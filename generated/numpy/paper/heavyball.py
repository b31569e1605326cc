"""HeavyBall: Polyak 1964, the method of the heavy ball.

Momentum without a velocity: the last move is found from the last two points.

Equations
    previous[0] = theta[0]
    g[t] = grad(theta[t-1])
    theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
    previous[t] = theta[t-1]

Proved
    Momentum = HeavyBall under previous = theta + v (M4: proved for all losses, all t, lr,
        momentum varying with t)
    turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
        n, every tensor, all losses, all t)
    converges exactly if 0 < lr < 2*(1 + momentum)/L (E2: proved for all quadratics, all n,
        with curvatures in (0, L])
    Polyak's parameters have the smallest radius (E5a: proved for all quadratics, all n, with
        curvatures in [m**2, M**2])

Do not edit. Made from the declaration HeavyBall and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 3d8c693263f9c953
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


@blocked(work="theta_next product")
def update(theta, g, previous, lr, momentum, theta_next, product):
    """Entrywise work on one block, in place."""
    # theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
    np.subtract(theta, previous, out=theta_next)
    np.multiply(theta_next, momentum, out=theta_next)
    np.add(theta_next, theta, out=theta_next)
    np.multiply(g, lr, out=product)
    np.subtract(theta_next, product, out=theta_next)
    # previous[t] = theta[t-1]
    np.copyto(previous, theta)
    np.copyto(theta, theta_next)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="HeavyBall",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("previous", start=lambda theta: theta),),
    oracles=("grad",),
    advance=advance,
)


class HeavyBall(Optimizer):
    """HeavyBall: Polyak 1964, the method of the heavy ball.

    Momentum without a velocity: the last move is found from the last two points.

    Equations
        previous[0] = theta[0]
        g[t] = grad(theta[t-1])
        theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
        previous[t] = theta[t-1]

    Proved
        Momentum = HeavyBall under previous = theta + v (M4: proved for all losses, all t, lr,
            momentum varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
            n, every tensor, all losses, all t)
        converges exactly if 0 < lr < 2*(1 + momentum)/L (E2: proved for all quadratics, all n,
            with curvatures in (0, L])
        Polyak's parameters have the smallest radius (E5a: proved for all quadratics, all n, with
            curvatures in [m**2, M**2])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        momentum: HyperValue = 0.9,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
        )
