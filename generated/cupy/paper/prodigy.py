"""Prodigy: Mishchenko & Defazio 2024, Algorithm 4, as in the authors' prodigyopt (arXiv:2306.06101).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Prodigy; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step,
)

SOURCE = """
extern "C" __global__ void paper_prodigy_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 10*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *m_at = place(row[2], start), *v_at = place(row[3], start),
            *s_at = place(row[4], start), *theta_start_at = place(row[5], start),
            *sum_s_at = place(row[6], start), *dot_g_theta_theta_start_at = place(row[7], start);
        const real_t *of_group = groups + 3*row[8];
        const real_t beta1 = of_group[0], beta2 = of_group[1], beta3 = of_group[2];
        const long long tensor = row[9];
        const real_t one_minus_beta1_d = numbers[4], one_minus_beta2_d_squared = numbers[5],
            d_step_size_over_d0 = numbers[6], d_squared_over_d0 = numbers[7];
        const auto entry = [&](const real_t theta, const real_t g, real_t &m, real_t &v, real_t &s,
            real_t &theta_start, real_t &sum_s, real_t &dot_g_theta_theta_start) {
            // theta_start[t] = theta_start[t-1]
            theta_start = theta_start;
            // m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
            m = g*one_minus_beta1_d + m*beta1;
            // v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
            v = g*g*one_minus_beta2_d_squared + v*beta2;
            if (!safeguard_warmup) {
                // s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
                s = s*beta3 + g*d_step_size_over_d0;
            } else {
                // s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
                s = s*beta3 + g*d_squared_over_d0;
            }
            sum_s = fabs(s);
            dot_g_theta_theta_start = g*(theta_start - theta);
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), m_pack = load(m_at, i),
                v_pack = load(v_at, i), s_pack = load(s_at, i),
                theta_start_pack = load(theta_start_at, i), sum_s_pack, dot_g_theta_theta_start_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], s_pack.at[k],
                    theta_start_pack.at[k], sum_s_pack.at[k], dot_g_theta_theta_start_pack.at[k]);
            store(m_at, i, m_pack); store(v_at, i, v_pack); store(s_at, i, s_pack);
            store(theta_start_at, i, theta_start_pack); store(sum_s_at, i, sum_s_pack);
            store(dot_g_theta_theta_start_at, i, dot_g_theta_theta_start_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], m_at[i], v_at[i], s_at[i], theta_start_at[i], sum_s_at[i],
                dot_g_theta_theta_start_at[i]);
    }
}

extern "C" __global__ void paper_prodigy_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *m_at = place(row[1], start),
            *v_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t theta_factor = numbers[14], theta_case = numbers[15], eps_d = numbers[16],
            step_size = numbers[3];
        const auto entry = [&](real_t &theta, const real_t m, const real_t v) {
            // theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
            theta = theta*theta_factor - ((theta_case != real_t(0)) ? m/(sqrt(v) + eps_d) : real_t(0))*step_size;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), m_pack = load(m_at, i), v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], m_pack.at[k], v_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], m_at[i], v_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_prodigy_numbers1(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 6*row[0];
        const real_t lr = of_group[0], beta1 = of_group[1], beta2 = of_group[2], d0 = of_group[3],
            beta2_to_t = of_group[4], beta1_to_t = of_group[5], d = wide[0];
        real_t &step_size = wide[3], &one_minus_beta1_d = wide[4],
            &one_minus_beta2_d_squared = wide[5], &d_step_size_over_d0 = wide[6],
            &d_squared_over_d0 = wide[7];
        if (!use_bias_correction) {
            // step_size[t] = lr*d[t-1]
            step_size = lr*d;
        } else {
            // step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
            step_size = lr*sqrt(1.0 - beta2_to_t)*d/(1.0 - beta1_to_t);
        }
        one_minus_beta1_d = (1.0 - beta1)*d;
        one_minus_beta2_d_squared = (1.0 - beta2)*(d*d);
        if (!safeguard_warmup) {
            d_step_size_over_d0 = d*step_size/d0;
        }
        d_squared_over_d0 = d*d/d0;
        single[3] = float(step_size); single[4] = float(one_minus_beta1_d);
        single[5] = float(one_minus_beta2_d_squared); single[6] = float(d_step_size_over_d0);
        single[7] = float(d_squared_over_d0);
    }
}

extern "C" __global__ void paper_prodigy_numbers2(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 5*row[0];
        const real_t beta3 = of_group[0], eps = of_group[1], weight_decay = of_group[2],
            d0 = of_group[3], d_coef = of_group[4], sum_s = wide[8], step_size = wide[3],
            dot_g_theta_theta_start = wide[9];
        real_t &s_size = wide[10], &d_grown = wide[11], &r = wide[2], &d_hat = wide[12],
            &d_max_grown = wide[13], &d_max = wide[1], &d = wide[0], &theta_factor = wide[14],
            &theta_case = wide[15], &eps_d = wide[16];
        // s_size[t] = total(abs(s[t]), all tensors)
        s_size = sum_s;
        // d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        d_grown = d*step_size*dot_g_theta_theta_start/d0 + beta3*r;
        // r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        r = (s_size > 0.0 ? d_grown : r);
        // d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_hat = (s_size > 0.0 ? d_coef*d_grown/s_size : d);
        // d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max_grown = maximum(d_hat, d_max);
        // d_max[t] = d_max_grown[t]
        d_max = d_max_grown;
        // d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        d = (s_size > 0.0 ? d_max_grown : d);
        theta_factor = 1.0 - (s_size > 0.0 ? weight_decay*step_size : 0.0);
        theta_case = s_size > 0.0;
        eps_d = eps*d;
        single[10] = float(s_size); single[11] = float(d_grown); single[2] = float(r);
        single[12] = float(d_hat); single[13] = float(d_max_grown); single[1] = float(d_max);
        single[0] = float(d); single[14] = float(theta_factor); single[15] = float(theta_case);
        single[16] = float(eps_d);
    }
}
"""

LAYOUT = Layout(
    all="d d_max r step_size one_minus_beta1_d one_minus_beta2_d_squared d_step_size_over_d0 d_squared_over_d0 sum_s dot_g_theta_theta_start s_size d_grown d_hat d_max_grown theta_factor theta_case eps_d",
)

PASS1 = Kernel(
    SOURCE, "paper_prodigy_pass1", arrays="theta g m v s theta_start sum_s dot_g_theta_theta_start",
    groups="beta1 beta2 beta3", flags="safeguard_warmup",
    reductions=(("sum_s", "sum", "all"), ("dot_g_theta_theta_start", "sum", "all"),), layout=LAYOUT,
)

PASS2 = Kernel(
    SOURCE, "paper_prodigy_pass2", arrays="theta m v", flags="safeguard_warmup", layout=LAYOUT,
)

NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE, "paper_prodigy_numbers1", extent="all",
    groups="lr beta1 beta2 d0 beta2_to_t beta1_to_t", flags="use_bias_correction safeguard_warmup",
    layout=LAYOUT,
)

NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE, "paper_prodigy_numbers2", extent="all",
    groups="beta3 eps weight_decay d0 d_coef", flags="use_bias_correction safeguard_warmup",
    layout=LAYOUT,
)


def host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    return {"beta2_to_t": beta2**t, "beta1_to_t": beta1**t}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.numbers(NUMBERS1)
    step.blocks(PASS1)
    step.numbers(NUMBERS2)
    step.blocks(PASS2)
    step.commit()


HYPER = (
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
    Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
    Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
    Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
)
STATES = (
    State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta),
    State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0),
    State("r", "all"),
)


def rule(use_bias_correction, safeguard_warmup):
    """The rule of these flags."""
    flags = {"use_bias_correction": use_bias_correction, "safeguard_warmup": safeguard_warmup}
    return Rule(
        name="Prodigy", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance,
        shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef"), flags=flags,
    )


class Prodigy(Optimizer):
    """d estimates the distance from the start to a solution and multiplies the learning rate,
    which stays 1: one number over all tensors, found from gradients. A step without any
    gradient so far changes nothing. The package's growth_rate is left at its default, infinity.

    Equations
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        if not use_bias_correction:
            step_size[t] = lr*d[t-1]
        else:
            step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
        if not safeguard_warmup:
            s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
        else:
            s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
        s_size[t] = total(abs(s[t]), all tensors)
        d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max[t] = d_max_grown[t]
        d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

    Proved
        scaling theta scales d0, and lr has no units (SY64: all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        beta3: decay of the estimate's averages, in [0, 1); default sqrt(beta2)
        eps: keeps the denominator from zero, in (0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        d0: first estimate of the distance to a solution, in (0, inf); default 1e-06
        d_coef: factor of the estimate, in (0, inf); default 1
        use_bias_correction, safeguard_warmup: one of False, True
    """

    choices = {"use_bias_correction": (False, True), "safeguard_warmup": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 1, beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999, beta3: HyperValue | None = None, eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0, d0: HyperValue = 1e-06, d_coef: HyperValue = 1,
        use_bias_correction: bool = False, safeguard_warmup: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, beta3=beta3, eps=eps,
            weight_decay=weight_decay, d0=d0, d_coef=d_coef,
            use_bias_correction=use_bias_correction, safeguard_warmup=safeguard_warmup,
        )
