"""ClippedAdam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

Do not edit. Made from the declaration ClippedAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2,
        "one_minus_beta1_to_t": 1 - beta1**t, "one_minus_beta2_to_t": 1 - beta2**t,
    }


@blocked(work="block1", reductions=[("sum_g_raw_squared", "sum", "all")])
def pass1(g_raw, block1):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    product = np.multiply(g_raw, g_raw, out=block1)
    return product,


def numbers(max_norm, sum_g_raw_squared):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # g_norm[t] = norm(g_raw[t], all tensors)
    g_norm = np.sqrt(sum_g_raw_squared)
    # clip_scale[t] = max_norm/max(max_norm, g_norm[t])
    clip_scale = max_norm/np.maximum(g_norm, max_norm)
    return {"g_norm": g_norm, "clip_scale": clip_scale}


@blocked(work="block1 block2")
def pass2(
    theta, m, v, g_raw, lr, beta1, beta2, eps, clip_scale, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, one_minus_beta2_to_t, block1, block2,
):
    """Entrywise work on one block, in place."""
    # g[t] = clip_scale[t]*g_raw[t]
    g = np.multiply(g_raw, clip_scale, out=block1)
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
    step.ask("g_raw", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="ClippedAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, shared=("max_norm",),
)


class ClippedAdam(Optimizer):
    """Adam on the clipped gradient: its moments see what clipping left.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        g[t] = clip_scale[t]*g_raw[t]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        max_norm: largest norm of the gradient over all tensors, in (0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, max_norm: HyperValue = 1,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, max_norm=max_norm,
        )
