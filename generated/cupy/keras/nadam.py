"""keras.Nadam: Keras 3.15.1, keras/src/optimizers/nadam.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.Nadam; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_nadam_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t learning_rate = of_group[0], beta_1 = of_group[1], beta_2 = of_group[2],
            epsilon = of_group[3], one_minus_learning_rate_weight_decay = of_group[4],
            one_minus_beta_1 = of_group[5], one_minus_beta_2 = of_group[6],
            m_hat_factor = of_group[7], m_hat_factor2 = of_group[8],
            one_minus_beta_2_to_t = of_group[9];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
            m = m*beta_1 + g*one_minus_beta_1;
            // v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
            v = v*beta_2 + g*g*one_minus_beta_2;
            // m_hat[t] = g[t]*(1 - mu[t])/(1 - mu_product[t]) + m[t]*mu_next[t]/(1 - mu_next[t]*mu_product[t])
            real_t m_hat = g*m_hat_factor + m*m_hat_factor2;
            // v_hat[t] = v[t]/(1 - beta_2**t)
            real_t v_hat = v/one_minus_beta_2_to_t;
            // theta[t] = decayed[t] - learning_rate*m_hat[t]/(sqrt(v_hat[t]) + epsilon)
            theta = decayed - m_hat*learning_rate/(sqrt(v_hat) + epsilon);
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
    SOURCE, "keras_nadam_update", arrays="theta g m v",
    groups="learning_rate beta_1 beta_2 epsilon one_minus_learning_rate_weight_decay one_minus_beta_1 one_minus_beta_2 m_hat_factor m_hat_factor2 one_minus_beta_2_to_t",
)


def host(mu_product, t, learning_rate, beta_1, beta_2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta_1*(1 - 0.96**t/2)
    mu = beta_1*(1 - 0.96**t/2)
    # mu_next[t] = beta_1*(1 - 0.96**(1 + t)/2)
    mu_next = beta_1*(1 - 0.96**(1 + t)/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_beta_1 = 1 - beta_1
    one_minus_beta_2 = 1 - beta_2
    m_hat_factor = (1 - mu)/(1 - mu_product)
    m_hat_factor2 = mu_next/(1 - mu_next*mu_product)
    one_minus_beta_2_to_t = 1 - beta_2**t
    return {
        "mu": mu, "mu_next": mu_next, "mu_product": mu_product,
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_beta_1": one_minus_beta_1, "one_minus_beta_2": one_minus_beta_2,
        "m_hat_factor": m_hat_factor, "m_hat_factor2": m_hat_factor2,
        "one_minus_beta_2_to_t": one_minus_beta_2_to_t,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta_1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta_2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"), State("mu_product", "host", start=1))
RULE = Rule(
    name="Nadam", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Nadam(Optimizer):
    """The momentum grows to beta_1 within some fifty steps, 250 times as fast as with torch's
    momentum_decay.

    Equations
        mu_product[0] = 1
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        mu[t] = beta_1*(1 - 0.96**t/2)
        mu_next[t] = beta_1*(1 - 0.96**(1 + t)/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        m[t] = beta_1*m[t-1] + (1 - beta_1)*g[t]
        v[t] = beta_2*v[t-1] + (1 - beta_2)*g[t]**2
        m_hat[t] = g[t]*(1 - mu[t])/(1 - mu_product[t]) + m[t]*mu_next[t]/(1 - mu_next[t]*mu_product[t])
        v_hat[t] = v[t]/(1 - beta_2**t)
        theta[t] = decayed[t] - learning_rate*m_hat[t]/(sqrt(v_hat[t]) + epsilon)

    Proved
        torch.NAdam(momentum_decay=1) = keras.Nadam (DL8: all losses, all t, lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        beta_1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta_2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, beta_1: HyperValue = 0.9,
        beta_2: HyperValue = 0.999, epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            weight_decay=weight_decay,
        )
