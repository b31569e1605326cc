"""Lion: Chen et al. 2023, Algorithm 2 (arXiv:2302.06675).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Lion; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_lion_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start);
        const real_t *of_group = groups + 6*row[3];
        const real_t lr = of_group[0], beta1 = of_group[1], beta2 = of_group[2],
            weight_decay = of_group[3], one_minus_beta1 = of_group[4], one_minus_beta2 = of_group[5];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m) {
            // theta[t] = theta[t-1] - lr*(weight_decay*theta[t-1] + sign(beta1*m[t-1] + (1 - beta1)*g[t]))
            theta = theta - (theta*weight_decay + sign(m*beta1 + g*one_minus_beta1))*lr;
            // m[t] = beta2*m[t-1] + (1 - beta2)*g[t]
            m = m*beta2 + g*one_minus_beta2;
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

UPDATE = Kernel(
    SOURCE, "paper_lion_update", arrays="theta g m",
    groups="lr beta1 beta2 weight_decay one_minus_beta1 one_minus_beta2",
)


def host(beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta1": 1 - beta1, "one_minus_beta2": 1 - beta2}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.0001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.99, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"),)
RULE = Rule(
    name="Lion", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Lion(Optimizer):
    """The step interpolates with beta1, the memory with beta2.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*(weight_decay*theta[t-1] + sign(beta1*m[t-1] + (1 - beta1)*g[t]))
        m[t] = beta2*m[t-1] + (1 - beta2)*g[t]

    Proved
        Lion = optax.lion (DL10a: all losses, all t, lr, beta1, beta2, weight_decay varying with t)
        Lion(beta1=beta2, weight_decay=0) = Signum(beta2) (L1: all losses, all t, lr varying with t)
        1 more: gen show Lion

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.99
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.99, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(params, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay)
