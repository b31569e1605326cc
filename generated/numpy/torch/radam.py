"""torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum at
full size. eps joins the root before its bias is corrected.

Equations with decoupled_weight_decay=False, maximize=False
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=False, maximize=True
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=True, maximize=False
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=True, maximize=True
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = -grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Do not edit. Made from the declaration torch.RAdam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: eea2fbf8dd4de146
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


@blocked(work="g_decayed theta_decayed m_hat product choice")
def plain_update(
    theta, g, m, v, lr, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, theta_case, sqrt_one_minus_beta2_to_t_rectifier, g_decayed, theta_decayed,
    m_hat, product, choice,
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
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    np.multiply(m_hat, lr, out=theta)
    if theta_case:
        np.sqrt(v, out=choice)
        np.add(choice, eps, out=choice)
        np.divide(sqrt_one_minus_beta2_to_t_rectifier, choice, out=choice)
    else:
        choice.fill(1)
    np.multiply(theta, choice, out=theta)
    np.subtract(theta_decayed, theta, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


@blocked(work="g g_decayed theta_decayed m_hat product choice")
def maximize_update(
    theta, m, v, g2, lr, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta1_to_t, theta_case, sqrt_one_minus_beta2_to_t_rectifier, g, g_decayed,
    theta_decayed, m_hat, product, choice,
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
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    np.multiply(m_hat, lr, out=theta)
    if theta_case:
        np.sqrt(v, out=choice)
        np.add(choice, eps, out=choice)
        np.divide(sqrt_one_minus_beta2_to_t_rectifier, choice, out=choice)
    else:
        choice.fill(1)
    np.multiply(theta, choice, out=theta)
    np.subtract(theta_decayed, theta, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


@blocked(work="g_decayed theta_decayed m_hat product choice")
def decoupled_weight_decay_update(
    theta, g, m, v, lr, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta1_to_t, theta_case, sqrt_one_minus_beta2_to_t_rectifier,
    g_decayed, theta_decayed, m_hat, product, choice,
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
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    np.multiply(m_hat, lr, out=theta)
    if theta_case:
        np.sqrt(v, out=choice)
        np.add(choice, eps, out=choice)
        np.divide(sqrt_one_minus_beta2_to_t_rectifier, choice, out=choice)
    else:
        choice.fill(1)
    np.multiply(theta, choice, out=theta)
    np.subtract(theta_decayed, theta, out=theta)


def decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(decoupled_weight_decay_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_advance,
)


def decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


@blocked(work="g g_decayed theta_decayed m_hat product choice")
def decoupled_weight_decay_maximize_update(
    theta, m, v, g2, lr, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta1_to_t, theta_case, sqrt_one_minus_beta2_to_t_rectifier, g,
    g_decayed, theta_decayed, m_hat, product, choice,
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
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    np.multiply(m_hat, lr, out=theta)
    if theta_case:
        np.sqrt(v, out=choice)
        np.add(choice, eps, out=choice)
        np.divide(sqrt_one_minus_beta2_to_t_rectifier, choice, out=choice)
    else:
        choice.fill(1)
    np.multiply(theta, choice, out=theta)
    np.subtract(theta_decayed, theta, out=theta)


def decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(decoupled_weight_decay_maximize_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_maximize_advance,
)


class RAdam(Optimizer):
    """torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

    Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum at
    full size. eps joins the root before its bias is corrected.

    Equations with decoupled_weight_decay=False, maximize=False
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=False, maximize=True
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=True, maximize=False
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=True, maximize=True
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = -grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
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
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
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
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )
