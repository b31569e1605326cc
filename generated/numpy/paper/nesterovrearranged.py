"""NesterovRearranged: Bengio, Boulanger-Lewandowski & Pascanu 2012, section 3.5 (arXiv:1212.0901).

Nesterov in terms of the looked-ahead point: its gradient is asked at the parameters themselves.

Equations
    g[t] = grad(theta[t-1])
    v[t] = momentum*v[t-1] - lr*g[t]
    theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]

Proved
    NesterovRearranged = texts.NAG_c at theta + momentum*v (C42: proved for all losses, all t,
        lr varying with t)
    NesterovRearranged = Nesterov at theta - momentum*v (C42a: proved for all losses, all t,
        lr varying with t)

Do not edit. Made from the declaration NesterovRearranged and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 919c2b5ae35e08dc
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(momentum):
    """Numbers of this step that need no data, in float64."""
    one_plus_momentum = 1 + momentum
    return {"one_plus_momentum": one_plus_momentum}


@blocked(work="v_next product")
def update(theta, g, v, lr, momentum, one_plus_momentum, v_next, product):
    """Entrywise work on one block, in place."""
    # v[t] = momentum*v[t-1] - lr*g[t]
    np.multiply(v, momentum, out=v_next)
    np.multiply(g, lr, out=product)
    np.subtract(v_next, product, out=v_next)
    # theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]
    np.multiply(v_next, one_plus_momentum, out=product)
    np.add(theta, product, out=theta)
    np.multiply(v, momentum, out=product)
    np.subtract(theta, product, out=theta)
    np.copyto(v, v_next)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="NesterovRearranged",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"),),
    oracles=("grad",),
    advance=advance,
)


class NesterovRearranged(Optimizer):
    """NesterovRearranged: Bengio, Boulanger-Lewandowski & Pascanu 2012, section 3.5 (arXiv:1212.0901).

    Nesterov in terms of the looked-ahead point: its gradient is asked at the parameters themselves.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] - lr*g[t]
        theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]

    Proved
        NesterovRearranged = texts.NAG_c at theta + momentum*v (C42: proved for all losses, all t,
            lr varying with t)
        NesterovRearranged = Nesterov at theta - momentum*v (C42a: proved for all losses, all t,
            lr varying with t)

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
