"""keras.Nadam: Keras 3.15.1, keras/src/optimizers/nadam.py.

Do not edit. Made from the declaration keras.Nadam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(mu_product, t, learning_rate, beta_1, beta_2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta_1*(1 - 0.96**t/2)
    mu = beta_1*(1 - 0.96**t/2)
    # mu_next[t] = beta_1*(1 - 0.96**(1 + t)/2)
    mu_next = beta_1*(1 - 0.96**(1 + t)/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_beta_1 = 1 - beta_1
    one_minus_beta_2 = 1 - beta_2
    m_hat_factor = (1 - mu)/(1 - mu_product)
    m_hat_factor2 = mu_next/(1 - mu_next*mu_product)
    one_minus_beta_2_to_t = 1 - beta_2**t
    return {
        "mu": mu, "mu_next": mu_next, "mu_product": mu_product,
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_beta_1": one_minus_beta_1, "one_minus_beta_2": one_minus_beta_2,
        "m_hat_factor": m_hat_factor, "m_hat_factor2": m_hat_factor2,
        "one_minus_beta_2_to_t": one_minus_beta_2_to_t,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, g, m, v, learning_rate, beta_1, beta_2, epsilon, one_minus_learning_rate_weight_decay,
    one_minus_beta_1, one_minus_beta_2, m_hat_factor, m_hat_factor2, one_minus_beta_2_to_t, block1,
    block2, block3,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
    np.multiply(m, beta_1, out=m)
    product = np.multiply(g, one_minus_beta_1, out=block2)
    np.add(m, product, out=m)
    # v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
    np.multiply(v, beta_2, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_beta_2, out=block2)
    np.add(v, product, out=v)
    # m_hat[t] = g[t]*(1 - mu[t])/(1 - mu_product[t]) + m[t]*mu_next[t]/(1 - mu_next[t]*mu_product[t])
    product = np.multiply(g, m_hat_factor, out=block2)
    product2 = np.multiply(m, m_hat_factor2, out=block3)
    m_hat = np.add(product, product2, out=block2)
    # v_hat[t] = v[t]/(1 - beta_2**t)
    v_hat = np.divide(v, one_minus_beta_2_to_t, out=block3)
    # theta[t] = decayed[t] - learning_rate*m_hat[t]/(sqrt(v_hat[t]) + epsilon)
    np.multiply(m_hat, learning_rate, out=theta)
    root = np.sqrt(v_hat, out=block3)
    denominator = np.add(root, epsilon, out=block3)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta_1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"), State("mu_product", "host", start=1))
RULE = Rule(
    name="Nadam", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Nadam(Optimizer):
    """The momentum grows to beta_1 within some fifty steps, 250 times as fast as with torch's
    momentum_decay.

    Equations
        mu_product[0] = 1
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        mu[t] = beta_1*(1 - 0.96**t/2)
        mu_next[t] = beta_1*(1 - 0.96**(1 + t)/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
        v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
        m_hat[t] = g[t]*(1 - mu[t])/(1 - mu_product[t]) + m[t]*mu_next[t]/(1 - mu_next[t]*mu_product[t])
        v_hat[t] = v[t]/(1 - beta_2**t)
        theta[t] = decayed[t] - learning_rate*m_hat[t]/(sqrt(v_hat[t]) + epsilon)

    Proved
        torch.NAdam(momentum_decay=1) = keras.Nadam (DL8: all losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        beta_1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, beta_1: HyperValue = 0.9,
        beta_2: HyperValue = 0.999, epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            weight_decay=weight_decay,
        )
