"""GradientDescent: Cauchy 1847, Méthode générale.

Batch gradient descent: the oracle gives the gradient over all data, so a step is an epoch.

Equations
    g[t] = grad(theta[t-1])
    theta[t] = theta[t-1] - lr*g[t]

Proved
    Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1:
        proved for all losses, all t, lr varying with t)
    ScheduleFreeSGD(beta=0) = GradientDescent (V1: proved for all losses, all t, lr varying
        with t)
    GradientDescent's move minimises g.d + |d|**2/(2*lr), for all n (T1: proved for all n)
    turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
        n, every tensor, all losses, all t)
    gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
    converges exactly if 0 < lr < 2/L (E1: proved for all quadratics, all n, with curvatures
        in (0, L])
    lr = 2/(L + mu) is best, with radius (L - mu)/(L + mu) (E6: proved for all quadratics, all
        n, with curvatures in [mu, L])
    NoisySGD's step = GradientDescent's in the mean over the noise (C16n: proved for all
        states, all t, all distributions with a mean)

Do not edit. Made from the declaration GradientDescent and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 62694690abfa356c
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, blocked


@blocked(work="product")
def update(theta, g, lr, product):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*g[t]
    np.multiply(g, lr, out=product)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="GradientDescent",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class GradientDescent(Optimizer):
    """GradientDescent: Cauchy 1847, Méthode générale.

    Batch gradient descent: the oracle gives the gradient over all data, so a step is an epoch.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1:
            proved for all losses, all t, lr varying with t)
        ScheduleFreeSGD(beta=0) = GradientDescent (V1: proved for all losses, all t, lr varying
            with t)
        GradientDescent's move minimises g.d + |d|**2/(2*lr), for all n (T1: proved for all n)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
            n, every tensor, all losses, all t)
        gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
        converges exactly if 0 < lr < 2/L (E1: proved for all quadratics, all n, with curvatures
            in (0, L])
        lr = 2/(L + mu) is best, with radius (L - mu)/(L + mu) (E6: proved for all quadratics, all
            n, with curvatures in [mu, L])
        NoisySGD's step = GradientDescent's in the mean over the noise (C16n: proved for all
            states, all t, all distributions with a mean)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
        )
