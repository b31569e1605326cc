"""LookaheadAdam: Zhang et al. 2019, Algorithm 1 (arXiv:1907.08610).

Do not edit. Made from the declaration LookaheadAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2, sync_period):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2,
        "one_minus_beta1_to_t": 1 - beta1**t, "one_minus_beta2_to_t": 1 - beta2**t,
        "slow_case": np.mod(t, sync_period) == 0,
    }


@blocked(work="block1 block2")
def update(
    theta, g, m, v, slow, lr, beta1, beta2, eps, slow_step_size, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, one_minus_beta2_to_t, slow_case, block1, block2,
):
    """Entrywise work on one block, in place."""
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
    # fast[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
    product = np.multiply(m_hat, lr, out=block1)
    root = np.sqrt(v_hat, out=block2)
    denominator = np.add(root, eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    fast = np.subtract(theta, quotient, out=block1)
    # slow[t] = {slow[t-1] + slow_step_size*(fast[t] - slow[t-1]) if mod(t, sync_period) == 0, else slow[t-1]}
    if slow_case:
        total = np.subtract(fast, slow, out=block2)
        product = np.multiply(total, slow_step_size, out=block2)
        np.add(slow, product, out=slow)
    else:
        pass
    # theta[t] = {slow[t] if mod(t, sync_period) == 0, else fast[t]}
    if slow_case:
        np.copyto(theta, slow)
    else:
        np.copyto(theta, fast)


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
    Hyper("sync_period", 5, "integer [1, inf)", "steps between synchronisations"),
    Hyper("slow_step_size", 0.5, "[0, 1]", "share of the way that the slow weights go"),
)
STATES = (State("m"), State("v"), State("slow", start=lambda theta: theta))
RULE = Rule(
    name="LookaheadAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class LookaheadAdam(Optimizer):
    """k steps of Adam forward, then part of the way back. The state of Adam is kept.

    Equations
        slow[0] = theta[0]
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        fast[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
        slow[t] = {slow[t-1] + slow_step_size*(fast[t] - slow[t-1]) if mod(t, sync_period) == 0, else slow[t-1]}
        theta[t] = {slow[t] if mod(t, sync_period) == 0, else fast[t]}

    Proved
        the same when theta is shifted (SY25: all n, all tensors as one vector, all losses, all t;
            all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        sync_period: steps between synchronisations, in integer [1, inf); default 5
        slow_step_size: share of the way that the slow weights go, in [0, 1]; default 0.5
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, sync_period: HyperValue = 5,
        slow_step_size: HyperValue = 0.5,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, sync_period=sync_period,
            slow_step_size=slow_step_size,
        )
