"""Prodigy: Mishchenko & Defazio 2024, Algorithm 4, as in the authors' prodigyopt (arXiv:2306.06101).

Do not edit. Made from the declaration Prodigy; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def numbers1(d, t, lr, beta1, beta2, d0, use_bias_correction, safeguard_warmup):
    """Numbers found from reductions, in float64: one set over all tensors."""
    d_step_size_over_d0 = np.nan
    if not use_bias_correction:
        # step_size[t] = lr*d[t-1]
        step_size = lr*d
    else:
        # step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
        step_size = lr*np.sqrt(1 - beta2**t)*d/(1 - beta1**t)
    one_minus_beta1_d = (1 - beta1)*d
    one_minus_beta2_d_squared = (1 - beta2)*(d*d)
    if not safeguard_warmup:
        d_step_size_over_d0 = d*step_size/d0
    d_squared_over_d0 = d*d/d0
    return {
        "step_size": step_size, "one_minus_beta1_d": one_minus_beta1_d,
        "one_minus_beta2_d_squared": one_minus_beta2_d_squared,
        "d_step_size_over_d0": d_step_size_over_d0, "d_squared_over_d0": d_squared_over_d0,
    }


@blocked(work="block1 block2", reductions=[("sum_s", "sum", "all"), ("dot_g_theta_theta_start", "sum", "all")])
def pass1(
    theta, g, m, v, s, theta_start, beta1, beta2, beta3, one_minus_beta1_d,
    one_minus_beta2_d_squared, d_step_size_over_d0, d_squared_over_d0, block1, block2,
    safeguard_warmup,
):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    # theta_start[t] = theta_start[t-1]
    # m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    product = np.multiply(g, one_minus_beta1_d, out=block1)
    np.multiply(m, beta1, out=m)
    np.add(product, m, out=m)
    # v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_beta2_d_squared, out=block1)
    np.multiply(v, beta2, out=v)
    np.add(product, v, out=v)
    if not safeguard_warmup:
        # s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
        np.multiply(s, beta3, out=s)
        product = np.multiply(g, d_step_size_over_d0, out=block1)
        np.add(s, product, out=s)
    else:
        # s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
        np.multiply(s, beta3, out=s)
        product = np.multiply(g, d_squared_over_d0, out=block1)
        np.add(s, product, out=s)
    magnitude = np.absolute(s, out=block1)
    total = np.subtract(theta_start, theta, out=block2)
    product = np.multiply(g, total, out=block2)
    return magnitude, product


def numbers2(
    d, d_max, r, beta3, eps, weight_decay, d0, d_coef, sum_s, step_size, dot_g_theta_theta_start,
):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # s_size[t] = total(abs(s[t]), all tensors)
    s_size = sum_s
    # d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    d_grown = d*step_size*dot_g_theta_theta_start/d0 + beta3*r
    # r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
    r = (d_grown if s_size > 0 else r)
    # d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
    d_hat = (d_coef*d_grown/s_size if s_size > 0 else d)
    # d_max_grown[t] = max(d_hat[t], d_max[t-1])
    d_max_grown = np.maximum(d_hat, d_max)
    # d_max[t] = d_max_grown[t]
    d_max = d_max_grown
    # d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
    d = (d_max_grown if s_size > 0 else d)
    theta_factor = 1 - (weight_decay*step_size if s_size > 0 else 0)
    theta_case = s_size > 0
    eps_d = eps*d
    return {
        "s_size": s_size, "d_grown": d_grown, "r": r, "d_hat": d_hat, "d_max_grown": d_max_grown,
        "d_max": d_max, "d": d, "theta_factor": theta_factor, "theta_case": theta_case,
        "eps_d": eps_d,
    }


@blocked(work="block1")
def pass2(theta, m, v, theta_factor, theta_case, eps_d, step_size, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
    np.multiply(theta, theta_factor, out=theta)
    if theta_case:
        root = np.sqrt(v, out=block1)
        denominator = np.add(root, eps_d, out=block1)
        choice = np.divide(m, denominator, out=block1)
    else:
        choice = block1
        choice.fill(0)
    product = np.multiply(choice, step_size, out=block1)
    np.subtract(theta, product, out=theta)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.numbers(numbers1, "all")
    step.blocks(pass1)
    step.numbers(numbers2, "all")
    step.blocks(pass2)
    step.commit()


HYPER = (
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
    Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
    Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
)
STATES = (
    State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta),
    State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0),
    State("r", "all"),
)


def rule(use_bias_correction, safeguard_warmup):
    """The rule of these flags."""
    flags = {"use_bias_correction": use_bias_correction, "safeguard_warmup": safeguard_warmup}
    return Rule(
        name="Prodigy", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance,
        shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef"), flags=flags,
    )


class Prodigy(Optimizer):
    """d estimates the distance from the start to a solution and multiplies the learning rate,
    which stays 1: one number over all tensors, found from gradients. A step without any
    gradient so far changes nothing. The package's growth_rate is left at its default, infinity.

    Equations
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        if not use_bias_correction:
            step_size[t] = lr*d[t-1]
        else:
            step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
        if not safeguard_warmup:
            s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
        else:
            s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
        s_size[t] = total(abs(s[t]), all tensors)
        d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max[t] = d_max_grown[t]
        d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

    Proved
        scaling theta scales d0, and lr has no units (SY64: all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        beta3: decay of the estimate's averages, in [0, 1); default sqrt(beta2)
        eps: keeps the denominator from zero, in (0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        d0: first estimate of the distance to a solution, in (0, inf); default 1e-06
        d_coef: factor of the estimate, in (0, inf); default 1
        use_bias_correction, safeguard_warmup: one of False, True
    """

    choices = {"use_bias_correction": (False, True), "safeguard_warmup": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 1, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, beta3: HyperValue | None = None, eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0, d0: HyperValue = 1e-06, d_coef: HyperValue = 1,
        use_bias_correction: bool = False, safeguard_warmup: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, beta3=beta3, eps=eps,
            weight_decay=weight_decay, d0=d0, d_coef=d_coef,
            use_bias_correction=use_bias_correction, safeguard_warmup=safeguard_warmup,
        )
