"""Adam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

Adaptive moment estimation: averages of gradients and of their squares, both corrected for
starting at zero.

Equations
    g[t] = grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

Proved
    Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1 (A4: proved for all t,
        losses with continuous oracles)
    E[m_hat] = E[g] and E[v_hat] = E[g**2] (D1a: proved for all t)
    Adam(eps) = AdamEpsHat(eps*sqrt(1 - beta2**t)) (D4: proved for all losses, all t, lr,
        beta1, beta2, eps varying with t)
    Adam(eps=0) = AdamEpsHat(eps=0) (D5a: proved for all losses, all t, lr, beta1, beta2
        varying with t)
    Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0) (D8: proved for
        all losses, all t, lr, beta2 varying with t)
    Adam(lr, beta1=0, eps) = RMSProp(lr*s, beta2, eps*s) with s = sqrt(1 - beta2**t) (D8a:
        proved for all losses, all t, lr, beta2, eps varying with t)
    Adam = PyTorch's code for it (D28: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: proved
        for all losses, all t, lr, beta1, beta2 varying with t)
    m**2 <= C*v, C = (1 - beta1)**2/((1 - beta2)*(1 - beta1**2/beta2)), if beta1**2 < beta2
        (D16: proved for all gradients, all t)
    |step| <= lr*sqrt(C*(1 - beta2**t))/(1 - beta1**t) at eps = 0, C = (1 - beta1)**2/((1 -
        beta2)*(1 - beta1**2/beta2)) (D16a: proved for all gradients, all t)
    NAdam(beta1=0) = Adam(beta1=0) (D27: proved for all losses, all t, lr, beta2, eps varying
        with t)
    AdamW, AdamL2 and texts.ADAMW at weight_decay 0 = Adam (W5: proved for all losses, all t,
        lr, beta1, beta2, eps varying with t)
    the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
        losses, all t)
    scaling theta scales lr, and eps as the gradient (SY56: proved for all n, every tensor,
        all losses, all t)
    gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
    Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    Adam(eps) = keras.Adam(epsilon=eps*sqrt(1 - beta2**t)) (K2b: proved for all losses, all t,
        lr, beta1, beta2, eps varying with t)

Do not edit. Made from the declaration Adam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 3ce004b72d8cfdd9
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    one_minus_beta2_to_t = 1 - beta2**t
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
    }


@blocked(work="m_hat v_hat product quotient denominator")
def update(
    theta, g, m, v, lr, beta1, beta2, eps, one_minus_beta1, one_minus_beta2, one_minus_beta1_to_t,
    one_minus_beta2_to_t, m_hat, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - beta1**t)
    np.divide(m, one_minus_beta1_to_t, out=m_hat)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
    np.multiply(m_hat, lr, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(update)
    step.commit()


RULE = Rule(
    name="Adam",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=advance,
)


class Adam(Optimizer):
    """Adam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

    Adaptive moment estimation: averages of gradients and of their squares, both corrected for
    starting at zero.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

    Proved
        Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1 (A4: proved for all t,
            losses with continuous oracles)
        E[m_hat] = E[g] and E[v_hat] = E[g**2] (D1a: proved for all t)
        Adam(eps) = AdamEpsHat(eps*sqrt(1 - beta2**t)) (D4: proved for all losses, all t, lr,
            beta1, beta2, eps varying with t)
        Adam(eps=0) = AdamEpsHat(eps=0) (D5a: proved for all losses, all t, lr, beta1, beta2
            varying with t)
        Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0) (D8: proved for
            all losses, all t, lr, beta2 varying with t)
        Adam(lr, beta1=0, eps) = RMSProp(lr*s, beta2, eps*s) with s = sqrt(1 - beta2**t) (D8a:
            proved for all losses, all t, lr, beta2, eps varying with t)
        Adam = PyTorch's code for it (D28: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: proved
            for all losses, all t, lr, beta1, beta2 varying with t)
        m**2 <= C*v, C = (1 - beta1)**2/((1 - beta2)*(1 - beta1**2/beta2)), if beta1**2 < beta2
            (D16: proved for all gradients, all t)
        |step| <= lr*sqrt(C*(1 - beta2**t))/(1 - beta1**t) at eps = 0, C = (1 - beta1)**2/((1 -
            beta2)*(1 - beta1**2/beta2)) (D16a: proved for all gradients, all t)
        NAdam(beta1=0) = Adam(beta1=0) (D27: proved for all losses, all t, lr, beta2, eps varying
            with t)
        AdamW, AdamL2 and texts.ADAMW at weight_decay 0 = Adam (W5: proved for all losses, all t,
            lr, beta1, beta2, eps varying with t)
        the same when theta is shifted (without decay) (SY24: proved for all n, every tensor, all
            losses, all t)
        scaling theta scales lr, and eps as the gradient (SY56: proved for all n, every tensor,
            all losses, all t)
        gathered over two parts of a batch = on the whole batch (X1: proved for all losses, all t)
        Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        Adam(eps) = keras.Adam(epsilon=eps*sqrt(1 - beta2**t)) (K2b: proved for all losses, all t,
            lr, beta1, beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
        )
