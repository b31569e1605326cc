"""SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

Equations
    g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
    theta[t] = theta[t-1] - lr*g[t]

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration SubgradientL1 and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 296acc713ed9120c
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
static __device__ __forceinline__ void paper_subgradientl1_update_entry(
    real_t &theta, const real_t g2, const real_t lr, const real_t l1)
{
    // g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
    real_t g = sign(theta)*l1 + g2;
    // theta[t] = theta[t-1] - lr*g[t]
    theta = theta - g*lr;
}

extern "C" __global__ void paper_subgradientl1_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g2_at = place(row[1], start);
        const real_t *of_group = groups + 2*row[2];
        const real_t lr_value = of_group[0];
        const real_t l1_value = of_group[1];
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_subgradientl1_update_entry(
                    theta_pack.at[k], g2_pack.at[k], lr_value, l1_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_subgradientl1_update_entry(
                theta_at[i], g2_at[i], lr_value, l1_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "paper_subgradientl1_update",
    arrays="theta g2",
    groups="lr l1",
)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g2", "grad")
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="SubgradientL1",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class SubgradientL1(Optimizer):
    """SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

    Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

    Equations
        g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        l1: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            l1=l1,
        )
