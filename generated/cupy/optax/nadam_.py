"""optax.nadam: optax 0.2.8, optax/_src/alias.py.

adam with nesterov on: the momentum is b1 at all times.

Equations with nesterov=True
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    look_ahead[t] = m[t]/(1 - b1**(1 + t))
    m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_hat[t] = v[t]/(1 - b2**t)
    theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

Equations with nesterov=False
    g[t] = grad(theta[t-1])
    m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m_hat[t] = m[t]/(1 - b1**t)
    v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v_hat[t] = v[t]/(1 - b2**t)
    theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

Proved
    optax.nadam = optax.adam(nesterov=True) (DL8c: proved for all losses, all t,
        learning_rate, b1, b2, eps, eps_root varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration optax.nadam and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 18c899ab58eb8a66
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void optax_nadam_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, const real_t learning_rate,
    const real_t b1, const real_t b2, const real_t eps, const real_t eps_root,
    const real_t one_minus_b1, const real_t look_ahead_factor,
    const real_t one_minus_b1_over_one_minus_b1_to_t, const real_t one_minus_b2,
    const real_t one_minus_b2_to_t)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // look_ahead[t] = m[t]/(1 - b1**(1 + t))
    real_t look_ahead = m/look_ahead_factor;
    // m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
    real_t m_hat = look_ahead*b1 + g*one_minus_b1_over_one_minus_b1_to_t;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_hat[t] = v[t]/(1 - b2**t)
    real_t v_hat = v/one_minus_b2_to_t;
    // theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)
    theta = theta - m_hat*learning_rate/(sqrt(v_hat + eps_root) + eps);
}

extern "C" __global__ void optax_nadam_nesterov_update(
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
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        const real_t *of_group = groups + 10*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t b1_value = of_group[1];
        const real_t b2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t eps_root_value = of_group[4];
        const real_t one_minus_b1_value = of_group[5];
        const real_t look_ahead_factor_value = of_group[6];
        const real_t one_minus_b1_over_one_minus_b1_to_t_value = of_group[7];
        const real_t one_minus_b2_value = of_group[8];
        const real_t one_minus_b2_to_t_value = of_group[9];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_nadam_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], learning_rate_value,
                    b1_value, b2_value, eps_value, eps_root_value, one_minus_b1_value,
                    look_ahead_factor_value, one_minus_b1_over_one_minus_b1_to_t_value,
                    one_minus_b2_value, one_minus_b2_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_nadam_nesterov_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], learning_rate_value, b1_value, b2_value,
                eps_value, eps_root_value, one_minus_b1_value, look_ahead_factor_value,
                one_minus_b1_over_one_minus_b1_to_t_value, one_minus_b2_value,
                one_minus_b2_to_t_value);
    }
}

static __device__ __forceinline__ void optax_nadam_plain_update_entry(
    real_t &theta, const real_t g, real_t &m, real_t &v, const real_t learning_rate,
    const real_t b1, const real_t b2, const real_t eps, const real_t eps_root,
    const real_t one_minus_b1, const real_t one_minus_b1_to_t, const real_t one_minus_b2,
    const real_t one_minus_b2_to_t)
{
    // m[t] = b1*m[t-1] + (1 - b1)*g[t]
    m = m*b1 + g*one_minus_b1;
    // m_hat[t] = m[t]/(1 - b1**t)
    real_t m_hat = m/one_minus_b1_to_t;
    // v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
    v = v*b2 + g*g*one_minus_b2;
    // v_hat[t] = v[t]/(1 - b2**t)
    real_t v_hat = v/one_minus_b2_to_t;
    // theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)
    theta = theta - m_hat*learning_rate/(sqrt(v_hat + eps_root) + eps);
}

extern "C" __global__ void optax_nadam_plain_update(
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
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        const real_t *of_group = groups + 9*row[4];
        const real_t learning_rate_value = of_group[0];
        const real_t b1_value = of_group[1];
        const real_t b2_value = of_group[2];
        const real_t eps_value = of_group[3];
        const real_t eps_root_value = of_group[4];
        const real_t one_minus_b1_value = of_group[5];
        const real_t one_minus_b1_to_t_value = of_group[6];
        const real_t one_minus_b2_value = of_group[7];
        const real_t one_minus_b2_to_t_value = of_group[8];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                optax_nadam_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], learning_rate_value,
                    b1_value, b2_value, eps_value, eps_root_value, one_minus_b1_value,
                    one_minus_b1_to_t_value, one_minus_b2_value, one_minus_b2_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            optax_nadam_plain_update_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], learning_rate_value, b1_value, b2_value,
                eps_value, eps_root_value, one_minus_b1_value, one_minus_b1_to_t_value,
                one_minus_b2_value, one_minus_b2_to_t_value);
    }
}
"""

NESTEROV_UPDATE = Kernel(
    SOURCE,
    "optax_nadam_nesterov_update",
    arrays="theta g m v",
    groups="learning_rate b1 b2 eps eps_root one_minus_b1 look_ahead_factor one_minus_b1_over_one_minus_b1_to_t one_minus_b2 one_minus_b2_to_t",
)

PLAIN_UPDATE = Kernel(
    SOURCE,
    "optax_nadam_plain_update",
    arrays="theta g m v",
    groups="learning_rate b1 b2 eps eps_root one_minus_b1 one_minus_b1_to_t one_minus_b2 one_minus_b2_to_t",
)


def nesterov_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    look_ahead_factor = 1 - b1**(1 + t)
    one_minus_b1_over_one_minus_b1_to_t = (1 - b1)/(1 - b1**t)
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "look_ahead_factor": look_ahead_factor,
        "one_minus_b1_over_one_minus_b1_to_t": one_minus_b1_over_one_minus_b1_to_t,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(NESTEROV_UPDATE)
    step.commit()


NESTEROV_RULE = Rule(
    name="nadam",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


def plain_host(t, b1, b2):
    """Numbers of this step that need no data, in float64."""
    one_minus_b1 = 1 - b1
    one_minus_b1_to_t = 1 - b1**t
    one_minus_b2 = 1 - b2
    one_minus_b2_to_t = 1 - b2**t
    return {
        "one_minus_b1": one_minus_b1,
        "one_minus_b1_to_t": one_minus_b1_to_t,
        "one_minus_b2": one_minus_b2,
        "one_minus_b2_to_t": one_minus_b2_to_t,
    }


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="nadam",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("b1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("b2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("eps_root", 0, "[0, inf)", "added to the squares inside the root"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


class nadam(Optimizer):
    """optax.nadam: optax 0.2.8, optax/_src/alias.py.

    adam with nesterov on: the momentum is b1 at all times.

    Equations with nesterov=True
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        look_ahead[t] = m[t]/(1 - b1**(1 + t))
        m_hat[t] = (1 - b1)*g[t]/(1 - b1**t) + b1*look_ahead[t]
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

    Equations with nesterov=False
        g[t] = grad(theta[t-1])
        m[t] = b1*m[t-1] + (1 - b1)*g[t]
        m_hat[t] = m[t]/(1 - b1**t)
        v[t] = b2*v[t-1] + (1 - b2)*g[t]**2
        v_hat[t] = v[t]/(1 - b2**t)
        theta[t] = theta[t-1] - learning_rate*m_hat[t]/(sqrt(v_hat[t] + eps_root) + eps)

    Proved
        optax.nadam = optax.adam(nesterov=True) (DL8c: proved for all losses, all t,
            learning_rate, b1, b2, eps, eps_root varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        b1: decay of the moving average of gradients, in [0, 1); default 0.9
        b2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        eps_root: added to the squares inside the root, in [0, inf); default 0
        nesterov: one of True, False
    """

    rules = (
        ((('nesterov', True),), NESTEROV_RULE),
        ((('nesterov', False),), PLAIN_RULE),
    )
    choices = {'nesterov': (True, False)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        b1: HyperValue = 0.9,
        b2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        eps_root: HyperValue = 0,
        nesterov: bool = True,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            b1=b1,
            b2=b2,
            eps=eps,
            eps_root=eps_root,
            nesterov=nesterov,
        )
