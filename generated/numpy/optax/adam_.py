"""optax.adam: optax 0.2.8, optax/_src/alias.py.

eps stands outside the root and eps_root inside, both after the bias correction.

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m_hat[t] = m[t]/(1 - b1**t)
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_hat[t] = v[t]/(1 - b2**t)
    theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    look_ahead[t] = m[t]/(1 - b1**(1 + t))
    m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_hat[t] = v[t]/(1 - b2**t)
    theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

Proved
    Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
        t, learning_rate varying with t)
    torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
        eps varying with t)
    optax.nadam = optax.adam(nesterov=True) (DL8c: proved for all losses, all t,
        learning_rate, b1, b2, eps, eps_root varying with t)

Do not edit. Made from the declaration optax.adam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 708ca48abad9ee7b
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b1_to_t = 1 - b1**t
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b1_to_t": one_minus_b1_to_t,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


@blocked(work="m_hat v_hat product quotient denominator")
def plain_update(
    theta, g, m, v, learning_rate, b1, b2, eps, eps_root, one_minus_b1, one_minus_b1_to_t,
    one_minus_b2, one_minus_b2_to_t, m_hat, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # m_hat[t] = m[t]/(1 - b1**t)
    np.divide(m, one_minus_b1_to_t, out=m_hat)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - b2**t)
    np.divide(v, one_minus_b2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)
    np.multiply(m_hat, learning_rate, out=quotient)
    np.add(v_hat, eps_root, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="adam",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


def nesterov_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    look_ahead_factor = 1 - b1**(1 + t)
    one_minus_b1_over_one_minus_b1_to_t = (1 - b1)/(1 - b1**t)
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "look_ahead_factor": look_ahead_factor,
        "one_minus_b1_over_one_minus_b1_to_t": one_minus_b1_over_one_minus_b1_to_t,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


@blocked(work="look_ahead m_hat v_hat product quotient denominator")
def nesterov_update(
    theta, g, m, v, learning_rate, b1, b2, eps, eps_root, one_minus_b1, look_ahead_factor,
    one_minus_b1_over_one_minus_b1_to_t, one_minus_b2, one_minus_b2_to_t, look_ahead, m_hat, v_hat,
    product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # look_ahead[t] = m[t]/(1 - b1**(1 + t))
    np.divide(m, look_ahead_factor, out=look_ahead)
    # m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
    np.multiply(look_ahead, b1, out=m_hat)
    np.multiply(g, one_minus_b1_over_one_minus_b1_to_t, out=product)
    np.add(m_hat, product, out=m_hat)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - b2**t)
    np.divide(v, one_minus_b2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)
    np.multiply(m_hat, learning_rate, out=quotient)
    np.add(v_hat, eps_root, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(nesterov_update)
    step.commit()


NESTEROV_RULE = Rule(
    name="adam",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


class adam(Optimizer):
    """optax.adam: optax 0.2.8, optax/_src/alias.py.

    eps stands outside the root and eps_root inside, both after the bias correction.

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        m_hat[t] = m[t]/(1 - b1**t)
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        look_ahead[t] = m[t]/(1 - b1**(1 + t))
        m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

    Proved
        Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
            t, learning_rate varying with t)
        torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
            eps varying with t)
        optax.nadam = optax.adam(nesterov=True) (DL8c: proved for all losses, all t,
            learning_rate, b1, b2, eps, eps_root varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        nesterov: one of False, True
    """

    rules = (
        ((('nesterov', False),), PLAIN_RULE),
        ((('nesterov', True),), NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        b1: HyperValue = 0.9,
        b2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        eps_root: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            b1=b1,
            b2=b2,
            eps=eps,
            eps_root=eps_root,
            nesterov=nesterov,
        )
