"""optax.signum: optax 0.2.8, optax/_src/alias.py.

The sign of the average of gradients: lion with both decays beta and no weight decay.

Equations
    g[t] = grad(theta[t-1])
    m[t] = beta*m[t-1] + (1 - beta)*g[t]
    theta[t] = theta[t-1] - learning_rate*sign(m[t])

Proved
    Signum = optax.signum (DL10c: proved for all losses, all t, lr varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.signum and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: a1db3c1266c218c9
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void optax_signum_update_entry(
    real_t &theta, const real_t g, real_t &m, const real_t learning_rate, const real_t beta,
    const real_t one_minus_beta)
{
    // m[t] = beta*m[t-1] + (1 - beta)*g[t]
    m = m*beta + g*one_minus_beta;
    // theta[t] = theta[t-1] - learning_rate*sign(m[t])
    theta = theta - sign(m)*learning_rate;
}

extern "C" __global__ void optax_signum_update(
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
        real_t *m_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t learning_rate_value = of_group[0];
        const real_t beta_value = of_group[1];
        const real_t one_minus_beta_value = of_group[2];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_signum_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], learning_rate_value, beta_value,
                    one_minus_beta_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_signum_update_entry(
                theta_at[i], g_at[i], m_at[i], learning_rate_value, beta_value, one_minus_beta_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "optax_signum_update",
    arrays="theta g m",
    groups="learning_rate beta one_minus_beta",
)


def host(beta):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta = 1 - beta
    return {"one_minus_beta": one_minus_beta}


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="signum",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    ),
    state=(State("m"),),
    oracles=("grad",),
    advance=advance,
)


class signum(Optimizer):
    """optax.signum: optax 0.2.8, optax/_src/alias.py.

    The sign of the average of gradients: lion with both decays beta and no weight decay.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta*m[t-1] + (1 - beta)*g[t]
        theta[t] = theta[t-1] - learning_rate*sign(m[t])

    Proved
        Signum = optax.signum (DL10c: proved for all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        beta: HyperValue = 0.9,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            beta=beta,
        )
