"""LAMB: You et al. 2020, Algorithm 2 (arXiv:1904.00962).

Do not edit. Made from the declaration LAMB; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2,
        "one_minus_beta1_to_t": 1 - beta1**t, "one_minus_beta2_to_t": 1 - beta2**t,
    }


@blocked(stores="u", work="block1 block2", reductions=[("sum_theta_squared", "sum", "tensor"), ("sum_u_squared", "sum", "tensor")])
def pass1(
    theta, g, m, v, u, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, one_minus_beta2_to_t, block1, block2,
):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block1)
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
    # r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
    root = np.sqrt(v_hat, out=block2)
    denominator = np.add(root, eps, out=block2)
    r = np.divide(m_hat, denominator, out=block1)
    # u[t] = weight_decay*theta[t-1] + r[t]
    np.multiply(theta, weight_decay, out=u)
    np.add(u, r, out=u)
    product = np.multiply(theta, theta, out=block1)
    product2 = np.multiply(u, u, out=block2)
    return product, product2


def numbers(lr, sum_theta_squared, sum_u_squared):
    """Numbers found from reductions, in float64: one set per tensor."""
    # w_norm[t] = norm(theta[t-1])
    w_norm = np.sqrt(sum_theta_squared)
    # u_norm[t] = norm(u[t])
    u_norm = np.sqrt(sum_u_squared)
    # ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
    ratio = (w_norm/u_norm if (u_norm > 0) and (w_norm > 0) else 1)
    lr_ratio = lr*ratio
    return {"w_norm": w_norm, "u_norm": u_norm, "ratio": ratio, "lr_ratio": lr_ratio}


@blocked(work="block1")
def pass2(theta, u, lr_ratio, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - lr*ratio[t]*u[t]
    product = np.multiply(u, lr_ratio, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "tensor")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="LAMB", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class LAMB(Optimizer):
    """Adam's direction, decay included, at the length of the tensor's norm; the paper's φ is the
    identity.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
        u[t] = weight_decay*theta[t-1] + r[t]
        w_norm[t] = norm(theta[t-1])
        u_norm[t] = norm(u[t])
        ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
        theta[t] = theta[t-1] - lr*ratio[t]*u[t]

    Proved
        lr has no units, norms not zero (SY60: all n, every tensor, all losses, all t)
        |move| = lr*|theta|, for all n, where weights and update are not zero (L4: all n)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-06, weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
        )
