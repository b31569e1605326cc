"""optax.sgd: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.sgd; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_sgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *b_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t learning_rate = of_group[0], momentum = of_group[1];
        const auto entry = [&](real_t &theta, const real_t g, real_t &b) {
            // b[t] = momentum*b[t-1] + g[t]
            b = b*momentum + g;
            if (!nesterov) {
                // theta[t] = theta[t-1] - learning_rate*b[t]
                theta = theta - b*learning_rate;
            } else {
                // theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])
                theta = theta - (g + b*momentum)*learning_rate;
            }
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], b_pack.at[k]);
            store(theta_at, i, theta_pack); store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], b_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "optax_sgd_update", arrays="theta g b", groups="learning_rate momentum",
    flags="nesterov",
)


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("b"),)


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="sgd", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class sgd(Optimizer):
    """The learning rate scales the trace from outside.

    Equations
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        if not nesterov:
            theta[t] = theta[t-1] - learning_rate*b[t]
        else:
            theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: all losses, all t, lr varying with
            t)
        1 more: gen show optax.sgd

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        nesterov: one of False, True
    """

    choices = {"nesterov": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, *, learning_rate: HyperValue, momentum: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, momentum=momentum, nesterov=nesterov,
        )
