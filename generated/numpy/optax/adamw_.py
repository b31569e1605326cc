"""optax.adamw: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.adamw; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_b1": 1 - b1, "one_minus_b1_to_t": 1 - b1**t,
        "look_ahead_factor": 1 - b1**(1 + t),
        "one_minus_b1_over_one_minus_b1_to_t": (1 - b1)/(1 - b1**t), "one_minus_b2": 1 - b2,
        "one_minus_b2_to_t": 1 - b2**t,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, v, learning_rate, b1, b2, eps, eps_root, weight_decay, one_minus_b1,
    one_minus_b1_to_t, look_ahead_factor, one_minus_b1_over_one_minus_b1_to_t, one_minus_b2,
    one_minus_b2_to_t, block1, block2, block3, nesterov,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    product = np.multiply(g, one_minus_b1, out=block1)
    np.add(m, product, out=m)
    if not nesterov:
        # m_hat[t] = m[t]/(1 - b1**t)
        m_hat = np.divide(m, one_minus_b1_to_t, out=block1)
    else:
        # look_ahead[t] = m[t]/(1 - b1**(1 + t))
        look_ahead = np.divide(m, look_ahead_factor, out=block2)
        # m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
        product = np.multiply(g, one_minus_b1_over_one_minus_b1_to_t, out=block1)
        product2 = np.multiply(look_ahead, b1, out=block2)
        m_hat = np.add(product, product2, out=block1)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_b2, out=block2)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - b2**t)
    v_hat = np.divide(v, one_minus_b2_to_t, out=block2)
    # theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps))
    product = np.multiply(theta, weight_decay, out=block3)
    total = np.add(v_hat, eps_root, out=block2)
    root = np.sqrt(total, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(m_hat, denominator, out=block1)
    total = np.add(product, quotient, out=block3)
    product = np.multiply(total, learning_rate, out=block3)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="adamw", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class adamw(Optimizer):
    """The decay is added to the step, times the learning rate, at the same point.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        if not nesterov:
            m_hat[t] = m[t]/(1 - b1**t)
        else:
            look_ahead[t] = m[t]/(1 - b1**(1 + t))
            m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps))

    Proved
        torch.AdamW = optax.adamw(eps_root=0) (DL5e: all losses, all t, lr, beta1, beta2, eps,
            weight_decay varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        weight_decay: weight decay, in [0, inf); default 0.0001
        nesterov: one of False, True
    """

    choices = {"nesterov": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, eps_root: HyperValue = 0,
        weight_decay: HyperValue = 0.0001, nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, eps_root=eps_root,
            weight_decay=weight_decay, nesterov=nesterov,
        )
