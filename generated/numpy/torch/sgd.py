"""torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

Do not edit. Made from the declaration torch.SGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, momentum, dampening, nesterov):
    """Numbers of this step that need no data, in float64."""
    one_minus_dampening = np.nan
    b_case = (momentum == 0) or (t == 1)
    if not nesterov:
        one_minus_dampening = 1 - dampening
    b_case2 = t == 1
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening, "b_case2": b_case2}


@blocked(work="block1 block2")
def update(
    theta, raw_g, b, lr, momentum, weight_decay, b_case, one_minus_dampening, b_case2, block1,
    block2, maximize, nesterov,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    else:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    product = np.multiply(theta, weight_decay, out=block2)
    g_decayed = np.add(product, g, out=block2)
    if not nesterov:
        # b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
        if b_case:
            np.copyto(b, g_decayed)
        else:
            np.multiply(b, momentum, out=b)
            product = np.multiply(g_decayed, one_minus_dampening, out=block1)
            np.add(b, product, out=b)
        # theta[t] = theta[t-1] - lr*b[t]
        product = np.multiply(b, lr, out=block1)
        np.subtract(theta, product, out=theta)
    else:
        # b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
        if b_case2:
            np.copyto(b, g_decayed)
        else:
            np.multiply(b, momentum, out=b)
            np.add(b, g_decayed, out=b)
        # theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
        product = np.multiply(b, momentum, out=block1)
        total = np.add(g_decayed, product, out=block2)
        product = np.multiply(total, lr, out=block2)
        np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("b"),)


def rule(nesterov, maximize):
    """The rule of these flags."""
    flags = {"nesterov": nesterov, "maximize": maximize}
    if nesterov:
        flags["dampening"] = np.nan  # there is none
    hyper = tuple(x for x in HYPER if x.name not in flags)
    if nesterov:
        momentum = Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept")
        hyper = tuple(momentum if x.name == "momentum" else x for x in hyper)
    return Rule(
        name="SGD", dialect="torch", hyper=hyper, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class SGD(Optimizer):
    """The buffer of the first step is the whole gradient: dampening acts from the second step on,
    and not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        if not nesterov:
            b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
            theta[t] = theta[t-1] - lr*b[t]
        else:
            b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
            theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Proved
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: all losses, all t, lr varying with
            t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: all losses, all t, lr varying
            with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: all
            losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: all losses, all t)
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: all losses, all t, lr
            varying with t)
        MomentumSum = torch.SGD (M7: all losses, all t, lr varying with t)
        2 more: gen show torch.SGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        dampening: the share of the gradient held back from the momentum buffer, in [0, 1]; default
            0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov, maximize: one of False, True
    """

    choices = {"nesterov": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, momentum: HyperValue = 0,
        dampening: HyperValue = 0, weight_decay: HyperValue = 0, nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov, maximize=maximize,
        )
