"""texts.ADAMW: Lecture notes on optimization (D4), ADAMW.

Do not edit. Made from the declaration texts.ADAMW; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_lr_weight_decay": 1 - lr*weight_decay, "one_minus_beta1": 1 - beta1,
        "one_minus_beta2": 1 - beta2, "one_minus_beta1_to_t": 1 - beta1**t,
        "one_minus_beta2_to_t": 1 - beta2**t,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, v, lr, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta1_to_t, one_minus_beta2_to_t, block1, block2, block3,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_lr_weight_decay, out=block1)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block2)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_beta2, out=block2)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - beta1**t)
    m_hat = np.divide(m, one_minus_beta1_to_t, out=block2)
    # v_hat[t] = v[t]/(1 - beta2**t)
    v_hat = np.divide(v, one_minus_beta2_to_t, out=block3)
    # theta[t] = decayed[t] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
    np.multiply(m_hat, lr, out=theta)
    root = np.sqrt(v_hat, out=block3)
    denominator = np.add(root, eps, out=block3)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
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
    name="ADAMW", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class ADAMW(Optimizer):
    """AdamW with weight decay times the learning rate, as frameworks compute it.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

    Proved
        AdamW, AdamL2 and texts.ADAMW at weight_decay 0 = Adam (W5: all losses, all t, lr, beta1,
            beta2, eps varying with t)
        AdamW(lr, wd, multiplier) = texts.ADAMW(multiplier*lr, wd/lr) (W6: all losses, all t, lr,
            weight_decay, multiplier varying with t)
        texts.ADAMW = torch.AdamW (K3: all losses, all t, lr, beta1, beta2, eps, weight_decay
            varying with t)

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
