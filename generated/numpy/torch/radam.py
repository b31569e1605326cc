"""torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

Do not edit. Made from the declaration torch.RAdam; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2, weight_decay):
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
    theta_case = rho_t > 5
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    return {
        "rho_inf": rho_inf, "rho_t": rho_t, "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t, "theta_case": theta_case,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
    }


@blocked(work="block1 block2 block3")
def update(
    theta, raw_g, m, v, lr, beta1, beta2, eps, weight_decay, one_minus_lr_weight_decay,
    one_minus_beta1, one_minus_beta2, one_minus_beta1_to_t, theta_case,
    sqrt_one_minus_beta2_to_t_rectifier, block1, block2, block3, maximize, decoupled_weight_decay,
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
    product = np.multiply(g_decayed, g_decayed, out=block2)
    product = np.multiply(product, one_minus_beta2, out=block2)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - beta1**t)
    m_hat = np.divide(m, one_minus_beta1_to_t, out=block2)
    # theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    np.multiply(m_hat, lr, out=theta)
    if theta_case:
        root = np.sqrt(v, out=block2)
        denominator = np.add(root, eps, out=block2)
        choice = np.divide(sqrt_one_minus_beta2_to_t_rectifier, denominator, out=block2)
    else:
        choice = block2
        choice.fill(1)
    np.multiply(theta, choice, out=theta)
    np.subtract(theta_decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))


def rule(decoupled_weight_decay, maximize):
    """The rule of these flags."""
    flags = {"decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize}
    return Rule(
        name="RAdam", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class RAdam(Optimizer):
    """Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum
    at full size. eps joins the root before its bias is corrected.

    Equations
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
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
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        decoupled_weight_decay, maximize: one of False, True
    """

    choices = {"decoupled_weight_decay": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        decoupled_weight_decay: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize,
        )
