"""Muon: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks, Algorithm 2.

Do not edit. Made from the declaration Muon; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, Where, blocked, norm,
)


def shared_advance(step: Step) -> None:
    step.ask("g", "grad")


SHARED_RULE = Rule(
    name="Muon", dialect="paper", hyper=(), state=(), oracles=("grad",), advance=shared_advance,
)


def matrix_update(theta, g, m, lr, momentum, weight_decay, eps, ns_steps, dim):
    """Work on whole arrays."""
    # m[t] = momentum*m[t-1] + (1 - momentum)*g[t]
    m = m*momentum + g*float(1 - momentum)
    # u[t] = (1 - momentum)*g[t] + momentum*m[t]
    u = g*float(1 - momentum) + m*momentum
    # X[0] = u[t]/max(eps, norm(u[t]))
    X = u/float(np.maximum(eps, norm(u)))
    for k in range(1, ns_steps + 1):  # k = 1, ..., ns_steps
        # A[k] = X[k-1] @ X[k-1].T
        A = X @ X.T
        # B[k] = 2.0315*(A[k] @ A[k]) - 4.775*A[k]
        B = A @ A*2.0315 - A*4.775
        # X[k] = 3.4445*X[k-1] + B[k] @ X[k-1]
        X = X*3.4445 + B @ X
    # direction[t] = X[ns_steps]
    direction = X
    # scale[t] = lr*sqrt(max(1, dim(-2)/dim(-1)))
    scale = lr*np.sqrt(np.maximum(1, dim[-2]/dim[-1]))
    # theta[t] = (1 - lr*weight_decay)*theta[t-1] - direction[t]*scale[t]
    theta = theta*float(1 - lr*weight_decay) - direction*float(scale)
    return {"m": m, "theta": theta}


def matrix_advance(step: Step) -> None:
    step.arrays(matrix_update)
    step.commit()


MATRIX_HYPER = (
    Hyper("lr", 0.02, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.95, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("eps", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("ns_steps", 5, "integer [1, inf)", "Newton–Schulz iterations"),
)
MATRIX_STATES = (State("m"),)
MATRIX_RULE = Rule(
    name="MuonMatrix", dialect="paper", hyper=MATRIX_HYPER, state=MATRIX_STATES, oracles=("grad",),
    advance=matrix_advance, shape="matrix",
)


def other_host(t, adam_lr, adam_beta1, adam_beta2, adam_weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_adam_beta1": 1 - adam_beta1, "one_minus_adam_beta2": 1 - adam_beta2,
        "one_minus_adam_beta1_to_t": 1 - adam_beta1**t,
        "one_minus_adam_beta2_to_t": 1 - adam_beta2**t,
        "adam_lr_adam_weight_decay": adam_lr*adam_weight_decay,
    }


@blocked(work="block1 block2 block3")
def other_update(
    theta, g, m, v, adam_lr, adam_beta1, adam_beta2, adam_eps, one_minus_adam_beta1,
    one_minus_adam_beta2, one_minus_adam_beta1_to_t, one_minus_adam_beta2_to_t,
    adam_lr_adam_weight_decay, block1, block2, block3,
):
    """Entrywise work on one block, in place."""
    # m[t] = adam_beta1*m[t-1] + (1 - adam_beta1)*g[t]
    np.multiply(m, adam_beta1, out=m)
    product = np.multiply(g, one_minus_adam_beta1, out=block1)
    np.add(m, product, out=m)
    # v[t] = adam_beta2*v[t-1] + (1 - adam_beta2)*g[t]**2
    np.multiply(v, adam_beta2, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, one_minus_adam_beta2, out=block1)
    np.add(v, product, out=v)
    # m_hat[t] = m[t]/(1 - adam_beta1**t)
    m_hat = np.divide(m, one_minus_adam_beta1_to_t, out=block1)
    # v_hat[t] = v[t]/(1 - adam_beta2**t)
    v_hat = np.divide(v, one_minus_adam_beta2_to_t, out=block2)
    # theta[t] = theta[t-1] - adam_lr*adam_weight_decay*theta[t-1] - adam_lr*m_hat[t]/(sqrt(v_hat[t]) + adam_eps)
    product = np.multiply(theta, adam_lr_adam_weight_decay, out=block3)
    np.subtract(theta, product, out=theta)
    product = np.multiply(m_hat, adam_lr, out=block1)
    root = np.sqrt(v_hat, out=block2)
    denominator = np.add(root, adam_eps, out=block2)
    quotient = np.divide(product, denominator, out=block1)
    np.subtract(theta, quotient, out=theta)


def other_advance(step: Step) -> None:
    step.host(other_host)
    step.blocks(other_update)
    step.commit()


OTHER_HYPER = (
    Hyper("adam_lr", 0.0003, "[0, inf)", "learning rate"),
    Hyper("adam_beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("adam_beta2", 0.95, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("adam_eps", 1e-10, "[0, inf)", "keeps the denominator from zero"),
    Hyper("adam_weight_decay", 0, "[0, inf)", "decoupled weight decay"),
)
OTHER_STATES = (State("m"), State("v"))
OTHER_RULE = Rule(
    name="DecoupledDecayAdamFallback", dialect="paper", hyper=OTHER_HYPER, state=OTHER_STATES,
    oracles=("grad",), advance=other_advance,
)


class Muon(Optimizer):
    """Two-dimensional tensors get the nearest orthogonal matrix to their momentum, all others
    AdamW with hyperparameters of its own. The authors compute the iteration in bfloat16 and on
    the transpose where there are more rows than columns, which is the same in exact arithmetic;
    here it keeps the compute type. Embeddings and output layers belong to AdamW as well: give
    them a route by name.

    Equations where 2 dimensions
        g[t] = grad(theta[t-1])
        m[t] = momentum*m[t-1] + (1 - momentum)*g[t]
        u[t] = (1 - momentum)*g[t] + momentum*m[t]
        X[0] = u[t]/max(eps, norm(u[t]))
        for k = 1, …, ns_steps:
            A[k] = X[k-1] @ X[k-1].T
            B[k] = 2.0315*(A[k] @ A[k]) - 4.775*A[k]
            X[k] = 3.4445*X[k-1] + B[k] @ X[k-1]
        direction[t] = X[ns_steps]
        scale[t] = lr*sqrt(max(1, dim(-2)/dim(-1)))
        theta[t] = (1 - lr*weight_decay)*theta[t-1] - direction[t]*scale[t]

    Equations where every tensor
        g[t] = grad(theta[t-1])
        m[t] = adam_beta1*m[t-1] + (1 - adam_beta1)*g[t]
        v[t] = adam_beta2*v[t-1] + (1 - adam_beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - adam_beta1**t)
        v_hat[t] = v[t]/(1 - adam_beta2**t)
        theta[t] = theta[t-1] - adam_lr*adam_weight_decay*theta[t-1] - adam_lr*m_hat[t]/(sqrt(v_hat[t]) + adam_eps)

    Proved
        on matrices turns with the coordinates of rows and of columns (SY40: matrices of every
            shape, every tensor, all losses, all t)
        on matrices the same when loss and eps are multiplied by one number (SY42: all n, every
            tensor, all losses, all t)
        its buffer as an average or as a sum: the same direction, eps scaled (L7: all losses, all t,
            lr varying with t; all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.02
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.95
        weight_decay: weight decay, in [0, inf); default 0
        eps: keeps the denominator from zero, in [0, inf); default 1e-07
        ns_steps: Newton–Schulz iterations, in integer [1, inf); default 5
        adam_lr: learning rate, in [0, inf); default 0.0003
        adam_beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        adam_beta2: decay of the moving average of squared gradients, in [0, 1); default 0.95
        adam_eps: keeps the denominator from zero, in [0, inf); default 1e-10
        adam_weight_decay: decoupled weight decay, in [0, inf); default 0
    """

    shared = SHARED_RULE
    branches = (
        (Where(ndim_at_least=2, ndim_at_most=2), MATRIX_RULE),
        (Where(), OTHER_RULE),
    )

    def __init__(
        self, params: Params, lr: HyperValue = 0.02, momentum: HyperValue = 0.95,
        weight_decay: HyperValue = 0, eps: HyperValue = 1e-07, ns_steps: HyperValue = 5,
        adam_lr: HyperValue = 0.0003, adam_beta1: HyperValue = 0.9, adam_beta2: HyperValue = 0.95,
        adam_eps: HyperValue = 1e-10, adam_weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, eps=eps, ns_steps=ns_steps,
            adam_lr=adam_lr, adam_beta1=adam_beta1, adam_beta2=adam_beta2, adam_eps=adam_eps,
            adam_weight_decay=adam_weight_decay,
        )
