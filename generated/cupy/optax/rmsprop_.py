"""optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

The learning rate stands inside the trace. Bias correction divides an average that starts at
initial_scale as if it had started at zero; if it did, and is centered, the first variance is
zero and the first step g/sqrt(eps) or g/eps.

Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Proved
    optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
        learning_rate, decay, eps, momentum varying with t)
    optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
        all losses, all t)
    optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
        t, learning_rate varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.rmsprop and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 44ef90ff8232f4b5
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void optax_rmsprop_eps_in_sqrt_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    real_t scaled = -(g*learning_rate/sqrt(v + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_eps_in_sqrt_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 5*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_eps_in_sqrt_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_eps_in_sqrt_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_eps_in_sqrt_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    real_t scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_bias_correction_eps_in_sqrt_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_eps_in_sqrt_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value,
                    one_minus_decay_to_t_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_eps_in_sqrt_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value, one_minus_decay_to_t_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_eps_in_sqrt_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    real_t scaled = -(g*learning_rate/sqrt(v + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_eps_in_sqrt_nesterov_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 5*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_eps_in_sqrt_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_eps_in_sqrt_nesterov_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_eps_in_sqrt_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    real_t scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_bias_correction_eps_in_sqrt_nesterov_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_eps_in_sqrt_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value,
                    one_minus_decay_to_t_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_eps_in_sqrt_nesterov_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value, one_minus_decay_to_t_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_centered_eps_in_sqrt_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    real_t scaled = -(g*learning_rate/sqrt(v - m*m + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_centered_eps_in_sqrt_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 5*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_centered_eps_in_sqrt_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_centered_eps_in_sqrt_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_centered_eps_in_sqrt_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t, const real_t one_minus_decay_to_t_squared)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    real_t scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_bias_correction_centered_eps_in_sqrt_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const real_t one_minus_decay_to_t_squared_value = of_group[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_centered_eps_in_sqrt_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value, one_minus_decay_to_t_value,
                    one_minus_decay_to_t_squared_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_centered_eps_in_sqrt_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value, one_minus_decay_to_t_value,
                one_minus_decay_to_t_squared_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_centered_eps_in_sqrt_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    real_t scaled = -(g*learning_rate/sqrt(v - m*m + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_centered_eps_in_sqrt_nesterov_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 5*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_centered_eps_in_sqrt_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_centered_eps_in_sqrt_nesterov_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_centered_eps_in_sqrt_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t, const real_t one_minus_decay_to_t_squared)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    real_t scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_bias_correction_centered_eps_in_sqrt_nesterov_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const real_t one_minus_decay_to_t_squared_value = of_group[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_centered_eps_in_sqrt_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value, one_minus_decay_to_t_value,
                    one_minus_decay_to_t_squared_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_centered_eps_in_sqrt_nesterov_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value, one_minus_decay_to_t_value,
                one_minus_decay_to_t_squared_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_plain_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_plain_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 5*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_plain_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_bias_correction_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value,
                    one_minus_decay_to_t_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value, one_minus_decay_to_t_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_nesterov_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 5*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_nesterov_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t)
{
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_bias_correction_nesterov_update(
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
        real_t *v_at = place(row[2], start);
        real_t *b_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], b_pack.at[k], learning_rate_value,
                    decay_value, eps_value, momentum_value, one_minus_decay_value,
                    one_minus_decay_to_t_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_nesterov_update_entry(
                theta_at[i], g_at[i], v_at[i], b_at[i], learning_rate_value, decay_value, eps_value,
                momentum_value, one_minus_decay_value, one_minus_decay_to_t_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_centered_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v - m*m) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_centered_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 5*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_centered_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_centered_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_centered_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t, const real_t one_minus_decay_to_t_squared)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + b[t]
    theta = theta + b;
}

extern "C" __global__ void optax_rmsprop_bias_correction_centered_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const real_t one_minus_decay_to_t_squared_value = of_group[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_centered_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value, one_minus_decay_to_t_value,
                    one_minus_decay_to_t_squared_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_centered_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value, one_minus_decay_to_t_value,
                one_minus_decay_to_t_squared_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_centered_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v - m*m) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_centered_nesterov_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 5*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_centered_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_centered_nesterov_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value);
    }
}

static __device__ __forceinline__ void optax_rmsprop_bias_correction_centered_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b, const real_t learning_rate,
    const real_t decay, const real_t eps, const real_t momentum, const real_t one_minus_decay,
    const real_t one_minus_decay_to_t, const real_t one_minus_decay_to_t_squared)
{
    // m[t] = decay*m[t-1] + (1 - decay)*g[t]
    m = m*decay + g*one_minus_decay;
    // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    v = v*decay + g*g*one_minus_decay;
    // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    real_t scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared) + eps));
    // b[t] = momentum*b[t-1] + scaled[t]
    b = b*momentum + scaled;
    // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    theta = theta + b*momentum + scaled;
}

extern "C" __global__ void optax_rmsprop_bias_correction_centered_nesterov_update(
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
        real_t *b_at = place(row[4], start);
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t decay_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t momentum_value = of_group[3];
        const real_t one_minus_decay_value = of_group[4];
        const real_t one_minus_decay_to_t_value = of_group[5];
        const real_t one_minus_decay_to_t_squared_value = of_group[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_rmsprop_bias_correction_centered_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k],
                    learning_rate_value, decay_value, eps_value, momentum_value,
                    one_minus_decay_value, one_minus_decay_to_t_value,
                    one_minus_decay_to_t_squared_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_rmsprop_bias_correction_centered_nesterov_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], b_at[i], learning_rate_value, decay_value,
                eps_value, momentum_value, one_minus_decay_value, one_minus_decay_to_t_value,
                one_minus_decay_to_t_squared_value);
    }
}
"""

EPS_IN_SQRT_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_eps_in_sqrt_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_EPS_IN_SQRT_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_eps_in_sqrt_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t",
)

EPS_IN_SQRT_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_eps_in_sqrt_nesterov_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_eps_in_sqrt_nesterov_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t",
)

CENTERED_EPS_IN_SQRT_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_centered_eps_in_sqrt_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_centered_eps_in_sqrt_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t one_minus_decay_to_t_squared",
)

CENTERED_EPS_IN_SQRT_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_centered_eps_in_sqrt_nesterov_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_centered_eps_in_sqrt_nesterov_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t one_minus_decay_to_t_squared",
)

PLAIN_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_plain_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t",
)

NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_nesterov_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_nesterov_update",
    arrays="theta g v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t",
)

CENTERED_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_centered_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_CENTERED_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_centered_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t one_minus_decay_to_t_squared",
)

CENTERED_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_centered_nesterov_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay",
)

BIAS_CORRECTION_CENTERED_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_rmsprop_bias_correction_centered_nesterov_update",
    arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t one_minus_decay_to_t_squared",
)


def eps_in_sqrt_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(EPS_IN_SQRT_UPDATE)
    step.commit()


EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=eps_in_sqrt_advance,
)


def bias_correction_eps_in_sqrt_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


def bias_correction_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_EPS_IN_SQRT_UPDATE)
    step.commit()


BIAS_CORRECTION_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_eps_in_sqrt_advance,
)


def eps_in_sqrt_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(EPS_IN_SQRT_NESTEROV_UPDATE)
    step.commit()


EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=eps_in_sqrt_nesterov_advance,
)


def bias_correction_eps_in_sqrt_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


def bias_correction_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_UPDATE)
    step.commit()


BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_eps_in_sqrt_nesterov_advance,
)


def centered_eps_in_sqrt_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def centered_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(CENTERED_EPS_IN_SQRT_UPDATE)
    step.commit()


CENTERED_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_eps_in_sqrt_advance,
)


def bias_correction_centered_eps_in_sqrt_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


def bias_correction_centered_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_UPDATE)
    step.commit()


BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_eps_in_sqrt_advance,
)


def centered_eps_in_sqrt_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def centered_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(CENTERED_EPS_IN_SQRT_NESTEROV_UPDATE)
    step.commit()


CENTERED_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_eps_in_sqrt_nesterov_advance,
)


def bias_correction_centered_eps_in_sqrt_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


def bias_correction_centered_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_UPDATE)
    step.commit()


BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_eps_in_sqrt_nesterov_advance,
)


def plain_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


def bias_correction_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


def bias_correction_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_UPDATE)
    step.commit()


BIAS_CORRECTION_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_advance,
)


def nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(NESTEROV_UPDATE)
    step.commit()


NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


def bias_correction_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


def bias_correction_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_nesterov_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_NESTEROV_UPDATE)
    step.commit()


BIAS_CORRECTION_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_nesterov_advance,
)


def centered_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g", "grad")
    step.blocks(CENTERED_UPDATE)
    step.commit()


CENTERED_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_advance,
)


def bias_correction_centered_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


def bias_correction_centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_CENTERED_UPDATE)
    step.commit()


BIAS_CORRECTION_CENTERED_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_advance,
)


def centered_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


def centered_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_nesterov_host)
    step.ask("g", "grad")
    step.blocks(CENTERED_NESTEROV_UPDATE)
    step.commit()


CENTERED_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_nesterov_advance,
)


def bias_correction_centered_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


def bias_correction_centered_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_nesterov_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_CENTERED_NESTEROV_UPDATE)
    step.commit()


BIAS_CORRECTION_CENTERED_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_nesterov_advance,
)


class rmsprop(Optimizer):
    """optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

    The learning rate stands inside the trace. Bias correction divides an average that starts at
    initial_scale as if it had started at zero; if it did, and is centered, the first variance is
    zero and the first step g/sqrt(eps) or g/eps.

    Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Proved
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
            learning_rate, decay, eps, momentum varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
            all losses, all t)
        optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
            t, learning_rate varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        decay: decay of the moving average of squared gradients, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        initial_scale: start of the average of squared gradients, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        eps_in_sqrt: one of True, False
        centered: one of False, True
        nesterov: one of False, True
        bias_correction: one of False, True
    """

    rules = (
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', True), ('nesterov', False)), EPS_IN_SQRT_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', True), ('nesterov', False)), BIAS_CORRECTION_EPS_IN_SQRT_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', True), ('nesterov', True)), EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', True), ('nesterov', True)), BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', True), ('nesterov', False)), CENTERED_EPS_IN_SQRT_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', True), ('nesterov', False)), BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', True), ('nesterov', True)), CENTERED_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', True), ('nesterov', True)), BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', False), ('nesterov', False)), PLAIN_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', False), ('nesterov', False)), BIAS_CORRECTION_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', False), ('nesterov', True)), NESTEROV_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', False), ('nesterov', True)), BIAS_CORRECTION_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', False), ('nesterov', False)), CENTERED_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', False), ('nesterov', False)), BIAS_CORRECTION_CENTERED_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', False), ('nesterov', True)), CENTERED_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', False), ('nesterov', True)), BIAS_CORRECTION_CENTERED_NESTEROV_RULE),
    )
    choices = {'eps_in_sqrt': (True, False), 'centered': (False, True), 'nesterov': (False, True), 'bias_correction': (False, True)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        decay: HyperValue = 0.9,
        eps: HyperValue = 1e-08,
        initial_scale: HyperValue = 0,
        momentum: HyperValue = 0,
        eps_in_sqrt: bool = True,
        centered: bool = False,
        nesterov: bool = False,
        bias_correction: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            decay=decay,
            eps=eps,
            initial_scale=initial_scale,
            momentum=momentum,
            eps_in_sqrt=eps_in_sqrt,
            centered=centered,
            nesterov=nesterov,
            bias_correction=bias_correction,
        )
