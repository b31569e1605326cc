"""torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

The buffer of the first step is the whole gradient: dampening acts from the second step on, and
not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

Equations with maximize=False, nesterov=False
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    theta[t] = theta[t-1] - lr*b[t]

Equations with maximize=True, nesterov=False
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    theta[t] = theta[t-1] - lr*b[t]

Equations with maximize=False, nesterov=True
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

Equations with maximize=True, nesterov=True
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

Proved
    texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
        all t, lr varying with t)
    MomentumSum = torch.SGD (M7: proved for all losses, all t, lr varying with t)
    torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
        t)
    torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
        varying with t)
    torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
        lr varying with t)
    torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
        for all losses, all t)
    torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
        losses, all t)
    torch.SGD(maximize=True) = torch.SGD on the negative loss (DL1g: proved for all losses,
        all t, lr varying with t)

Do not edit. Made from the declaration torch.SGD and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 5dc289e0cea6d695
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, momentum, dampening):
    """Numbers of this step that need no data, in float64."""
    b_case = (momentum == 0) or (t == 1)
    one_minus_dampening = 1 - dampening
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening}


@blocked(work="g_decayed product")
def plain_update(
    theta, g, b, lr, momentum, weight_decay, b_case, one_minus_dampening, g_decayed, product,
):
    """Entrywise work on one block, in place."""
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    if b_case:
        np.copyto(b, g_decayed)
    else:
        np.multiply(b, momentum, out=b)
        np.multiply(g_decayed, one_minus_dampening, out=product)
        np.add(b, product, out=b)
    # theta[t] = theta[t-1] - lr*b[t]
    np.multiply(b, lr, out=product)
    np.subtract(theta, product, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, momentum, dampening):
    """Numbers of this step that need no data, in float64."""
    b_case = (momentum == 0) or (t == 1)
    one_minus_dampening = 1 - dampening
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening}


@blocked(work="g g_decayed product")
def maximize_update(
    theta, b, g2, lr, momentum, weight_decay, b_case, one_minus_dampening, g, g_decayed, product,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    if b_case:
        np.copyto(b, g_decayed)
    else:
        np.multiply(b, momentum, out=b)
        np.multiply(g_decayed, one_minus_dampening, out=product)
        np.add(b, product, out=b)
    # theta[t] = theta[t-1] - lr*b[t]
    np.multiply(b, lr, out=product)
    np.subtract(theta, product, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def nesterov_host(t):
    """Numbers of this step that need no data, in float64."""
    b_case = t == 1
    return {"b_case": b_case}


@blocked(work="g_decayed product")
def nesterov_update(theta, g, b, lr, momentum, weight_decay, b_case, g_decayed, product):
    """Entrywise work on one block, in place."""
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    if b_case:
        np.copyto(b, g_decayed)
    else:
        np.multiply(b, momentum, out=b)
        np.add(b, g_decayed, out=b)
    # theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
    np.multiply(b, momentum, out=product)
    np.add(product, g_decayed, out=product)
    np.multiply(product, lr, out=product)
    np.subtract(theta, product, out=theta)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(nesterov_update)
    step.commit()


NESTEROV_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


def maximize_nesterov_host(t):
    """Numbers of this step that need no data, in float64."""
    b_case = t == 1
    return {"b_case": b_case}


@blocked(work="g g_decayed product")
def maximize_nesterov_update(
    theta, b, g2, lr, momentum, weight_decay, b_case, g, g_decayed, product,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    if b_case:
        np.copyto(b, g_decayed)
    else:
        np.multiply(b, momentum, out=b)
        np.add(b, g_decayed, out=b)
    # theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
    np.multiply(b, momentum, out=product)
    np.add(product, g_decayed, out=product)
    np.multiply(product, lr, out=product)
    np.subtract(theta, product, out=theta)


def maximize_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_nesterov_host)
    step.ask("g2", "grad")
    step.blocks(maximize_nesterov_update)
    step.commit()


MAXIMIZE_NESTEROV_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=maximize_nesterov_advance,
)


class SGD(Optimizer):
    """torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

    The buffer of the first step is the whole gradient: dampening acts from the second step on, and
    not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

    Equations with maximize=False, nesterov=False
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
        theta[t] = theta[t-1] - lr*b[t]

    Equations with maximize=True, nesterov=False
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
        theta[t] = theta[t-1] - lr*b[t]

    Equations with maximize=False, nesterov=True
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
        theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Equations with maximize=True, nesterov=True
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
        theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Proved
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
            all t, lr varying with t)
        MomentumSum = torch.SGD (M7: proved for all losses, all t, lr varying with t)
        torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
            t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
            lr varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
            for all losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
            losses, all t)
        torch.SGD(maximize=True) = torch.SGD on the negative loss (DL1g: proved for all losses,
            all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        dampening: the share of the gradient held back from the momentum buffer, in [0, 1];
            default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('maximize', False), ('nesterov', False)), PLAIN_RULE),
        ((('maximize', True), ('nesterov', False)), MAXIMIZE_RULE),
        ((('maximize', False), ('nesterov', True)), NESTEROV_RULE),
        ((('maximize', True), ('nesterov', True)), MAXIMIZE_NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        momentum: HyperValue = 0,
        dampening: HyperValue = 0,
        weight_decay: HyperValue = 0,
        nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )
