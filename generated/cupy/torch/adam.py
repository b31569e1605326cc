"""torch.Adam: PyTorch 2.13, torch/optim/adam.py.

amsgrad keeps the largest average of squares as it stands, and corrects it as if it were the
last one.

Equations with amsgrad=False, decoupled_weight_decay=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=True, maximize=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=True, maximize=True
    g[t] = -grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=True, maximize=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=True, maximize=True
    g[t] = -grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Proved
    Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
        eps varying with t)
    torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: proved for all losses, all t,
        lr, beta1, beta2, eps, weight_decay varying with t)
    torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0) (DL6a: proved for
        all losses, all t, lr varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.Adam and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 7ad8f96970b05e61
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void torch_adam_plain_update_entry(
    real_t &theta, real_t &m, real_t &v, const real_t g2, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    real_t g = theta*weight_decay + g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_hat[t] = v[t]/(1 - beta2**t)
    real_t v_hat = v/one_minus_beta2_to_t;
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = theta - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_plain_update(
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
        const real_t *of_group = groups + 8*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_plain_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], g2_pack.at[k], beta1_value,
                    beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_plain_update_entry(
                theta_at[i], m_at[i], v_at[i], g2_at[i], beta1_value, beta2_value, eps_value,
                weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_decoupled_weight_decay_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t one_minus_lr_weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_hat[t] = v[t]/(1 - beta2**t)
    real_t v_hat = v/one_minus_beta2_to_t;
    // theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = decayed - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_decoupled_weight_decay_update(
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
        const real_t *of_group = groups + 8*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t one_minus_lr_weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_decoupled_weight_decay_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], beta1_value,
                    beta2_value, eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_decoupled_weight_decay_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], beta1_value, beta2_value, eps_value,
                one_minus_lr_weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, const real_t g2, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    real_t g = theta*weight_decay - g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_hat[t] = v[t]/(1 - beta2**t)
    real_t v_hat = v/one_minus_beta2_to_t;
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = theta - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_maximize_update(
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
        const real_t *of_group = groups + 8*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], g2_pack.at[k], beta1_value,
                    beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], g2_at[i], beta1_value, beta2_value, eps_value,
                weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_decoupled_weight_decay_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, const real_t g2, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t one_minus_lr_weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_hat[t] = v[t]/(1 - beta2**t)
    real_t v_hat = v/one_minus_beta2_to_t;
    // theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = decayed - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_decoupled_weight_decay_maximize_update(
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
        const real_t *of_group = groups + 8*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t one_minus_lr_weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_decoupled_weight_decay_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], g2_pack.at[k], beta1_value,
                    beta2_value, eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_decoupled_weight_decay_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], g2_at[i], beta1_value, beta2_value, eps_value,
                one_minus_lr_weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_amsgrad_update_entry(
    real_t &theta, real_t &m, real_t &v, real_t &v_max, const real_t g2, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    real_t g = theta*weight_decay + g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // v_hat[t] = v_max[t]/(1 - beta2**t)
    real_t v_hat = v_max/one_minus_beta2_to_t;
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = theta - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_amsgrad_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *v_max_at = place(row[3], start);
        const real_t *g2_at = place(row[4], start);
        const real_t *of_group = groups + 8*row[5];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack v_max_pack = load(v_max_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_amsgrad_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k], g2_pack.at[k],
                    beta1_value, beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_amsgrad_update_entry(
                theta_at[i], m_at[i], v_at[i], v_max_at[i], g2_at[i], beta1_value, beta2_value,
                eps_value, weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_amsgrad_decoupled_weight_decay_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t one_minus_lr_weight_decay,
    const real_t one_minus_beta1, const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // v_hat[t] = v_max[t]/(1 - beta2**t)
    real_t v_hat = v_max/one_minus_beta2_to_t;
    // theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = decayed - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_amsgrad_decoupled_weight_decay_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *v_max_at = place(row[4], start);
        const real_t *of_group = groups + 8*row[5];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t one_minus_lr_weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack v_max_pack = load(v_max_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_amsgrad_decoupled_weight_decay_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k],
                    beta1_value, beta2_value, eps_value, one_minus_lr_weight_decay_value,
                    one_minus_beta1_value, one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_amsgrad_decoupled_weight_decay_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i], beta1_value, beta2_value,
                eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                one_minus_beta2_value, one_minus_beta2_to_t_value,
                lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_amsgrad_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, real_t &v_max, const real_t g2, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    real_t g = theta*weight_decay - g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // v_hat[t] = v_max[t]/(1 - beta2**t)
    real_t v_hat = v_max/one_minus_beta2_to_t;
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = theta - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_amsgrad_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *v_max_at = place(row[3], start);
        const real_t *g2_at = place(row[4], start);
        const real_t *of_group = groups + 8*row[5];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack v_max_pack = load(v_max_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_amsgrad_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k], g2_pack.at[k],
                    beta1_value, beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_amsgrad_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], v_max_at[i], g2_at[i], beta1_value, beta2_value,
                eps_value, weight_decay_value, one_minus_beta1_value, one_minus_beta2_value,
                one_minus_beta2_to_t_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adam_amsgrad_decoupled_weight_decay_maximize_update_entry(
    real_t &theta, real_t &m, real_t &v, real_t &v_max, const real_t g2, const real_t beta1,
    const real_t beta2, const real_t eps, const real_t one_minus_lr_weight_decay,
    const real_t one_minus_beta1, const real_t one_minus_beta2, const real_t one_minus_beta2_to_t,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_lr_weight_decay;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // v_hat[t] = v_max[t]/(1 - beta2**t)
    real_t v_hat = v_max/one_minus_beta2_to_t;
    // theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    theta = decayed - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
}

extern "C" __global__ void torch_adam_amsgrad_decoupled_weight_decay_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *v_max_at = place(row[3], start);
        const real_t *g2_at = place(row[4], start);
        const real_t *of_group = groups + 8*row[5];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t one_minus_lr_weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta2_to_t_value = of_group[6];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack v_max_pack = load(v_max_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adam_amsgrad_decoupled_weight_decay_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k], g2_pack.at[k],
                    beta1_value, beta2_value, eps_value, one_minus_lr_weight_decay_value,
                    one_minus_beta1_value, one_minus_beta2_value, one_minus_beta2_to_t_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adam_amsgrad_decoupled_weight_decay_maximize_update_entry(
                theta_at[i], m_at[i], v_at[i], v_max_at[i], g2_at[i], beta1_value, beta2_value,
                eps_value, one_minus_lr_weight_decay_value, one_minus_beta1_value,
                one_minus_beta2_value, one_minus_beta2_to_t_value,
                lr_over_one_minus_beta1_to_t_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "torch_adam_plain_update",
    arrays="theta m v g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

DECOUPLED_WEIGHT_DECAY_UPDATE = Kernel(
    SOURCE,
    "torch_adam_decoupled_weight_decay_update",
    arrays="theta g m v",
    groups="beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_adam_maximize_update",
    arrays="theta m v g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_adam_decoupled_weight_decay_maximize_update",
    arrays="theta m v g2",
    groups="beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

AMSGRAD_UPDATE = Kernel(
    SOURCE,
    "torch_adam_amsgrad_update",
    arrays="theta m v v_max g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

AMSGRAD_DECOUPLED_WEIGHT_DECAY_UPDATE = Kernel(
    SOURCE,
    "torch_adam_amsgrad_decoupled_weight_decay_update",
    arrays="theta g m v v_max",
    groups="beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

AMSGRAD_MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_adam_amsgrad_maximize_update",
    arrays="theta m v v_max g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)

AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_adam_amsgrad_decoupled_weight_decay_maximize_update",
    arrays="theta m v v_max g2",
    groups="beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
)


def plain_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="Adam",
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


def decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(DECOUPLED_WEIGHT_DECAY_UPDATE)
    step.commit()


DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="Adam",
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


def maximize_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_UPDATE)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adam",
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


def decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE)
    step.commit()


DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="Adam",
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


def amsgrad_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def amsgrad_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_host)
    step.ask("g2", "grad")
    step.blocks(AMSGRAD_UPDATE)
    step.commit()


AMSGRAD_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_advance,
)


def amsgrad_decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def amsgrad_decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(AMSGRAD_DECOUPLED_WEIGHT_DECAY_UPDATE)
    step.commit()


AMSGRAD_DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_decoupled_weight_decay_advance,
)


def amsgrad_maximize_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def amsgrad_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_maximize_host)
    step.ask("g2", "grad")
    step.blocks(AMSGRAD_MAXIMIZE_UPDATE)
    step.commit()


AMSGRAD_MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_maximize_advance,
)


def amsgrad_decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def amsgrad_decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_UPDATE)
    step.commit()


AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_decoupled_weight_decay_maximize_advance,
)


class Adam(Optimizer):
    """torch.Adam: PyTorch 2.13, torch/optim/adam.py.

    amsgrad keeps the largest average of squares as it stands, and corrects it as if it were the
    last one.

    Equations with amsgrad=False, decoupled_weight_decay=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=True, maximize=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=True, maximize=True
        g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=True, maximize=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=True, maximize=True
        g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Proved
        Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
            eps varying with t)
        torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: proved for all losses, all t,
            lr, beta1, beta2, eps, weight_decay varying with t)
        torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0) (DL6a: proved for
            all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        amsgrad: one of False, True
        maximize: one of False, True
        decoupled_weight_decay: one of False, True
    """

    rules = (
        ((('amsgrad', False), ('decoupled_weight_decay', False), ('maximize', False)), PLAIN_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', True), ('maximize', False)), DECOUPLED_WEIGHT_DECAY_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', True), ('maximize', True)), DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', False), ('maximize', False)), AMSGRAD_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', True), ('maximize', False)), AMSGRAD_DECOUPLED_WEIGHT_DECAY_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', False), ('maximize', True)), AMSGRAD_MAXIMIZE_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', True), ('maximize', True)), AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
    )
    choices = {'amsgrad': (False, True), 'maximize': (False, True), 'decoupled_weight_decay': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        amsgrad: bool = False,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )
