"""torch.AdamW: PyTorch 2.13, torch/optim/adamw.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.AdamW; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_adamw_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start),
            *v_max_at = amsgrad ? place(row[4], start) : (real_t *)0;
        const real_t *of_group = groups + 8*row[5];
        const real_t beta1 = of_group[0], beta2 = of_group[1], eps = of_group[2],
            one_minus_lr_weight_decay = of_group[3], one_minus_beta1 = of_group[4],
            one_minus_beta2 = of_group[5], one_minus_beta2_to_t = of_group[6],
            lr_over_one_minus_beta1_to_t = of_group[7];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &m, real_t &v,
            real_t &v_max) {
            real_t g;
            if (!maximize) {
                // g[t] = grad(theta[t-1])
                g = raw_g;
            } else {
                // g[t] = -grad(theta[t-1])
                g = -raw_g;
            }
            // decayed[t] = (1 - lr*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_lr_weight_decay;
            // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
            m = m*beta1 + g*one_minus_beta1;
            // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
            v = v*beta2 + g*g*one_minus_beta2;
            real_t v_hat;
            if (!amsgrad) {
                // v_hat[t] = v[t]/(1 - beta2**t)
                v_hat = v/one_minus_beta2_to_t;
            } else {
                // v_max[t] = max(v[t], v_max[t-1])
                v_max = maximum(v, v_max);
                // v_hat[t] = v_max[t]/(1 - beta2**t)
                v_hat = v_max/one_minus_beta2_to_t;
            }
            // theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
            theta = decayed - m*lr_over_one_minus_beta1_to_t/(sqrt(v_hat) + eps);
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                m_pack = load(m_at, i), v_pack = load(v_at, i),
                v_max_pack = amsgrad ? load(v_max_at, i) : pack();
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], m_pack.at[k], v_pack.at[k],
                    v_max_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
            if (amsgrad) store(v_max_at, i, v_max_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride) {
            real_t v_max_one = amsgrad ? v_max_at[i] : real_t(0);
            entry(theta_at[i], raw_g_at[i], m_at[i], v_at[i], v_max_one);
            if (amsgrad) v_max_at[i] = v_max_one;
        }
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_adamw_update", arrays="theta raw_g m v v_max",
    groups="beta1 beta2 eps one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta2_to_t lr_over_one_minus_beta1_to_t",
    flags="maximize amsgrad",
)


def host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_lr_weight_decay": 1 - lr*weight_decay, "one_minus_beta1": 1 - beta1,
        "one_minus_beta2": 1 - beta2, "one_minus_beta2_to_t": 1 - beta2**t,
        "lr_over_one_minus_beta1_to_t": lr/(1 - beta1**t),
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"), State("v_max"))


def rule(amsgrad, maximize):
    """The rule of these flags."""
    absent = ("v_max",) if not amsgrad else ()
    flags = {"amsgrad": amsgrad, "maximize": maximize}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="AdamW", dialect="torch", hyper=HYPER, state=state, oracles=("grad",), advance=advance,
        flags=flags, absent=absent,
    )


class AdamW(Optimizer):
    """Adam with decoupled_weight_decay and another default; the decay is times lr.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        if not amsgrad:
            v_hat[t] = v[t]/(1 - beta2**t)
        else:
            v_max[t] = max(v[t], v_max[t-1])
            v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Proved
        torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: all losses, all t, lr, beta1,
            beta2, eps, weight_decay varying with t)
        torch.AdamW = optax.adamw(eps_root=0) (DL5e: all losses, all t, lr, beta1, beta2, eps,
            weight_decay varying with t)
        2 more: gen show torch.AdamW

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0.01
        amsgrad, maximize: one of False, True
    """

    choices = {"amsgrad": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0.01,
        amsgrad: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            amsgrad=amsgrad, maximize=maximize,
        )
