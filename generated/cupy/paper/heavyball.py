"""HeavyBall: Polyak 1964, the method of the heavy ball.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration HeavyBall; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_heavyball_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *previous_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t lr = of_group[0], momentum = of_group[1];
        const auto entry = [&](real_t &theta, const real_t g, real_t &previous) {
            // theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
            real_t theta_next = (theta - previous)*momentum + theta - g*lr;
            // previous[t] = theta[t-1]
            previous = theta;
            theta = theta_next;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i),
                previous_pack = load(previous_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], previous_pack.at[k]);
            store(theta_at, i, theta_pack); store(previous_at, i, previous_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], previous_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "paper_heavyball_update", arrays="theta g previous", groups="lr momentum")


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("previous", start=lambda theta: theta),)
RULE = Rule(
    name="HeavyBall", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class HeavyBall(Optimizer):
    """Momentum without a velocity: the last move is found from the last two points.

    Equations
        previous[0] = theta[0]
        g[t] = grad(theta[t-1])
        theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
        previous[t] = theta[t-1]

    Proved
        Momentum = HeavyBall under previous = theta + v (M4: all losses, all t, lr, momentum varying
            with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: all n, every
            tensor, all losses, all t)
        2 more: gen show HeavyBall

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
