"""torch.Adafactor: PyTorch 2.13, torch/optim/_adafactor.py.

Do not edit. Made from the declaration torch.Adafactor; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, Where, blocked, mean,
)


def shared_advance(step: Step) -> None:
    step.ask("g", "grad")


SHARED_RULE = Rule(
    name="Adafactor", dialect="torch", hyper=(), state=(), oracles=("grad",), advance=shared_advance,
)


def tensor_host(t, lr, beta2_decay):
    """Numbers of this step that need no data, in float64."""
    # w[t] = t**beta2_decay
    w = t**beta2_decay
    # rho[t] = min(lr, 1/sqrt(t))
    rho = np.minimum(1/np.sqrt(t), lr)
    return {"w": w, "rho": rho}


def tensor_update(theta, g, R, C, lr, eps1, eps2, d, weight_decay, rho, w):
    """Work on whole arrays."""
    # scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
    scale = rho*np.maximum(eps2, np.sqrt(mean(theta*theta)))
    # R[t] = R[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -1)
    R = R*float(1 - w) + mean(g*g, axis=-1)*w
    # C[t] = C[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -2)
    C = C*float(1 - w) + mean(g*g, axis=-2)*w
    # V[t] = C[t]*R[t]/max(eps1, mean(R[t], axis -2))
    V = C*R/np.maximum(mean(R, axis=-2), eps1)
    # U[t] = g[t]/sqrt(max(eps1**2, V[t]))
    U = g/np.sqrt(np.maximum(V, eps1*eps1))
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(mean(U*U))
    # theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
    theta = theta*float(1 - lr*weight_decay) - U*float(scale/np.maximum(1, rms_update/d))
    return {"R": R, "C": C, "theta": theta}


def tensor_advance(step: Step) -> None:
    step.host(tensor_host)
    step.arrays(tensor_update)
    step.commit()


TENSOR_HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("beta2_decay", -0.8, "(-inf, 0]", "exponent of the step count in the decay"),
    Hyper("eps1", 1.1920928955078125e-07, "(0, inf)", "keeps the variances from zero"),
    Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
    Hyper("d", 1, "[1, inf)", "largest root mean square of the update"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
TENSOR_STATES = (State("R", "axes(-1)"), State("C", "axes(-2)"))
TENSOR_RULE = Rule(
    name="AdafactorMatrix", dialect="torch", hyper=TENSOR_HYPER, state=TENSOR_STATES,
    oracles=("grad",), advance=tensor_advance,
)


def other_host(t, lr, beta2_decay, eps1, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # w[t] = t**beta2_decay
    w = t**beta2_decay
    # rho[t] = min(lr, 1/sqrt(t))
    rho = np.minimum(1/np.sqrt(t), lr)
    one_minus_w = 1 - w
    eps1_squared = eps1*eps1
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    return {
        "w": w, "rho": rho, "one_minus_w": one_minus_w, "eps1_squared": eps1_squared,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
    }


@blocked(stores="U", work="block1 block2", reductions=[("sum_theta", "sum", "tensor"), ("sum_U", "sum", "tensor")])
def other_pass1(theta, g, v, U, one_minus_w, w, eps1_squared, block1, block2):
    """Entrywise work on one block, in place; returns what is to be reduced."""
    # v[t] = v[t-1]*(1 - w[t]) + w[t]*g[t]**2
    np.multiply(v, one_minus_w, out=v)
    product = np.multiply(g, g, out=block1)
    product = np.multiply(product, w, out=block1)
    np.add(v, product, out=v)
    # V[t] = v[t]
    V = block1
    np.copyto(V, v)
    # U[t] = g[t]/sqrt(max(eps1**2, V[t]))
    np.maximum(V, eps1_squared, out=U)
    np.sqrt(U, out=U)
    np.divide(g, U, out=U)
    product = np.multiply(theta, theta, out=block1)
    product2 = np.multiply(U, U, out=block2)
    return product, product2


def other_numbers(eps2, d, rho, sum_theta, size, sum_U):
    """Numbers found from reductions, in float64: one set per tensor."""
    # scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
    scale = rho*np.maximum(eps2, np.sqrt(sum_theta/size))
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(sum_U/size)
    theta_factor = scale/np.maximum(1, rms_update/d)
    return {"scale": scale, "rms_update": rms_update, "theta_factor": theta_factor}


@blocked(work="block1")
def other_pass2(theta, U, one_minus_lr_weight_decay, theta_factor, block1):
    """Entrywise work on one block, in place."""
    # theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
    np.multiply(theta, one_minus_lr_weight_decay, out=theta)
    product = np.multiply(U, theta_factor, out=block1)
    np.subtract(theta, product, out=theta)


def other_advance(step: Step) -> None:
    step.host(other_host)
    step.blocks(other_pass1)
    step.numbers(other_numbers, "tensor")
    step.blocks(other_pass2)
    step.commit()


OTHER_HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("beta2_decay", -0.8, "(-inf, 0]", "exponent of the step count in the decay"),
    Hyper("eps1", 1.1920928955078125e-07, "(0, inf)", "keeps the variances from zero"),
    Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
    Hyper("d", 1, "[1, inf)", "largest root mean square of the update"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
OTHER_STATES = (State("v"),)
OTHER_RULE = Rule(
    name="AdafactorVector", dialect="torch", hyper=OTHER_HYPER, state=OTHER_STATES,
    oracles=("grad",), advance=other_advance,
)


class Adafactor(Optimizer):
    """torch's eps1=None stands for the machine epsilon of the parameters' type; the default here
    is float32's. The scale is that of the parameters before they decay.

    Equations where at least 2 dimensions
        w[t] = t**beta2_decay
        rho[t] = min(lr, 1/sqrt(t))
        g[t] = grad(theta[t-1])
        scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        R[t] = R[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -1)
        C[t] = C[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -2)
        V[t] = C[t]*R[t]/max(eps1, mean(R[t], axis -2))
        U[t] = g[t]/sqrt(max(eps1**2, V[t]))
        rms_update[t] = sqrt(mean(U[t]**2))
        theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)

    Equations where every tensor
        w[t] = t**beta2_decay
        rho[t] = min(lr, 1/sqrt(t))
        g[t] = grad(theta[t-1])
        scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        v[t] = v[t-1]*(1 - w[t]) + w[t]*g[t]**2
        V[t] = v[t]
        U[t] = g[t]/sqrt(max(eps1**2, V[t]))
        rms_update[t] = sqrt(mean(U[t]**2))
        theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        beta2_decay: exponent of the step count in the decay, in (-inf, 0]; default -0.8
        eps1: keeps the variances from zero, in (0, inf); default 1.1920928955078125e-07
        eps2: smallest scale of the parameters, in [0, inf); default 0.001
        d: largest root mean square of the update, in [1, inf); default 1
        weight_decay: weight decay, in [0, inf); default 0
    """

    id = "torch.Adafactor"
    shared = SHARED_RULE
    branches = (
        (Where(ndim_at_least=2), TENSOR_RULE),
        (Where(), OTHER_RULE),
    )

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, beta2_decay: HyperValue = -0.8,
        eps1: HyperValue = 1.1920928955078125e-07, eps2: HyperValue = 0.001, d: HyperValue = 1,
        weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta2_decay=beta2_decay, eps1=eps1, eps2=eps2, d=d,
            weight_decay=weight_decay,
        )
