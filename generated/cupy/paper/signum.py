"""Signum: Bernstein et al. 2018, Algorithm 2 (arXiv:1802.04434).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Signum; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_signum_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t lr = of_group[0], beta = of_group[1], one_minus_beta = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m) {
            // m[t] = beta*m[t-1] + (1 - beta)*g[t]
            m = m*beta + g*one_minus_beta;
            // theta[t] = theta[t-1] - lr*sign(m[t])
            theta = theta - sign(m)*lr;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], m_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "paper_signum_update", arrays="theta g m", groups="lr beta one_minus_beta")


def host(beta):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta": 1 - beta}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
)
STATES = (State("m"),)
RULE = Rule(
    name="Signum", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Signum(Optimizer):
    """Signum.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta*m[t-1] + (1 - beta)*g[t]
        theta[t] = theta[t-1] - lr*sign(m[t])

    Proved
        Signum = optax.signum (DL10c: all losses, all t, lr varying with t)
        Lion(beta1=beta2, weight_decay=0) = Signum(beta2) (L1: all losses, all t, lr varying with t)
        2 more: gen show Signum

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.0001, beta: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)
