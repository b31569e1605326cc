"""keras.AdamW: Keras 3.15.1, keras/src/optimizers/adamw.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.AdamW; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_adamw_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start),
            *v_max_at = amsgrad ? place(row[4], start) : (real_t *)0;
        const real_t *of_group = groups + 7*row[5];
        const real_t beta_1 = of_group[0], beta_2 = of_group[1], epsilon = of_group[2],
            one_minus_learning_rate_weight_decay = of_group[3], one_minus_beta_1 = of_group[4],
            one_minus_beta_2 = of_group[5], rate = of_group[6];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v, real_t &v_max) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
            m = m*beta_1 + g*one_minus_beta_1;
            // v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
            v = v*beta_2 + g*g*one_minus_beta_2;
            if (!amsgrad) {
                // theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v[t]) + epsilon)
                theta = decayed - m*rate/(sqrt(v) + epsilon);
            } else {
                // v_max[t] = max(v[t], v_max[t-1])
                v_max = maximum(v, v_max);
                // theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v_max[t]) + epsilon)
                theta = decayed - m*rate/(sqrt(v_max) + epsilon);
            }
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i),
                v_pack = load(v_at, i), v_max_pack = amsgrad ? load(v_max_at, i) : pack();
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], v_max_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
            if (amsgrad) store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride) {
            real_t v_max_one = amsgrad ? v_max_at[i] : real_t(0);
            entry(theta_at[i], g_at[i], m_at[i], v_at[i], v_max_one);
            if (amsgrad) v_max_at[i] = v_max_one;
        }
    }
}
"""

UPDATE = Kernel(
    SOURCE, "keras_adamw_update", arrays="theta g m v v_max",
    groups="beta_1 beta_2 epsilon one_minus_learning_rate_weight_decay one_minus_beta_1 one_minus_beta_2 rate",
    flags="amsgrad",
)


def host(t, learning_rate, weight_decay, beta_1, beta_2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = learning_rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)
    rate = learning_rate*np.sqrt(1 - beta_2**t)/(1 - beta_1**t)
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_beta_1 = 1 - beta_1
    one_minus_beta_2 = 1 - beta_2
    return {
        "rate": rate,
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_beta_1": one_minus_beta_1, "one_minus_beta_2": one_minus_beta_2,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("weight_decay", 0.004, "[0, inf)", "weight decay"),
    Hyper("beta_1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(amsgrad):
    """The rule of these flags."""
    absent = ("v_max",) if not amsgrad else ()
    flags = {"amsgrad": amsgrad}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="AdamW", dialect="keras", hyper=HYPER, state=state, oracles=("grad",), advance=advance,
        flags=flags, absent=absent,
    )


class AdamW(Optimizer):
    """Adam with another default of weight_decay, which Adam decouples as well.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        rate[t] = learning_rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)
        m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
        v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
        if not amsgrad:
            theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v[t]) + epsilon)
        else:
            v_max[t] = max(v[t], v_max[t-1])
            theta[t] = decayed[t] - m[t]*rate[t]/(sqrt(v_max[t]) + epsilon)

    Proved
        torch.AdamW(eps) = keras.AdamW(epsilon=eps*sqrt(1 - beta2**t)) (DL5g: all losses, all t, lr,
            eps, weight_decay varying with t)
        keras.AdamW = keras.Adam(weight_decay) (DL5h: all losses, all t, learning_rate, beta_1,
            beta_2, epsilon, weight_decay varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        weight_decay: weight decay, in [0, inf); default 0.004
        beta_1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        amsgrad: one of False, True
    """

    choices = {"amsgrad": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, weight_decay: HyperValue = 0.004,
        beta_1: HyperValue = 0.9, beta_2: HyperValue = 0.999, epsilon: HyperValue = 1e-07,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, weight_decay=weight_decay, beta_1=beta_1,
            beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad,
        )
