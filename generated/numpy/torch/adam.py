"""torch.Adam: PyTorch 2.13, torch/optim/adam.py.

Do not edit. Made from the declaration torch.Adam; remake it with: gen kernels --backend numpy
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


@blocked(work="block1 block2 block3 block4")
def update(
    theta, raw_g, m, v, v_max, beta1, beta2, eps, weight_decay, one_minus_lr_weight_decay,
    one_minus_beta1, one_minus_beta2, one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, block1,
    block2, block3, block4, maximize, decoupled_weight_decay, amsgrad,
):
    """Entrywise work on one block, in place."""
    if not maximize and not decoupled_weight_decay:
        # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.add(product, raw_g, out=block1)
    elif not maximize:
        # g[t] = grad(theta[t-1])
        g = raw_g
    elif decoupled_weight_decay:
        # g[t] = -grad(theta[t-1])
        g = np.negative(raw_g, out=block1)
    if decoupled_weight_decay:
        # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        decayed = np.multiply(theta, one_minus_lr_weight_decay, out=block2)
    elif maximize:
        # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        product = np.multiply(theta, weight_decay, out=block1)
        g = np.subtract(product, raw_g, out=block1)
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
    if not decoupled_weight_decay:
        # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
        product = np.multiply(m, lr_over_one_minus_beta1_to_t, out=block3)
        root = np.sqrt(v_hat, out=block4)
        denominator = np.add(root, eps, out=block4)
        quotient = np.divide(product, denominator, out=block3)
        np.subtract(theta, quotient, out=theta)
    else:
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
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(amsgrad, maximize, decoupled_weight_decay):
    """The rule of these flags."""
    absent = ("v_max",) if not amsgrad else ()
    flags = {
        "amsgrad": amsgrad, "maximize": maximize,
        "decoupled_weight_decay": decoupled_weight_decay,
    }
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="Adam", dialect="torch", hyper=HYPER, state=state, oracles=("grad",), advance=advance,
        flags=flags, absent=absent,
    )


class Adam(Optimizer):
    """amsgrad keeps the largest average of squares as it stands, and corrects it as if it were the
    last one.

    Equations
        if not maximize and not decoupled_weight_decay:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        elif not maximize:
            g[t] = grad(theta[t-1])
        elif decoupled_weight_decay:
            g[t] = -grad(theta[t-1])
        if decoupled_weight_decay:
            decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        elif maximize:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        if not amsgrad:
            v_hat[t] = v[t]/(1 - beta2**t)
        else:
            v_max[t] = max(v[t], v_max[t-1])
            v_hat[t] = v_max[t]/(1 - beta2**t)
        if not decoupled_weight_decay:
            theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
        else:
            theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Proved
        Adam = torch.Adam = optax.adam (K1: all losses, all t, lr, beta1, beta2, eps varying with t)
        torch.Adam = optax.adam(eps_root=0) (DL5: all losses, all t, lr, beta1, beta2, eps varying
            with t)
        torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: all losses, all t, lr, beta1,
            beta2, eps, weight_decay varying with t)
        torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0) (DL6a: all losses, all
            t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        amsgrad, maximize, decoupled_weight_decay: one of False, True
    """

    choices = {
        "amsgrad": (False, True), "maximize": (False, True), "decoupled_weight_decay": (False, True),
    }
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        amsgrad: bool = False, maximize: bool = False, decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            amsgrad=amsgrad, maximize=maximize, decoupled_weight_decay=decoupled_weight_decay,
        )
