"""NesterovRearranged: Bengio, Boulanger-Lewandowski & Pascanu 2012, section 3.5 (arXiv:1212.0901).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration NesterovRearranged;
remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_nesterovrearranged_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t lr = of_group[0], momentum = of_group[1], one_plus_momentum = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v) {
            // v[t] = momentum*v[t-1] - lr*g[t]
            real_t v_next = v*momentum - g*lr;
            // theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]
            theta = theta + v_next*one_plus_momentum - v*momentum;
            v = v_next;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_nesterovrearranged_update", arrays="theta g v",
    groups="lr momentum one_plus_momentum",
)


def host(momentum):
    """Numbers of this step that need no data, in float64."""
    return {"one_plus_momentum": 1 + momentum}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="NesterovRearranged", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class NesterovRearranged(Optimizer):
    """Nesterov in terms of the looked-ahead point: its gradient is asked at the parameters
    themselves.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = momentum*v[t-1] - lr*g[t]
        theta[t] = theta[t-1] + (1 + momentum)*v[t] - momentum*v[t-1]

    Proved
        NesterovRearranged = texts.NAG_c at theta + momentum*v (C42: all losses, all t, lr varying
            with t)
        NesterovRearranged = Nesterov at theta - momentum*v (C42a: all losses, all t, lr varying
            with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, momentum: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, momentum=momentum)
