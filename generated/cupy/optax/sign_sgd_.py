"""optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.sign_sgd; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void optax_sign_sgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t learning_rate = of_group[0];
        const auto entry = [&](real_t &theta, const real_t g) {
            // theta[t] = theta[t-1] - learning_rate*sign(g[t])
            theta = theta - sign(g)*learning_rate;
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

UPDATE = Kernel(SOURCE, "optax_sign_sgd_update", arrays="theta g", groups="learning_rate")


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (Hyper("learning_rate", None, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="sign_sgd", dialect="optax", hyper=HYPER, state=(), oracles=("grad",), advance=advance,
)


class sign_sgd(Optimizer):
    """Every entry moves by the learning rate; one whose gradient is zero rests.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - learning_rate*sign(g[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, *, learning_rate: HyperValue) -> None:
        super().__init__(params, learning_rate=learning_rate)
