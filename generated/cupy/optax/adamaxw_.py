"""optax.adamaxw: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.adamaxw; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_adamaxw_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *u_at = place(row[3], start);
        const real_t *of_group = groups + 7*row[4];
        const real_t learning_rate = of_group[0], b1 = of_group[1], b2 = of_group[2],
            eps = of_group[3], weight_decay = of_group[4], one_minus_b1 = of_group[5],
            one_minus_b1_to_t = of_group[6];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &u) {
            // m[t] = b1*m[t-1] + (1 - b1)*g[t]
            m = m*b1 + g*one_minus_b1;
            // u[t] = max(abs(g[t]) + eps, b2*u[t-1])
            u = maximum(u*b2, fabs(g) + eps);
            // m_hat[t] = m[t]/(1 - b1**t)
            real_t m_hat = m/one_minus_b1_to_t;
            // theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/u[t])
            theta = theta - (theta*weight_decay + m_hat/u)*learning_rate;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i),
                u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], u_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], m_at[i], u_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "optax_adamaxw_update", arrays="theta g m u",
    groups="learning_rate b1 b2 eps weight_decay one_minus_b1 one_minus_b1_to_t",
)


def host(t, b1):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_b1": 1 - b1, "one_minus_b1_to_t": 1 - b1**t}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("u"))
RULE = Rule(
    name="adamaxw", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class adamaxw(Optimizer):
    """The decay is added to the step, times the learning rate, at the same point.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        u[t] = max(abs(g[t]) + eps, b2*u[t-1])
        m_hat[t] = m[t]/(1 - b1**t)
        theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/u[t])

    Proved
        optax.adamaxw(weight_decay=0) = optax.adamax (DL7c: all losses, all t, learning_rate, b1,
            b2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0.0001,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, weight_decay=weight_decay,
        )
