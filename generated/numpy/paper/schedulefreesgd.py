"""ScheduleFreeSGD: Defazio et al. 2024, equations (3)-(5) (arXiv:2405.15682).

Do not edit. Made from the declaration ScheduleFreeSGD; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(weight_sum, t, lr, beta, warmup_steps):
    """Numbers of this step that need no data, in float64."""
    # lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
    lr_t = lr*(np.minimum(1, t/warmup_steps) if warmup_steps > 0 else 1)
    # weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
    weight_sum = weight_sum + lr_t*lr_t
    # c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
    c = (lr_t*lr_t/weight_sum if weight_sum > 0 else 0)
    one_minus_c = 1 - c
    one_minus_beta = 1 - beta
    return {
        "lr_t": lr_t, "weight_sum": weight_sum, "c": c, "one_minus_c": one_minus_c,
        "one_minus_beta": one_minus_beta,
    }


@blocked(work="block1")
def update(theta, g, z, x, beta, weight_decay, lr_t, one_minus_c, c, one_minus_beta, block1):
    """Entrywise work on one block, in place."""
    # z[t] = z[t-1] - lr_t[t]*(weight_decay*theta[t-1] + g[t])
    product = np.multiply(theta, weight_decay, out=block1)
    total = np.add(product, g, out=block1)
    product = np.multiply(total, lr_t, out=block1)
    np.subtract(z, product, out=z)
    # x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
    np.multiply(x, one_minus_c, out=x)
    product = np.multiply(z, c, out=block1)
    np.add(x, product, out=x)
    # theta[t] = (1 - beta)*z[t] + beta*x[t]
    np.multiply(z, one_minus_beta, out=theta)
    product = np.multiply(x, beta, out=block1)
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
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1]", "weight of the average in the point of the gradient"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("warmup_steps", 0, "integer [0, inf)", "steps of linear warm-up, 0 for none"),
)
STATES = (
    State("z", start=lambda theta: theta), State("x", start=lambda theta: theta),
    State("weight_sum", "host"),
)
RULE = Rule(
    name="ScheduleFreeSGD", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, views={"eval": view_eval},
)


class ScheduleFreeSGD(Optimizer):
    """The parameters are the point y where gradients are asked, between the iterate z and the
    average x; evaluate at the view eval, which is x. The weights of the average are the squares
    of the learning rates.

    Equations
        z[0] = theta[0]
        x[0] = theta[0]
        g[t] = grad(theta[t-1])
        lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
        weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
        c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
        z[t] = z[t-1] - lr_t[t]*(weight_decay*theta[t-1] + g[t])
        x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
        theta[t] = (1 - beta)*z[t] + beta*x[t]

    View 'eval': x[t]

    Proved
        ScheduleFreeSGD(beta=0) = GradientDescent (V1: all losses, all t, lr varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY14: all n, every
            tensor, all losses, all t)
        the same when theta is shifted (without decay) (SY31: all n, every tensor, all losses, all
            t)
        beta = 1: gradients at the average x (primal averaging) (V2: all gradients, all t)
        x is the mean of the z so far, at a constant rate (V3: all gradients, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        beta: weight of the average in the point of the gradient, in [0, 1]; default 0.9
        weight_decay: weight decay, in [0, inf); default 0
        warmup_steps: steps of linear warm-up, 0 for none, in integer [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 1, beta: HyperValue = 0.9,
        weight_decay: HyperValue = 0, warmup_steps: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta=beta, weight_decay=weight_decay, warmup_steps=warmup_steps,
        )
