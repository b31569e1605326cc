"""torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum at
full size. eps joins the root before its bias is corrected.

Equations with decoupled_weight_decay=False, maximize=False
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=False, maximize=True
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    theta_decayed[t] = theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=True, maximize=False
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

Equations with decoupled_weight_decay=True, maximize=True
    rho_inf[t] = 2/(1 - beta2) - 1
    rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    g[t] = -grad(theta[t-1])
    g_decayed[t] = g[t]
    theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.RAdam and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 7921a2e444dbaf60
"""

from __future__ import annotations

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void torch_radam_plain_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, const real_t lr, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta1_to_t, const real_t theta_case,
    const real_t sqrt_one_minus_beta2_to_t_rectifier)
{
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // theta_decayed[t] = theta[t-1]
    real_t theta_decayed = theta;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    m = m*beta1 + g_decayed*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v = v*beta2 + g_decayed*g_decayed*one_minus_beta2;
    // m_hat[t] = m[t]/(1 - beta1**t)
    real_t m_hat = m/one_minus_beta1_to_t;
    // theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    theta = theta_decayed - m_hat*lr*((theta_case != real_t(0)) ? sqrt_one_minus_beta2_to_t_rectifier/(sqrt(v) + eps) : real_t(1));
}

extern "C" __global__ void torch_radam_plain_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t lr_value = of_group[0];
        const real_t beta1_value = of_group[1];
        const real_t beta2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t weight_decay_value = of_group[4];
        const real_t one_minus_beta1_value = of_group[5];
        const real_t one_minus_beta2_value = of_group[6];
        const real_t one_minus_beta1_to_t_value = of_group[7];
        const real_t theta_case_value = of_group[8];
        const real_t sqrt_one_minus_beta2_to_t_rectifier_value = of_group[9];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_radam_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], lr_value,
                    beta1_value, beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta1_to_t_value, theta_case_value,
                    sqrt_one_minus_beta2_to_t_rectifier_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_radam_plain_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], lr_value, beta1_value, beta2_value,
                eps_value, weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta1_to_t_value, theta_case_value,
                sqrt_one_minus_beta2_to_t_rectifier_value);
    }
}

static __device__ __forceinline__ void torch_radam_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, const real_t g2, const real_t lr, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta1_to_t, const real_t theta_case,
    const real_t sqrt_one_minus_beta2_to_t_rectifier)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // theta_decayed[t] = theta[t-1]
    real_t theta_decayed = theta;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    m = m*beta1 + g_decayed*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v = v*beta2 + g_decayed*g_decayed*one_minus_beta2;
    // m_hat[t] = m[t]/(1 - beta1**t)
    real_t m_hat = m/one_minus_beta1_to_t;
    // theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    theta = theta_decayed - m_hat*lr*((theta_case != real_t(0)) ? sqrt_one_minus_beta2_to_t_rectifier/(sqrt(v) + eps) : real_t(1));
}

extern "C" __global__ void torch_radam_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t lr_value = of_group[0];
        const real_t beta1_value = of_group[1];
        const real_t beta2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t weight_decay_value = of_group[4];
        const real_t one_minus_beta1_value = of_group[5];
        const real_t one_minus_beta2_value = of_group[6];
        const real_t one_minus_beta1_to_t_value = of_group[7];
        const real_t theta_case_value = of_group[8];
        const real_t sqrt_one_minus_beta2_to_t_rectifier_value = of_group[9];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_radam_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], g2_pack.at[k], lr_value,
                    beta1_value, beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta1_to_t_value, theta_case_value,
                    sqrt_one_minus_beta2_to_t_rectifier_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_radam_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], g2_at[i], lr_value, beta1_value, beta2_value,
                eps_value, weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta1_to_t_value, theta_case_value,
                sqrt_one_minus_beta2_to_t_rectifier_value);
    }
}

static __device__ __forceinline__ void torch_radam_decoupled_weight_decay_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, const real_t lr, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t one_minus_lr_weight_decay,
    const real_t one_minus_beta1, const real_t one_minus_beta2, const real_t one_minus_beta1_to_t,
    const real_t theta_case, const real_t sqrt_one_minus_beta2_to_t_rectifier)
{
    // g_decayed[t] = g[t]
    real_t g_decayed = g;
    // theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t theta_decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    m = m*beta1 + g_decayed*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v = v*beta2 + g_decayed*g_decayed*one_minus_beta2;
    // m_hat[t] = m[t]/(1 - beta1**t)
    real_t m_hat = m/one_minus_beta1_to_t;
    // theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    theta = theta_decayed - m_hat*lr*((theta_case != real_t(0)) ? sqrt_one_minus_beta2_to_t_rectifier/(sqrt(v) + eps) : real_t(1));
}

extern "C" __global__ void torch_radam_decoupled_weight_decay_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t lr_value = of_group[0];
        const real_t beta1_value = of_group[1];
        const real_t beta2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t one_minus_lr_weight_decay_value = of_group[4];
        const real_t one_minus_beta1_value = of_group[5];
        const real_t one_minus_beta2_value = of_group[6];
        const real_t one_minus_beta1_to_t_value = of_group[7];
        const real_t theta_case_value = of_group[8];
        const real_t sqrt_one_minus_beta2_to_t_rectifier_value = of_group[9];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_radam_decoupled_weight_decay_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], lr_value,
                    beta1_value, beta2_value, eps_value, one_minus_lr_weight_decay_value,
                    one_minus_beta1_value, one_minus_beta2_value, one_minus_beta1_to_t_value,
                    theta_case_value, sqrt_one_minus_beta2_to_t_rectifier_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_radam_decoupled_weight_decay_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], lr_value, beta1_value, beta2_value,
                eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                one_minus_beta2_value, one_minus_beta1_to_t_value, theta_case_value,
                sqrt_one_minus_beta2_to_t_rectifier_value);
    }
}

static __device__ __forceinline__ void torch_radam_decoupled_weight_decay_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, const real_t g2, const real_t lr, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t one_minus_lr_weight_decay,
    const real_t one_minus_beta1, const real_t one_minus_beta2, const real_t one_minus_beta1_to_t,
    const real_t theta_case, const real_t sqrt_one_minus_beta2_to_t_rectifier)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // g_decayed[t] = g[t]
    real_t g_decayed = g;
    // theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t theta_decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
    m = m*beta1 + g_decayed*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
    v = v*beta2 + g_decayed*g_decayed*one_minus_beta2;
    // m_hat[t] = m[t]/(1 - beta1**t)
    real_t m_hat = m/one_minus_beta1_to_t;
    // theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
    theta = theta_decayed - m_hat*lr*((theta_case != real_t(0)) ? sqrt_one_minus_beta2_to_t_rectifier/(sqrt(v) + eps) : real_t(1));
}

extern "C" __global__ void torch_radam_decoupled_weight_decay_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t lr_value = of_group[0];
        const real_t beta1_value = of_group[1];
        const real_t beta2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t one_minus_lr_weight_decay_value = of_group[4];
        const real_t one_minus_beta1_value = of_group[5];
        const real_t one_minus_beta2_value = of_group[6];
        const real_t one_minus_beta1_to_t_value = of_group[7];
        const real_t theta_case_value = of_group[8];
        const real_t sqrt_one_minus_beta2_to_t_rectifier_value = of_group[9];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_radam_decoupled_weight_decay_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], g2_pack.at[k], lr_value,
                    beta1_value, beta2_value, eps_value, one_minus_lr_weight_decay_value,
                    one_minus_beta1_value, one_minus_beta2_value, one_minus_beta1_to_t_value,
                    theta_case_value, sqrt_one_minus_beta2_to_t_rectifier_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_radam_decoupled_weight_decay_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], g2_at[i], lr_value, beta1_value, beta2_value,
                eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                one_minus_beta2_value, one_minus_beta1_to_t_value, theta_case_value,
                sqrt_one_minus_beta2_to_t_rectifier_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "torch_radam_plain_update",
    arrays="theta g m v",
    groups="lr beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t theta_case sqrt_one_minus_beta2_to_t_rectifier",
)

MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_radam_maximize_update",
    arrays="theta m v g2",
    groups="lr beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t theta_case sqrt_one_minus_beta2_to_t_rectifier",
)

DECOUPLED_WEIGHT_DECAY_UPDATE = Kernel(
    SOURCE,
    "torch_radam_decoupled_weight_decay_update",
    arrays="theta g m v",
    groups="lr beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t theta_case sqrt_one_minus_beta2_to_t_rectifier",
)

DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_radam_decoupled_weight_decay_maximize_update",
    arrays="theta m v g2",
    groups="lr beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t theta_case sqrt_one_minus_beta2_to_t_rectifier",
)


def plain_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_UPDATE)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


def decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(DECOUPLED_WEIGHT_DECAY_UPDATE)
    step.commit()


DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_advance,
)


def decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    theta_case = rho_t > 5
    return {
        "rho_inf": rho_inf,
        "rho_t": rho_t,
        "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
        "theta_case": theta_case,
    }


def decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE)
    step.commit()


DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="RAdam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_maximize_advance,
)


class RAdam(Optimizer):
    """torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

    Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum at
    full size. eps joins the root before its bias is corrected.

    Equations with decoupled_weight_decay=False, maximize=False
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=False, maximize=True
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        theta_decayed[t] = theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=True, maximize=False
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Equations with decoupled_weight_decay=True, maximize=True
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        g[t] = -grad(theta[t-1])
        g_decayed[t] = g[t]
        theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        decoupled_weight_decay: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('decoupled_weight_decay', False), ('maximize', False)), PLAIN_RULE),
        ((('decoupled_weight_decay', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('decoupled_weight_decay', True), ('maximize', False)), DECOUPLED_WEIGHT_DECAY_RULE),
        ((('decoupled_weight_decay', True), ('maximize', True)), DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
    )
    choices = {'decoupled_weight_decay': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        decoupled_weight_decay: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )
