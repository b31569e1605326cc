"""keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

epsilon stands inside the root, the learning rate inside the velocity.

Equations with centered=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
    theta[t] = decayed[t] - velocity[t]

Equations with centered=True
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    average[t] = rho*average[t-1] + (1 - rho)*g[t]
    velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
    theta[t] = decayed[t] - velocity[t]

Proved
    torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
        proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
        varying with t)
    optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
        learning_rate, decay, eps, momentum varying with t)
    torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
        for all losses, all t)
    torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
        proved for all losses, all t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.RMSprop and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 26d7428cb1d3fcbe
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void keras_rmsprop_plain_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &velocity, const real_t learning_rate,
    const real_t rho, const real_t momentum, const real_t epsilon,
    const real_t one_minus_learning_rate_weight_decay, const real_t one_minus_rho)
{
    // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_learning_rate_weight_decay;
    // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    v = v*rho + g*g*one_minus_rho;
    // velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
    velocity = g*learning_rate/sqrt(v + epsilon) + velocity*momentum;
    // theta[t] = decayed[t] - velocity[t]
    theta = decayed - velocity;
}

extern "C" __global__ void keras_rmsprop_plain_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *velocity_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t rho_value = of_group[1];
        const real_t momentum_value = of_group[2];
        const real_t epsilon_value = of_group[3];
        const real_t one_minus_learning_rate_weight_decay_value = of_group[4];
        const real_t one_minus_rho_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack velocity_pack = load(velocity_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                keras_rmsprop_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], velocity_pack.at[k],
                    learning_rate_value, rho_value, momentum_value, epsilon_value,
                    one_minus_learning_rate_weight_decay_value, one_minus_rho_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            keras_rmsprop_plain_update_entry(
                theta_at[i], g_at[i], v_at[i], velocity_at[i], learning_rate_value, rho_value,
                momentum_value, epsilon_value, one_minus_learning_rate_weight_decay_value,
                one_minus_rho_value);
    }
}

static __device__ __forceinline__ void keras_rmsprop_centered_update_entry(
    real_t &theta, const real_t g, real_t &v, real_t &velocity, real_t &average,
    const real_t learning_rate, const real_t rho, const real_t momentum, const real_t epsilon,
    const real_t one_minus_learning_rate_weight_decay, const real_t one_minus_rho)
{
    // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_learning_rate_weight_decay;
    // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
    v = v*rho + g*g*one_minus_rho;
    // average[t] = rho*average[t-1] + (1 - rho)*g[t]
    average = average*rho + g*one_minus_rho;
    // velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
    velocity = g*learning_rate/sqrt(v - average*average + epsilon) + velocity*momentum;
    // theta[t] = decayed[t] - velocity[t]
    theta = decayed - velocity;
}

extern "C" __global__ void keras_rmsprop_centered_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *v_at = place(row[2], start);
        real_t *velocity_at = place(row[3], start);
        real_t *average_at = place(row[4], start);
        const real_t *of_group = groups + 6*row[5];
        const real_t learning_rate_value = of_group[0];
        const real_t rho_value = of_group[1];
        const real_t momentum_value = of_group[2];
        const real_t epsilon_value = of_group[3];
        const real_t one_minus_learning_rate_weight_decay_value = of_group[4];
        const real_t one_minus_rho_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
            pack velocity_pack = load(velocity_at, i);
            pack average_pack = load(average_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                keras_rmsprop_centered_update_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], velocity_pack.at[k],
                    average_pack.at[k], learning_rate_value, rho_value, momentum_value,
                    epsilon_value, one_minus_learning_rate_weight_decay_value, one_minus_rho_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(velocity_at, i, velocity_pack);
            store(average_at, i, average_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            keras_rmsprop_centered_update_entry(
                theta_at[i], g_at[i], v_at[i], velocity_at[i], average_at[i], learning_rate_value,
                rho_value, momentum_value, epsilon_value,
                one_minus_learning_rate_weight_decay_value, one_minus_rho_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "keras_rmsprop_plain_update",
    arrays="theta g v velocity",
    groups="learning_rate rho momentum epsilon one_minus_learning_rate_weight_decay one_minus_rho",
)

CENTERED_UPDATE = Kernel(
    SOURCE,
    "keras_rmsprop_centered_update",
    arrays="theta g v velocity average",
    groups="learning_rate rho momentum epsilon one_minus_learning_rate_weight_decay one_minus_rho",
)


def plain_host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_rho = 1 - rho
    return {
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_rho": one_minus_rho,
    }


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="RMSprop",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def centered_host(learning_rate, rho, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    one_minus_rho = 1 - rho
    return {
        "one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay,
        "one_minus_rho": one_minus_rho,
    }


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g", "grad")
    step.blocks(CENTERED_UPDATE)
    step.commit()


CENTERED_RULE = Rule(
    name="RMSprop",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.001, "[0, inf)", "learning rate"),
        Hyper("rho", 0.9, "[0, 1)", "decay of a moving average"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("epsilon", 1e-07, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("v"), State("velocity"), State("average"),),
    oracles=("grad",),
    advance=centered_advance,
)


class RMSprop(Optimizer):
    """keras.RMSprop: Keras 3.15.1, keras/src/optimizers/rmsprop.py.

    epsilon stands inside the root, the learning rate inside the velocity.

    Equations with centered=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Equations with centered=True
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        average[t] = rho*average[t-1] + (1 - rho)*g[t]
        velocity[t] = momentum*velocity[t-1] + learning_rate*g[t]/sqrt(v[t] - average[t]**2 + epsilon)
        theta[t] = decayed[t] - velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
            proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
            varying with t)
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
            learning_rate, decay, eps, momentum varying with t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
            for all losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
            proved for all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.001
        rho: decay of a moving average, in [0, 1); default 0.9
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        epsilon: keeps the denominator from zero, in [0, inf); default 1e-07
        weight_decay: weight decay, in [0, inf); default 0
        centered: one of False, True
    """

    rules = (
        ((('centered', False),), PLAIN_RULE),
        ((('centered', True),), CENTERED_RULE),
    )
    choices = {'centered': (False, True)}

    def __init__(
        self,
        params: Params,
        learning_rate: HyperValue = 0.001,
        rho: HyperValue = 0.9,
        momentum: HyperValue = 0,
        epsilon: HyperValue = 1e-07,
        weight_decay: HyperValue = 0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            rho=rho,
            momentum=momentum,
            epsilon=epsilon,
            weight_decay=weight_decay,
            centered=centered,
        )
