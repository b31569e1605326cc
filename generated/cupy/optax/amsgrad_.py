"""optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

The maximum is of the corrected averages, not of those that torch and Keras keep.

Equations with bias_correction_mu=True, bias_correction_nu=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

Equations with bias_correction_mu=True, bias_correction_nu=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

Equations with bias_correction_mu=False, bias_correction_nu=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

Equations with bias_correction_mu=False, bias_correction_nu=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.amsgrad and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: b28dab8c418c9462
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void optax_amsgrad_bias_correction_mu_bias_correction_nu_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max, const real_t b1,
    const real_t b2, const real_t eps, const real_t eps_root, const real_t one_minus_b1,
    const real_t one_minus_b2, const real_t one_minus_b2_to_t,
    const real_t learning_rate_over_one_minus_b1_to_t)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    v_max = maximum(v/one_minus_b2_to_t, v_max);
    // theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
    theta = theta - m*learning_rate_over_one_minus_b1_to_t/(sqrt(v_max + eps_root) + eps);
}

extern "C" __global__ void optax_amsgrad_bias_correction_mu_bias_correction_nu_update(
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
        const real_t b1_value = of_group[0];
        const real_t b2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t eps_root_value = of_group[3];
        const real_t one_minus_b1_value = of_group[4];
        const real_t one_minus_b2_value = of_group[5];
        const real_t one_minus_b2_to_t_value = of_group[6];
        const real_t learning_rate_over_one_minus_b1_to_t_value = of_group[7];
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
                optax_amsgrad_bias_correction_mu_bias_correction_nu_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k],
                    b1_value, b2_value, eps_value, eps_root_value, one_minus_b1_value,
                    one_minus_b2_value, one_minus_b2_to_t_value,
                    learning_rate_over_one_minus_b1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_amsgrad_bias_correction_mu_bias_correction_nu_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i], b1_value, b2_value, eps_value,
                eps_root_value, one_minus_b1_value, one_minus_b2_value, one_minus_b2_to_t_value,
                learning_rate_over_one_minus_b1_to_t_value);
    }
}

static __device__ __forceinline__ void optax_amsgrad_bias_correction_mu_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max, const real_t b1,
    const real_t b2, const real_t eps, const real_t eps_root, const real_t one_minus_b1,
    const real_t one_minus_b2, const real_t learning_rate_over_one_minus_b1_to_t)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
    theta = theta - m*learning_rate_over_one_minus_b1_to_t/(sqrt(v_max + eps_root) + eps);
}

extern "C" __global__ void optax_amsgrad_bias_correction_mu_update(
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
        const real_t *of_group = groups + 7*row[5];
        const real_t b1_value = of_group[0];
        const real_t b2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t eps_root_value = of_group[3];
        const real_t one_minus_b1_value = of_group[4];
        const real_t one_minus_b2_value = of_group[5];
        const real_t learning_rate_over_one_minus_b1_to_t_value = of_group[6];
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
                optax_amsgrad_bias_correction_mu_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k],
                    b1_value, b2_value, eps_value, eps_root_value, one_minus_b1_value,
                    one_minus_b2_value, learning_rate_over_one_minus_b1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_amsgrad_bias_correction_mu_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i], b1_value, b2_value, eps_value,
                eps_root_value, one_minus_b1_value, one_minus_b2_value,
                learning_rate_over_one_minus_b1_to_t_value);
    }
}

static __device__ __forceinline__ void optax_amsgrad_bias_correction_nu_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max, const real_t learning_rate,
    const real_t b1, const real_t b2, const real_t eps, const real_t eps_root,
    const real_t one_minus_b1, const real_t one_minus_b2, const real_t one_minus_b2_to_t)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
    v_max = maximum(v/one_minus_b2_to_t, v_max);
    // theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
    theta = theta - m*learning_rate/(sqrt(v_max + eps_root) + eps);
}

extern "C" __global__ void optax_amsgrad_bias_correction_nu_update(
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
        const real_t learning_rate_value = of_group[0];
        const real_t b1_value = of_group[1];
        const real_t b2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t eps_root_value = of_group[4];
        const real_t one_minus_b1_value = of_group[5];
        const real_t one_minus_b2_value = of_group[6];
        const real_t one_minus_b2_to_t_value = of_group[7];
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
                optax_amsgrad_bias_correction_nu_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k],
                    learning_rate_value, b1_value, b2_value, eps_value, eps_root_value,
                    one_minus_b1_value, one_minus_b2_value, one_minus_b2_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_amsgrad_bias_correction_nu_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i], learning_rate_value, b1_value,
                b2_value, eps_value, eps_root_value, one_minus_b1_value, one_minus_b2_value,
                one_minus_b2_to_t_value);
    }
}

static __device__ __forceinline__ void optax_amsgrad_plain_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max, const real_t learning_rate,
    const real_t b1, const real_t b2, const real_t eps, const real_t eps_root,
    const real_t one_minus_b1, const real_t one_minus_b2)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_max[t] = max(v[t], v_max[t-1])
    v_max = maximum(v, v_max);
    // theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
    theta = theta - m*learning_rate/(sqrt(v_max + eps_root) + eps);
}

extern "C" __global__ void optax_amsgrad_plain_update(
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
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t b1_value = of_group[1];
        const real_t b2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t eps_root_value = of_group[4];
        const real_t one_minus_b1_value = of_group[5];
        const real_t one_minus_b2_value = of_group[6];
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
                optax_amsgrad_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k],
                    learning_rate_value, b1_value, b2_value, eps_value, eps_root_value,
                    one_minus_b1_value, one_minus_b2_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_amsgrad_plain_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i], learning_rate_value, b1_value,
                b2_value, eps_value, eps_root_value, one_minus_b1_value, one_minus_b2_value);
    }
}
"""

BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_UPDATE = Kernel(
    SOURCE,
    "optax_amsgrad_bias_correction_mu_bias_correction_nu_update",
    arrays="theta g m v v_max",
    groups="b1 b2 eps eps_root one_minus_b1 one_minus_b2 one_minus_b2_to_t learning_rate_over_one_minus_b1_to_t",
)

BIAS_CORRECTION_MU_UPDATE = Kernel(
    SOURCE,
    "optax_amsgrad_bias_correction_mu_update",
    arrays="theta g m v v_max",
    groups="b1 b2 eps eps_root one_minus_b1 one_minus_b2 learning_rate_over_one_minus_b1_to_t",
)

BIAS_CORRECTION_NU_UPDATE = Kernel(
    SOURCE,
    "optax_amsgrad_bias_correction_nu_update",
    arrays="theta g m v v_max",
    groups="learning_rate b1 b2 eps eps_root one_minus_b1 one_minus_b2 one_minus_b2_to_t",
)

PLAIN_UPDATE = Kernel(
    SOURCE,
    "optax_amsgrad_plain_update",
    arrays="theta g m v v_max",
    groups="learning_rate b1 b2 eps eps_root one_minus_b1 one_minus_b2",
)


def bias_correction_mu_bias_correction_nu_host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    learning_rate_over_one_minus_b1_to_t = learning_rate/(1 - b1**t)
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
        "learning_rate_over_one_minus_b1_to_t": learning_rate_over_one_minus_b1_to_t,
    }


def bias_correction_mu_bias_correction_nu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_mu_bias_correction_nu_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_UPDATE)
    step.commit()


BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_mu_bias_correction_nu_advance,
)


def bias_correction_mu_host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    learning_rate_over_one_minus_b1_to_t = learning_rate/(1 - b1**t)
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "learning_rate_over_one_minus_b1_to_t": learning_rate_over_one_minus_b1_to_t,
    }


def bias_correction_mu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_mu_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_MU_UPDATE)
    step.commit()


BIAS_CORRECTION_MU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_mu_advance,
)


def bias_correction_nu_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


def bias_correction_nu_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_nu_host)
    step.ask("g", "grad")
    step.blocks(BIAS_CORRECTION_NU_UPDATE)
    step.commit()


BIAS_CORRECTION_NU_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=bias_correction_nu_advance,
)


def plain_host(b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b2 = 1 - b2
    return {"one_minus_b1": one_minus_b1, "one_minus_b2": one_minus_b2}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="amsgrad",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=plain_advance,
)


class amsgrad(Optimizer):
    """optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

    The maximum is of the corrected averages, not of those that torch and Keras keep.

    Equations with bias_correction_mu=True, bias_correction_nu=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

    Equations with bias_correction_mu=True, bias_correction_nu=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))

    Equations with bias_correction_mu=False, bias_correction_nu=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Equations with bias_correction_mu=False, bias_correction_nu=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        bias_correction_mu: one of True, False
        bias_correction_nu: one of True, False
    """

    rules = (
        ((('bias_correction_mu', True), ('bias_correction_nu', True)), BIAS_CORRECTION_MU_BIAS_CORRECTION_NU_RULE),
        ((('bias_correction_mu', True), ('bias_correction_nu', False)), BIAS_CORRECTION_MU_RULE),
        ((('bias_correction_mu', False), ('bias_correction_nu', True)), BIAS_CORRECTION_NU_RULE),
        ((('bias_correction_mu', False), ('bias_correction_nu', False)), PLAIN_RULE),
    )
    choices = {'bias_correction_mu': (True, False), 'bias_correction_nu': (True, False)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        b1: HyperValue = 0.9,
        b2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        eps_root: HyperValue = 0,
        bias_correction_mu: bool = True,
        bias_correction_nu: bool = True,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            b1=b1,
            b2=b2,
            eps=eps,
            eps_root=eps_root,
            bias_correction_mu=bias_correction_mu,
            bias_correction_nu=bias_correction_nu,
        )
