"""texts.ADAM_D2: A learning site's lesson and review (D2), ADAM-D2, ADAM-D2r.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration texts.ADAM_D2; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void texts_adam_d2_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t lr = of_group[0], beta1 = of_group[1], beta2 = of_group[2], eps = of_group[3],
            one_minus_beta1 = of_group[4], one_minus_beta2 = of_group[5];
        const auto entry = [&](real_t &theta, const real_t g, real_t &m, real_t &v) {
            // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
            m = m*beta1 + g*one_minus_beta1;
            // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
            v = v*beta2 + g*g*one_minus_beta2;
            // theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)
            theta = theta - m*lr/sqrt(v + eps);
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
    SOURCE, "texts_adam_d2_update", arrays="theta g m v",
    groups="lr beta1 beta2 eps one_minus_beta1 one_minus_beta2",
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
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"))
RULE = Rule(
    name="ADAM_D2", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class ADAM_D2(Optimizer):
    """No bias correction and eps inside the root. The site gives one decay, 0.9, and no recursion
    for the squares: Adam's is supplied.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        theta[t] = theta[t-1] - lr*m[t]/sqrt(v[t] + eps)

    Proved
        Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0) (C82a: all
            losses, all t, lr, beta1, beta2 varying with t)
        texts.ADAM_D2 = AdamEpsInside without correction (Quiz4: all losses, all t, lr, beta1,
            beta2, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08,
    ) -> None:
        super().__init__(params, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
