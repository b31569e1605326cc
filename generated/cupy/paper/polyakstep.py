"""PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

The step that a linear model needs to reach the least value; none where the gradient is zero.

Equations
    g[t] = grad(theta[t-1])
    slope[t] = dot(g[t], g[t], all tensors)
    rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
    theta[t] = theta[t-1] - g[t]*rate[t]

After the first step nothing is allocated on the device; in every step the numbers found from
reductions are read back from it.

Do not edit. Made from the declaration PolyakStep and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 07112cf81c61c692
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
static __device__ __forceinline__ void paper_polyakstep_pass1_entry(
    const real_t g, real_t &dot_g_g)
{
    dot_g_g = g*g;
}

extern "C" __global__ void paper_polyakstep_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *tensors)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *g_at = place(row[0], start);
        real_t *dot_g_g_at = place(row[1], start);
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack g_pack = load(g_at, i);
            pack dot_g_g_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_polyakstep_pass1_entry(
                    g_pack.at[k], dot_g_g_pack.at[k]);
            store(dot_g_g_at, i, dot_g_g_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_polyakstep_pass1_entry(
                g_at[i], dot_g_g_at[i]);
    }
}

static __device__ __forceinline__ void paper_polyakstep_pass2_entry(
    real_t &theta, const real_t g, const real_t rate)
{
    // theta[t] = theta[t-1] - g[t]*rate[t]
    theta = theta - g*rate;
}

extern "C" __global__ void paper_polyakstep_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *tensors)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t rate_value = of_group[0];
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_polyakstep_pass2_entry(
                    theta_pack.at[k], g_pack.at[k], rate_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_polyakstep_pass2_entry(
                theta_at[i], g_at[i], rate_value);
    }
}
"""

PASS1 = Kernel(
    SOURCE,
    "paper_polyakstep_pass1",
    arrays="g dot_g_g",
    reductions=(
        ("dot_g_g", "sum", "all"),
    ),
)

PASS2 = Kernel(
    SOURCE,
    "paper_polyakstep_pass2",
    arrays="theta g",
    groups="rate",
)


def numbers1(dot_g_g):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # slope[t] = dot(g[t], g[t], all tensors)
    slope = dot_g_g
    # slope[t] > 0
    ask_loss = slope > 0
    return {"slope": slope, "ask_loss": ask_loss}


def numbers2(f_star, loss, slope):
    """Numbers found from reductions, in float64: one set over all tensors."""
    # rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
    rate = ((loss - f_star)/slope if slope > 0 else 0)
    return {"rate": rate}


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(PASS1)
    step.numbers(numbers1, "all")
    step.ask("loss", "value", when="ask_loss")
    step.numbers(numbers2, "all")
    step.blocks(PASS2)
    step.commit()


RULE = Rule(
    name="PolyakStep",
    dialect="paper",
    hyper=(
        Hyper("f_star", 0, "(-inf, inf)", "the least value of the loss, or a lower bound"),
    ),
    state=(),
    oracles=("grad", "value",),
    advance=advance,
    shared=("f_star",),
)


class PolyakStep(Optimizer):
    """PolyakStep: Polyak 1987, Introduction to Optimization, section 5.3.

    The step that a linear model needs to reach the least value; none where the gradient is zero.

    Equations
        g[t] = grad(theta[t-1])
        slope[t] = dot(g[t], g[t], all tensors)
        rate[t] = {(value(theta[t-1]) - f_star)/slope[t] if slope[t] > 0, else 0}
        theta[t] = theta[t-1] - g[t]*rate[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        f_star: the least value of the loss, or a lower bound, in (-inf, inf); default 0
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        f_star: HyperValue = 0,
    ) -> None:
        super().__init__(
            params,
            f_star=f_star,
        )
