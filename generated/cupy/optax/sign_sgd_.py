"""optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

Every entry moves by the learning rate; one whose gradient is zero rests.

Equations
    g[t] = grad(theta[t-1])
    theta[t] = theta[t-1] - learning_rate*sign(g[t])

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.sign_sgd and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 63619b83ef6289da
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
static __device__ __forceinline__ void optax_sign_sgd_update_entry(
    real_t &theta, const real_t g, const real_t learning_rate)
{
    // theta[t] = theta[t-1] - learning_rate*sign(g[t])
    theta = theta - sign(g)*learning_rate;
}

extern "C" __global__ void optax_sign_sgd_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        const real_t *of_group = groups + 1*row[2];
        const real_t learning_rate_value = of_group[0];
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_sign_sgd_update_entry(
                    theta_pack.at[k], g_pack.at[k], learning_rate_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_sign_sgd_update_entry(
                theta_at[i], g_at[i], learning_rate_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "optax_sign_sgd_update",
    arrays="theta g",
    groups="learning_rate",
)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="sign_sgd",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
    ),
    state=(),
    oracles=("grad",),
    advance=advance,
)


class sign_sgd(Optimizer):
    """optax.sign_sgd: optax 0.2.8, optax/_src/alias.py.

    Every entry moves by the learning rate; one whose gradient is zero rests.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - learning_rate*sign(g[t])

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
        )
