"""NAdam: Dozat 2016, Algorithm 2, with the momentum schedule of the 2015 report.

Do not edit. Made from the declaration NAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(mu_product, t, beta1, beta2, momentum_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_mu_product = 1 - mu_product
    one_minus_mu = 1 - mu
    one_minus_mu_next_mu_product = 1 - mu_next*mu_product
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    return {
        "mu": mu, "mu_next": mu_next, "mu_product": mu_product,
        "one_minus_mu_product": one_minus_mu_product, "one_minus_mu": one_minus_mu,
        "one_minus_mu_next_mu_product": one_minus_mu_next_mu_product,
        "one_minus_beta2": one_minus_beta2, "one_minus_beta2_to_t": one_minus_beta2_to_t,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, v, lr, beta2, eps, one_minus_mu_product, mu, one_minus_mu,
    one_minus_mu_next_mu_product, one_minus_beta2, one_minus_beta2_to_t, mu_next, block1, block2,
    block3,
):
    """Entrywise work on one block, in place."""
    # g_hat[t] = g[t]/(1 - mu_product[t])
    g_hat = np.divide(g, one_minus_mu_product, out=block1)
    # m[t] = m[t-1]*mu[t] + g[t]*(1 - mu[t])
    np.multiply(m, mu, out=m)
    product = np.multiply(g, one_minus_mu, out=block2)
    np.add(m, product, out=m)
    # m_hat[t] = m[t]/(1 - mu_next[t]*mu_product[t])
    m_hat = np.divide(m, one_minus_mu_next_mu_product, out=block2)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block3)
    product = np.multiply(product, one_minus_beta2, out=block3)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    v_hat = np.divide(v, one_minus_beta2_to_t, out=block3)
    # m_bar[t] = g_hat[t]*(1 - mu[t]) + m_hat[t]*mu_next[t]
    product = np.multiply(g_hat, one_minus_mu, out=block1)
    product2 = np.multiply(m_hat, mu_next, out=block2)
    m_bar = np.add(product, product2, out=block1)
    # theta[t] = theta[t-1] - lr*m_bar[t]/(sqrt(v_hat[t]) + eps)
    product = np.multiply(m_bar, lr, out=block1)
    root = np.sqrt(v_hat, out=block3)
    denominator = np.add(root, eps, out=block3)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.002, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.99, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
)
STATES = (State("m"), State("v"), State("mu_product", "host", start=1))
RULE = Rule(
    name="NAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class NAdam(Optimizer):
    """The average itself uses the changing coefficient mu; torch and Keras average with beta1 and
    use mu in the step only. The factor beta2 that the 2016 text has on v_hat is left out, as
    everywhere.

    Equations
        mu_product[0] = 1
        g[t] = grad(theta[t-1])
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g_hat[t] = g[t]/(1 - mu_product[t])
        m[t] = m[t-1]*mu[t] + g[t]*(1 - mu[t])
        m_hat[t] = m[t]/(1 - mu_next[t]*mu_product[t])
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        m_bar[t] = g_hat[t]*(1 - mu[t]) + m_hat[t]*mu_next[t]
        theta[t] = theta[t-1] - lr*m_bar[t]/(sqrt(v_hat[t]) + eps)

    Proved
        NAdam(beta1=0) = Adam(beta1=0) (D27: all losses, all t, lr, beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.99
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        momentum_decay: speed at which the momentum grows to beta1, in [0, inf); default 0.004
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.002, beta1: HyperValue = 0.99,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, momentum_decay: HyperValue = 0.004,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, momentum_decay=momentum_decay,
        )
