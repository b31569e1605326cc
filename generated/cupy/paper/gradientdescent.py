"""GradientDescent: Cauchy 1847, Méthode générale.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration GradientDescent; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void paper_gradientdescent_update(const long long *table, const long long *chunks,
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

UPDATE = Kernel(SOURCE, "paper_gradientdescent_update", arrays="theta g", groups="lr")


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (Hyper("lr", 0.01, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="GradientDescent", dialect="paper", hyper=HYPER, state=(), oracles=("grad",),
    advance=advance,
)


class GradientDescent(Optimizer):
    """Batch gradient descent: the oracle gives the gradient over all data, so a step is an epoch.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1: all
            losses, all t, lr varying with t)
        ScheduleFreeSGD(beta=0) = GradientDescent (V1: all losses, all t, lr varying with t)
        6 more: gen show GradientDescent

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01) -> None:
        super().__init__(params, lr=lr)
