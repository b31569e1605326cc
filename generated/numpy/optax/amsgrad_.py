"""optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

Do not edit. Made from the declaration optax.amsgrad; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_b1": 1 - b1, "one_minus_b2": 1 - b2, "one_minus_b2_to_t": 1 - b2**t,
        "learning_rate_over_one_minus_b1_to_t": learning_rate/(1 - b1**t),
    }


@blocked(work="block1 block2")
def update(
    theta, g, m, v, v_max, learning_rate, b1, b2, eps, eps_root, one_minus_b1, one_minus_b2,
    one_minus_b2_to_t, learning_rate_over_one_minus_b1_to_t, block1, block2, bias_correction_nu,
    bias_correction_mu,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    product = np.multiply(g, one_minus_b1, out=block1)
    np.add(m, product, out=m)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_b2, out=block1)
    np.add(v, product, out=v)
    if bias_correction_nu:
        # v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        quotient = np.divide(v, one_minus_b2_to_t, out=block1)
        np.maximum(quotient, v_max, out=v_max)
    else:
        # v_max[t] = max(v[t], v_max[t-1])
        np.maximum(v, v_max, out=v_max)
    if bias_correction_mu:
        # theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
        product = np.multiply(m, learning_rate_over_one_minus_b1_to_t, out=block1)
        total = np.add(v_max, eps_root, out=block2)
        root = np.sqrt(total, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        np.subtract(theta, quotient, out=theta)
    else:
        # theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
        product = np.multiply(m, learning_rate, out=block1)
        total = np.add(v_max, eps_root, out=block2)
        root = np.sqrt(total, out=block2)
        denominator = np.add(root, eps, out=block2)
        quotient = np.divide(product, denominator, out=block1)
        np.subtract(theta, quotient, out=theta)


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
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(bias_correction_mu, bias_correction_nu):
    """The rule of these flags."""
    flags = {"bias_correction_mu": bias_correction_mu, "bias_correction_nu": bias_correction_nu}
    return Rule(
        name="amsgrad", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class amsgrad(Optimizer):
    """The maximum is of the corrected averages, not of those that torch and Keras keep.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        if bias_correction_nu:
            v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        else:
            v_max[t] = max(v[t], v_max[t-1])
        if bias_correction_mu:
            theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
        else:
            theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        bias_correction_mu, bias_correction_nu: one of True, False
    """

    choices = {"bias_correction_mu": (True, False), "bias_correction_nu": (True, False)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, eps_root: HyperValue = 0,
        bias_correction_mu: bool = True, bias_correction_nu: bool = True,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, eps_root=eps_root,
            bias_correction_mu=bias_correction_mu, bias_correction_nu=bias_correction_nu,
        )
