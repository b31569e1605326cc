"""LAMB: You et al. 2020, Algorithm 2 (arXiv:1904.00962).

Adam's direction, decay included, at the length of the tensor's norm; the paper's φ is the
identity.

Equations
    g[t] = grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    m_hat[t] = m[t]/(1 - beta1**t)
    v_hat[t] = v[t]/(1 - beta2**t)
    r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
    u[t] = weight_decay*theta[t-1] + r[t]
    w_norm[t] = norm(theta[t-1])
    u_norm[t] = norm(u[t])
    ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
    theta[t] = theta[t-1] - lr*ratio[t]*u[t]

Proved
    lr has no units, norms not zero (SY60: proved for all n, every tensor, all losses, all t)
    |move| = lr*|theta|, for all n, where weights and update are not zero (L4: proved for all
        n)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration LAMB and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 4b9fe301a9e48137
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void paper_lamb_pass1_entry(
    const real_t theta, const real_t g, real_t &m, real_t &v, real_t &u, real_t &sum_theta_squared,
    real_t &sum_u_squared, const real_t beta1, const real_t beta2, const real_t eps,
    const real_t weight_decay, const real_t one_minus_beta1, const real_t one_minus_beta2,
    const real_t one_minus_beta1_to_t, const real_t one_minus_beta2_to_t)
{
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v = v*beta2 + g*g*one_minus_beta2;
    // m_hat[t] = m[t]/(1 - beta1**t)
    real_t m_hat = m/one_minus_beta1_to_t;
    // v_hat[t] = v[t]/(1 - beta2**t)
    real_t v_hat = v/one_minus_beta2_to_t;
    // r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
    real_t r = m_hat/(sqrt(v_hat) + eps);
    // u[t] = weight_decay*theta[t-1] + r[t]
    u = theta*weight_decay + r;
    sum_theta_squared = theta*theta;
    sum_u_squared = u*u;
}

extern "C" __global__ void paper_lamb_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 9*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *u_at = place(row[4], start);
        real_t *sum_theta_squared_at = place(row[5], start);
        real_t *sum_u_squared_at = place(row[6], start);
        const real_t *of_group = groups + 8*row[7];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t one_minus_beta2_value = of_group[5];
        const real_t one_minus_beta1_to_t_value = of_group[6];
        const real_t one_minus_beta2_to_t_value = of_group[7];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack u_pack;
            pack sum_theta_squared_pack;
            pack sum_u_squared_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_lamb_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], u_pack.at[k],
                    sum_theta_squared_pack.at[k], sum_u_squared_pack.at[k], beta1_value,
                    beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    one_minus_beta2_value, one_minus_beta1_to_t_value, one_minus_beta2_to_t_value);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(u_at, i, u_pack);
            store(sum_theta_squared_at, i, sum_theta_squared_pack);
            store(sum_u_squared_at, i, sum_u_squared_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_lamb_pass1_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], u_at[i], sum_theta_squared_at[i],
                sum_u_squared_at[i], beta1_value, beta2_value, eps_value, weight_decay_value,
                one_minus_beta1_value, one_minus_beta2_value, one_minus_beta1_to_t_value,
                one_minus_beta2_to_t_value);
    }
}

static __device__ __forceinline__ void paper_lamb_pass2_entry(
    real_t &theta, const real_t u, const real_t lr_ratio)
{
    // theta[t] = theta[t-1] - lr*ratio[t]*u[t]
    theta = theta - u*lr_ratio;
}

extern "C" __global__ void paper_lamb_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 4*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *u_at = place(row[1], start);
        const long long tensor = row[3];
        const real_t lr_ratio_value = numbers[5 + 6*tensor];
        const bool aligned = ((row[0] | row[1]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_lamb_pass2_entry(
                    theta_pack.at[k], u_pack.at[k], lr_ratio_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_lamb_pass2_entry(
                theta_at[i], u_at[i], lr_ratio_value);
    }
}
"""

NUMBERS_SOURCE = """
static __device__ __forceinline__ void paper_lamb_numbers_one(
    const real_t lr, const real_t sum_theta_squared, const real_t sum_u_squared, real_t &w_norm,
    real_t &u_norm, real_t &ratio, real_t &lr_ratio)
{
    // w_norm[t] = norm(theta[t-1])
    w_norm = sqrt(sum_theta_squared);
    // u_norm[t] = norm(u[t])
    u_norm = sqrt(sum_u_squared);
    // ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
    ratio = ((u_norm > 0.0) && (w_norm > 0.0) ? w_norm/u_norm : 1.0);
    lr_ratio = lr*ratio;
}

extern "C" __global__ void paper_lamb_numbers(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 1*row[0];
        paper_lamb_numbers_one(
            of_group[0], wide[0 + 6*k], wide[1 + 6*k], wide[2 + 6*k], wide[3 + 6*k], wide[4 + 6*k],
            wide[5 + 6*k]);
        single[2 + 6*k] = float(wide[2 + 6*k]);
        single[3 + 6*k] = float(wide[3 + 6*k]);
        single[4 + 6*k] = float(wide[4 + 6*k]);
        single[5 + 6*k] = float(wide[5 + 6*k]);
    }
}
"""

LAYOUT = Layout(
    tensor="sum_theta_squared sum_u_squared w_norm u_norm ratio lr_ratio",
)

PASS1 = Kernel(
    SOURCE,
    "paper_lamb_pass1",
    arrays="theta g m v u sum_theta_squared sum_u_squared",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 one_minus_beta2 one_minus_beta1_to_t one_minus_beta2_to_t",
    stores="u",
    reductions=(
        ("sum_theta_squared", "sum", "tensor"),
        ("sum_u_squared", "sum", "tensor"),
    ),
    layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE,
    "paper_lamb_pass2",
    arrays="theta u",
    layout=LAYOUT,
)

NUMBERS = NumberKernel(
    NUMBERS_SOURCE,
    "paper_lamb_numbers",
    extent="tensor",
    groups="lr",
    layout=LAYOUT,
)


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta1_to_t = 1 - beta1**t
    one_minus_beta2_to_t = 1 - beta2**t
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta1_to_t": one_minus_beta1_to_t,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
    }


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(PASS1)
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.commit()


RULE = Rule(
    name="LAMB",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0.01, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=advance,
)


class LAMB(Optimizer):
    """LAMB: You et al. 2020, Algorithm 2 (arXiv:1904.00962).

    Adam's direction, decay included, at the length of the tensor's norm; the paper's φ is the
    identity.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        m_hat[t] = m[t]/(1 - beta1**t)
        v_hat[t] = v[t]/(1 - beta2**t)
        r[t] = m_hat[t]/(sqrt(v_hat[t]) + eps)
        u[t] = weight_decay*theta[t-1] + r[t]
        w_norm[t] = norm(theta[t-1])
        u_norm[t] = norm(u[t])
        ratio[t] = {w_norm[t]/u_norm[t] if (u_norm[t] > 0) and (w_norm[t] > 0), else 1}
        theta[t] = theta[t-1] - lr*ratio[t]*u[t]

    Proved
        lr has no units, norms not zero (SY60: proved for all n, every tensor, all losses, all t)
        |move| = lr*|theta|, for all n, where weights and update are not zero (L4: proved for all
            n)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
        weight_decay: weight decay, in [0, inf); default 0.01
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-06,
        weight_decay: HyperValue = 0.01,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
        )
