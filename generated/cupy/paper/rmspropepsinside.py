"""RMSPropEpsInside: Tieleman & Hinton 2012, Lecture 6.5, eps inside the root.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration RMSPropEpsInside; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_rmspropepsinside_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start);
        const real_t *of_group = groups + 4*row[3];
        const real_t lr = of_group[0], rho = of_group[1], eps = of_group[2],
            one_minus_rho = of_group[3];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v) {
            // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
            v = v*rho + g*g*one_minus_rho;
            // theta[t] = theta[t-1] - lr*g[t]/sqrt(v[t] + eps)
            theta = theta - g*lr/sqrt(v + eps);
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
    SOURCE, "paper_rmspropepsinside_update", arrays="theta g v", groups="lr rho eps one_minus_rho",
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
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"),)
RULE = Rule(
    name="RMSPropEpsInside", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance,
)


class RMSPropEpsInside(Optimizer):
    """eps stands inside the root, as Keras and optax put it.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        theta[t] = theta[t-1] - lr*g[t]/sqrt(v[t] + eps)

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, rho: HyperValue = 0.9, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps)
