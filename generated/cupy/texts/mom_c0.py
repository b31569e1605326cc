"""texts.MOM_c0: A chapter on PyTorch optimizers (D3), MOM-c with m0 := g0.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration texts.MOM_c0; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void texts_mom_c0_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start);
        const real_t *of_group = groups + 4*row[3];
        const real_t lr = of_group[0], beta = of_group[1], m_case = of_group[2],
            one_minus_beta = of_group[3];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m) {
            // m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
            m = ((m_case != real_t(0)) ? g : m*beta + g*one_minus_beta);
            // theta[t] = theta[t-1] - lr*m[t]
            theta = theta - m*lr;
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
    SOURCE, "texts_mom_c0_update", arrays="theta g m", groups="lr beta m_case one_minus_beta",
)


def host(t, beta):
    """Numbers of this step that need no data, in float64."""
    return {"m_case": t == 1, "one_minus_beta": 1 - beta}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
)
STATES = (State("m"),)
RULE = Rule(
    name="MOM_c0", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class MOM_c0(Optimizer):
    """The average starts at the first gradient, which keeps more weight than any later one.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
        theta[t] = theta[t-1] - lr*m[t]

    Proved
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: all losses, all t, lr
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.01, beta: HyperValue = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)
