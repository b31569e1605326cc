"""Rprop: Riedmiller & Braun 1993, A direct adaptive method for faster backpropagation learning.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Rprop; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_rprop_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *prev_at = place(row[2], start), *move_at = place(row[3], start),
            *step_size_at = place(row[4], start);
        const real_t *of_group = groups + 4*row[5];
        const real_t etaminus = of_group[0], etaplus = of_group[1], step_size_min = of_group[2],
            step_size_max = of_group[3];
        const auto entry = [&](real_t &theta, const real_t g, real_t &prev, real_t &move,
            real_t &step_size) {
            // agreement[t] = prev[t-1]*g[t]
            real_t agreement = prev*g;
            // step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
            step_size = minimum(maximum(step_size*(agreement > real_t(0) ? etaplus : (agreement < real_t(0) ? etaminus : real_t(1))), step_size_min), step_size_max);
            // change[t] = {-move[t-1] if agreement[t] < 0, else -step_size[t]*sign(g[t])}
            real_t change = (agreement < real_t(0) ? -move : -(step_size*sign(g)));
            // theta[t] = theta[t-1] + change[t]
            theta = theta + change;
            // move[t] = {0 if agreement[t] < 0, else change[t]}
            move = (agreement < real_t(0) ? real_t(0) : change);
            // prev[t] = {0 if agreement[t] < 0, else g[t]}
            prev = (agreement < real_t(0) ? real_t(0) : g);
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i),
                prev_pack = load(prev_at, i), move_pack = load(move_at, i),
                step_size_pack = load(step_size_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], prev_pack.at[k], move_pack.at[k],
                    step_size_pack.at[k]);
            store(theta_at, i, theta_pack); store(prev_at, i, prev_pack);
            store(move_at, i, move_pack); store(step_size_at, i, step_size_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], prev_at[i], move_at[i], step_size_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_rprop_update", arrays="theta g prev move step_size",
    groups="etaminus etaplus step_size_min step_size_max",
)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("step_size_init", 0.1, "[0, inf)", "step size of the first step"),
    Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
    Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
    Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
    Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
)
STATES = (
    State("prev"), State("move"), State("step_size", start=lambda step_size_init: step_size_init),
)
RULE = Rule(
    name="Rprop", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Rprop(Optimizer):
    """Rprop with weight-backtracking: after a change of sign an entry takes its last move back and
    its step size shrinks once.

    Equations
        step_size[0] = step_size_init
        g[t] = grad(theta[t-1])
        agreement[t] = prev[t-1]*g[t]
        step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
        change[t] = {-move[t-1] if agreement[t] < 0, else -step_size[t]*sign(g[t])}
        theta[t] = theta[t-1] + change[t]
        move[t] = {0 if agreement[t] < 0, else change[t]}
        prev[t] = {0 if agreement[t] < 0, else g[t]}

    Proved
        the same when theta is shifted (without decay) (SY24: all n, every tensor, all losses, all
            t)
        the same when the loss is multiplied (at eps = 0) (SY46: all n, every tensor, all losses,
            all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        step_size_init: step size of the first step, in [0, inf); default 0.1
        etaminus: factor of a step size after a change of sign, in (0, 1); default 0.5
        etaplus: factor of a step size while the sign stays, in (1, inf); default 1.2
        step_size_min: smallest step size, in [0, inf); default 1e-06
        step_size_max: largest step size, in [0, inf); default 50
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, step_size_init: HyperValue = 0.1, etaminus: HyperValue = 0.5,
        etaplus: HyperValue = 1.2, step_size_min: HyperValue = 1e-06, step_size_max: HyperValue = 50,
    ) -> None:
        super().__init__(
            params, step_size_init=step_size_init, etaminus=etaminus, etaplus=etaplus,
            step_size_min=step_size_min, step_size_max=step_size_max,
        )
