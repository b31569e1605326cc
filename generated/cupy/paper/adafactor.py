"""Adafactor: Shazeer & Stern 2018, Algorithms 4 and 5 (arXiv:1804.04235).

Work on whole arrays takes memory from CuPy's pool in every step.

Do not edit. Made from the declaration Adafactor; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step, Where,
    cp, mean, weak,
)

SOURCE = """
extern "C" __global__ void paper_adafactor_other_pass1(const long long *table, const long long *chunks,
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
        const real_t eps1 = of_group[0], beta2_t = of_group[1], one_minus_beta2_t = of_group[2];
        const auto entry = [&](const real_t theta, const real_t g, real_t &v, real_t &U,
            real_t &sum_theta, real_t &sum_U) {
            // g_square[t] = g[t]**2 + eps1
            real_t g_square = g*g + eps1;
            // v[t] = v[t-1]*beta2_t[t] + g_square[t]*(1 - beta2_t[t])
            v = v*beta2_t + g_square*one_minus_beta2_t;
            // V[t] = v[t]
            real_t V = v;
            // U[t] = g[t]/sqrt(V[t])
            U = g/sqrt(V);
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

extern "C" __global__ void paper_adafactor_other_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *U_at = place(row[1], start);
        const long long tensor = row[3];
        const real_t theta_factor = numbers[4 + 5*tensor];
        const auto entry = [&](real_t &theta, const real_t U) {
            // theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)
            theta = theta - U*theta_factor;
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
extern "C" __global__ void paper_adafactor_other_numbers(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 2*i;
        const real_t *of_group = groups + 3*row[0];
        const real_t eps2 = of_group[0], clip_threshold = of_group[1], rho_t = of_group[2],
            size = real_t(row[1]), sum_theta = wide[0 + 5*i], sum_U = wide[1 + 5*i];
        real_t &alpha_t = wide[2 + 5*i], &rms_update = wide[3 + 5*i], &theta_factor = wide[4 + 5*i];
        // alpha_t[t] = rho_t[t]*max(eps2, sqrt(mean(theta[t-1]**2)))
        alpha_t = rho_t*maximum(eps2, sqrt(sum_theta/size));
        // rms_update[t] = sqrt(mean(U[t]**2))
        rms_update = sqrt(sum_U/size);
        theta_factor = alpha_t/maximum(1.0, rms_update/clip_threshold);
        single[2 + 5*i] = float(alpha_t); single[3 + 5*i] = float(rms_update);
        single[4 + 5*i] = float(theta_factor);
    }
}
"""

OTHER_LAYOUT = Layout(tensor="sum_theta sum_U alpha_t rms_update theta_factor")

OTHER_PASS1 = Kernel(
    SOURCE, "paper_adafactor_other_pass1", arrays="theta g v U sum_theta sum_U",
    groups="eps1 beta2_t one_minus_beta2_t", stores="U",
    reductions=(("sum_theta", "sum", "tensor"), ("sum_U", "sum", "tensor"),), layout=OTHER_LAYOUT,
)

OTHER_PASS2 = Kernel(SOURCE, "paper_adafactor_other_pass2", arrays="theta U", layout=OTHER_LAYOUT)

OTHER_NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_adafactor_other_numbers", extent="tensor",
    groups="eps2 clip_threshold rho_t", facts=("size",), layout=OTHER_LAYOUT,
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
    R = R*beta2_t + mean(g_square, axis=-1)*weak(1 - beta2_t, theta)
    # C[t] = C[t-1]*beta2_t[t] + (1 - beta2_t[t])*mean(g_square[t], axis -2)
    C = C*beta2_t + mean(g_square, axis=-2)*weak(1 - beta2_t, theta)
    # V[t] = C[t]*R[t]/mean(R[t], axis -2)
    V = C*R/mean(R, axis=-2)
    # U[t] = g[t]/sqrt(V[t])
    U = g/cp.sqrt(V)
    # rms_update[t] = sqrt(mean(U[t]**2))
    rms_update = np.sqrt(mean(U*U))
    # theta[t] = theta[t-1] - U[t]*alpha_t[t]/max(1, rms_update[t]/clip_threshold)
    theta = theta - U*weak(alpha_t/np.maximum(1, rms_update/clip_threshold), theta)
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


def other_advance(step: Step) -> None:
    step.host(other_host)
    step.blocks(OTHER_PASS1)
    step.numbers(OTHER_NUMBERS)
    step.blocks(OTHER_PASS2)
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
