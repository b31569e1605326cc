"""AdamL2: Loshchilov & Hutter 2019, Algorithm 2, Adam with L2 regularization (arXiv:1711.05101).

Do not edit. Made from the declaration AdamL2; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2,
        "one_minus_beta1_to_t": 1 - beta1**t, "one_minus_beta2_to_t": 1 - beta2**t,
    }


@blocked(work="block1 block2")
def update(
    theta, raw_g, m, v, lr, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, one_minus_beta2_to_t, block1, block2,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    product = np.multiply(theta, weight_decay, out=block1)
    g = np.add(product, raw_g, out=block1)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block2)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_beta2, out=block1)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - beta1**t)
    m_hat = np.divide(m, one_minus_beta1_to_t, out=block1)
    # v_hat[t] = v[t]/(1 - beta2**t)
    v_hat = np.divide(v, one_minus_beta2_to_t, out=block2)
    # theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
    product = np.multiply(m_hat, lr, out=block1)
    root = np.sqrt(v_hat, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="AdamL2", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class AdamL2(Optimizer):
    """The penalty's gradient passes through the moments, so large gradients weaken the decay.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

    Proved
        AdamW, AdamL2 and texts.ADAMW at weight_decay 0 = Adam (W5: all losses, all t, lr, beta1,
            beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
        )
