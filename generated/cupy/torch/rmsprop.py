"""torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

eps stands outside the root, the learning rate outside the velocity.

Equations with centered=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    deviation[t] = sqrt(v[t])
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    deviation[t] = sqrt(v[t])
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=True, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    deviation[t] = sqrt(v[t] - average[t]**2)
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Equations with centered=True, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    deviation[t] = sqrt(v[t] - average[t]**2)
    velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    theta[t] = theta[t-1] - lr*velocity[t]

Proved
    torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
        proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
        varying with t)
    optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
        all losses, all t)
    torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
        for all losses, all t)
    torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
        proved for all losses, all t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.RMSprop and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: d5d2d797ac68f15d
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void torch_rmsprop_plain_update_entry(
    real_t &theta, real_t &v, real_t &velocity, const real_t g2, const real_t lr,
    const real_t alpha, const real_t eps, const real_t weight_decay, const real_t momentum,
    const real_t one_minus_alpha)
{
    // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    real_t g = theta*weight_decay + g2;
    // v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    v = v*alpha + g*g*one_minus_alpha;
    // deviation[t] = sqrt(v[t])
    real_t deviation = sqrt(v);
    // velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    velocity = velocity*momentum + g/(deviation + eps);
    // theta[t] = theta[t-1] - lr*velocity[t]
    theta = theta - velocity*lr;
}

extern "C" __global__ void torch_rmsprop_plain_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *v_at = place(row[1], start);
        real_t *velocity_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t lr_value = of_group[0];
        const real_t alpha_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t momentum_value = of_group[4];
        const real_t one_minus_alpha_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack v_pack = load(v_at, i);
            pack velocity_pack = load(velocity_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_rmsprop_plain_update_entry(
                    theta_pack.at[k], v_pack.at[k], velocity_pack.at[k], g2_pack.at[k], lr_value,
                    alpha_value, eps_value, weight_decay_value, momentum_value,
                    one_minus_alpha_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_rmsprop_plain_update_entry(
                theta_at[i], v_at[i], velocity_at[i], g2_at[i], lr_value, alpha_value, eps_value,
                weight_decay_value, momentum_value, one_minus_alpha_value);
    }
}

static __device__ __forceinline__ void torch_rmsprop_maximize_update_entry(
    real_t &theta, real_t &v, real_t &velocity, const real_t g2, const real_t lr,
    const real_t alpha, const real_t eps, const real_t weight_decay, const real_t momentum,
    const real_t one_minus_alpha)
{
    // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    real_t g = theta*weight_decay - g2;
    // v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    v = v*alpha + g*g*one_minus_alpha;
    // deviation[t] = sqrt(v[t])
    real_t deviation = sqrt(v);
    // velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    velocity = velocity*momentum + g/(deviation + eps);
    // theta[t] = theta[t-1] - lr*velocity[t]
    theta = theta - velocity*lr;
}

extern "C" __global__ void torch_rmsprop_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *v_at = place(row[1], start);
        real_t *velocity_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t lr_value = of_group[0];
        const real_t alpha_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t momentum_value = of_group[4];
        const real_t one_minus_alpha_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack v_pack = load(v_at, i);
            pack velocity_pack = load(velocity_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_rmsprop_maximize_update_entry(
                    theta_pack.at[k], v_pack.at[k], velocity_pack.at[k], g2_pack.at[k], lr_value,
                    alpha_value, eps_value, weight_decay_value, momentum_value,
                    one_minus_alpha_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_rmsprop_maximize_update_entry(
                theta_at[i], v_at[i], velocity_at[i], g2_at[i], lr_value, alpha_value, eps_value,
                weight_decay_value, momentum_value, one_minus_alpha_value);
    }
}

static __device__ __forceinline__ void torch_rmsprop_centered_update_entry(
    real_t &theta, real_t &v, real_t &average, real_t &velocity, const real_t g2, const real_t lr,
    const real_t alpha, const real_t eps, const real_t weight_decay, const real_t momentum,
    const real_t one_minus_alpha)
{
    // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    real_t g = theta*weight_decay + g2;
    // v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    v = v*alpha + g*g*one_minus_alpha;
    // average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    average = average*alpha + g*one_minus_alpha;
    // deviation[t] = sqrt(v[t] - average[t]**2)
    real_t deviation = sqrt(v - average*average);
    // velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    velocity = velocity*momentum + g/(deviation + eps);
    // theta[t] = theta[t-1] - lr*velocity[t]
    theta = theta - velocity*lr;
}

extern "C" __global__ void torch_rmsprop_centered_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *v_at = place(row[1], start);
        real_t *average_at = place(row[2], start);
        real_t *velocity_at = place(row[3], start);
        const real_t *g2_at = place(row[4], start);
        const real_t *of_group = groups + 6*row[5];
        const real_t lr_value = of_group[0];
        const real_t alpha_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t momentum_value = of_group[4];
        const real_t one_minus_alpha_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack v_pack = load(v_at, i);
            pack average_pack = load(average_at, i);
            pack velocity_pack = load(velocity_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_rmsprop_centered_update_entry(
                    theta_pack.at[k], v_pack.at[k], average_pack.at[k], velocity_pack.at[k],
                    g2_pack.at[k], lr_value, alpha_value, eps_value, weight_decay_value,
                    momentum_value, one_minus_alpha_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(average_at, i, average_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_rmsprop_centered_update_entry(
                theta_at[i], v_at[i], average_at[i], velocity_at[i], g2_at[i], lr_value,
                alpha_value, eps_value, weight_decay_value, momentum_value, one_minus_alpha_value);
    }
}

static __device__ __forceinline__ void torch_rmsprop_centered_maximize_update_entry(
    real_t &theta, real_t &v, real_t &average, real_t &velocity, const real_t g2, const real_t lr,
    const real_t alpha, const real_t eps, const real_t weight_decay, const real_t momentum,
    const real_t one_minus_alpha)
{
    // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    real_t g = theta*weight_decay - g2;
    // v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
    v = v*alpha + g*g*one_minus_alpha;
    // average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
    average = average*alpha + g*one_minus_alpha;
    // deviation[t] = sqrt(v[t] - average[t]**2)
    real_t deviation = sqrt(v - average*average);
    // velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
    velocity = velocity*momentum + g/(deviation + eps);
    // theta[t] = theta[t-1] - lr*velocity[t]
    theta = theta - velocity*lr;
}

extern "C" __global__ void torch_rmsprop_centered_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 7*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *v_at = place(row[1], start);
        real_t *average_at = place(row[2], start);
        real_t *velocity_at = place(row[3], start);
        const real_t *g2_at = place(row[4], start);
        const real_t *of_group = groups + 6*row[5];
        const real_t lr_value = of_group[0];
        const real_t alpha_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t momentum_value = of_group[4];
        const real_t one_minus_alpha_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack v_pack = load(v_at, i);
            pack average_pack = load(average_at, i);
            pack velocity_pack = load(velocity_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_rmsprop_centered_maximize_update_entry(
                    theta_pack.at[k], v_pack.at[k], average_pack.at[k], velocity_pack.at[k],
                    g2_pack.at[k], lr_value, alpha_value, eps_value, weight_decay_value,
                    momentum_value, one_minus_alpha_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
            store(average_at, i, average_pack);
            store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_rmsprop_centered_maximize_update_entry(
                theta_at[i], v_at[i], average_at[i], velocity_at[i], g2_at[i], lr_value,
                alpha_value, eps_value, weight_decay_value, momentum_value, one_minus_alpha_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "torch_rmsprop_plain_update",
    arrays="theta v velocity g2",
    groups="lr alpha eps weight_decay momentum one_minus_alpha",
)

MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_rmsprop_maximize_update",
    arrays="theta v velocity g2",
    groups="lr alpha eps weight_decay momentum one_minus_alpha",
)

CENTERED_UPDATE = Kernel(
    SOURCE,
    "torch_rmsprop_centered_update",
    arrays="theta v average velocity g2",
    groups="lr alpha eps weight_decay momentum one_minus_alpha",
)

CENTERED_MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_rmsprop_centered_maximize_update",
    arrays="theta v average velocity g2",
    groups="lr alpha eps weight_decay momentum one_minus_alpha",
)


def plain_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_UPDATE)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("velocity"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def centered_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g2", "grad")
    step.blocks(CENTERED_UPDATE)
    step.commit()


CENTERED_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("average"), State("velocity"),),
    oracles=("grad",),
    advance=centered_advance,
)


def centered_maximize_host(alpha):
    """Numbers of this step that need no data, in float64."""
    one_minus_alpha = 1 - alpha
    return {"one_minus_alpha": one_minus_alpha}


def centered_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_maximize_host)
    step.ask("g2", "grad")
    step.blocks(CENTERED_MAXIMIZE_UPDATE)
    step.commit()


CENTERED_MAXIMIZE_RULE = Rule(
    name="RMSprop",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"), State("average"), State("velocity"),),
    oracles=("grad",),
    advance=centered_maximize_advance,
)


class RMSprop(Optimizer):
    """torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

    eps stands outside the root, the learning rate outside the velocity.

    Equations with centered=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        deviation[t] = sqrt(v[t])
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        deviation[t] = sqrt(v[t])
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=True, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
        deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Equations with centered=True, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
        deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4:
            proved for all losses, all t, lr varying with t; all losses, all t, learning_rate
            varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
            all losses, all t)
        torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity (DL4b: proved
            for all losses, all t)
        torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0) (DL4h:
            proved for all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        centered: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('centered', False), ('maximize', False)), PLAIN_RULE),
        ((('centered', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('centered', True), ('maximize', False)), CENTERED_RULE),
        ((('centered', True), ('maximize', True)), CENTERED_MAXIMIZE_RULE),
    )
    choices = {'centered': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        alpha: HyperValue = 0.99,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        momentum: HyperValue = 0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )
