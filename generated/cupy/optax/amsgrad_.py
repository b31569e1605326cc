"""optax.amsgrad: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.amsgrad; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_amsgrad_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start),
            *v_max_at = place(row[4], start);
        const real_t *of_group = groups + 9*row[5];
        const real_t learning_rate = of_group[0], b1 = of_group[1], b2 = of_group[2],
            eps = of_group[3], eps_root = of_group[4], one_minus_b1 = of_group[5],
            one_minus_b2 = of_group[6], one_minus_b2_to_t = of_group[7],
            learning_rate_over_one_minus_b1_to_t = of_group[8];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max) {
            // m[t] = b1*m[t-1] + (1 - b1)*g[t]
            m = m*b1 + g*one_minus_b1;
            // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
            v = v*b2 + g*g*one_minus_b2;
            if (bias_correction_nu) {
                // v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
                v_max = maximum(v/one_minus_b2_to_t, v_max);
            } else {
                // v_max[t] = max(v[t], v_max[t-1])
                v_max = maximum(v, v_max);
            }
            if (bias_correction_mu) {
                // theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
                theta = theta - m*learning_rate_over_one_minus_b1_to_t/(sqrt(v_max + eps_root) + eps);
            } else {
                // theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)
                theta = theta - m*learning_rate/(sqrt(v_max + eps_root) + eps);
            }
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i),
                v_pack = load(v_at, i), v_max_pack = load(v_max_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
            store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], m_at[i], v_at[i], v_max_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "optax_amsgrad_update", arrays="theta g m v v_max",
    groups="learning_rate b1 b2 eps eps_root one_minus_b1 one_minus_b2 one_minus_b2_to_t learning_rate_over_one_minus_b1_to_t",
    flags="bias_correction_nu bias_correction_mu",
)


def host(t, learning_rate, b1, b2):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_b1": 1 - b1, "one_minus_b2": 1 - b2, "one_minus_b2_to_t": 1 - b2**t,
        "learning_rate_over_one_minus_b1_to_t": learning_rate/(1 - b1**t),
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
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(bias_correction_mu, bias_correction_nu):
    """The rule of these flags."""
    flags = {"bias_correction_mu": bias_correction_mu, "bias_correction_nu": bias_correction_nu}
    return Rule(
        name="amsgrad", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class amsgrad(Optimizer):
    """The maximum is of the corrected averages, not of those that torch and Keras keep.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        if bias_correction_nu:
            v_max[t] = max(v_max[t-1], v[t]/(1 - b2**t))
        else:
            v_max[t] = max(v[t], v_max[t-1])
        if bias_correction_mu:
            theta[t] = theta[t-1] - learning_rate*m[t]/((1 - b1**t)*(sqrt(v_max[t] + eps_root) + eps))
        else:
            theta[t] = theta[t-1] - learning_rate*m[t]/(sqrt(v_max[t] + eps_root) + eps)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        bias_correction_mu, bias_correction_nu: one of True, False
    """

    choices = {"bias_correction_mu": (True, False), "bias_correction_nu": (True, False)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, b1: HyperValue = 0.9,
        b2: HyperValue = 0.999, eps: HyperValue = 1e-08, eps_root: HyperValue = 0,
        bias_correction_mu: bool = True, bias_correction_nu: bool = True,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, eps_root=eps_root,
            bias_correction_mu=bias_correction_mu, bias_correction_nu=bias_correction_nu,
        )
