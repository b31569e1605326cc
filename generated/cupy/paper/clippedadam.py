"""ClippedAdam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration ClippedAdam; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step,
)

SOURCE = """
extern "C" __global__ void paper_clippedadam_pass1(const long long *table, const long long *chunks,
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

extern "C" __global__ void paper_clippedadam_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *m_at = place(row[1], start),
            *v_at = place(row[2], start), *g_raw_at = place(row[3], start);
        const real_t *of_group = groups + 8*row[4];
        const real_t lr = of_group[0], beta1 = of_group[1], beta2 = of_group[2], eps = of_group[3],
            one_minus_beta1 = of_group[4], one_minus_beta2 = of_group[5],
            one_minus_beta1_to_t = of_group[6], one_minus_beta2_to_t = of_group[7];
        const long long tensor = row[5];
        const real_t clip_scale = numbers[2];
        const auto entry = [&](real_t &theta, real_t &m, real_t &v, const real_t g_raw) {
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
            // theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)
            theta = theta - m_hat*lr/(sqrt(v_hat) + eps);
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), m_pack = load(m_at, i), v_pack = load(v_at, i),
                g_raw_pack = load(g_raw_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], m_pack.at[k], v_pack.at[k], g_raw_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], m_at[i], v_at[i], g_raw_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_clippedadam_numbers(const long long *table, const long long count,
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
"""

LAYOUT = Layout(all="sum_g_raw_squared g_norm clip_scale")

PASS1 = Kernel(
    SOURCE, "paper_clippedadam_pass1", arrays="g_raw sum_g_raw_squared",
    reductions=(("sum_g_raw_squared", "sum", "all"),), layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE, "paper_clippedadam_pass2", arrays="theta m v g_raw",
    groups="lr beta1 beta2 eps one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t one_minus_beta2_to_t",
    layout=LAYOUT,
)

NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_clippedadam_numbers", extent="all", groups="max_norm", layout=LAYOUT,
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
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="ClippedAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, shared=("max_norm",),
)


class ClippedAdam(Optimizer):
    """Adam on the clipped gradient: its moments see what clipping left.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        g[t] = clip_scale[t]*g_raw[t]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        max_norm: largest norm of the gradient over all tensors, in (0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, max_norm: HyperValue = 1,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, max_norm=max_norm,
        )
