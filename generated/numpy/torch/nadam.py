"""torch.NAdam: PyTorch 2.13, torch/optim/nadam.py.

The momentum coefficient mu grows from step to step, so the bias of m is corrected by the
running product of the coefficients, which is state.

Equations with decoupled_weight_decay=False, maximize=False
    mu_product[0] = 1
    mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_product[t] = mu_product[t-1]*mu[t]
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

Equations with decoupled_weight_decay=False, maximize=True
    mu_product[0] = 1
    mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_product[t] = mu_product[t-1]*mu[t]
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

Equations with decoupled_weight_decay=True, maximize=False
    mu_product[0] = 1
    mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_product[t] = mu_product[t-1]*mu[t]
    g[t] = grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

Equations with decoupled_weight_decay=True, maximize=True
    mu_product[0] = 1
    mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_product[t] = mu_product[t-1]*mu[t]
    g[t] = -grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

Proved
    torch.NAdam(momentum_decay=1) = keras.Nadam (DL8: proved for all losses, all t, lr, eps
        varying with t)

Do not edit. Made from the declaration torch.NAdam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: bf24a330e35e1683
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(mu_product, t, lr, beta1, beta2, momentum_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    theta_factor = lr*(1 - mu)/(1 - mu_product)
    theta_factor2 = lr*mu_next/(1 - mu_product*mu_next)
    return {
        "mu": mu,
        "mu_next": mu_next,
        "mu_product": mu_product,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "theta_factor": theta_factor,
        "theta_factor2": theta_factor2,
    }


@blocked(work="g_decayed theta_decayed v_hat product denominator quotient")
def plain_update(
    theta, g, m, v, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, theta_factor2, theta_factor, g_decayed, theta_decayed, v_hat, product,
    denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # theta_decayed[t] = theta[t-1]
    np.copyto(theta_decayed, theta)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g_decayed, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g_decayed, g_decayed, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))
    np.multiply(m, theta_factor2, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(theta_decayed, theta, out=theta)
    np.multiply(g_decayed, theta_factor, out=quotient)
    np.sqrt(v_hat, out=denominator)
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
    name="NAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
    ),
    state=(State("m"), State("v"), State("mu_product", "host", start=1),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(mu_product, t, lr, beta1, beta2, momentum_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    theta_factor = lr*(1 - mu)/(1 - mu_product)
    theta_factor2 = lr*mu_next/(1 - mu_product*mu_next)
    return {
        "mu": mu,
        "mu_next": mu_next,
        "mu_product": mu_product,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "theta_factor": theta_factor,
        "theta_factor2": theta_factor2,
    }


@blocked(work="g g_decayed theta_decayed v_hat product denominator quotient")
def maximize_update(
    theta, m, v, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, theta_factor2, theta_factor, g, g_decayed, theta_decayed, v_hat, product,
    denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # g_decayed[t] = weight_decay*theta[t-1] + g[t]
    np.multiply(theta, weight_decay, out=g_decayed)
    np.add(g_decayed, g, out=g_decayed)
    # theta_decayed[t] = theta[t-1]
    np.copyto(theta_decayed, theta)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g_decayed, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g_decayed, g_decayed, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))
    np.multiply(m, theta_factor2, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(theta_decayed, theta, out=theta)
    np.multiply(g_decayed, theta_factor, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="NAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
    ),
    state=(State("m"), State("v"), State("mu_product", "host", start=1),),
    oracles=("grad",),
    advance=maximize_advance,
)


def decoupled_weight_decay_host(mu_product, t, lr, beta1, beta2, weight_decay, momentum_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    theta_factor = lr*(1 - mu)/(1 - mu_product)
    theta_factor2 = lr*mu_next/(1 - mu_product*mu_next)
    return {
        "mu": mu,
        "mu_next": mu_next,
        "mu_product": mu_product,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "theta_factor": theta_factor,
        "theta_factor2": theta_factor2,
    }


@blocked(work="g_decayed theta_decayed v_hat product denominator quotient")
def decoupled_weight_decay_update(
    theta, g, m, v, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, theta_factor2, theta_factor, g_decayed, theta_decayed, v_hat, product,
    denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # g_decayed[t] = g[t]
    np.copyto(g_decayed, g)
    # theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=theta_decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g_decayed, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g_decayed, g_decayed, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))
    np.multiply(m, theta_factor2, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(theta_decayed, theta, out=theta)
    np.multiply(g_decayed, theta_factor, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(decoupled_weight_decay_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="NAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
    ),
    state=(State("m"), State("v"), State("mu_product", "host", start=1),),
    oracles=("grad",),
    advance=decoupled_weight_decay_advance,
)


def decoupled_weight_decay_maximize_host(
    mu_product, t, lr, beta1, beta2, weight_decay, momentum_decay,
):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    theta_factor = lr*(1 - mu)/(1 - mu_product)
    theta_factor2 = lr*mu_next/(1 - mu_product*mu_next)
    return {
        "mu": mu,
        "mu_next": mu_next,
        "mu_product": mu_product,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "theta_factor": theta_factor,
        "theta_factor2": theta_factor2,
    }


@blocked(work="g g_decayed theta_decayed v_hat product denominator quotient")
def decoupled_weight_decay_maximize_update(
    theta, m, v, g2, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, theta_factor2, theta_factor, g, g_decayed, theta_decayed, v_hat, product,
    denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # g_decayed[t] = g[t]
    np.copyto(g_decayed, g)
    # theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=theta_decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g_decayed, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g_decayed, g_decayed, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))
    np.multiply(m, theta_factor2, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(theta_decayed, theta, out=theta)
    np.multiply(g_decayed, theta_factor, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(decoupled_weight_decay_maximize_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="NAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
    ),
    state=(State("m"), State("v"), State("mu_product", "host", start=1),),
    oracles=("grad",),
    advance=decoupled_weight_decay_maximize_advance,
)


class NAdam(Optimizer):
    """torch.NAdam: PyTorch 2.13, torch/optim/nadam.py.

    The momentum coefficient mu grows from step to step, so the bias of m is corrected by the
    running product of the coefficients, which is state.

    Equations with decoupled_weight_decay=False, maximize=False
        mu_product[0] = 1
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

    Equations with decoupled_weight_decay=False, maximize=True
        mu_product[0] = 1
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

    Equations with decoupled_weight_decay=True, maximize=False
        mu_product[0] = 1
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g[t] = grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

    Equations with decoupled_weight_decay=True, maximize=True
        mu_product[0] = 1
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g[t] = -grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

    Proved
        torch.NAdam(momentum_decay=1) = keras.Nadam (DL8: proved for all losses, all t, lr, eps
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum_decay: speed at which the momentum grows to beta1, in [0, inf); default 0.004
        decoupled_weight_decay: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('decoupled_weight_decay', False), ('maximize', False)), PLAIN_RULE),
        ((('decoupled_weight_decay', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('decoupled_weight_decay', True), ('maximize', False)), DECOUPLED_WEIGHT_DECAY_RULE),
        ((('decoupled_weight_decay', True), ('maximize', True)), DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
    )
    choices = {'decoupled_weight_decay': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.002,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        momentum_decay: HyperValue = 0.004,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )
