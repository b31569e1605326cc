"""LARS: You, Gitman & Ginsburg 2017, Algorithm 1 (arXiv:1708.03888).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration LARS; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step,
)

SOURCE = """
extern "C" __global__ void paper_lars_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *sum_theta_squared_at = place(row[2], start), *sum_g_squared_at = place(row[3], start);
        const auto entry = [&](const real_t theta, const real_t g, real_t &sum_theta_squared,
            real_t &sum_g_squared) {
            sum_theta_squared = theta*theta;
            sum_g_squared = g*g;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), sum_theta_squared_pack,
                sum_g_squared_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], sum_theta_squared_pack.at[k],
                    sum_g_squared_pack.at[k]);
            store(sum_theta_squared_at, i, sum_theta_squared_pack);
            store(sum_g_squared_at, i, sum_g_squared_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], sum_theta_squared_at[i], sum_g_squared_at[i]);
    }
}

extern "C" __global__ void paper_lars_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t momentum = of_group[0], weight_decay = of_group[1];
        const long long tensor = row[4];
        const real_t lr_ratio = numbers[5 + 6*tensor];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v) {
            // v[t] = lr*ratio[t]*(weight_decay*theta[t-1] + g[t]) + momentum*v[t-1]
            v = (theta*weight_decay + g)*lr_ratio + v*momentum;
            // theta[t] = theta[t-1] - v[t]
            theta = theta - v;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_lars_numbers(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 3*row[0];
        const real_t lr = of_group[0], weight_decay = of_group[1], trust_coefficient = of_group[2],
            sum_theta_squared = wide[0 + 6*i], sum_g_squared = wide[1 + 6*i];
        real_t &w_norm = wide[2 + 6*i], &g_norm = wide[3 + 6*i], &ratio = wide[4 + 6*i],
            &lr_ratio = wide[5 + 6*i];
        // w_norm[t] = norm(theta[t-1])
        w_norm = sqrt(sum_theta_squared);
        // g_norm[t] = norm(g[t])
        g_norm = sqrt(sum_g_squared);
        // ratio[t] = {trust_coefficient*w_norm[t]/(g_norm[t] + weight_decay*w_norm[t]) if (g_norm[t] > 0) and (w_norm[t] > 0), else 1}
        ratio = ((g_norm > 0.0) && (w_norm > 0.0) ? trust_coefficient*w_norm/(g_norm + weight_decay*w_norm) : 1.0);
        lr_ratio = lr*ratio;
        single[2 + 6*i] = float(w_norm); single[3 + 6*i] = float(g_norm);
        single[4 + 6*i] = float(ratio); single[5 + 6*i] = float(lr_ratio);
    }
}
"""

LAYOUT = Layout(tensor="sum_theta_squared sum_g_squared w_norm g_norm ratio lr_ratio")

PASS1 = Kernel(
    SOURCE, "paper_lars_pass1", arrays="theta g sum_theta_squared sum_g_squared",
    reductions=(("sum_theta_squared", "sum", "tensor"), ("sum_g_squared", "sum", "tensor"),),
    layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE, "paper_lars_pass2", arrays="theta g v", groups="momentum weight_decay", layout=LAYOUT,
)

NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_lars_numbers", extent="tensor",
    groups="lr weight_decay trust_coefficient", layout=LAYOUT,
)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.commit()


HYPER = (
    Hyper("lr", 0.1, "[0, inf)", "learning rate"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    Hyper("weight_decay", 0.0001, "[0, inf)", "weight decay"),
    Hyper("trust_coefficient", 0.001, "[0, inf)", "share of the weights' norm per step"),
)
STATES = (State("v"),)
RULE = Rule(
    name="LARS", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class LARS(Optimizer):
    """Layer-wise adaptive rate scaling: each tensor's step is a fixed share of its norm. lr enters
    the velocity; the paper lets it decay as (1 - t/T)^2, which is a schedule here.

    Equations
        g[t] = grad(theta[t-1])
        w_norm[t] = norm(theta[t-1])
        g_norm[t] = norm(g[t])
        ratio[t] = {trust_coefficient*w_norm[t]/(g_norm[t] + weight_decay*w_norm[t]) if (g_norm[t] > 0) and (w_norm[t] > 0), else 1}
        v[t] = lr*ratio[t]*(weight_decay*theta[t-1] + g[t]) + momentum*v[t-1]
        theta[t] = theta[t-1] - v[t]

    Proved
        turns with the coordinates of each tensor (SY10: all n, every tensor, all losses, all t)
        the same when loss and decay are multiplied by one number, norms not zero (SY49: all n,
            every tensor, all losses, all t)
        1 more: gen show LARS

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.1
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
        weight_decay: weight decay, in [0, inf); default 0.0001
        trust_coefficient: share of the weights' norm per step, in [0, inf); default 0.001
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.1, momentum: HyperValue = 0.9,
        weight_decay: HyperValue = 0.0001, trust_coefficient: HyperValue = 0.001,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay,
            trust_coefficient=trust_coefficient,
        )
