"""Adafactor: Shazeer & Stern 2018, Algorithms 4 and 5 (arXiv:1804.04235).

Do not edit. Made from the declaration Adafactor; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, Where, blocked, mean,
)


def shared_advance(step: Step) -> None:
    step.ask("g", "grad")


SHARED_RULE = Rule(
    name="Adafactor", dialect="paper", hyper=(), state=(), oracles=("grad",), advance=shared_advance,
)


def tensor_host(t, max_lr, beta2_decay):
    """Numbers of this step that need no data, in float64."""
    # beta2_t[t] = 1 - t**(-beta2_decay)
    beta2_t = 1 - t**(-beta2_decay)
    # rho_t[t] = min(max_lr, 1/sqrt(t))
    rho_t = np.minimum(1/np.sqrt(t), max_lr)
    return {"beta2_t": beta2_t, "rho_t": rho_t}


def tensor_update(theta, g, R, C, eps1, eps2, clip_threshold, rho_t, beta2_t):
    """Work on whole arrays."""
    # alpha_t[t] = rho_t[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
    alpha_t = rho_t*np.maximum(eps2, np.sqrt(mean(theta*theta)))
    # g_square[t] = g[t]**2 + eps1
    g_square = g*g + eps1
    # R[t] = R[t-1]*beta2_t[t] + (1 - beta2_t[t])*mean(g_square[t], axis -1)
    R = R*beta2_t + mean(g_square, axis=-1)*float(1 - beta2_t)
    # C[t] = C[t-1]*beta2_t[t] + (1 - beta2_t[t])*mean(g_square[t], axis -2)
    C = C*beta2_t + mean(g_square, axis=-2)*float(1 - beta2_t)
    # V[t] = C[t]*R[t]/mean(R[t], axis -2)
    V = C*R/mean(R, axis=-2)
    # U[t] = g[t]/sqrt(V[t])
    U = g/np.sqrt(V)
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(mean(U*U))
    # theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)
    theta = theta - U*float(alpha_t/np.maximum(1, rms_update/clip_threshold))
    return {"R": R, "C": C, "theta": theta}


def tensor_advance(step: Step) -> None:
    step.host(tensor_host)
    step.arrays(tensor_update)
    step.commit()


TENSOR_HYPER = (
    Hyper("max_lr", 0.01, "[0, inf)", "largest relative step size"),
    Hyper("beta2_decay", 0.8, "[0, inf)", "the decay at step t is 1 - t^(-beta2_decay)"),
    Hyper("eps1", 1e-30, "(0, inf)", "is added to the squared gradient"),
    Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
    Hyper("clip_threshold", 1, "(0, inf)", "largest root mean square of the update"),
)
TENSOR_STATES = (State("R", "axes(-1)"), State("C", "axes(-2)"))
TENSOR_RULE = Rule(
    name="AdafactorMatrix", dialect="paper", hyper=TENSOR_HYPER, state=TENSOR_STATES,
    oracles=("grad",), advance=tensor_advance,
)


def other_host(t, max_lr, beta2_decay):
    """Numbers of this step that need no data, in float64."""
    # beta2_t[t] = 1 - t**(-beta2_decay)
    beta2_t = 1 - t**(-beta2_decay)
    # rho_t[t] = min(max_lr, 1/sqrt(t))
    rho_t = np.minimum(1/np.sqrt(t), max_lr)
    one_minus_beta2_t = 1 - beta2_t
    return {"beta2_t": beta2_t, "rho_t": rho_t, "one_minus_beta2_t": one_minus_beta2_t}


@blocked(stores="U", work="block1 block2", reductions=[("sum_theta", "sum", "tensor"), ("sum_U", "sum", "tensor")])
def other_pass1(theta, g, v, U, eps1, beta2_t, one_minus_beta2_t, block1, block2):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    # g_square[t] = g[t]**2 + eps1
    product = np.multiply(g, g, out=block1)
    g_square = np.add(product, eps1, out=block1)
    # v[t] = v[t-1]*beta2_t[t] + g_square[t]*(1 - beta2_t[t])
    np.multiply(v, beta2_t, out=v)
    product = np.multiply(g_square, one_minus_beta2_t, out=block1)
    np.add(v, product, out=v)
    # V[t] = v[t]
    V = block1
    np.copyto(V, v)
    # U[t] = g[t]/sqrt(V[t])
    np.sqrt(V, out=U)
    np.divide(g, U, out=U)
    product = np.multiply(theta, theta, out=block1)
    product2 = np.multiply(U, U, out=block2)
    return product, product2


def other_numbers(eps2, clip_threshold, rho_t, sum_theta, size, sum_U):
    """Numbers found from reductions, in float64: one set per tensor."""
    # alpha_t[t] = rho_t[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
    alpha_t = rho_t*np.maximum(eps2, np.sqrt(sum_theta/size))
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(sum_U/size)
    theta_factor = alpha_t/np.maximum(1, rms_update/clip_threshold)
    return {"alpha_t": alpha_t, "rms_update": rms_update, "theta_factor": theta_factor}


@blocked(work="block1")
def other_pass2(theta, U, theta_factor, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)
    product = np.multiply(U, theta_factor, out=block1)
    np.subtract(theta, product, out=theta)


def other_advance(step: Step) -> None:
    step.host(other_host)
    step.blocks(other_pass1)
    step.numbers(other_numbers, "tensor")
    step.blocks(other_pass2)
    step.commit()


OTHER_HYPER = (
    Hyper("max_lr", 0.01, "[0, inf)", "largest relative step size"),
    Hyper("beta2_decay", 0.8, "[0, inf)", "the decay at step t is 1 - t^(-beta2_decay)"),
    Hyper("eps1", 1e-30, "(0, inf)", "is added to the squared gradient"),
    Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
    Hyper("clip_threshold", 1, "(0, inf)", "largest root mean square of the update"),
)
OTHER_STATES = (State("v"),)
OTHER_RULE = Rule(
    name="AdafactorVector", dialect="paper", hyper=OTHER_HYPER, state=OTHER_STATES,
    oracles=("grad",), advance=other_advance,
)


class Adafactor(Optimizer):
    """Of a matrix only the means of rows and of columns of the squared gradient are kept; the last
    two axes are factored. Without a learning rate of its own: the step is relative to the root
    mean square of the parameters. Means stand for the paper's sums, which cancel.

    Equations where at least 2 dimensions
        g[t] = grad(theta[t-1])
        beta2_t[t] = 1 - t**(-beta2_decay)
        rho_t[t] = min(max_lr, 1/sqrt(t))
        alpha_t[t] = rho_t[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        g_square[t] = g[t]**2 + eps1
        R[t] = R[t-1]*beta2_t[t] + (1 - beta2_t[t])*mean(g_square[t], axis -1)
        C[t] = C[t-1]*beta2_t[t] + (1 - beta2_t[t])*mean(g_square[t], axis -2)
        V[t] = C[t]*R[t]/mean(R[t], axis -2)
        U[t] = g[t]/sqrt(V[t])
        rms_update[t] = sqrt(mean(U[t]**2))
        theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)

    Equations where every tensor
        g[t] = grad(theta[t-1])
        beta2_t[t] = 1 - t**(-beta2_decay)
        rho_t[t] = min(max_lr, 1/sqrt(t))
        alpha_t[t] = rho_t[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        g_square[t] = g[t]**2 + eps1
        v[t] = v[t-1]*beta2_t[t] + g_square[t]*(1 - beta2_t[t])
        V[t] = v[t]
        U[t] = g[t]/sqrt(V[t])
        rms_update[t] = sqrt(mean(U[t]**2))
        theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)

    Proved
        the same when rows, or columns, change places (SY36: matrices of every shape, every tensor,
            all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        max_lr: largest relative step size, in [0, inf); default 0.01
        beta2_decay: the decay at step t is 1 - t^(-beta2_decay), in [0, inf); default 0.8
        eps1: is added to the squared gradient, in (0, inf); default 1e-30
        eps2: smallest scale of the parameters, in [0, inf); default 0.001
        clip_threshold: largest root mean square of the update, in (0, inf); default 1
    """

    shared = SHARED_RULE
    branches = (
        (Where(ndim_at_least=2), TENSOR_RULE),
        (Where(), OTHER_RULE),
    )

    def __init__(
        self, params: Params, max_lr: HyperValue = 0.01, beta2_decay: HyperValue = 0.8,
        eps1: HyperValue = 1e-30, eps2: HyperValue = 0.001, clip_threshold: HyperValue = 1,
    ) -> None:
        super().__init__(
            params, max_lr=max_lr, beta2_decay=beta2_decay, eps1=eps1, eps2=eps2,
            clip_threshold=clip_threshold,
        )
