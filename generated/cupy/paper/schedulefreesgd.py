"""ScheduleFreeSGD: Defazio et al. 2024, equations (3)-(5) (arXiv:2405.15682).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration ScheduleFreeSGD; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_schedulefreesgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *z_at = place(row[2], start), *x_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t beta = of_group[0], weight_decay = of_group[1], lr_t = of_group[2],
            one_minus_c = of_group[3], c_ = of_group[4], one_minus_beta = of_group[5];
        const auto entry = [&](real_t &theta, const real_t g, real_t &z, real_t &x) {
            // z[t] = z[t-1] - lr_t[t]*(weight_decay*theta[t-1] + g[t])
            z = z - (theta*weight_decay + g)*lr_t;
            // x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
            x = x*one_minus_c + z*c_;
            // theta[t] = (1 - beta)*z[t] + beta*x[t]
            theta = z*one_minus_beta + x*beta;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), z_pack = load(z_at, i),
                x_pack = load(x_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], z_pack.at[k], x_pack.at[k]);
            store(theta_at, i, theta_pack); store(z_at, i, z_pack); store(x_at, i, x_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], z_at[i], x_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_schedulefreesgd_update", arrays="theta g z x",
    groups="beta weight_decay lr_t one_minus_c c one_minus_beta",
)


def host(weight_sum, t, lr, beta, warmup_steps):
    """Numbers of this step that need no data, in float64."""
    # lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
    lr_t = lr*(np.minimum(1, t/warmup_steps) if warmup_steps > 0 else 1)
    # weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
    weight_sum = weight_sum + lr_t*lr_t
    # c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
    c = (lr_t*lr_t/weight_sum if weight_sum > 0 else 0)
    one_minus_c = 1 - c
    one_minus_beta = 1 - beta
    return {
        "lr_t": lr_t, "weight_sum": weight_sum, "c": c, "one_minus_c": one_minus_c,
        "one_minus_beta": one_minus_beta,
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
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("beta", 0.9, "[0, 1]", "weight of the average in the point of the gradient"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("warmup_steps", 0, "integer [0, inf)", "steps of linear warm-up, 0 for none"),
)
STATES = (
    State("z", start=lambda theta: theta), State("x", start=lambda theta: theta),
    State("weight_sum", "host"),
)
RULE = Rule(
    name="ScheduleFreeSGD", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
    advance=advance, views={"eval": view_eval},
)


class ScheduleFreeSGD(Optimizer):
    """The parameters are the point y where gradients are asked, between the iterate z and the
    average x; evaluate at the view eval, which is x. The weights of the average are the squares
    of the learning rates.

    Equations
        z[0] = theta[0]
        x[0] = theta[0]
        g[t] = grad(theta[t-1])
        lr_t[t] = lr*{min(1, t/warmup_steps) if warmup_steps > 0, else 1}
        weight_sum[t] = weight_sum[t-1] + lr_t[t]**2
        c[t] = {lr_t[t]**2/weight_sum[t] if weight_sum[t] > 0, else 0}
        z[t] = z[t-1] - lr_t[t]*(weight_decay*theta[t-1] + g[t])
        x[t] = x[t-1]*(1 - c[t]) + c[t]*z[t]
        theta[t] = (1 - beta)*z[t] + beta*x[t]

    View 'eval': x[t]

    Proved
        ScheduleFreeSGD(beta=0) = GradientDescent (V1: all losses, all t, lr varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY14: all n, every
            tensor, all losses, all t)
        3 more: gen show ScheduleFreeSGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        beta: weight of the average in the point of the gradient, in [0, 1]; default 0.9
        weight_decay: weight decay, in [0, inf); default 0
        warmup_steps: steps of linear warm-up, 0 for none, in integer [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 1, beta: HyperValue = 0.9,
        weight_decay: HyperValue = 0, warmup_steps: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, lr=lr, beta=beta, weight_decay=weight_decay, warmup_steps=warmup_steps,
        )
