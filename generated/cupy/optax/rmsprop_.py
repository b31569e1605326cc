"""optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.rmsprop; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_rmsprop_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = centered ? place(row[2], start) : (real_t *)0, *v_at = place(row[3], start),
            *b_at = place(row[4], start);
        const real_t *of_group = groups + 7*row[5];
        const real_t learning_rate = of_group[0], decay = of_group[1], eps = of_group[2],
            momentum = of_group[3], one_minus_decay = of_group[4],
            one_minus_decay_to_t = of_group[5], one_minus_decay_to_t_squared = of_group[6];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v, real_t &b) {
            if (centered) {
                // m[t] = decay*m[t-1] + (1 - decay)*g[t]
                m = m*decay + g*one_minus_decay;
            }
            // v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
            v = v*decay + g*g*one_minus_decay;
            real_t scaled;
            if (eps_in_sqrt && !centered && !bias_correction) {
                // scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
                scaled = -(g*learning_rate/sqrt(v + eps));
            } else if (eps_in_sqrt && !centered) {
                // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
                scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t + eps));
            } else if (eps_in_sqrt && !bias_correction) {
                // scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
                scaled = -(g*learning_rate/sqrt(v - m*m + eps));
            } else if (eps_in_sqrt) {
                // scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
                scaled = -(g*learning_rate/sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared + eps));
            } else if (!centered && !bias_correction) {
                // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
                scaled = -(g*learning_rate/(sqrt(v) + eps));
            } else if (!centered) {
                // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
                scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t) + eps));
            } else if (!bias_correction) {
                // scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
                scaled = -(g*learning_rate/(sqrt(v - m*m) + eps));
            } else {
                // scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
                scaled = -(g*learning_rate/(sqrt(v/one_minus_decay_to_t - m*m/one_minus_decay_to_t_squared) + eps));
            }
            // b[t] = momentum*b[t-1] + scaled[t]
            b = b*momentum + scaled;
            if (!nesterov) {
                // theta[t] = theta[t-1] + b[t]
                theta = theta + b;
            } else {
                // theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
                theta = theta + b*momentum + scaled;
            }
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i),
                m_pack = centered ? load(m_at, i) : pack(), v_pack = load(v_at, i),
                b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], b_pack.at[k]);
            store(theta_at, i, theta_pack); if (centered) store(m_at, i, m_pack);
            store(v_at, i, v_pack); store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride) {
            real_t m_one = centered ? m_at[i] : real_t(0);
            entry(theta_at[i], g_at[i], m_one, v_at[i], b_at[i]);
            if (centered) m_at[i] = m_one;
        }
    }
}
"""

UPDATE = Kernel(
    SOURCE, "optax_rmsprop_update", arrays="theta g m v b",
    groups="learning_rate decay eps momentum one_minus_decay one_minus_decay_to_t one_minus_decay_to_t_squared",
    flags="centered eps_in_sqrt bias_correction nesterov",
)


def host(t, decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_decay": 1 - decay, "one_minus_decay_to_t": 1 - decay**t,
        "one_minus_decay_to_t_squared": (1 - decay**t)**2,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"))


def rule(eps_in_sqrt, centered, nesterov, bias_correction):
    """The rule of these flags."""
    absent = ("m",) if not centered else ()
    flags = {
        "eps_in_sqrt": eps_in_sqrt, "centered": centered, "nesterov": nesterov,
        "bias_correction": bias_correction,
    }
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="rmsprop", dialect="optax", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class rmsprop(Optimizer):
    """The learning rate stands inside the trace. Bias correction divides an average that starts at
    initial_scale as if it had started at zero; if it did, and is centered, the first variance
    is zero and the first step g/sqrt(eps) or g/eps.

    Equations
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        if centered:
            m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        if eps_in_sqrt and not centered and not bias_correction:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        elif eps_in_sqrt and not centered:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        elif eps_in_sqrt and not bias_correction:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        elif eps_in_sqrt:
            scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        elif not centered and not bias_correction:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        elif not centered:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        elif not bias_correction:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        else:
            scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        if not nesterov:
            theta[t] = theta[t-1] + b[t]
        else:
            theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Proved
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: all losses, all t, learning_rate,
            decay, eps, momentum varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: all losses,
            all t)
        1 more: gen show optax.rmsprop

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        decay: decay of the moving average of squared gradients, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        initial_scale: start of the average of squared gradients, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        eps_in_sqrt: one of True, False
        centered, nesterov, bias_correction: one of False, True
    """

    choices = {
        "eps_in_sqrt": (True, False), "centered": (False, True), "nesterov": (False, True),
        "bias_correction": (False, True),
    }
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, decay: HyperValue = 0.9,
        eps: HyperValue = 1e-08, initial_scale: HyperValue = 0, momentum: HyperValue = 0,
        eps_in_sqrt: bool = True, centered: bool = False, nesterov: bool = False,
        bias_correction: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, decay=decay, eps=eps, initial_scale=initial_scale,
            momentum=momentum, eps_in_sqrt=eps_in_sqrt, centered=centered, nesterov=nesterov,
            bias_correction=bias_correction,
        )
