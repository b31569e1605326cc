"""GradientDescentL2: Hoerl & Kennard 1970, ridge penalty.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration GradientDescentL2; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void paper_gradientdescentl2_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start);
        const real_t *of_group = groups + 2*row[2];
        const real_t lr = of_group[0], weight_decay = of_group[1];
        const auto entry = [&](real_t &theta, const real_t raw_g) {
            // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
            real_t g = theta*weight_decay + raw_g;
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

UPDATE = Kernel(
    SOURCE, "paper_gradientdescentl2_update", arrays="theta raw_g", groups="lr weight_decay",
)


def advance(step: Step) -> None:
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
RULE = Rule(
    name="GradientDescentL2", dialect="paper", hyper=HYPER, state=(), oracles=("grad",),
    advance=advance,
)


class GradientDescentL2(Optimizer):
    """Descends the loss plus weight_decay/2 times the squared norm of the parameters.

    Equations
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        theta[t] = theta[t-1] - lr*g[t]

    Proved
        GradientDescentL2 = gradient descent with decay lr*weight_decay (W1: all losses, all t, lr,
            weight_decay varying with t)
        scaling theta scales lr by the square and divides the penalty by it (SY66: all n, every
            tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay)
