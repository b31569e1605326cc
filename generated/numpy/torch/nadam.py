"""torch.NAdam: PyTorch 2.13, torch/optim/nadam.py.

Do not edit. Made from the declaration torch.NAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(mu_product, t, lr, beta1, beta2, weight_decay, momentum_decay):
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
    theta_factor2 = lr*mu_next/(1 - mu_next*mu_product)
    return {
        "mu": mu, "mu_next": mu_next, "mu_product": mu_product,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t, "theta_factor": theta_factor,
        "theta_factor2": theta_factor2,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, raw_g, m, v, beta1, beta2, eps, weight_decay, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta2_to_t, theta_factor, theta_factor2, block1, block2, block3,
    maximize, decoupled_weight_decay,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    else:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    if not decoupled_weight_decay:
        # g_decayed[t] = weight_decay*theta[t-1] + g[t]
        product = np.multiply(theta, weight_decay, out=block2)
        g_decayed = np.add(product, g, out=block2)
        # theta_decayed[t] = theta[t-1]
        theta_decayed = block3
        np.copyto(theta_decayed, theta)
    else:
        # g_decayed[t] = g[t]
        g_decayed = block2
        np.copyto(g_decayed, g)
        # theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        theta_decayed = np.multiply(theta, one_minus_lr_weight_decay, out=block3)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g_decayed, one_minus_beta1, out=block1)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g_decayed, g_decayed, out=block1)
    product = np.multiply(product, one_minus_beta2, out=block1)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    v_hat = np.divide(v, one_minus_beta2_to_t, out=block1)
    # theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))
    np.multiply(g_decayed, theta_factor, out=theta)
    root = np.sqrt(v_hat, out=block2)
    denominator = np.add(root, eps, out=block2)
    np.divide(theta, denominator, out=theta)
    np.subtract(theta_decayed, theta, out=theta)
    product = np.multiply(m, theta_factor2, out=block3)
    root = np.sqrt(v_hat, out=block1)
    denominator = np.add(root, eps, out=block1)
    quotient = np.divide(product, denominator, out=block3)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.002, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
)
STATES = (State("m"), State("v"), State("mu_product", "host", start=1))


def rule(decoupled_weight_decay, maximize):
    """The rule of these flags."""
    flags = {"decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize}
    return Rule(
        name="NAdam", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class NAdam(Optimizer):
    """The momentum coefficient mu grows from step to step, so the bias of m is corrected by the
    running product of the coefficients, which is state.

    Equations
        mu_product[0] = 1
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        if not decoupled_weight_decay:
            g_decayed[t] = weight_decay*theta[t-1] + g[t]
            theta_decayed[t] = theta[t-1]
        else:
            g_decayed[t] = g[t]
            theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta_decayed[t] - lr*g_decayed[t]*(1 - mu[t])/((1 - mu_product[t])*(sqrt(v_hat[t]) + eps)) - lr*m[t]*mu_next[t]/((1 - mu_next[t]*mu_product[t])*(sqrt(v_hat[t]) + eps))

    Proved
        torch.NAdam(momentum_decay=1) = keras.Nadam (DL8: all losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum_decay: speed at which the momentum grows to beta1, in [0, inf); default 0.004
        decoupled_weight_decay, maximize: one of False, True
    """

    choices = {"decoupled_weight_decay": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.002, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        momentum_decay: HyperValue = 0.004, decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            momentum_decay=momentum_decay, decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )
