"""texts.NAG_b: A learning site's review (D2), NAG-b.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration texts.NAG_b; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void texts_nag_b_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *v_at = place(row[1], start),
            *point_at = place(row[2], start);
        const real_t *of_group = groups + 1*row[3];
        const real_t momentum = of_group[0];
        const auto entry = [&](const real_t theta, const real_t v, real_t &point) {
            // point = theta[t-1] - momentum*v[t-1]
            point = theta - v*momentum;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), v_pack = load(v_at, i), point_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], v_pack.at[k], point_pack.at[k]);
            store(point_at, i, point_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], v_at[i], point_at[i]);
    }
}

extern "C" __global__ void texts_nag_b_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t lr = of_group[0], alpha = of_group[1], momentum = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v) {
            // v[t] = momentum*v[t-1] + lr*g[t]
            v = v*momentum + g*lr;
            // theta[t] = theta[t-1] - alpha*v[t]
            theta = theta - v*alpha;
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

PASS1 = Kernel(
    SOURCE, "texts_nag_b_pass1", arrays="theta v point", groups="momentum", stores="point",
)

PASS2 = Kernel(SOURCE, "texts_nag_b_pass2", arrays="theta g v", groups="lr alpha momentum")


def advance(step: Step) -> None:
    step.blocks(PASS1)
    step.ask("g", "grad", at="point")
    step.blocks(PASS2)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("alpha", 1, "[0, inf)", "second step size"),
    Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"),)
RULE = Rule(
    name="NAG_b", dialect="texts", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
    elsewhere=True,
)


class NAG_b(Optimizer):
    """Looks ahead by momentum·v, while momentum alone moves by alpha times that: Nesterov only for
    alpha = 1.

    Equations
        g[t] = grad(theta[t-1] - momentum*v[t-1])
        v[t] = momentum*v[t-1] + lr*g[t]
        theta[t] = theta[t-1] - alpha*v[t]

    Proved
        texts.NAG_b(alpha=1) = Nesterov (C43a: all losses, all t, lr, momentum varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: second step size, in [0, inf); default 1
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, alpha: HyperValue = 1,
        momentum: HyperValue = 0.9,
    ) -> None:
        super().__init__(params, lr=lr, alpha=alpha, momentum=momentum)
