"""PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

Whether to ask for the loss is read back, unless the answer is known before.

Do not edit. Made from the declaration PolyakStep; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, Step,
)

SOURCE = """
extern "C" __global__ void paper_polyakstep_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *g_at = place(row[0], start), *dot_g_g_at = place(row[1], start);
        const auto entry = [&](const real_t g, real_t &dot_g_g) {
            dot_g_g = g*g;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack g_pack = load(g_at, i), dot_g_g_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(g_pack.at[k], dot_g_g_pack.at[k]);
            store(dot_g_g_at, i, dot_g_g_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(g_at[i], dot_g_g_at[i]);
    }
}

extern "C" __global__ void paper_polyakstep_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start);
        const long long tensor = row[3];
        const real_t rate = numbers[3];
        const auto entry = [&](real_t &theta, const real_t g) {
            // theta[t] = theta[t-1] - g[t]*rate[t]
            theta = theta - g*rate;
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
extern "C" __global__ void paper_polyakstep_numbers1(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t dot_g_g = wide[0];
        real_t &slope = wide[1], &ask_loss = wide[2];
        // slope[t] = dot(g[t], g[t], all tensors)
        slope = dot_g_g;
        // slope[t] > 0
        ask_loss = slope > 0.0;
        single[1] = float(slope); single[2] = float(ask_loss);
    }
}

extern "C" __global__ void paper_polyakstep_numbers2(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 2*row[0];
        const real_t f_star = of_group[0], loss = of_group[1], slope = wide[1];
        real_t &rate = wide[3];
        // rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
        rate = (slope > 0.0 ? (loss - f_star)/slope : 0.0);
        single[3] = float(rate);
    }
}
"""

LAYOUT = Layout(all="dot_g_g slope ask_loss rate")

PASS1 = Kernel(
    SOURCE, "paper_polyakstep_pass1", arrays="g dot_g_g", reductions=(("dot_g_g", "sum", "all"),),
    layout=LAYOUT,
)

PASS2 = Kernel(SOURCE, "paper_polyakstep_pass2", arrays="theta g", layout=LAYOUT)

NUMBERS1 = NumberKernel(NUMBERS_SOURCE, "paper_polyakstep_numbers1", extent="all", layout=LAYOUT)

NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE, "paper_polyakstep_numbers2", extent="all", groups="f_star loss", layout=LAYOUT,
)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS1)
    step.ask("loss", "value", when="ask_loss")
    step.numbers(NUMBERS2)
    step.blocks(PASS2)
    step.commit()


HYPER = (Hyper("f_star", 0, "(-inf, inf)", "the least value of the loss, or a lower bound"),)
RULE = Rule(
    name="PolyakStep", dialect="paper", hyper=HYPER, state=(), oracles=("grad", "value"),
    advance=advance, shared=("f_star",),
)


class PolyakStep(Optimizer):
    """The step that a linear model needs to reach the least value; none where the gradient is
    zero.

    Equations
        g[t] = grad(theta[t-1])
        slope[t] = dot(g[t], g[t], all tensors)
        rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
        theta[t] = theta[t-1] - g[t]*rate[t]

    Proved
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY12: all n, every
            tensor, all losses, all t)
        the same when loss and f_star are multiplied by one number (SY52: all n, every tensor, all
            losses, all t)
        1 more: gen show PolyakStep

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        f_star: the least value of the loss, or a lower bound, in (-inf, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, f_star: HyperValue = 0) -> None:
        super().__init__(params, f_star=f_star)
