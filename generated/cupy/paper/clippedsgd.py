"""ClippedSGD: Pascanu, Mikolov & Bengio 2013, Algorithm 1 (arXiv:1211.5063).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration ClippedSGD; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, Step,
)

SOURCE = """
extern "C" __global__ void paper_clippedsgd_pass1(const long long *table, const long long *chunks,
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

extern "C" __global__ void paper_clippedsgd_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_raw_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t lr = of_group[0];
        const long long tensor = row[3];
        const real_t clip_scale = numbers[2];
        const auto entry = [&](real_t &theta, const real_t g_raw) {
            // g[t] = clip_scale[t]*g_raw[t]
            real_t g = g_raw*clip_scale;
            // theta[t] = theta[t-1] - lr*g[t]
            theta = theta - g*lr;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_raw_pack = load(g_raw_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_raw_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_raw_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_clippedsgd_numbers(const long long *table, const long long count,
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
    SOURCE, "paper_clippedsgd_pass1", arrays="g_raw sum_g_raw_squared",
    reductions=(("sum_g_raw_squared", "sum", "all"),), layout=LAYOUT,
)

PASS2 = Kernel(SOURCE, "paper_clippedsgd_pass2", arrays="theta g_raw", groups="lr", layout=LAYOUT)

NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_clippedsgd_numbers", extent="all", groups="max_norm", layout=LAYOUT,
)


def advance(step: Step) -> None:
    step.ask("g_raw", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("max_norm", 1, "(0, inf)", "largest norm of the gradient over all tensors"),
)
RULE = Rule(
    name="ClippedSGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
    shared=("max_norm",),
)


class ClippedSGD(Optimizer):
    """A gradient longer than max_norm, over all tensors together, is shortened to it.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        clip_scale[t] = max_norm/max(max_norm, g_norm[t])
        g[t] = clip_scale[t]*g_raw[t]
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when loss and max_norm are multiplied and lr divided by one number (SY54: all n,
            every tensor, all losses, all t)
        1 more: gen show ClippedSGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        max_norm: largest norm of the gradient over all tensors, in (0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, max_norm: HyperValue = 1) -> None:
        super().__init__(params, lr=lr, max_norm=max_norm)
