"""RMSPropGraves: Graves 2013, eqs. (38) to (41) (arXiv:1308.0850).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration RMSPropGraves; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_rmspropgraves_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *average_at = place(row[3], start),
            *delta_at = place(row[4], start);
        const real_t *of_group = groups + 5*row[5];
        const real_t lr = of_group[0], rho = of_group[1], momentum = of_group[2], eps = of_group[3],
            one_minus_rho = of_group[4];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v, real_t &average,
            real_t &delta) {
            // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
            v = v*rho + g*g*one_minus_rho;
            // average[t] = rho*average[t-1] + (1 - rho)*g[t]
            average = average*rho + g*one_minus_rho;
            // variance[t] = v[t] - average[t]**2
            real_t variance = v - average*average;
            // delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
            delta = delta*momentum - g*lr/sqrt(variance + eps);
            // theta[t] = theta[t-1] + delta[t]
            theta = theta + delta;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                average_pack = load(average_at, i), delta_pack = load(delta_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], average_pack.at[k],
                    delta_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack);
            store(average_at, i, average_pack); store(delta_at, i, delta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i], average_at[i], delta_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_rmspropgraves_update", arrays="theta g v average delta",
    groups="lr rho momentum eps one_minus_rho",
)


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    Hyper("eps", 0.0001, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"), State("average"), State("delta"))
RULE = Rule(
    name="RMSPropGraves", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class RMSPropGraves(Optimizer):
    """Centred RMSProp with momentum: divides by an estimate of the gradients' standard deviation.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        average[t] = rho*average[t-1] + (1 - rho)*g[t]
        variance[t] = v[t] - average[t]**2
        delta[t] = momentum*delta[t-1] - lr*g[t]/sqrt(variance[t] + eps)
        theta[t] = theta[t-1] + delta[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        rho: decay of a moving average, in [0, 1); default 0.95
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0001, rho: HyperValue = 0.95,
        momentum: HyperValue = 0.9, eps: HyperValue = 0.0001,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, momentum=momentum, eps=eps)
