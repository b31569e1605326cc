"""optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

The maximum is of the corrected averages, not of those that torch and Keras keep.

Equations with bias_correction_mu=True, bias_correction_nu=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

Equations with bias_correction_mu=True, bias_correction_nu=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

Equations with bias_correction_mu=False, bias_correction_nu=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

Equations with bias_correction_mu=False, bias_correction_nu=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

Do not edit. Made from the declaration optax.amsgrad and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: f72780d5c7985b42
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def bias_correction_mu_bias_correction_nu_host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    learning_rate_over_one_minus_b1_to_t = learning_rate/(1 - b1**t)
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
        "learning_rate_over_one_minus_b1_to_t": learning_rate_over_one_minus_b1_to_t,
    }


@blocked(work="product quotient denominator")
def bias_correction_mu_bias_correction_nu_update(
    theta, g, m, v, v_max, b1, b2, eps, eps_root, one_minus_b1, one_minus_b2, one_minus_b2_to_t,
    learning_rate_over_one_minus_b1_to_t, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    np.divide(v, one_minus_b2_to_t, out=quotient)
    np.maximum(quotient, v_max, out=v_max)
    # theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
    np.multiply(m, learning_rate_over_one_minus_b1_to_t, out=quotient)
    np.add(v_max, eps_root, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def bias_correction_mu_bias_correction_nu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_mu_bias_correction_nu_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_mu_bias_correction_nu_update)
    step.commit()


BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_mu_bias_correction_nu_advance,
)


def bias_correction_mu_host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    learning_rate_over_one_minus_b1_to_t = learning_rate/(1 - b1**t)
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "learning_rate_over_one_minus_b1_to_t": learning_rate_over_one_minus_b1_to_t,
    }


@blocked(work="product quotient denominator")
def bias_correction_mu_update(
    theta, g, m, v, v_max, b1, b2, eps, eps_root, one_minus_b1, one_minus_b2,
    learning_rate_over_one_minus_b1_to_t, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
    np.multiply(m, learning_rate_over_one_minus_b1_to_t, out=quotient)
    np.add(v_max, eps_root, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def bias_correction_mu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_mu_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_mu_update)
    step.commit()


BIAS_CORRECTION_MU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_mu_advance,
)


def bias_correction_nu_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


@blocked(work="product quotient denominator")
def bias_correction_nu_update(
    theta, g, m, v, v_max, learning_rate, b1, b2, eps, eps_root, one_minus_b1, one_minus_b2,
    one_minus_b2_to_t, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    np.divide(v, one_minus_b2_to_t, out=quotient)
    np.maximum(quotient, v_max, out=v_max)
    # theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
    np.multiply(m, learning_rate, out=quotient)
    np.add(v_max, eps_root, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def bias_correction_nu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_nu_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_nu_update)
    step.commit()


BIAS_CORRECTION_NU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_nu_advance,
)


def plain_host(b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    return {"one_minus_b1": one_minus_b1, "one_minus_b2": one_minus_b2}


@blocked(work="product quotient denominator")
def plain_update(
    theta, g, m, v, v_max, learning_rate, b1, b2, eps, eps_root, one_minus_b1, one_minus_b2,
    product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = b1*m[t-1] + (1 - b1)*g[t]
    np.multiply(m, b1, out=m)
    np.multiply(g, one_minus_b1, out=product)
    np.add(m, product, out=m)
    # v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    np.multiply(v, b2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_b2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
    np.multiply(m, learning_rate, out=quotient)
    np.add(v_max, eps_root, out=denominator)
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
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=plain_advance,
)


class amsgrad(Optimizer):
    """optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

    The maximum is of the corrected averages, not of those that torch and Keras keep.

    Equations with bias_correction_mu=True, bias_correction_nu=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

    Equations with bias_correction_mu=True, bias_correction_nu=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

    Equations with bias_correction_mu=False, bias_correction_nu=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Equations with bias_correction_mu=False, bias_correction_nu=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        bias_correction_mu: one of True, False
        bias_correction_nu: one of True, False
    """

    rules = (
        ((('bias_correction_mu', True), ('bias_correction_nu', True)), BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_RULE),
        ((('bias_correction_mu', True), ('bias_correction_nu', False)), BIAS_CORRECTION_MU_RULE),
        ((('bias_correction_mu', False), ('bias_correction_nu', True)), BIAS_CORRECTION_NU_RULE),
        ((('bias_correction_mu', False), ('bias_correction_nu', False)), PLAIN_RULE),
    )
    choices = {'bias_correction_mu': (True, False), 'bias_correction_nu': (True, False)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        b1: HyperValue = 0.9,
        b2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        eps_root: HyperValue = 0,
        bias_correction_mu: bool = True,
        bias_correction_nu: bool = True,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            b1=b1,
            b2=b2,
            eps=eps,
            eps_root=eps_root,
            bias_correction_mu=bias_correction_mu,
            bias_correction_nu=bias_correction_nu,
        )
