"""NAdam: Dozat 2016, Algorithm 2, with the momentum schedule of the 2015 report.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration NAdam; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_nadam_update(const long long *table, const long long *chunks,
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
        const real_t lr = of_group[0], beta2 = of_group[1], eps = of_group[2],
            one_minus_mu_product = of_group[3], mu = of_group[4], one_minus_mu = of_group[5],
            one_minus_mu_next_mu_product = of_group[6], one_minus_beta2 = of_group[7],
            one_minus_beta2_to_t = of_group[8], mu_next = of_group[9];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v) {
            // g_hat[t] = g[t]/(1 - mu_product[t])
            real_t g_hat = g/one_minus_mu_product;
            // m[t] = m[t-1]*mu[t] + g[t]*(1 - mu[t])
            m = m*mu + g*one_minus_mu;
            // m_hat[t] = m[t]/(1 - mu_next[t]*mu_product[t])
            real_t m_hat = m/one_minus_mu_next_mu_product;
            // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
            v = v*beta2 + g*g*one_minus_beta2;
            // v_hat[t] = v[t]/(1 - beta2**t)
            real_t v_hat = v/one_minus_beta2_to_t;
            // m_bar[t] = g_hat[t]*(1 - mu[t]) + m_hat[t]*mu_next[t]
            real_t m_bar = g_hat*one_minus_mu + m_hat*mu_next;
            // theta[t] = theta[t-1] - lr*m_bar[t]/(sqrt(v_hat[t]) + eps)
            theta = theta - m_bar*lr/(sqrt(v_hat) + eps);
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
    SOURCE, "paper_nadam_update", arrays="theta g m v",
    groups="lr beta2 eps one_minus_mu_product mu one_minus_mu one_minus_mu_next_mu_product one_minus_beta2 one_minus_beta2_to_t mu_next",
)


def host(mu_product, t, beta1, beta2, momentum_decay):
    """Numbers of this step that need no data, in float64."""
    # mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
    mu = beta1*(1 - 0.96**(momentum_decay*t)/2)
    # mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    mu_next = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
    # mu_product[t] = mu_product[t-1]*mu[t]
    mu_product = mu_product*mu
    one_minus_mu_product = 1 - mu_product
    one_minus_mu = 1 - mu
    one_minus_mu_next_mu_product = 1 - mu_next*mu_product
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    return {
        "mu": mu, "mu_next": mu_next, "mu_product": mu_product,
        "one_minus_mu_product": one_minus_mu_product, "one_minus_mu": one_minus_mu,
        "one_minus_mu_next_mu_product": one_minus_mu_next_mu_product,
        "one_minus_beta2": one_minus_beta2, "one_minus_beta2_to_t": one_minus_beta2_to_t,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.002, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.99, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("momentum_decay", 0.004, "[0, inf)", "speed at which the momentum grows to beta1"),
)
STATES = (State("m"), State("v"), State("mu_product", "host", start=1))
RULE = Rule(
    name="NAdam", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class NAdam(Optimizer):
    """The average itself uses the changing coefficient mu; torch and Keras average with beta1 and
    use mu in the step only. The factor beta2 that the 2016 text has on v_hat is left out, as
    everywhere.

    Equations
        mu_product[0] = 1
        g[t] = grad(theta[t-1])
        mu[t] = beta1*(1 - 0.96**(momentum_decay*t)/2)
        mu_next[t] = beta1*(1 - 0.96**(momentum_decay*(1 + t))/2)
        mu_product[t] = mu_product[t-1]*mu[t]
        g_hat[t] = g[t]/(1 - mu_product[t])
        m[t] = m[t-1]*mu[t] + g[t]*(1 - mu[t])
        m_hat[t] = m[t]/(1 - mu_next[t]*mu_product[t])
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        m_bar[t] = g_hat[t]*(1 - mu[t]) + m_hat[t]*mu_next[t]
        theta[t] = theta[t-1] - lr*m_bar[t]/(sqrt(v_hat[t]) + eps)

    Proved
        NAdam(beta1=0) = Adam(beta1=0) (D27: all losses, all t, lr, beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.99
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        momentum_decay: speed at which the momentum grows to beta1, in [0, inf); default 0.004
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.002, beta1: HyperValue = 0.99,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, momentum_decay: HyperValue = 0.004,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, momentum_decay=momentum_decay,
        )
