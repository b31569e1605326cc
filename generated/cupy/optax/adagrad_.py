"""optax.adagrad: optax 0.2.8, optax/_src/alias.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.adagrad; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void optax_adagrad_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *G_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t learning_rate = of_group[0], eps = of_group[1];
        const auto entry = [&](real_t &theta, const real_t g, real_t &G) {
            // G[t] = G[t-1] + g[t]**2
            G = G + g*g;
            // direction[t] = {g[t]/sqrt(G[t] + eps) if G[t] > 0, else 0}
            real_t direction = (G > real_t(0) ? g/sqrt(G + eps) : real_t(0));
            // theta[t] = theta[t-1] - learning_rate*direction[t]
            theta = theta - direction*learning_rate;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), G_pack = load(G_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], G_pack.at[k]);
            store(theta_at, i, theta_pack); store(G_at, i, G_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], G_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "optax_adagrad_update", arrays="theta g G", groups="learning_rate eps")


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    Hyper("initial_accumulator_value", 0.1, "[0, inf)", "start of the sum of squares"),
    Hyper("eps", 1e-07, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)
RULE = Rule(
    name="adagrad", dialect="optax", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class adagrad(Optimizer):
    """eps stands inside the root. An entry whose sum is zero rests, also with eps = 0.

    Equations
        G[0] = initial_accumulator_value
        g[t] = grad(theta[t-1])
        G[t] = G[t-1] + g[t]**2
        direction[t] = {g[t]/sqrt(G[t] + eps) if G[t] > 0, else 0}
        theta[t] = theta[t-1] - learning_rate*direction[t]

    Proved
        keras.Adagrad = optax.adagrad at the same positive start (DL2: all losses, all t,
            learning_rate varying with t)
        torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: all losses,
            all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0.1
        eps: keeps the denominator from zero, in [0, inf); default 1e-07
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, *, learning_rate: HyperValue,
        initial_accumulator_value: HyperValue = 0.1, eps: HyperValue = 1e-07,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )
