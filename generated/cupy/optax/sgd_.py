"""optax.sgd: optax 0.2.8, optax/_src/alias.py.

The learning rate scales the trace from outside.

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    b[t] = momentum*b[t-1] + g[t]
    theta[t] = theta[t-1] - learning_rate*b[t]

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    b[t] = momentum*b[t-1] + g[t]
    theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

Proved
    Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
        losses, all t, lr varying with t)
    torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
        varying with t)
    torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
        lr varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.sgd and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 26149fe6903f0363
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void optax_sgd_plain_update_entry(
    real_t &theta, const real_t g, real_t &b, const real_t learning_rate, const real_t momentum)
{
    // b[t] = momentum*b[t-1] + g[t]
    b = b*momentum + g;
    // theta[t] = theta[t-1] - learning_rate*b[t]
    theta = theta - b*learning_rate;
}

extern "C" __global__ void optax_sgd_plain_update(
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
        real_t *b_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t learning_rate_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_sgd_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], b_pack.at[k], learning_rate_value,
                    momentum_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_sgd_plain_update_entry(
                theta_at[i], g_at[i], b_at[i], learning_rate_value, momentum_value);
    }
}

static __device__ __forceinline__ void optax_sgd_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &b, const real_t learning_rate, const real_t momentum)
{
    // b[t] = momentum*b[t-1] + g[t]
    b = b*momentum + g;
    // theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])
    theta = theta - (b*momentum + g)*learning_rate;
}

extern "C" __global__ void optax_sgd_nesterov_update(
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
        real_t *b_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t learning_rate_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_sgd_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], b_pack.at[k], learning_rate_value,
                    momentum_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_sgd_nesterov_update_entry(
                theta_at[i], g_at[i], b_at[i], learning_rate_value, momentum_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "optax_sgd_plain_update",
    arrays="theta g b",
    groups="learning_rate momentum",
)

NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_sgd_nesterov_update",
    arrays="theta g b",
    groups="learning_rate momentum",
)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(NESTEROV_UPDATE)
    step.commit()


NESTEROV_RULE = Rule(
    name="sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


class sgd(Optimizer):
    """optax.sgd: optax 0.2.8, optax/_src/alias.py.

    The learning rate scales the trace from outside.

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        theta[t] = theta[t-1] - learning_rate*b[t]

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        b[t] = momentum*b[t-1] + g[t]
        theta[t] = theta[t-1] - learning_rate*(g[t] + momentum*b[t])

    Proved
        Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd (K5: proved for all
            losses, all t, lr varying with t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
            lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
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
        *,
        learning_rate: HyperValue,
        momentum: HyperValue = 0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            momentum=momentum,
            nesterov=nesterov,
        )
