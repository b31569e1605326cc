"""torch.AdamW: PyTorch 2.13, torch/optim/adamw.py.

Do not edit. Made from the declaration torch.AdamW; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_lr_weight_decay": 1 - lr*weight_decay, "one_minus_beta1": 1 - beta1,
        "one_minus_beta2": 1 - beta2, "one_minus_beta2_to_t": 1 - beta2**t,
        "lr_over_one_minus_beta1_to_t": lr/(1 - beta1**t),
    }


@blocked(work="block1 block2 block3")
def update(
    theta, raw_g, m, v, v_max, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, block1, block2, block3,
    maximize, amsgrad,
):
    """Entrywise work on one block, in place."""
    if not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    else:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_lr_weight_decay, out=block2)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    product = np.multiply(g, one_minus_beta1, out=block3)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_beta2, out=block1)
    np.add(v, product, out=v)
    if not amsgrad:
        # v_hat[t] = v[t]/(1 - beta2**t)
        v_hat = np.divide(v, one_minus_beta2_to_t, out=block1)
    else:
        # v_max[t] = max(v[t], v_max[t-1])
        np.maximum(v, v_max, out=v_max)
        # v_hat[t] = v_max[t]/(1 - beta2**t)
        v_hat = np.divide(v_max, one_minus_beta2_to_t, out=block1)
    # theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=theta)
    root = np.sqrt(v_hat, out=block1)
    denominator = np.add(root, eps, out=block1)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


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
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(amsgrad, maximize):
    """The rule of these flags."""
    absent = ("v_max",) if not amsgrad else ()
    flags = {"amsgrad": amsgrad, "maximize": maximize}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="AdamW", dialect="torch", hyper=HYPER, state=state, oracles=("grad",), advance=advance,
        flags=flags, absent=absent,
    )


class AdamW(Optimizer):
    """Adam with decoupled_weight_decay and another default; the decay is times lr.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        if not amsgrad:
            v_hat[t] = v[t]/(1 - beta2**t)
        else:
            v_max[t] = max(v[t], v_max[t-1])
            v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Proved
        torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: all losses, all t, lr, beta1,
            beta2, eps, weight_decay varying with t)
        torch.AdamW = optax.adamw(eps_root=0) (DL5e: all losses, all t, lr, beta1, beta2, eps,
            weight_decay varying with t)
        torch.AdamW(eps) = keras.AdamW(epsilon=eps*sqrt(1 - beta2**t)) (DL5g: all losses, all t, lr,
            eps, weight_decay varying with t)
        texts.ADAMW = torch.AdamW (K3: all losses, all t, lr, beta1, beta2, eps, weight_decay
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0.01
        amsgrad, maximize: one of False, True
    """

    choices = {"amsgrad": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0.01,
        amsgrad: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            amsgrad=amsgrad, maximize=maximize,
        )
