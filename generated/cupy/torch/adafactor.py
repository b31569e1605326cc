"""torch.Adafactor: PyTorch 2.13, torch/optim/_adafactor.py.

torch's eps1=None stands for the machine epsilon of the parameters' type; the default here is
float32's. The scale is that of the parameters before they decay.

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

Work on whole arrays takes memory from CuPy's pool in every step.

Do not edit. Made from the declaration torch.Adafactor and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 1724f0b17057637c
"""

from __future__ import annotations

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step, Where, cp, mean, weak

SOURCE = """
static __device__ __forceinline__ void torch_adafactor_other_pass1_entry(
    const real_t theta, const real_t g, real_t &v, real_t &U, real_t &sum_theta, real_t &sum_U,
    const real_t one_minus_w, const real_t w, const real_t eps1_squared)
{
    // v[t] = v[t-1]*(1 - w[t]) + w[t]*g[t]**2
    v = v*one_minus_w + g*g*w;
    // V[t] = v[t]
    real_t V = v;
    // U[t] = g[t]/sqrt(max(eps1**2, V[t]))
    U = g/sqrt(maximum(V, eps1_squared));
    sum_theta = theta*theta;
    sum_U = U*U;
}

extern "C" __global__ void torch_adafactor_other_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 8*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *U_at = place(row[3], start);
        real_t *sum_theta_at = place(row[4], start);
        real_t *sum_U_at = place(row[5], start);
        const real_t *of_group = groups + 3*row[6];
        const real_t one_minus_w_value = of_group[0];
        const real_t w_value = of_group[1];
        const real_t eps1_squared_value = of_group[2];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack U_pack;
            pack sum_theta_pack;
            pack sum_U_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adafactor_other_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], U_pack.at[k],
                    sum_theta_pack.at[k], sum_U_pack.at[k], one_minus_w_value, w_value,
                    eps1_squared_value);
            store(v_at, i, v_pack);
            store(U_at, i, U_pack);
            store(sum_theta_at, i, sum_theta_pack);
            store(sum_U_at, i, sum_U_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adafactor_other_pass1_entry(
                theta_at[i], g_at[i], v_at[i], U_at[i], sum_theta_at[i], sum_U_at[i],
                one_minus_w_value, w_value, eps1_squared_value);
    }
}

static __device__ __forceinline__ void torch_adafactor_other_pass2_entry(
    real_t &theta, const real_t U, const real_t one_minus_lr_weight_decay, const real_t theta_factor)
{
    // theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
    theta = theta*one_minus_lr_weight_decay - U*theta_factor;
}

extern "C" __global__ void torch_adafactor_other_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *U_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t one_minus_lr_weight_decay_value = of_group[0];
        const long long tensor = row[3];
        const real_t theta_factor_value = numbers[4 + 5*tensor];
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack U_pack = load(U_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adafactor_other_pass2_entry(
                    theta_pack.at[k], U_pack.at[k], one_minus_lr_weight_decay_value,
                    theta_factor_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adafactor_other_pass2_entry(
                theta_at[i], U_at[i], one_minus_lr_weight_decay_value, theta_factor_value);
    }
}
"""

NUMBERS_SOURCE = """
static __device__ __forceinline__ void torch_adafactor_other_numbers_one(
    const real_t eps2, const real_t d, const real_t rho, const real_t size, const real_t sum_theta,
    const real_t sum_U, real_t &scale, real_t &rms_update, real_t &theta_factor)
{
    // scale[t] = rho[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
    scale = rho*maximum(eps2, sqrt(sum_theta/size));
    // rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = sqrt(sum_U/size);
    theta_factor = scale/maximum(1.0, rms_update/d);
}

extern "C" __global__ void torch_adafactor_other_numbers(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 2*k;
        const real_t *of_group = groups + 3*row[0];
        torch_adafactor_other_numbers_one(
            of_group[0], of_group[1], of_group[2], real_t(row[1]), wide[0 + 5*k], wide[1 + 5*k],
            wide[2 + 5*k], wide[3 + 5*k], wide[4 + 5*k]);
        single[2 + 5*k] = float(wide[2 + 5*k]);
        single[3 + 5*k] = float(wide[3 + 5*k]);
        single[4 + 5*k] = float(wide[4 + 5*k]);
    }
}
"""

OTHER_LAYOUT = Layout(
    tensor="sum_theta sum_U scale rms_update theta_factor",
)

OTHER_PASS1 = Kernel(
    SOURCE,
    "torch_adafactor_other_pass1",
    arrays="theta g v U sum_theta sum_U",
    groups="one_minus_w w eps1_squared",
    stores="U",
    reductions=(
        ("sum_theta", "sum", "tensor"),
        ("sum_U", "sum", "tensor"),
    ),
    layout=OTHER_LAYOUT,
)

OTHER_PASS2 = Kernel(
    SOURCE,
    "torch_adafactor_other_pass2",
    arrays="theta U",
    groups="one_minus_lr_weight_decay",
    layout=OTHER_LAYOUT,
)

OTHER_NUMBERS = NumberKernel(
    NUMBERS_SOURCE,
    "torch_adafactor_other_numbers",
    extent="tensor",
    groups="eps2 d rho",
    facts=("size",),
    layout=OTHER_LAYOUT,
)


def shared_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")


SHARED_RULE = Rule(
    name="Adafactor",
    dialect="torch",
    hyper=(
    ),
    state=(),
    oracles=("grad",),
    advance=shared_advance,
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
    R = (1 - w)*R + w*mean(g*g, axis=-1)
    # C[t] = C[t-1]*(1 - w[t]) + w[t]*mean(g[t]**2, axis -2)
    C = (1 - w)*C + w*mean(g*g, axis=-2)
    # V[t] = C[t]*R[t]/max(eps1, mean(R[t], axis -2))
    V = C*R/cp.maximum(mean(R, axis=-2), eps1)
    # U[t] = g[t]/sqrt(max(eps1**2, V[t]))
    U = g/cp.sqrt(cp.maximum(V, eps1*eps1))
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(mean(U*U))
    # theta[t] = (1 - lr*weight_decay)*theta[t-1] - U[t]*scale[t]/max(1, rms_update[t]/d)
    theta = (1 - lr*weight_decay)*theta - weak(scale/np.maximum(1, rms_update/d), theta)*U
    return {"R": R, "C": C, "theta": theta}


def tensor_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(tensor_host)
    step.arrays(tensor_update)
    step.commit()


TENSOR_RULE = Rule(
    name="AdafactorMatrix",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("beta2_decay", -0.8, "(-inf, 0]", "exponent of the step count in the decay"),
        Hyper("eps1", 1.1920928955078125e-07, "(0, inf)", "keeps the variances from zero"),
        Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
        Hyper("d", 1, "[1, inf)", "largest root mean square of the update"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("R", "axes(-1)"), State("C", "axes(-2)"),),
    oracles=("grad",),
    advance=tensor_advance,
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
        "w": w,
        "rho": rho,
        "one_minus_w": one_minus_w,
        "eps1_squared": eps1_squared,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
    }


def other_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(other_host)
    step.blocks(OTHER_PASS1)
    step.numbers(OTHER_NUMBERS)
    step.blocks(OTHER_PASS2)
    step.commit()


OTHER_RULE = Rule(
    name="AdafactorVector",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("beta2_decay", -0.8, "(-inf, 0]", "exponent of the step count in the decay"),
        Hyper("eps1", 1.1920928955078125e-07, "(0, inf)", "keeps the variances from zero"),
        Hyper("eps2", 0.001, "[0, inf)", "smallest scale of the parameters"),
        Hyper("d", 1, "[1, inf)", "largest root mean square of the update"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"),),
    oracles=("grad",),
    advance=other_advance,
)


class Adafactor(Optimizer):
    """torch.Adafactor: PyTorch 2.13, torch/optim/_adafactor.py.

    torch's eps1=None stands for the machine epsilon of the parameters' type; the default here is
    float32's. The scale is that of the parameters before they decay.

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
        self,
        params: Params,
        lr: HyperValue = 0.01,
        beta2_decay: HyperValue = -0.8,
        eps1: HyperValue = 1.1920928955078125e-07,
        eps2: HyperValue = 0.001,
        d: HyperValue = 1,
        weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta2_decay=beta2_decay,
            eps1=eps1,
            eps2=eps2,
            d=d,
            weight_decay=weight_decay,
        )
