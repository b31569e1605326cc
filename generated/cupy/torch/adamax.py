"""torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.Adamax; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_adamax_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *m_at = place(row[2], start), *u_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t beta1 = of_group[0], beta2 = of_group[1], eps = of_group[2],
            weight_decay = of_group[3], one_minus_beta1 = of_group[4],
            lr_over_one_minus_beta1_to_t = of_group[5];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &m, real_t &u) {
            real_t g;
            if (!maximize) {
                // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
                g = theta*weight_decay + raw_g;
            } else {
                // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
                g = theta*weight_decay - raw_g;
            }
            // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
            m = m*beta1 + g*one_minus_beta1;
            // u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
            u = maximum(u*beta2, fabs(g) + eps);
            // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
            theta = theta - m*lr_over_one_minus_beta1_to_t/u;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                m_pack = load(m_at, i), u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], m_pack.at[k], u_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i], m_at[i], u_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_adamax_update", arrays="theta raw_g m u",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 lr_over_one_minus_beta1_to_t",
    flags="maximize",
)


def host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_beta1": 1 - beta1, "lr_over_one_minus_beta1_to_t": lr/(1 - beta1**t)}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.002, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("u"))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Adamax", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Adamax(Optimizer):
    """eps is added to the gradient's size inside the maximum, and so fades with it.

    Equations
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Proved
        torch.Adamax = optax.adamax (DL7: all losses, all t, lr, beta1, beta2, eps varying with t)
        torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.002, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            maximize=maximize,
        )
