"""SubgradientL1: Tibshirani 1996, L1 penalty, by subgradient steps.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration SubgradientL1; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void paper_subgradientl1_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start);
        const real_t *of_group = groups + 2*row[2];
        const real_t lr = of_group[0], l1 = of_group[1];
        const auto entry = [&](real_t &theta, const real_t raw_g) {
            // g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
            real_t g = sign(theta)*l1 + raw_g;
            // theta[t] = theta[t-1] - lr*g[t]
            theta = theta - g*lr;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "paper_subgradientl1_update", arrays="theta raw_g", groups="lr l1")


def advance(step: Step) -> None:
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("l1", 0.01, "[0, inf)", "weight of the sum of absolute values"),
)
RULE = Rule(
    name="SubgradientL1", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class SubgradientL1(Optimizer):
    """Plain subgradient steps hover around zero and reach it exactly only by chance; see ISTA.

    Equations
        g[t] = l1*sign(theta[t-1]) + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        l1: weight of the sum of absolute values, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, l1: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr, l1=l1)
