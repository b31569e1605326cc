"""ScheduleFreeAdamW: Defazio et al. 2024, Algorithm 1 (arXiv:2405.15682).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration ScheduleFreeAdamW; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_schedulefreeadamw_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *z_at = place(row[3], start), *x_at = place(row[4], start);
        const real_t *of_group = groups + 10*row[5];
        const real_t beta1 = of_group[0], beta2 = of_group[1], eps = of_group[2],
            one_minus_beta2 = of_group[3], one_minus_beta2_to_t = of_group[4],
            weight_decay_lr_t = of_group[5], lr_t = of_group[6], one_minus_c = of_group[7],
            c_ = of_group[8], one_minus_beta1 = of_group[9];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v, real_t &z, real_t &x) {
            // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
            v = v*beta2 + g*g*one_minus_beta2;
            // v_hat[t] = v[t]/(1 - beta2**t)
            real_t v_hat = v/one_minus_beta2_to_t;
            // z[t] = z[t-1] - weight_decay*theta[t-1]*lr_t[t] - g[t]*lr_t[t]/(sqrt(v_hat[t]) + eps)
            z = z - theta*weight_decay_lr_t - g*lr_t/(sqrt(v_hat) + eps);
            // x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
            x = x*one_minus_c + z*c_;
            // theta[t] = (1 - beta1)*z[t] + beta1*x[t]
            theta = z*one_minus_beta1 + x*beta1;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                z_pack = load(z_at, i), x_pack = load(x_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], z_pack.at[k], x_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack); store(z_at, i, z_pack);
            store(x_at, i, x_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i], z_at[i], x_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_schedulefreeadamw_update", arrays="theta g v z x",
    groups="beta1 beta2 eps one_minus_beta2 one_minus_beta2_to_t weight_decay_lr_t lr_t one_minus_c c one_minus_beta1",
)


def host(weight_sum, t, lr, beta1, beta2, weight_decay, warmup_steps):
    """Numbers of this step that need no data, in float64."""
    # lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
    lr_t = lr*(np.minimum(1, t/warmup_steps) if warmup_steps > 0 else 1)
    # weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
    weight_sum = weight_sum + lr_t*lr_t
    # c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
    c = (lr_t*lr_t/weight_sum if weight_sum > 0 else 0)
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    weight_decay_lr_t = weight_decay*lr_t
    one_minus_c = 1 - c
    one_minus_beta1 = 1 - beta1
    return {
        "lr_t": lr_t, "weight_sum": weight_sum, "c": c, "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t, "weight_decay_lr_t": weight_decay_lr_t,
        "one_minus_c": one_minus_c, "one_minus_beta1": one_minus_beta1,
    }


def view_eval(x):
    """The parameters of the view 'eval'."""
    return x


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.0025, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1]", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("warmup_steps", 0, "integer [0, inf)", "steps of linear warm-up, 0 for none"),
)
STATES = (
    State("v"), State("z", start=lambda theta: theta), State("x", start=lambda theta: theta),
    State("weight_sum", "host"),
)
RULE = Rule(
    name="ScheduleFreeAdamW", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, views={"eval": view_eval},
)


class ScheduleFreeAdamW(Optimizer):
    """Adam's denominator; instead of a moving average of gradients, the gradient is asked between
    the iterate z and the average x. Evaluate at the view eval. The authors' package folds the
    bias correction into the learning rate, and so into the weights.

    Equations
        z[0] = theta[0]
        x[0] = theta[0]
        g[t] = grad(theta[t-1])
        lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
        weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
        c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        z[t] = z[t-1] - weight_decay*theta[t-1]*lr_t[t] - g[t]*lr_t[t]/(sqrt(v_hat[t]) + eps)
        x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
        theta[t] = (1 - beta1)*z[t] + beta1*x[t]

    View 'eval': x[t]

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0025
        beta1: decay of the moving average of gradients, in [0, 1]; default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        warmup_steps: steps of linear warm-up, 0 for none, in integer [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.0025, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, eps: HyperValue = 1e-08, weight_decay: HyperValue = 0,
        warmup_steps: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay,
            warmup_steps=warmup_steps,
        )
