"""torch.SparseAdam: PyTorch 2.13, torch/optim/_functional.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.SparseAdam; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_sparseadam_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t beta1 = of_group[0], beta2 = of_group[1], eps = of_group[2],
            one_minus_beta1 = of_group[3], one_minus_beta2 = of_group[4], rate = of_group[5];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &m, real_t &v) {
            real_t g;
            if (!maximize) {
                // g[t] = grad(theta[t-1])
                g = raw_g;
            } else {
                // g[t] = -grad(theta[t-1])
                g = -raw_g;
            }
            // m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
            m = (g != real_t(0) ? m*beta1 + g*one_minus_beta1 : m);
            // v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
            v = (g != real_t(0) ? v*beta2 + g*g*one_minus_beta2 : v);
            // theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}
            theta = (g != real_t(0) ? theta - m*rate/(sqrt(v) + eps) : theta);
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
    SOURCE, "torch_sparseadam_update", arrays="theta raw_g m v",
    groups="beta1 beta2 eps one_minus_beta1 one_minus_beta2 rate", flags="maximize",
)


def host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
    rate = lr*np.sqrt(1 - beta2**t)/(1 - beta1**t)
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    return {
        "rate": rate, "one_minus_beta1": one_minus_beta1, "one_minus_beta2": one_minus_beta2,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "(0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
)
STATES = (State("m"), State("v"))


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="SparseAdam", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class SparseAdam(Optimizer):
    """For gradients that store exactly their nonzero entries: the others rest, moments and all,
    while the step count goes on. eps joins the root before its bias is corrected.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        m[t] = {beta1*m[t-1] + (1 - beta1)*g[t] if g[t] != 0, else m[t-1]}
        v[t] = {beta2*v[t-1] + (1 - beta2)*g[t]**2 if g[t] != 0, else v[t-1]}
        rate[t] = lr*sqrt(1 - beta2**t)/(1 - beta1**t)
        theta[t] = {theta[t-1] - m[t]*rate[t]/(sqrt(v[t]) + eps) if g[t] != 0, else theta[t-1]}

    Proved
        torch.SparseAdam = keras.Adam where no gradient is 0 (DL5j: all losses, all t, lr, eps
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in (0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in (0, inf); default 1e-08
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, maximize=maximize,
        )
