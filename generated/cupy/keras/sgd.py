"""keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

The learning rate stands inside the velocity, which points where parameters go.

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    theta[t] = decayed[t] + velocity[t]

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

Proved
    Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
        losses, all t, lr varying with t)
    torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
        for all losses, all t)
    torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
        losses, all t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration keras.SGD and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 83aa5274ec53222f
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void keras_sgd_plain_update_entry(
    real_t &theta, const real_t g, real_t &velocity, const real_t learning_rate,
    const real_t momentum, const real_t one_minus_learning_rate_weight_decay)
{
    // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_learning_rate_weight_decay;
    // velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    velocity = velocity*momentum - g*learning_rate;
    // theta[t] = decayed[t] + velocity[t]
    theta = velocity + decayed;
}

extern "C" __global__ void keras_sgd_plain_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *velocity_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t learning_rate_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t one_minus_learning_rate_weight_decay_value = of_group[2];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack velocity_pack = load(velocity_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                keras_sgd_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], velocity_pack.at[k], learning_rate_value,
                    momentum_value, one_minus_learning_rate_weight_decay_value);
            store(theta_at, i, theta_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            keras_sgd_plain_update_entry(
                theta_at[i], g_at[i], velocity_at[i], learning_rate_value, momentum_value,
                one_minus_learning_rate_weight_decay_value);
    }
}

static __device__ __forceinline__ void keras_sgd_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &velocity, const real_t learning_rate,
    const real_t momentum, const real_t one_minus_learning_rate_weight_decay)
{
    // decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
    real_t decayed = theta*one_minus_learning_rate_weight_decay;
    // velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
    velocity = velocity*momentum - g*learning_rate;
    // theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]
    theta = velocity*momentum + decayed - g*learning_rate;
}

extern "C" __global__ void keras_sgd_nesterov_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *velocity_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t learning_rate_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t one_minus_learning_rate_weight_decay_value = of_group[2];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack velocity_pack = load(velocity_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                keras_sgd_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], velocity_pack.at[k], learning_rate_value,
                    momentum_value, one_minus_learning_rate_weight_decay_value);
            store(theta_at, i, theta_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            keras_sgd_nesterov_update_entry(
                theta_at[i], g_at[i], velocity_at[i], learning_rate_value, momentum_value,
                one_minus_learning_rate_weight_decay_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "keras_sgd_plain_update",
    arrays="theta g velocity",
    groups="learning_rate momentum one_minus_learning_rate_weight_decay",
)

NESTEROV_UPDATE = Kernel(
    SOURCE,
    "keras_sgd_nesterov_update",
    arrays="theta g velocity",
    groups="learning_rate momentum one_minus_learning_rate_weight_decay",
)


def plain_host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    return {"one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="SGD",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def nesterov_host(learning_rate, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_learning_rate_weight_decay = 1 - learning_rate*weight_decay
    return {"one_minus_learning_rate_weight_decay": one_minus_learning_rate_weight_decay}


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(NESTEROV_UPDATE)
    step.commit()


NESTEROV_RULE = Rule(
    name="SGD",
    dialect="keras",
    hyper=(
        Hyper("learning_rate", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, 1]", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("velocity"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


class SGD(Optimizer):
    """keras.SGD: Keras 3.15.1, keras/src/optimizers/sgd.py.

    The learning rate stands inside the velocity, which points where parameters go.

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        theta[t] = decayed[t] + velocity[t]

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - learning_rate*weight_decay)*theta[t-1]
        velocity[t] = momentum*velocity[t-1] - learning_rate*g[t]
        theta[t] = decayed[t] + momentum*velocity[t] - learning_rate*g[t]

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
            losses, all t, lr varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
            for all losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
            losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1]; default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
    """

    rules = (
        ((('nesterov', False),), PLAIN_RULE),
        ((('nesterov', True),), NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True)}

    def __init__(
        self,
        params: Params,
        learning_rate: HyperValue = 0.01,
        momentum: HyperValue = 0,
        weight_decay: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            momentum=momentum,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )
