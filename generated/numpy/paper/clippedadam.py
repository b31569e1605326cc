"""ClippedAdam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

Adam on the clipped gradient: its moments see what clipping left.

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

Do not edit. Made from the declaration ClippedAdam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 73fe1b8cbce5a9e8
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    one_minus_beta2_to_t = 1 - beta2**t
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
    }


@blocked(work="square", reductions=[("sum_g_raw_squared", "sum", "all")])
def pass1(g_raw, square):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    np.multiply(g_raw, g_raw, out=square)
    return square,


def numbers(max_norm, sum_g_raw_squared):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # g_norm[t] = norm(g_raw[t], all tensors)
    g_norm = np.sqrt(sum_g_raw_squared)
    # clip_scale[t] = max_norm/max(max_norm, g_norm[t])
    clip_scale = max_norm/np.maximum(g_norm, max_norm)
    return {"g_norm": g_norm, "clip_scale": clip_scale}


@blocked(work="g m_hat v_hat product quotient denominator")
def pass2(
    theta, m, v, g_raw, lr, beta1, beta2, eps, clip_scale, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, one_minus_beta2_to_t, g, m_hat, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = clip_scale[t]*g_raw[t]
    np.multiply(g_raw, clip_scale, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
    np.multiply(m_hat, lr, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g_raw", "grad")
    step.blocks(pass1)
    step.numbers(numbers, "all")
    step.blocks(pass2)
    step.commit()


RULE = Rule(
    name="ClippedAdam",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=advance,
    shared=("max_norm",),
)


class ClippedAdam(Optimizer):
    """ClippedAdam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

    Adam on the clipped gradient: its moments see what clipping left.

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
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        max_norm: HyperValue = 1,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            max_norm=max_norm,
        )
