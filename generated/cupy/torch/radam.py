"""torch.RAdam: PyTorch 2.13, torch/optim/radam.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.RAdam; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_radam_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start);
        const real_t *of_group = groups + 11*row[4];
        const real_t lr = of_group[0], beta1 = of_group[1], beta2 = of_group[2], eps = of_group[3],
            weight_decay = of_group[4], one_minus_lr_weight_decay = of_group[5],
            one_minus_beta1 = of_group[6], one_minus_beta2 = of_group[7],
            one_minus_beta1_to_t = of_group[8], theta_case = of_group[9],
            sqrt_one_minus_beta2_to_t_rectifier = of_group[10];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &m, real_t &v) {
            real_t g;
            if (!maximize) {
                // g[t] = grad(theta[t-1])
                g = raw_g;
            } else {
                // g[t] = -grad(theta[t-1])
                g = -raw_g;
            }
            real_t g_decayed;
            if (!decoupled_weight_decay) {
                // g_decayed[t] = weight_decay*theta[t-1] + g[t]
                g_decayed = theta*weight_decay + g;
            }
            real_t theta_decayed;
            if (!decoupled_weight_decay) {
                // theta_decayed[t] = theta[t-1]
                theta_decayed = theta;
            } else {
                // g_decayed[t] = g[t]
                g_decayed = g;
                // theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
                theta_decayed = theta*one_minus_lr_weight_decay;
            }
            // m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
            m = m*beta1 + g_decayed*one_minus_beta1;
            // v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
            v = v*beta2 + g_decayed*g_decayed*one_minus_beta2;
            // m_hat[t] = m[t]/(1 - beta1**t)
            real_t m_hat = m/one_minus_beta1_to_t;
            // theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}
            theta = theta_decayed - m_hat*lr*((theta_case != real_t(0)) ? sqrt_one_minus_beta2_to_t_rectifier/(sqrt(v) + eps) : real_t(1));
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                m_pack = load(m_at, i), v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], m_pack.at[k], v_pack.at[k]);
            store(theta_at, i, theta_pack); store(m_at, i, m_pack); store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i], m_at[i], v_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_radam_update", arrays="theta raw_g m v",
    groups="lr beta1 beta2 eps weight_decay one_minus_lr_weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t theta_case sqrt_one_minus_beta2_to_t_rectifier",
    flags="maximize decoupled_weight_decay",
)


def host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    # rho_inf[t] = 2/(1 - beta2) - 1
    rho_inf = 2/(1 - beta2) - 1
    # rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
    rho_t = rho_inf - 2*beta2**t*t/(1 - beta2**t)
    # rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
    rectifier = (np.sqrt(rho_inf*(rho_t - 2)*(rho_t - 4)/(rho_t*(rho_inf - 2)*(rho_inf - 4))) if rho_t > 5 else 0)
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    theta_case = rho_t > 5
    sqrt_one_minus_beta2_to_t_rectifier = np.sqrt(1 - beta2**t)*rectifier
    return {
        "rho_inf": rho_inf, "rho_t": rho_t, "rectifier": rectifier,
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t, "theta_case": theta_case,
        "sqrt_one_minus_beta2_to_t_rectifier": sqrt_one_minus_beta2_to_t_rectifier,
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
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("m"), State("v"))


def rule(decoupled_weight_decay, maximize):
    """The rule of these flags."""
    flags = {"decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize}
    return Rule(
        name="RAdam", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class RAdam(Optimizer):
    """Until the averages of squares are long enough (rho_t > 5) the step is the corrected momentum
    at full size. eps joins the root before its bias is corrected.

    Equations
        rho_inf[t] = 2/(1 - beta2) - 1
        rho_t[t] = rho_inf[t] - 2*beta2**t*t/(1 - beta2**t)
        rectifier[t] = {sqrt(rho_inf[t]*(rho_t[t] - 2)*(rho_t[t] - 4)/(rho_t[t]*(rho_inf[t] - 2)*(rho_inf[t] - 4))) if rho_t[t] > 5, else 0}
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        if not decoupled_weight_decay:
            g_decayed[t] = weight_decay*theta[t-1] + g[t]
            theta_decayed[t] = theta[t-1]
        else:
            g_decayed[t] = g[t]
            theta_decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g_decayed[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g_decayed[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        theta[t] = theta_decayed[t] - lr*m_hat[t]*{sqrt(1 - beta2**t)*rectifier[t]/(sqrt(v[t]) + eps) if rho_t[t] > 5, else 1}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        decoupled_weight_decay, maximize: one of False, True
    """

    choices = {"decoupled_weight_decay": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        decoupled_weight_decay: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize,
        )
