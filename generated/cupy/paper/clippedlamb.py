"""ClippedLAMB: You et al. 2020, Algorithm 2 (arXiv:1904.00962).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration ClippedLAMB; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step,
)

SOURCE = """
extern "C" __global__ void paper_clippedlamb_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *g_raw_at = place(row[0], start), *sum_g_raw_squared_at = place(row[1], start);
        const auto entry = [&](const real_t g_raw, real_t &sum_g_raw_squared) {
            sum_g_raw_squared = g_raw*g_raw;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack g_raw_pack = load(g_raw_at, i), sum_g_raw_squared_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(g_raw_pack.at[k], sum_g_raw_squared_pack.at[k]);
            store(sum_g_raw_squared_at, i, sum_g_raw_squared_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(g_raw_at[i], sum_g_raw_squared_at[i]);
    }
}

extern "C" __global__ void paper_clippedlamb_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 9*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *m_at = place(row[1], start),
            *v_at = place(row[2], start), *g_raw_at = place(row[3], start),
            *u_at = place(row[4], start), *sum_theta_squared_at = place(row[5], start),
            *sum_u_squared_at = place(row[6], start);
        const real_t *of_group = groups + 8*row[7];
        const real_t beta1 = of_group[0], beta2 = of_group[1], eps = of_group[2],
            weight_decay = of_group[3], one_minus_beta1 = of_group[4],
            one_minus_beta2 = of_group[5], one_minus_beta1_to_t = of_group[6],
            one_minus_beta2_to_t = of_group[7];
        const long long tensor = row[8];
        const real_t clip_scale = numbers[2];
        const auto entry = [&](const real_t theta, real_t &m, real_t &v, const real_t g_raw,
            real_t &u, real_t &sum_theta_squared, real_t &sum_u_squared) {
            // g[t] = clip_scale[t]*g_raw[t]
            real_t g = g_raw*clip_scale;
            // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
            m = m*beta1 + g*one_minus_beta1;
            // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
            v = v*beta2 + g*g*one_minus_beta2;
            // m_hat[t] = m[t]/(1 - beta1**t)
            real_t m_hat = m/one_minus_beta1_to_t;
            // v_hat[t] = v[t]/(1 - beta2**t)
            real_t v_hat = v/one_minus_beta2_to_t;
            // r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
            real_t r = m_hat/(sqrt(v_hat) + eps);
            // u[t] = weight_decay*theta[t-1] + r[t]
            u = theta*weight_decay + r;
            sum_theta_squared = theta*theta;
            sum_u_squared = u*u;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), m_pack = load(m_at, i), v_pack = load(v_at, i),
                g_raw_pack = load(g_raw_at, i), u_pack, sum_theta_squared_pack, sum_u_squared_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], m_pack.at[k], v_pack.at[k], g_raw_pack.at[k], u_pack.at[k],
                    sum_theta_squared_pack.at[k], sum_u_squared_pack.at[k]);
            store(m_at, i, m_pack); store(v_at, i, v_pack); store(u_at, i, u_pack);
            store(sum_theta_squared_at, i, sum_theta_squared_pack);
            store(sum_u_squared_at, i, sum_u_squared_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], m_at[i], v_at[i], g_raw_at[i], u_at[i], sum_theta_squared_at[i],
                sum_u_squared_at[i]);
    }
}

extern "C" __global__ void paper_clippedlamb_pass3(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *u_at = place(row[1], start);
        const long long tensor = row[3];
        const real_t lr_ratio = numbers[8 + 6*tensor];
        const auto entry = [&](real_t &theta, const real_t u) {
            // theta[t] = theta[t-1] - lr*ratio[t]*u[t]
            theta = theta - u*lr_ratio;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], u_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], u_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_clippedlamb_numbers1(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 1*row[0];
        const real_t max_norm = of_group[0], sum_g_raw_squared = wide[0];
        real_t &g_norm = wide[1], &clip_scale = wide[2];
        // g_norm[t] = norm(g_raw[t], all tensors)
        g_norm = sqrt(sum_g_raw_squared);
        // clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        clip_scale = max_norm/maximum(g_norm, max_norm);
        single[1] = float(g_norm); single[2] = float(clip_scale);
    }
}

extern "C" __global__ void paper_clippedlamb_numbers2(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 1*row[0];
        const real_t lr = of_group[0], sum_theta_squared = wide[3 + 6*i],
            sum_u_squared = wide[4 + 6*i];
        real_t &w_norm = wide[5 + 6*i], &u_norm = wide[6 + 6*i], &ratio = wide[7 + 6*i],
            &lr_ratio = wide[8 + 6*i];
        // w_norm[t] = norm(theta[t-1])
        w_norm = sqrt(sum_theta_squared);
        // u_norm[t] = norm(u[t])
        u_norm = sqrt(sum_u_squared);
        // ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
        ratio = ((u_norm > 0.0) && (w_norm > 0.0) ? w_norm/u_norm : 1.0);
        lr_ratio = lr*ratio;
        single[5 + 6*i] = float(w_norm); single[6 + 6*i] = float(u_norm);
        single[7 + 6*i] = float(ratio); single[8 + 6*i] = float(lr_ratio);
    }
}
"""

LAYOUT = Layout(
    all="sum_g_raw_squared g_norm clip_scale",
    tensor="sum_theta_squared sum_u_squared w_norm u_norm ratio lr_ratio",
)

PASS1 = Kernel(
    SOURCE, "paper_clippedlamb_pass1", arrays="g_raw sum_g_raw_squared",
    reductions=(("sum_g_raw_squared", "sum", "all"),), layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE, "paper_clippedlamb_pass2", arrays="theta m v g_raw u sum_theta_squared sum_u_squared",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t one_minus_beta2_to_t",
    stores="u",
    reductions=(("sum_theta_squared", "sum", "tensor"), ("sum_u_squared", "sum", "tensor"),),
    layout=LAYOUT,
)

PASS3 = Kernel(SOURCE, "paper_clippedlamb_pass3", arrays="theta u", layout=LAYOUT)

NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE, "paper_clippedlamb_numbers1", extent="all", groups="max_norm", layout=LAYOUT,
)

NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE, "paper_clippedlamb_numbers2", extent="tensor", groups="lr", layout=LAYOUT,
)


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2,
        "one_minus_beta1_to_t": 1 - beta1**t, "one_minus_beta2_to_t": 1 - beta2**t,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g_raw", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS1)
    step.blocks(PASS2)
    step.numbers(NUMBERS2)
    step.blocks(PASS3)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
    Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="ClippedLAMB", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, shared=("max_norm",),
)


class ClippedLAMB(Optimizer):
    """LAMB as its authors train: the global norm is clipped before the moments.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        g[t] = clip_scale[t]*g_raw[t]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
        u[t] = weight_decay*theta[t-1] + r[t]
        w_norm[t] = norm(theta[t-1])
        u_norm[t] = norm(u[t])
        ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
        theta[t] = theta[t-1] - lr*ratio[t]*u[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0.01
        max_norm: largest norm of the gradient over all tensors, in (0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-06, weight_decay: HyperValue = 0.01,
        max_norm: HyperValue = 1,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            max_norm=max_norm,
        )
