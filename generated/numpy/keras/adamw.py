"""keras.AdamW: Keras 3.15.1, keras/src/optimizers/adamw.py.

Do not edit. Made from the declaration keras.AdamW; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, learning_rate, weight_decay, beta_1, beta_2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = learning_rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)
    rate = learning_rate*np.sqrt(1 - beta_2**t)/(1 - beta_1**t)
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_beta_1 = 1 - beta_1
    one_minus_beta_2 = 1 - beta_2
    return {
        "rate": rate,
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_beta_1": one_minus_beta_1, "one_minus_beta_2": one_minus_beta_2,
    }


@blocked(work="block1 block2")
def update(
    theta, g, m, v, v_max, beta_1, beta_2, epsilon, one_minus_learning_rate_weight_decay,
    one_minus_beta_1, one_minus_beta_2, rate, block1, block2, amsgrad,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    decayed = np.multiply(theta, one_minus_learning_rate_weight_decay, out=block1)
    # m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
    np.multiply(m, beta_1, out=m)
    product = np.multiply(g, one_minus_beta_1, out=block2)
    np.add(m, product, out=m)
    # v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
    np.multiply(v, beta_2, out=v)
    product = np.multiply(g, g, out=block2)
    product = np.multiply(product, one_minus_beta_2, out=block2)
    np.add(v, product, out=v)
    if not amsgrad:
        # theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v[t]) + epsilon)
        np.multiply(m, rate, out=theta)
        root = np.sqrt(v, out=block2)
        denominator = np.add(root, epsilon, out=block2)
        np.divide(theta, denominator, out=theta)
        np.subtract(decayed, theta, out=theta)
    else:
        # v_max[t] = max(v[t], v_max[t-1])
        np.maximum(v, v_max, out=v_max)
        # theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v_max[t]) + epsilon)
        np.multiply(m, rate, out=theta)
        root = np.sqrt(v_max, out=block2)
        denominator = np.add(root, epsilon, out=block2)
        np.divide(theta, denominator, out=theta)
        np.subtract(decayed, theta, out=theta)


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("weight_decay", 0.004, "[0, inf)", "weight decay"),
    Hyper("beta_1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(amsgrad):
    """The rule of these flags."""
    absent = ("v_max",) if not amsgrad else ()
    flags = {"amsgrad": amsgrad}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="AdamW", dialect="keras", hyper=HYPER, state=state, oracles=("grad",), advance=advance,
        flags=flags, absent=absent,
    )


class AdamW(Optimizer):
    """Adam with another default of weight_decay, which Adam decouples as well.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        rate[t] = learning_rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)
        m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
        v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
        if not amsgrad:
            theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v[t]) + epsilon)
        else:
            v_max[t] = max(v[t], v_max[t-1])
            theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v_max[t]) + epsilon)

    Proved
        torch.AdamW(eps) = keras.AdamW(epsilon=eps*sqrt(1 - beta2**t)) (DL5g: all losses, all t, lr,
            eps, weight_decay varying with t)
        keras.AdamW = keras.Adam(weight_decay) (DL5h: all losses, all t, learning_rate, beta_1,
            beta_2, epsilon, weight_decay varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        weight_decay: weight decay, in [0, inf); default 0.004
        beta_1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        amsgrad: one of False, True
    """

    choices = {"amsgrad": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, weight_decay: HyperValue = 0.004,
        beta_1: HyperValue = 0.9, beta_2: HyperValue = 0.999, epsilon: HyperValue = 1e-07,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, weight_decay=weight_decay, beta_1=beta_1,
            beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad,
        )
