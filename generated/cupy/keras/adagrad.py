"""keras.Adagrad: Keras 3.15.1, keras/src/optimizers/adagrad.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.Adagrad; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_adagrad_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *G_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t learning_rate = of_group[0], epsilon = of_group[1],
            one_minus_learning_rate_weight_decay = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &G) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // G[t] = G[t-1] + g[t]**2
            G = G + g*g;
            // theta[t] = decayed[t] - learning_rate*g[t]/sqrt(G[t] + epsilon)
            theta = decayed - g*learning_rate/sqrt(G + epsilon);
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

UPDATE = Kernel(
    SOURCE, "keras_adagrad_update", arrays="theta g G",
    groups="learning_rate epsilon one_minus_learning_rate_weight_decay",
)


def host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("initial_accumulator_value", 0.1, "[0, inf)", "start of the sum of squares"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)
RULE = Rule(
    name="Adagrad", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adagrad(Optimizer):
    """epsilon stands inside the root, and the sum of squares starts above zero.

    Equations
        G[0] = initial_accumulator_value
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        G[t] = G[t-1] + g[t]**2
        theta[t] = decayed[t] - learning_rate*g[t]/sqrt(G[t] + epsilon)

    Proved
        keras.Adagrad = optax.adagrad at the same positive start (DL2: all losses, all t,
            learning_rate varying with t)
        torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0) (DL2d:
            all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0.1
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001,
        initial_accumulator_value: HyperValue = 0.1, epsilon: HyperValue = 1e-07,
        weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate,
            initial_accumulator_value=initial_accumulator_value, epsilon=epsilon,
            weight_decay=weight_decay,
        )
