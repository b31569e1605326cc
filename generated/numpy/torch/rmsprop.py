"""torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

Do not edit. Made from the declaration torch.RMSprop; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(alpha):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_alpha": 1 - alpha}


@blocked(work="block1 block2 block3")
def update(
    theta, raw_g, v, average, velocity, lr, alpha, eps, weight_decay, momentum, one_minus_alpha,
    block1, block2, block3, maximize, centered,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.add(product, raw_g, out=block1)
    else:
        # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.subtract(product, raw_g, out=block1)
    # v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    np.multiply(v, alpha, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_alpha, out=block2)
    np.add(v, product, out=v)
    if not centered:
        # deviation[t] = sqrt(v[t])
        deviation = np.sqrt(v, out=block2)
    else:
        # average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
        np.multiply(average, alpha, out=average)
        product = np.multiply(g, one_minus_alpha, out=block3)
        np.add(average, product, out=average)
        # deviation[t] = sqrt(v[t] - average[t]**2)
        product = np.multiply(average, average, out=block2)
        total = np.subtract(v, product, out=block2)
        deviation = np.sqrt(total, out=block2)
    # velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    np.multiply(velocity, momentum, out=velocity)
    denominator = np.add(deviation, eps, out=block2)
    quotient = np.divide(g, denominator, out=block1)
    np.add(velocity, quotient, out=velocity)
    # theta[t] = theta[t-1] - lr*velocity[t]
    product = np.multiply(velocity, lr, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"), State("average"), State("velocity"))


def rule(centered, maximize):
    """The rule of these flags."""
    absent = ("average",) if not centered else ()
    flags = {"centered": centered, "maximize": maximize}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="RMSprop", dialect="torch", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class RMSprop(Optimizer):
    """eps stands outside the root, the learning rate outside the velocity.

    Equations
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        if not centered:
            deviation[t] = sqrt(v[t])
        else:
            average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
            deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: all losses,
            all t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: all
            losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h: all
            losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        centered, maximize: one of False, True
    """

    choices = {"centered": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, alpha: HyperValue = 0.99,
        eps: HyperValue = 1e-08, weight_decay: HyperValue = 0, momentum: HyperValue = 0,
        centered: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered, maximize=maximize,
        )
