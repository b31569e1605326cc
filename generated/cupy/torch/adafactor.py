"""torch.Adafactor: PyTorch 2.13, torch/optim/_adafactor.py.

Work on whole arrays takes memory from CuPy's pool in every step.

Do not edit. Made from the declaration torch.Adafactor; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step, Where,
    cp, mean, weak,
)

SOURCE = """
extern "C" __global__ void torch_adafactor_other_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 8*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *U_at = place(row[3], start),
            *sum_theta_at = place(row[4], start), *sum_U_at = place(row[5], start);
        const real_t *of_group = groups + 3*row[6];
        const real_t one_minus_w = of_group[0], w = of_group[1], eps1_squared = of_group[2];
        const auto entry = [&](const real_t theta, const real_t g, real_t &v, real_t &U,
            real_t &sum_theta, real_t &sum_U) {
            // v[t] = v[t-1]*(1 - w[t]) + w[t]*g[t]**2
            v = v*one_minus_w + g*g*w;
            // V[t] = v[t]
            real_t V = v;
            // U[t] = g[t]/sqrt(max(eps1**2, V[t]))
            U = g/sqrt(maximum(V, eps1_squared));
            sum_theta = theta*theta;
            sum_U = U*U;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                U_pack, sum_theta_pack, sum_U_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], U_pack.at[k],
                    sum_theta_pack.at[k], sum_U_pack.at[k]);
            store(v_at, i, v_pack); store(U_at, i, U_pack); store(sum_theta_at, i, sum_theta_pack);
            store(sum_U_at, i, sum_U_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i], U_at[i], sum_theta_at[i], sum_U_at[i]);
    }
}

extern "C" __global__ void torch_adafactor_other_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *U_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t one_minus_lr_weight_decay = of_group[0];
        const long long tensor = row[3];
        const real_t theta_factor = numbers[4 + 5*tensor];
        const auto entry = [&](real_t &theta, const real_t U) {
            // theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
            theta = theta*one_minus_lr_weight_decay - U*theta_factor;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), U_pack = load(U_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], U_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], U_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void torch_adafactor_other_numbers(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 2*i;
        const real_t *of_group = groups + 3*row[0];
        const real_t eps2 = of_group[0], d = of_group[1], rho = of_group[2], size = real_t(row[1]),
            sum_theta = wide[0 + 5*i], sum_U = wide[1 + 5*i];
        real_t &scale = wide[2 + 5*i], &rms_update = wide[3 + 5*i], &theta_factor = wide[4 + 5*i];
        // scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        scale = rho*maximum(eps2, sqrt(sum_theta/size));
        // rms_update[t] = sqrt(mean(U[t]**2))
        rms_update = sqrt(sum_U/size);
        theta_factor = scale/maximum(1.0, rms_update/d);
        single[2 + 5*i] = float(scale); single[3 + 5*i] = float(rms_update);
        single[4 + 5*i] = float(theta_factor);
    }
}
"""

OTHER_LAYOUT = Layout(tensor="sum_theta sum_U scale rms_update theta_factor")

OTHER_PASS1 = Kernel(
    SOURCE, "torch_adafactor_other_pass1", arrays="theta g v U sum_theta sum_U",
    groups="one_minus_w w eps1_squared", stores="U",
    reductions=(("sum_theta", "sum", "tensor"), ("sum_U", "sum", "tensor"),), layout=OTHER_LAYOUT,
)

OTHER_PASS2 = Kernel(
    SOURCE, "torch_adafactor_other_pass2", arrays="theta U", groups="one_minus_lr_weight_decay",
    layout=OTHER_LAYOUT,
)

OTHER_NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "torch_adafactor_other_numbers", extent="tensor", groups="eps2 d rho",
    facts=("size",), layout=OTHER_LAYOUT,
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
    R = R*weak(1 - w, theta) + mean(g*g, axis=-1)*w
    # C[t] = C[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -2)
    C = C*weak(1 - w, theta) + mean(g*g, axis=-2)*w
    # V[t] = C[t]*R[t]/max(eps1, mean(R[t], axis -2))
    V = C*R/cp.maximum(mean(R, axis=-2), eps1)
    # U[t] = g[t]/sqrt(max(eps1**2, V[t]))
    U = g/cp.sqrt(cp.maximum(V, eps1*eps1))
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(mean(U*U))
    # theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
    theta = theta*weak(1 - lr*weight_decay, theta) - U*weak(scale/np.maximum(1, rms_update/d), theta)
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


def other_advance(step: Step) -> None:
    step.host(other_host)
    step.blocks(OTHER_PASS1)
    step.numbers(OTHER_NUMBERS)
    step.blocks(OTHER_PASS2)
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
