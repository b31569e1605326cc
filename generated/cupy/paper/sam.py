"""SAM: Foret et al. 2021, Algorithm 1 (arXiv:2010.01412).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration SAM; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, Step,
)

SOURCE = """
extern "C" __global__ void paper_sam_pass1(const long long *table, const long long *chunks,
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

extern "C" __global__ void paper_sam_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_raw_at = place(row[1], start),
            *theta_worst_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t ascent_scale = numbers[2];
        const auto entry = [&](const real_t theta, const real_t g_raw, real_t &theta_worst) {
            // theta_worst[t] = theta[t-1] + ascent_scale[t]*g_raw[t]
            theta_worst = theta + g_raw*ascent_scale;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_raw_pack = load(g_raw_at, i), theta_worst_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_raw_pack.at[k], theta_worst_pack.at[k]);
            store(theta_worst_at, i, theta_worst_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_raw_at[i], theta_worst_at[i]);
    }
}

extern "C" __global__ void paper_sam_pass3(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t lr = of_group[0];
        const auto entry = [&](real_t &theta, const real_t g) {
            // theta[t] = theta[t-1] - lr*g[t]
            theta = theta - g*lr;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_sam_numbers(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 1*row[0];
        const real_t rho = of_group[0], sum_g_raw_squared = wide[0];
        real_t &g_norm = wide[1], &ascent_scale = wide[2];
        // g_norm[t] = norm(g_raw[t], all tensors)
        g_norm = sqrt(sum_g_raw_squared);
        // ascent_scale[t] = {rho/g_norm[t] if g_norm[t] > 0, else 0}
        ascent_scale = (g_norm > 0.0 ? rho/g_norm : 0.0);
        single[1] = float(g_norm); single[2] = float(ascent_scale);
    }
}
"""

LAYOUT = Layout(all="sum_g_raw_squared g_norm ascent_scale")

PASS1 = Kernel(
    SOURCE, "paper_sam_pass1", arrays="g_raw sum_g_raw_squared",
    reductions=(("sum_g_raw_squared", "sum", "all"),), layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE, "paper_sam_pass2", arrays="theta g_raw theta_worst", stores="theta_worst", layout=LAYOUT,
)

PASS3 = Kernel(SOURCE, "paper_sam_pass3", arrays="theta g", groups="lr")

NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_sam_numbers", extent="all", groups="rho", layout=LAYOUT,
)


def advance(step: Step) -> None:
    step.ask("g_raw", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.ask("g", "grad", at="theta_worst")
    step.blocks(PASS3)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("rho", 0.05, "[0, inf)", "radius of the neighbourhood"),
)
RULE = Rule(
    name="SAM", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
    elsewhere=True, shared=("rho",),
)


class SAM(Optimizer):
    """The gradient step uses the gradient at the worst point, to first order, within rho.

    Equations
        g_raw[t] = grad(theta[t-1])
        g_norm[t] = norm(g_raw[t], all tensors)
        ascent_scale[t] = {rho/g_norm[t] if g_norm[t] > 0, else 0}
        theta_worst[t] = theta[t-1] + ascent_scale[t]*g_raw[t]
        g[t] = grad(theta_worst[t])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when theta is shifted (SY25: all n, all tensors as one vector, all losses, all t;
            all n, every tensor, all losses, all t)
        1 more: gen show SAM

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        rho: radius of the neighbourhood, in [0, inf); default 0.05
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, rho: HyperValue = 0.05) -> None:
        super().__init__(params, lr=lr, rho=rho)
