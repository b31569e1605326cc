"""torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

eps stands outside the root, the learning rate outside the velocity.

Equations with centered=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    deviation[t] = sqrt(v[t])
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    deviation[t] = sqrt(v[t])
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=True, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    deviation[t] = sqrt(v[t] - average[t]**2)
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=True, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    deviation[t] = sqrt(v[t] - average[t]**2)
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Proved
    torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
        proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
        varying with t)
    optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
        all losses, all t)
    torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
        for all losses, all t)
    torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
        proved for all losses, all t)

Do not edit. Made from the declaration torch.RMSprop and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 7c6b8b8231a9a8f2
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


@blocked(work="g deviation product quotient")
def plain_update(
    theta, v, velocity, g2, lr, alpha, eps, weight_decay, momentum, one_minus_alpha, g, deviation,
    product, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    np.multiply(v, alpha, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_alpha, out=product)
    np.add(v, product, out=v)
    # deviation[t] = sqrt(v[t])
    np.sqrt(v, out=deviation)
    # velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    np.multiply(velocity, momentum, out=velocity)
    np.add(deviation, eps, out=quotient)
    np.divide(g, quotient, out=quotient)
    np.add(velocity, quotient, out=velocity)
    # theta[t] = theta[t-1] - lr*velocity[t]
    np.multiply(velocity, lr, out=product)
    np.subtract(theta, product, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


@blocked(work="g deviation product quotient")
def maximize_update(
    theta, v, velocity, g2, lr, alpha, eps, weight_decay, momentum, one_minus_alpha, g, deviation,
    product, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    np.multiply(v, alpha, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_alpha, out=product)
    np.add(v, product, out=v)
    # deviation[t] = sqrt(v[t])
    np.sqrt(v, out=deviation)
    # velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    np.multiply(velocity, momentum, out=velocity)
    np.add(deviation, eps, out=quotient)
    np.divide(g, quotient, out=quotient)
    np.add(velocity, quotient, out=velocity)
    # theta[t] = theta[t-1] - lr*velocity[t]
    np.multiply(velocity, lr, out=product)
    np.subtract(theta, product, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def centered_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


@blocked(work="g deviation product quotient")
def centered_update(
    theta, v, average, velocity, g2, lr, alpha, eps, weight_decay, momentum, one_minus_alpha, g,
    deviation, product, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    np.multiply(v, alpha, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_alpha, out=product)
    np.add(v, product, out=v)
    # average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    np.multiply(average, alpha, out=average)
    np.multiply(g, one_minus_alpha, out=product)
    np.add(average, product, out=average)
    # deviation[t] = sqrt(v[t] - average[t]**2)
    np.multiply(average, average, out=deviation)
    np.subtract(v, deviation, out=deviation)
    np.sqrt(deviation, out=deviation)
    # velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    np.multiply(velocity, momentum, out=velocity)
    np.add(deviation, eps, out=quotient)
    np.divide(g, quotient, out=quotient)
    np.add(velocity, quotient, out=velocity)
    # theta[t] = theta[t-1] - lr*velocity[t]
    np.multiply(velocity, lr, out=product)
    np.subtract(theta, product, out=theta)


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g2", "grad")
    step.blocks(centered_update)
    step.commit()


CENTERED_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("average"), State("velocity"),),
    oracles=("grad",),
    advance=centered_advance,
)


def centered_maximize_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


@blocked(work="g deviation product quotient")
def centered_maximize_update(
    theta, v, average, velocity, g2, lr, alpha, eps, weight_decay, momentum, one_minus_alpha, g,
    deviation, product, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    np.multiply(v, alpha, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_alpha, out=product)
    np.add(v, product, out=v)
    # average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    np.multiply(average, alpha, out=average)
    np.multiply(g, one_minus_alpha, out=product)
    np.add(average, product, out=average)
    # deviation[t] = sqrt(v[t] - average[t]**2)
    np.multiply(average, average, out=deviation)
    np.subtract(v, deviation, out=deviation)
    np.sqrt(deviation, out=deviation)
    # velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    np.multiply(velocity, momentum, out=velocity)
    np.add(deviation, eps, out=quotient)
    np.divide(g, quotient, out=quotient)
    np.add(velocity, quotient, out=velocity)
    # theta[t] = theta[t-1] - lr*velocity[t]
    np.multiply(velocity, lr, out=product)
    np.subtract(theta, product, out=theta)


def centered_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_maximize_host)
    step.ask("g2", "grad")
    step.blocks(centered_maximize_update)
    step.commit()


CENTERED_MAXIMIZE_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("average"), State("velocity"),),
    oracles=("grad",),
    advance=centered_maximize_advance,
)


class RMSprop(Optimizer):
    """torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

    eps stands outside the root, the learning rate outside the velocity.

    Equations with centered=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        deviation[t] = sqrt(v[t])
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        deviation[t] = sqrt(v[t])
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=True, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
        deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=True, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
        deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
            proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
            varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
            all losses, all t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
            for all losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
            proved for all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        centered: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('centered', False), ('maximize', False)), PLAIN_RULE),
        ((('centered', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('centered', True), ('maximize', False)), CENTERED_RULE),
        ((('centered', True), ('maximize', True)), CENTERED_MAXIMIZE_RULE),
    )
    choices = {'centered': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        alpha: HyperValue = 0.99,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        momentum: HyperValue = 0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )
