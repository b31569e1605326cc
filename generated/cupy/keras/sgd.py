"""keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.SGD; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void keras_sgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *velocity_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t learning_rate = of_group[0], momentum = of_group[1],
            one_minus_learning_rate_weight_decay = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &velocity) {
            // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
            real_t decayed = theta*one_minus_learning_rate_weight_decay;
            // velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
            velocity = velocity*momentum - g*learning_rate;
            if (!nesterov) {
                // theta[t] = decayed[t] + velocity[t]
                theta = decayed + velocity;
            } else {
                // theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]
                theta = decayed + velocity*momentum - g*learning_rate;
            }
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i),
                velocity_pack = load(velocity_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], velocity_pack.at[k]);
            store(theta_at, i, theta_pack); store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], velocity_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "keras_sgd_update", arrays="theta g velocity",
    groups="learning_rate momentum one_minus_learning_rate_weight_decay", flags="nesterov",
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
    Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("velocity"),)


def rule(nesterov):
    """The rule of these flags."""
    flags = {"nesterov": nesterov}
    return Rule(
        name="SGD", dialect="keras", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class SGD(Optimizer):
    """The learning rate stands inside the velocity, which points where parameters go.

    Equations
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        if not nesterov:
            theta[t] = decayed[t] + velocity[t]
        else:
            theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: all
            losses, all t)
        1 more: gen show keras.SGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1]; default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
    """

    choices = {"nesterov": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, learning_rate: HyperValue = 0.01, momentum: HyperValue = 0,
        weight_decay: HyperValue = 0, nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, learning_rate=learning_rate, momentum=momentum, weight_decay=weight_decay,
            nesterov=nesterov,
        )
