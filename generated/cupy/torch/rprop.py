"""torch.Rprop: PyTorch 2.13, torch/optim/rprop.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.Rprop; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_rprop_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *prev_at = place(row[2], start), *step_size_at = place(row[3], start);
        const real_t *of_group = groups + 4*row[4];
        const real_t etaminus = of_group[0], etaplus = of_group[1], step_size_min = of_group[2],
            step_size_max = of_group[3];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &prev, real_t &step_size) {
            real_t g;
            if (!maximize) {
                // g[t] = grad(theta[t-1])
                g = raw_g;
            } else {
                // g[t] = -grad(theta[t-1])
                g = -raw_g;
            }
            // agreement[t] = prev[t-1]*g[t]
            real_t agreement = prev*g;
            // step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
            step_size = minimum(maximum(step_size*(agreement > real_t(0) ? etaplus : (agreement < real_t(0) ? etaminus : real_t(1))), step_size_min), step_size_max);
            // g_kept[t] = {0 if agreement[t] < 0, else g[t]}
            real_t g_kept = (agreement < real_t(0) ? real_t(0) : g);
            // theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
            theta = theta - step_size*sign(g_kept);
            // prev[t] = g_kept[t]
            prev = g_kept;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                prev_pack = load(prev_at, i), step_size_pack = load(step_size_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], prev_pack.at[k], step_size_pack.at[k]);
            store(theta_at, i, theta_pack); store(prev_at, i, prev_pack);
            store(step_size_at, i, step_size_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i], prev_at[i], step_size_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_rprop_update", arrays="theta raw_g prev step_size",
    groups="etaminus etaplus step_size_min step_size_max", flags="maximize",
)


def advance(step: Step) -> None:
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("etaminus", 0.5, "(0, 1)", "factor of a step size after a change of sign"),
    Hyper("etaplus", 1.2, "(1, inf)", "factor of a step size while the sign stays"),
    Hyper("step_size_min", 1e-06, "[0, inf)", "smallest step size"),
    Hyper("step_size_max", 50, "[0, inf)", "largest step size"),
)
STATES = (State("prev"), State("step_size", start=lambda lr: lr))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Rprop", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Rprop(Optimizer):
    """iRprop-: after a change of sign an entry rests for one step and starts afresh.

    Equations
        step_size[0] = lr
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        agreement[t] = prev[t-1]*g[t]
        step_size[t] = min(step_size_max, max(step_size_min, step_size[t-1]*{etaplus if agreement[t] > 0, etaminus if agreement[t] < 0, else 1}))
        g_kept[t] = {0 if agreement[t] < 0, else g[t]}
        theta[t] = theta[t-1] - step_size[t]*sign(g_kept[t])
        prev[t] = g_kept[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        etaminus: factor of a step size after a change of sign, in (0, 1); default 0.5
        etaplus: factor of a step size while the sign stays, in (1, inf); default 1.2
        step_size_min: smallest step size, in [0, inf); default 1e-06
        step_size_max: largest step size, in [0, inf); default 50
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, etaminus: HyperValue = 0.5,
        etaplus: HyperValue = 1.2, step_size_min: HyperValue = 1e-06,
        step_size_max: HyperValue = 50, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, etaminus=etaminus, etaplus=etaplus, step_size_min=step_size_min,
            step_size_max=step_size_max, maximize=maximize,
        )
