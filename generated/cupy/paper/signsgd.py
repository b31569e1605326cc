"""SignSGD: Bernstein et al. 2018, Algorithm 1 (arXiv:1802.04434).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration SignSGD; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void paper_signsgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t lr = of_group[0];
        const auto entry = [&](real_t &theta, const real_t g) {
            // theta[t] = theta[t-1] - lr*sign(g[t])
            theta = theta - sign(g)*lr;
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "paper_signsgd_update", arrays="theta g", groups="lr")


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (Hyper("lr", 0.0001, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="SignSGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class SignSGD(Optimizer):
    """SignSGD.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*sign(g[t])

    Proved
        Signum(beta=0) = SignSGD (L2a: all losses, all t, lr varying with t)
        times |g|_1 minimises g.d + max|d|**2/(2*lr), for all n (T2: all M, d1, g1; all M, l1, lr;
            all g1, l1, lr)
        1 more: gen show SignSGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.0001
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 0.0001) -> None:
        super().__init__(params, lr=lr)
