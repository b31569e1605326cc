"""RAdam: Liu et al. 2020, Algorithm 2 (arXiv:1908.03265).

Do not edit. Made from the declaration RAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 4, else 1}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 4 else 1)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    adaptive_case = rho_t > 4
    one_minus_beta2_to_t = 1 - beta2**t
    lr_rectifier = lr*rectifier
    return {
        "rho_inf": rho_inf, "rho_t": rho_t, "rectifier": rectifier,
        "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t, "adaptive_case": adaptive_case,
        "one_minus_beta2_to_t": one_minus_beta2_to_t, "lr_rectifier": lr_rectifier,
    }


@blocked(work="block1 block2")
def update(
    theta, g, m, v, beta1, beta2, one_minus_beta1, one_minus_beta2, one_minus_beta1_to_t,
    adaptive_case, one_minus_beta2_to_t, lr_rectifier, block1, block2,
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
    # adaptive[t] = {sqrt((1 - beta2**t)/v[t]) if rho_t[t] > 4, else 1}
    if adaptive_case:
        quotient = np.divide(one_minus_beta2_to_t, v, out=block2)
        adaptive = np.sqrt(quotient, out=block2)
    else:
        adaptive = block2
        adaptive.fill(1)
    # theta[t] = theta[t-1] - lr*adaptive[t]*m_hat[t]*rectifier[t]
    product = np.multiply(adaptive, lr_rectifier, out=block2)
    product = np.multiply(product, m_hat, out=block2)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="RAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class RAdam(Optimizer):
    """While the variance of the denominator is intractable (rho_t <= 4) the step is the corrected
    momentum. Without eps: a gradient of zero gives 0/0 once rho_t > 4.

    Equations
        g[t] = grad(theta[t-1])
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 4, else 1}
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        adaptive[t] = {sqrt((1 - beta2**t)/v[t]) if rho_t[t] > 4, else 1}
        theta[t] = theta[t-1] - lr*adaptive[t]*m_hat[t]*rectifier[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
    ) -> None:
        super().__init__(params, lr=lr, beta1=beta1, beta2=beta2)
