"""keras.Adadelta: Keras 3.15.1, keras/src/optimizers/adadelta.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.Adadelta; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_adadelta_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *u_at = place(row[3], start);
        const real_t *of_group = groups + 5*row[4];
        const real_t learning_rate = of_group[0], rho = of_group[1], epsilon = of_group[2],
            one_minus_learning_rate_weight_decay = of_group[3], one_minus_rho = of_group[4];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v, real_t &u) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
            v = v*rho + g*g*one_minus_rho;
            // delta[t] = -g[t]*sqrt(u[t-1] + epsilon)/sqrt(v[t] + epsilon)
            real_t delta = -(g*sqrt(u + epsilon)/sqrt(v + epsilon));
            // u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
            u = u*rho + delta*delta*one_minus_rho;
            // theta[t] = decayed[t] + learning_rate*delta[t]
            theta = decayed + delta*learning_rate;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], u_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack); store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i], u_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "keras_adadelta_update", arrays="theta g v u",
    groups="learning_rate rho epsilon one_minus_learning_rate_weight_decay one_minus_rho",
)


def host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    return {
        "one_minus_learning_rate_weight_decay": 1 - learning_rate*weight_decay,
        "one_minus_rho": 1 - rho,
    }


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("u"))
RULE = Rule(
    name="Adadelta", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adadelta(Optimizer):
    """With Zeiler's learning rate of 1 the paper's rule: the default is a thousandth of it.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = -g[t]*sqrt(u[t-1] + epsilon)/sqrt(v[t] + epsilon)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = decayed[t] + learning_rate*delta[t]

    Proved
        torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0) (DL3a: all losses, all t,
            lr, eps varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.95
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, rho: HyperValue = 0.95,
        epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, rho=rho, epsilon=epsilon, weight_decay=weight_decay,
        )
