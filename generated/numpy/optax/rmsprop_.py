"""optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.rmsprop; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_decay": 1 - decay, "one_minus_decay_to_t": 1 - decay**t,
        "one_minus_decay_to_t_squared": (1 - decay**t)**2,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    one_minus_decay_to_t_squared, block1, block2, block3, centered, eps_in_sqrt, bias_correction,
    nesterov,
):
    """Entrywise work on one block, in place."""
    if centered:
        # m[t] = decay*m[t-1] + (1 - decay)*g[t]
        np.multiply(m, decay, out=m)
        product = np.multiply(g, one_minus_decay, out=block1)
        np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_decay, out=block1)
    np.add(v, product, out=v)
    if eps_in_sqrt and not centered and not bias_correction:
        # scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        product = np.multiply(g, learning_rate, out=block1)
        total = np.add(v, eps, out=block2)
        denominator = np.sqrt(total, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif eps_in_sqrt and not centered:
        # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        product = np.multiply(g, learning_rate, out=block1)
        quotient = np.divide(v, one_minus_decay_to_t, out=block2)
        total = np.add(quotient, eps, out=block2)
        denominator = np.sqrt(total, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif eps_in_sqrt and not bias_correction:
        # scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        product = np.multiply(g, learning_rate, out=block1)
        product2 = np.multiply(m, m, out=block2)
        total = np.subtract(v, product2, out=block2)
        total = np.add(total, eps, out=block2)
        denominator = np.sqrt(total, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif eps_in_sqrt:
        # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        product = np.multiply(g, learning_rate, out=block1)
        quotient = np.divide(v, one_minus_decay_to_t, out=block2)
        product2 = np.multiply(m, m, out=block3)
        quotient2 = np.divide(product2, one_minus_decay_to_t_squared, out=block3)
        total = np.subtract(quotient, quotient2, out=block2)
        total = np.add(total, eps, out=block2)
        denominator = np.sqrt(total, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif not centered and not bias_correction:
        # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        product = np.multiply(g, learning_rate, out=block1)
        root = np.sqrt(v, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif not centered:
        # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        product = np.multiply(g, learning_rate, out=block1)
        quotient = np.divide(v, one_minus_decay_to_t, out=block2)
        root = np.sqrt(quotient, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    elif not bias_correction:
        # scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        product = np.multiply(g, learning_rate, out=block1)
        product2 = np.multiply(m, m, out=block2)
        total = np.subtract(v, product2, out=block2)
        root = np.sqrt(total, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    else:
        # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        product = np.multiply(g, learning_rate, out=block1)
        quotient = np.divide(v, one_minus_decay_to_t, out=block2)
        product2 = np.multiply(m, m, out=block3)
        quotient2 = np.divide(product2, one_minus_decay_to_t_squared, out=block3)
        total = np.subtract(quotient, quotient2, out=block2)
        root = np.sqrt(total, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        scaled = np.negative(quotient, out=block1)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    if not nesterov:
        # theta[t] = theta[t-1] + b[t]
        np.add(theta, b, out=theta)
    else:
        # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
        product = np.multiply(b, momentum, out=block2)
        np.add(theta, product, out=theta)
        np.add(theta, scaled, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"))


def rule(eps_in_sqrt, centered, nesterov, bias_correction):
    """The rule of these flags."""
    absent = ("m",) if not centered else ()
    flags = {
        "eps_in_sqrt": eps_in_sqrt, "centered": centered, "nesterov": nesterov,
        "bias_correction": bias_correction,
    }
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="rmsprop", dialect="optax", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class rmsprop(Optimizer):
    """The learning rate stands inside the trace. Bias correction divides an average that starts at
    initial_scale as if it had started at zero; if it did, and is centered, the first variance
    is zero and the first step g/sqrt(eps) or g/eps.

    Equations
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        if centered:
            m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        if eps_in_sqrt and not centered and not bias_correction:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        elif eps_in_sqrt and not centered:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        elif eps_in_sqrt and not bias_correction:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        elif eps_in_sqrt:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        elif not centered and not bias_correction:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        elif not centered:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        elif not bias_correction:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        else:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        if not nesterov:
            theta[t] = theta[t-1] + b[t]
        else:
            theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Proved
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: all losses, all t, learning_rate,
            decay, eps, momentum varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: all losses,
            all t)
        optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: all losses, all t,
            learning_rate varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        decay: decay of the moving average of squared gradients, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        initial_scale: start of the average of squared gradients, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        eps_in_sqrt: one of True, False
        centered, nesterov, bias_correction: one of False, True
    """

    choices = {
        "eps_in_sqrt": (True, False), "centered": (False, True), "nesterov": (False, True),
        "bias_correction": (False, True),
    }
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, decay: HyperValue = 0.9,
        eps: HyperValue = 1e-08, initial_scale: HyperValue = 0, momentum: HyperValue = 0,
        eps_in_sqrt: bool = True, centered: bool = False, nesterov: bool = False,
        bias_correction: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, decay=decay, eps=eps, initial_scale=initial_scale,
            momentum=momentum, eps_in_sqrt=eps_in_sqrt, centered=centered, nesterov=nesterov,
            bias_correction=bias_correction,
        )
