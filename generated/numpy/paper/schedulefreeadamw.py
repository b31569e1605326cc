"""ScheduleFreeAdamW: Defazio et al. 2024, Algorithm 1 (arXiv:2405.15682).

Do not edit. Made from the declaration ScheduleFreeAdamW;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(weight_sum, t, lr, beta1, beta2, weight_decay, warmup_steps):
    """Numbers of this step that need no data, in float64."""
    # lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
    lr_t = lr*(np.minimum(1, t/warmup_steps) if warmup_steps > 0 else 1)
    # weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
    weight_sum = weight_sum + lr_t*lr_t
    # c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
    c = (lr_t*lr_t/weight_sum if weight_sum > 0 else 0)
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    weight_decay_lr_t = weight_decay*lr_t
    one_minus_c = 1 - c
    one_minus_beta1 = 1 - beta1
    return {
        "lr_t": lr_t, "weight_sum": weight_sum, "c": c, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t, "weight_decay_lr_t": weight_decay_lr_t,
        "one_minus_c": one_minus_c, "one_minus_beta1": one_minus_beta1,
    }


@blocked(work="block1 block2")
def update(
    theta, g, v, z, x, beta1, beta2, eps, one_minus_beta2, one_minus_beta2_to_t, weight_decay_lr_t,
    lr_t, one_minus_c, c, one_minus_beta1, block1, block2,
):
    """Entrywise work on one block, in place."""
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_beta2, out=block1)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    v_hat = np.divide(v, one_minus_beta2_to_t, out=block1)
    # z[t] = z[t-1] - weight_decay*theta[t-1]*lr_t[t] - g[t]*lr_t[t]/(sqrt(v_hat[t]) + eps)
    product = np.multiply(theta, weight_decay_lr_t, out=block2)
    np.subtract(z, product, out=z)
    product = np.multiply(g, lr_t, out=block2)
    root = np.sqrt(v_hat, out=block1)
    denominator = np.add(root, eps, out=block1)
    quotient = np.divide(product, denominator, out=block2)
    np.subtract(z, quotient, out=z)
    # x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
    np.multiply(x, one_minus_c, out=x)
    product = np.multiply(z, c, out=block2)
    np.add(x, product, out=x)
    # theta[t] = (1 - beta1)*z[t] + beta1*x[t]
    np.multiply(z, one_minus_beta1, out=theta)
    product = np.multiply(x, beta1, out=block2)
    np.add(theta, product, out=theta)


def view_eval(x):
    """The parameters of the view 'eval'."""
    return x


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("lr", 0.0025, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1]", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("warmup_steps", 0, "integer [0, inf)", "steps of linear warm-up, 0 for none"),
)
STATES = (
    State("v"), State("z", start=lambda theta: theta), State("x", start=lambda theta: theta),
    State("weight_sum", "host"),
)
RULE = Rule(
    name="ScheduleFreeAdamW", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, views={"eval": view_eval},
)


class ScheduleFreeAdamW(Optimizer):
    """Adam's denominator; instead of a moving average of gradients, the gradient is asked between
    the iterate z and the average x. Evaluate at the view eval. The authors' package folds the
    bias correction into the learning rate, and so into the weights.

    Equations
        z[0] = theta[0]
        x[0] = theta[0]
        g[t] = grad(theta[t-1])
        lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
        weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
        c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        z[t] = z[t-1] - weight_decay*theta[t-1]*lr_t[t] - g[t]*lr_t[t]/(sqrt(v_hat[t]) + eps)
        x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
        theta[t] = (1 - beta1)*z[t] + beta1*x[t]

    View 'eval': x[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0025
        beta1: decay of the moving average of gradients, in [0, 1]; default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        warmup_steps: steps of linear warm-up, 0 for none, in integer [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0025, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        warmup_steps: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            warmup_steps=warmup_steps,
        )
