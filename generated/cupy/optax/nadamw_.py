"""optax.nadamw: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.nadamw; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_nadamw_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start);
        const real_t *of_group = groups + 12*row[4];
        const real_t learning_rate = of_group[0], b1 = of_group[1], b2 = of_group[2],
            eps = of_group[3], eps_root = of_group[4], weight_decay = of_group[5],
            one_minus_b1 = of_group[6], look_ahead_factor = of_group[7],
            one_minus_b1_over_one_minus_b1_to_t = of_group[8], one_minus_b1_to_t = of_group[9],
            one_minus_b2 = of_group[10], one_minus_b2_to_t = of_group[11];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v) {
            // m[t] = b1*m[t-1] + (1 - b1)*g[t]
            m = m*b1 + g*one_minus_b1;
            real_t look_ahead;
            if (nesterov) {
                // look_ahead[t] = m[t]/(1 - b1**(1 + t))
                look_ahead = m/look_ahead_factor;
            }
            real_t m_hat;
            if (nesterov) {
                // m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
                m_hat = g*one_minus_b1_over_one_minus_b1_to_t + look_ahead*b1;
            } else {
                // m_hat[t] = m[t]/(1 - b1**t)
                m_hat = m/one_minus_b1_to_t;
            }
            // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
            v = v*b2 + g*g*one_minus_b2;
            // v_hat[t] = v[t]/(1 - b2**t)
            real_t v_hat = v/one_minus_b2_to_t;
            // theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps))
            theta = theta - (theta*weight_decay + m_hat/(sqrt(v_hat + eps_root) + eps))*learning_rate;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i),
                v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], m_at[i], v_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "optax_nadamw_update", arrays="theta g m v",
    groups="learning_rate b1 b2 eps eps_root weight_decay one_minus_b1 look_ahead_factor one_minus_b1_over_one_minus_b1_to_t one_minus_b1_to_t one_minus_b2 one_minus_b2_to_t",
    flags="nesterov",
)


def host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_b1": 1 - b1, "look_ahead_factor": 1 - b1**(1 + t),
        "one_minus_b1_over_one_minus_b1_to_t": (1 - b1)/(1 - b1**t),
        "one_minus_b1_to_t": 1 - b1**t, "one_minus_b2": 1 - b2, "one_minus_b2_to_t": 1 - b2**t,
    }


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
    Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="nadamw", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class nadamw(Optimizer):
    """adamw with nesterov on: the momentum is b1 at all times.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        if nesterov:
            look_ahead[t] = m[t]/(1 - b1**(1 + t))
            m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
        else:
            m_hat[t] = m[t]/(1 - b1**t)
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*(weight_decay*theta[t-1] + m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps))

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        weight_decay: weight decay, in [0, inf); default 0.0001
        nesterov: one of True, False
    """

    choices = {"nesterov": (True, False)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, eps_root: HyperValue = 0,
        weight_decay: HyperValue = 0.0001, nesterov: bool = True,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, eps_root=eps_root,
            weight_decay=weight_decay, nesterov=nesterov,
        )
