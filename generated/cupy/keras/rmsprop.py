"""keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.RMSprop; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_rmsprop_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *velocity_at = place(row[3], start),
            *average_at = centered ? place(row[4], start) : (real_t *)0;
        const real_t *of_group = groups + 6*row[5];
        const real_t learning_rate = of_group[0], rho = of_group[1], momentum = of_group[2],
            epsilon = of_group[3], one_minus_learning_rate_weight_decay = of_group[4],
            one_minus_rho = of_group[5];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v, real_t &velocity,
            real_t &average) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
            v = v*rho + g*g*one_minus_rho;
            if (!centered) {
                // velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
                velocity = velocity*momentum + g*learning_rate/sqrt(v + epsilon);
            } else {
                // average[t] = rho*average[t-1] + (1 - rho)*g[t]
                average = average*rho + g*one_minus_rho;
                // velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
                velocity = velocity*momentum + g*learning_rate/sqrt(v - average*average + epsilon);
            }
            // theta[t] = decayed[t] - velocity[t]
            theta = decayed - velocity;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                velocity_pack = load(velocity_at, i),
                average_pack = centered ? load(average_at, i) : pack();
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], velocity_pack.at[k],
                    average_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack);
            store(velocity_at, i, velocity_pack); if (centered) store(average_at, i, average_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride) {
            real_t average_one = centered ? average_at[i] : real_t(0);
            entry(theta_at[i], g_at[i], v_at[i], velocity_at[i], average_one);
            if (centered) average_at[i] = average_one;
        }
    }
}
"""

UPDATE = Kernel(
    SOURCE, "keras_rmsprop_update", arrays="theta g v velocity average",
    groups="learning_rate rho momentum epsilon one_minus_learning_rate_weight_decay one_minus_rho",
    flags="centered",
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
    Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("v"), State("velocity"), State("average"))


def rule(centered):
    """The rule of these flags."""
    absent = ("average",) if not centered else ()
    flags = {"centered": centered}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="RMSprop", dialect="keras", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class RMSprop(Optimizer):
    """epsilon stands inside the root, the learning rate inside the velocity.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        if not centered:
            velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
        else:
            average[t] = rho*average[t-1] + (1 - rho)*g[t]
            velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: all losses, all t, learning_rate,
            decay, eps, momentum varying with t)
        2 more: gen show keras.RMSprop

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
        centered: one of False, True
    """

    choices = {"centered": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.001, rho: HyperValue = 0.9,
        momentum: HyperValue = 0, epsilon: HyperValue = 1e-07, weight_decay: HyperValue = 0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, rho=rho, momentum=momentum, epsilon=epsilon,
            weight_decay=weight_decay, centered=centered,
        )
