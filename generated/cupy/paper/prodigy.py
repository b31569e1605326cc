"""Prodigy: Mishchenko & Defazio 2024, Algorithm 4, as in the authors' prodigyopt (arXiv:2306.06101).

d estimates the distance from the start to a solution and multiplies the learning rate, which
stays 1: one number over all tensors, found from gradients. A step without any gradient so far
changes nothing. The package's growth_rate is left at its default, infinity.

Equations with safeguard_warmup=False, use_bias_correction=False
    theta_start[0] = theta[0]
    d[0] = d0
    d_max[0] = d0
    g[t] = grad(theta[t-1])
    step_size[t] = lr*d[t-1]
    theta_start[t] = theta_start[t-1]
    m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
    s_size[t] = total(abs(s[t]), all tensors)
    d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
    d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
    d_max_grown[t] = max(d_hat[t], d_max[t-1])
    d_max[t] = d_max_grown[t]
    d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
    theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

Equations with safeguard_warmup=True, use_bias_correction=False
    theta_start[0] = theta[0]
    d[0] = d0
    d_max[0] = d0
    g[t] = grad(theta[t-1])
    step_size[t] = lr*d[t-1]
    theta_start[t] = theta_start[t-1]
    m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
    s_size[t] = total(abs(s[t]), all tensors)
    d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
    d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
    d_max_grown[t] = max(d_hat[t], d_max[t-1])
    d_max[t] = d_max_grown[t]
    d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
    theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

Equations with safeguard_warmup=False, use_bias_correction=True
    theta_start[0] = theta[0]
    d[0] = d0
    d_max[0] = d0
    g[t] = grad(theta[t-1])
    step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
    theta_start[t] = theta_start[t-1]
    m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
    s_size[t] = total(abs(s[t]), all tensors)
    d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
    d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
    d_max_grown[t] = max(d_hat[t], d_max[t-1])
    d_max[t] = d_max_grown[t]
    d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
    theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

Equations with safeguard_warmup=True, use_bias_correction=True
    theta_start[0] = theta[0]
    d[0] = d0
    d_max[0] = d0
    g[t] = grad(theta[t-1])
    step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
    theta_start[t] = theta_start[t-1]
    m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
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
    scaling theta scales d0, and lr has no units (SY64: proved for all n, every tensor, all
        losses, all t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Prodigy and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 2690777793b62007
"""

from __future__ import annotations

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void paper_prodigy_plain_pass1_entry(
    const real_t theta, const real_t g, real_t &m, real_t &v, real_t &s, real_t &theta_start,
    real_t &sum_s, real_t &dot_g_theta_theta_start, const real_t beta1, const real_t beta2,
    const real_t beta3, const real_t one_minus_beta1_d, const real_t one_minus_beta2_d_squared,
    const real_t d_step_size_over_d0)
{
    // theta_start[t] = theta_start[t-1]
    theta_start = theta_start;
    // m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    m = m*beta1 + g*one_minus_beta1_d;
    // v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    v = v*beta2 + g*g*one_minus_beta2_d_squared;
    // s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
    s = s*beta3 + g*d_step_size_over_d0;
    sum_s = fabs(s);
    dot_g_theta_theta_start = g*(theta_start - theta);
}

extern "C" __global__ void paper_prodigy_plain_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 10*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *s_at = place(row[4], start);
        real_t *theta_start_at = place(row[5], start);
        real_t *sum_s_at = place(row[6], start);
        real_t *dot_g_theta_theta_start_at = place(row[7], start);
        const real_t *of_group = groups + 3*row[8];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t beta3_value = of_group[2];
        const long long tensor = row[9];
        const real_t one_minus_beta1_d_value = numbers[4];
        const real_t one_minus_beta2_d_squared_value = numbers[5];
        const real_t d_step_size_over_d0_value = numbers[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack s_pack = load(s_at, i);
            pack theta_start_pack = load(theta_start_at, i);
            pack sum_s_pack;
            pack dot_g_theta_theta_start_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_plain_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], s_pack.at[k],
                    theta_start_pack.at[k], sum_s_pack.at[k], dot_g_theta_theta_start_pack.at[k],
                    beta1_value, beta2_value, beta3_value, one_minus_beta1_d_value,
                    one_minus_beta2_d_squared_value, d_step_size_over_d0_value);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(s_at, i, s_pack);
            store(theta_start_at, i, theta_start_pack);
            store(sum_s_at, i, sum_s_pack);
            store(dot_g_theta_theta_start_at, i, dot_g_theta_theta_start_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_plain_pass1_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], s_at[i], theta_start_at[i], sum_s_at[i],
                dot_g_theta_theta_start_at[i], beta1_value, beta2_value, beta3_value,
                one_minus_beta1_d_value, one_minus_beta2_d_squared_value, d_step_size_over_d0_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_plain_pass2_entry(
    real_t &theta, const real_t m, const real_t v, const real_t theta_factor,
    const real_t theta_case, const real_t eps_d, const real_t step_size)
{
    // theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
    theta = theta*theta_factor - ((theta_case != real_t(0)) ? m/(sqrt(v) + eps_d) : real_t(0))*step_size;
}

extern "C" __global__ void paper_prodigy_plain_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *m_at = place(row[1], start);
        const real_t *v_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t theta_factor_value = numbers[13];
        const real_t theta_case_value = numbers[15];
        const real_t eps_d_value = numbers[14];
        const real_t step_size_value = numbers[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_plain_pass2_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], theta_factor_value,
                    theta_case_value, eps_d_value, step_size_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_plain_pass2_entry(
                theta_at[i], m_at[i], v_at[i], theta_factor_value, theta_case_value, eps_d_value,
                step_size_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_pass1_entry(
    const real_t theta, const real_t g, real_t &m, real_t &v, real_t &s, real_t &theta_start,
    real_t &sum_s, real_t &dot_g_theta_theta_start, const real_t beta1, const real_t beta2,
    const real_t beta3, const real_t one_minus_beta1_d, const real_t one_minus_beta2_d_squared,
    const real_t d_squared_over_d0)
{
    // theta_start[t] = theta_start[t-1]
    theta_start = theta_start;
    // m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    m = m*beta1 + g*one_minus_beta1_d;
    // v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    v = v*beta2 + g*g*one_minus_beta2_d_squared;
    // s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
    s = s*beta3 + g*d_squared_over_d0;
    sum_s = fabs(s);
    dot_g_theta_theta_start = g*(theta_start - theta);
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 10*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *s_at = place(row[4], start);
        real_t *theta_start_at = place(row[5], start);
        real_t *sum_s_at = place(row[6], start);
        real_t *dot_g_theta_theta_start_at = place(row[7], start);
        const real_t *of_group = groups + 3*row[8];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t beta3_value = of_group[2];
        const long long tensor = row[9];
        const real_t one_minus_beta1_d_value = numbers[4];
        const real_t one_minus_beta2_d_squared_value = numbers[5];
        const real_t d_squared_over_d0_value = numbers[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack s_pack = load(s_at, i);
            pack theta_start_pack = load(theta_start_at, i);
            pack sum_s_pack;
            pack dot_g_theta_theta_start_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_safeguard_warmup_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], s_pack.at[k],
                    theta_start_pack.at[k], sum_s_pack.at[k], dot_g_theta_theta_start_pack.at[k],
                    beta1_value, beta2_value, beta3_value, one_minus_beta1_d_value,
                    one_minus_beta2_d_squared_value, d_squared_over_d0_value);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(s_at, i, s_pack);
            store(theta_start_at, i, theta_start_pack);
            store(sum_s_at, i, sum_s_pack);
            store(dot_g_theta_theta_start_at, i, dot_g_theta_theta_start_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_safeguard_warmup_pass1_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], s_at[i], theta_start_at[i], sum_s_at[i],
                dot_g_theta_theta_start_at[i], beta1_value, beta2_value, beta3_value,
                one_minus_beta1_d_value, one_minus_beta2_d_squared_value, d_squared_over_d0_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_pass2_entry(
    real_t &theta, const real_t m, const real_t v, const real_t theta_factor,
    const real_t theta_case, const real_t eps_d, const real_t step_size)
{
    // theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
    theta = theta*theta_factor - ((theta_case != real_t(0)) ? m/(sqrt(v) + eps_d) : real_t(0))*step_size;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *m_at = place(row[1], start);
        const real_t *v_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t theta_factor_value = numbers[13];
        const real_t theta_case_value = numbers[15];
        const real_t eps_d_value = numbers[14];
        const real_t step_size_value = numbers[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_safeguard_warmup_pass2_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], theta_factor_value,
                    theta_case_value, eps_d_value, step_size_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_safeguard_warmup_pass2_entry(
                theta_at[i], m_at[i], v_at[i], theta_factor_value, theta_case_value, eps_d_value,
                step_size_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_use_bias_correction_pass1_entry(
    const real_t theta, const real_t g, real_t &m, real_t &v, real_t &s, real_t &theta_start,
    real_t &sum_s, real_t &dot_g_theta_theta_start, const real_t beta1, const real_t beta2,
    const real_t beta3, const real_t one_minus_beta1_d, const real_t one_minus_beta2_d_squared,
    const real_t d_step_size_over_d0)
{
    // theta_start[t] = theta_start[t-1]
    theta_start = theta_start;
    // m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    m = m*beta1 + g*one_minus_beta1_d;
    // v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    v = v*beta2 + g*g*one_minus_beta2_d_squared;
    // s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
    s = s*beta3 + g*d_step_size_over_d0;
    sum_s = fabs(s);
    dot_g_theta_theta_start = g*(theta_start - theta);
}

extern "C" __global__ void paper_prodigy_use_bias_correction_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 10*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *s_at = place(row[4], start);
        real_t *theta_start_at = place(row[5], start);
        real_t *sum_s_at = place(row[6], start);
        real_t *dot_g_theta_theta_start_at = place(row[7], start);
        const real_t *of_group = groups + 3*row[8];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t beta3_value = of_group[2];
        const long long tensor = row[9];
        const real_t one_minus_beta1_d_value = numbers[4];
        const real_t one_minus_beta2_d_squared_value = numbers[5];
        const real_t d_step_size_over_d0_value = numbers[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack s_pack = load(s_at, i);
            pack theta_start_pack = load(theta_start_at, i);
            pack sum_s_pack;
            pack dot_g_theta_theta_start_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_use_bias_correction_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], s_pack.at[k],
                    theta_start_pack.at[k], sum_s_pack.at[k], dot_g_theta_theta_start_pack.at[k],
                    beta1_value, beta2_value, beta3_value, one_minus_beta1_d_value,
                    one_minus_beta2_d_squared_value, d_step_size_over_d0_value);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(s_at, i, s_pack);
            store(theta_start_at, i, theta_start_pack);
            store(sum_s_at, i, sum_s_pack);
            store(dot_g_theta_theta_start_at, i, dot_g_theta_theta_start_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_use_bias_correction_pass1_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], s_at[i], theta_start_at[i], sum_s_at[i],
                dot_g_theta_theta_start_at[i], beta1_value, beta2_value, beta3_value,
                one_minus_beta1_d_value, one_minus_beta2_d_squared_value, d_step_size_over_d0_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_use_bias_correction_pass2_entry(
    real_t &theta, const real_t m, const real_t v, const real_t theta_factor,
    const real_t theta_case, const real_t eps_d, const real_t step_size)
{
    // theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
    theta = theta*theta_factor - ((theta_case != real_t(0)) ? m/(sqrt(v) + eps_d) : real_t(0))*step_size;
}

extern "C" __global__ void paper_prodigy_use_bias_correction_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *m_at = place(row[1], start);
        const real_t *v_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t theta_factor_value = numbers[13];
        const real_t theta_case_value = numbers[15];
        const real_t eps_d_value = numbers[14];
        const real_t step_size_value = numbers[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_use_bias_correction_pass2_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], theta_factor_value,
                    theta_case_value, eps_d_value, step_size_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_use_bias_correction_pass2_entry(
                theta_at[i], m_at[i], v_at[i], theta_factor_value, theta_case_value, eps_d_value,
                step_size_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_use_bias_correction_pass1_entry(
    const real_t theta, const real_t g, real_t &m, real_t &v, real_t &s, real_t &theta_start,
    real_t &sum_s, real_t &dot_g_theta_theta_start, const real_t beta1, const real_t beta2,
    const real_t beta3, const real_t one_minus_beta1_d, const real_t one_minus_beta2_d_squared,
    const real_t d_squared_over_d0)
{
    // theta_start[t] = theta_start[t-1]
    theta_start = theta_start;
    // m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
    m = m*beta1 + g*one_minus_beta1_d;
    // v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
    v = v*beta2 + g*g*one_minus_beta2_d_squared;
    // s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
    s = s*beta3 + g*d_squared_over_d0;
    sum_s = fabs(s);
    dot_g_theta_theta_start = g*(theta_start - theta);
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_use_bias_correction_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 10*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *g_at = place(row[1], start);
        real_t *m_at = place(row[2], start);
        real_t *v_at = place(row[3], start);
        real_t *s_at = place(row[4], start);
        real_t *theta_start_at = place(row[5], start);
        real_t *sum_s_at = place(row[6], start);
        real_t *dot_g_theta_theta_start_at = place(row[7], start);
        const real_t *of_group = groups + 3*row[8];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t beta3_value = of_group[2];
        const long long tensor = row[9];
        const real_t one_minus_beta1_d_value = numbers[4];
        const real_t one_minus_beta2_d_squared_value = numbers[5];
        const real_t d_squared_over_d0_value = numbers[6];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
            pack s_pack = load(s_at, i);
            pack theta_start_pack = load(theta_start_at, i);
            pack sum_s_pack;
            pack dot_g_theta_theta_start_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_safeguard_warmup_use_bias_correction_pass1_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], v_pack.at[k], s_pack.at[k],
                    theta_start_pack.at[k], sum_s_pack.at[k], dot_g_theta_theta_start_pack.at[k],
                    beta1_value, beta2_value, beta3_value, one_minus_beta1_d_value,
                    one_minus_beta2_d_squared_value, d_squared_over_d0_value);
            store(m_at, i, m_pack);
            store(v_at, i, v_pack);
            store(s_at, i, s_pack);
            store(theta_start_at, i, theta_start_pack);
            store(sum_s_at, i, sum_s_pack);
            store(dot_g_theta_theta_start_at, i, dot_g_theta_theta_start_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_safeguard_warmup_use_bias_correction_pass1_entry(
                theta_at[i], g_at[i], m_at[i], v_at[i], s_at[i], theta_start_at[i], sum_s_at[i],
                dot_g_theta_theta_start_at[i], beta1_value, beta2_value, beta3_value,
                one_minus_beta1_d_value, one_minus_beta2_d_squared_value, d_squared_over_d0_value);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_use_bias_correction_pass2_entry(
    real_t &theta, const real_t m, const real_t v, const real_t theta_factor,
    const real_t theta_case, const real_t eps_d, const real_t step_size)
{
    // theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}
    theta = theta*theta_factor - ((theta_case != real_t(0)) ? m/(sqrt(v) + eps_d) : real_t(0))*step_size;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_use_bias_correction_pass2(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        const real_t *m_at = place(row[1], start);
        const real_t *v_at = place(row[2], start);
        const long long tensor = row[4];
        const real_t theta_factor_value = numbers[13];
        const real_t theta_case_value = numbers[15];
        const real_t eps_d_value = numbers[14];
        const real_t step_size_value = numbers[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_prodigy_safeguard_warmup_use_bias_correction_pass2_entry(
                    theta_pack.at[k], m_pack.at[k], v_pack.at[k], theta_factor_value,
                    theta_case_value, eps_d_value, step_size_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_prodigy_safeguard_warmup_use_bias_correction_pass2_entry(
                theta_at[i], m_at[i], v_at[i], theta_factor_value, theta_case_value, eps_d_value,
                step_size_value);
    }
}
"""

NUMBERS_SOURCE = """
static __device__ __forceinline__ void paper_prodigy_plain_numbers1_one(
    const real_t lr, const real_t beta1, const real_t beta2, const real_t d0, const real_t d,
    real_t &step_size, real_t &one_minus_beta1_d, real_t &one_minus_beta2_d_squared,
    real_t &d_step_size_over_d0)
{
    // step_size[t] = lr*d[t-1]
    step_size = lr*d;
    one_minus_beta1_d = (1.0 - beta1)*d;
    one_minus_beta2_d_squared = (1.0 - beta2)*d*d;
    d_step_size_over_d0 = d*step_size/d0;
}

extern "C" __global__ void paper_prodigy_plain_numbers1(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 4*row[0];
        paper_prodigy_plain_numbers1_one(
            of_group[0], of_group[1], of_group[2], of_group[3], wide[0], wide[3], wide[4], wide[5],
            wide[6]);
        single[3] = float(wide[3]);
        single[4] = float(wide[4]);
        single[5] = float(wide[5]);
        single[6] = float(wide[6]);
    }
}

static __device__ __forceinline__ void paper_prodigy_plain_numbers2_one(
    const real_t beta3, const real_t eps, const real_t weight_decay, const real_t d0,
    const real_t d_coef, const real_t sum_s, const real_t dot_g_theta_theta_start,
    const real_t step_size, real_t &s_size, real_t &d_grown, real_t &r, real_t &d_hat,
    real_t &d_max_grown, real_t &d_max, real_t &d, real_t &theta_factor, real_t &eps_d,
    real_t &theta_case)
{
    // s_size[t] = total(abs(s[t]), all tensors)
    s_size = sum_s;
    // d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    d_grown = beta3*r + d*dot_g_theta_theta_start*step_size/d0;
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
    eps_d = eps*d;
    theta_case = s_size > 0.0;
}

extern "C" __global__ void paper_prodigy_plain_numbers2(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 5*row[0];
        paper_prodigy_plain_numbers2_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], wide[7], wide[8],
            wide[3], wide[9], wide[10], wide[2], wide[11], wide[12], wide[1], wide[0], wide[13],
            wide[14], wide[15]);
        single[9] = float(wide[9]);
        single[10] = float(wide[10]);
        single[2] = float(wide[2]);
        single[11] = float(wide[11]);
        single[12] = float(wide[12]);
        single[1] = float(wide[1]);
        single[0] = float(wide[0]);
        single[13] = float(wide[13]);
        single[14] = float(wide[14]);
        single[15] = float(wide[15]);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_numbers1_one(
    const real_t lr, const real_t beta1, const real_t beta2, const real_t d0, const real_t d,
    real_t &step_size, real_t &one_minus_beta1_d, real_t &one_minus_beta2_d_squared,
    real_t &d_squared_over_d0)
{
    // step_size[t] = lr*d[t-1]
    step_size = lr*d;
    one_minus_beta1_d = (1.0 - beta1)*d;
    one_minus_beta2_d_squared = (1.0 - beta2)*d*d;
    d_squared_over_d0 = d*d/d0;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_numbers1(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 4*row[0];
        paper_prodigy_safeguard_warmup_numbers1_one(
            of_group[0], of_group[1], of_group[2], of_group[3], wide[0], wide[3], wide[4], wide[5],
            wide[6]);
        single[3] = float(wide[3]);
        single[4] = float(wide[4]);
        single[5] = float(wide[5]);
        single[6] = float(wide[6]);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_numbers2_one(
    const real_t beta3, const real_t eps, const real_t weight_decay, const real_t d0,
    const real_t d_coef, const real_t sum_s, const real_t dot_g_theta_theta_start,
    const real_t step_size, real_t &s_size, real_t &d_grown, real_t &r, real_t &d_hat,
    real_t &d_max_grown, real_t &d_max, real_t &d, real_t &theta_factor, real_t &eps_d,
    real_t &theta_case)
{
    // s_size[t] = total(abs(s[t]), all tensors)
    s_size = sum_s;
    // d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    d_grown = beta3*r + d*dot_g_theta_theta_start*step_size/d0;
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
    eps_d = eps*d;
    theta_case = s_size > 0.0;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_numbers2(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 5*row[0];
        paper_prodigy_safeguard_warmup_numbers2_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], wide[7], wide[8],
            wide[3], wide[9], wide[10], wide[2], wide[11], wide[12], wide[1], wide[0], wide[13],
            wide[14], wide[15]);
        single[9] = float(wide[9]);
        single[10] = float(wide[10]);
        single[2] = float(wide[2]);
        single[11] = float(wide[11]);
        single[12] = float(wide[12]);
        single[1] = float(wide[1]);
        single[0] = float(wide[0]);
        single[13] = float(wide[13]);
        single[14] = float(wide[14]);
        single[15] = float(wide[15]);
    }
}

static __device__ __forceinline__ void paper_prodigy_use_bias_correction_numbers1_one(
    const real_t lr, const real_t beta1, const real_t beta2, const real_t d0,
    const real_t beta2_to_t, const real_t beta1_to_t, const real_t d, real_t &step_size,
    real_t &one_minus_beta1_d, real_t &one_minus_beta2_d_squared, real_t &d_step_size_over_d0)
{
    // step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
    step_size = lr*sqrt(1.0 - beta2_to_t)*d/(1.0 - beta1_to_t);
    one_minus_beta1_d = (1.0 - beta1)*d;
    one_minus_beta2_d_squared = (1.0 - beta2)*d*d;
    d_step_size_over_d0 = d*step_size/d0;
}

extern "C" __global__ void paper_prodigy_use_bias_correction_numbers1(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 6*row[0];
        paper_prodigy_use_bias_correction_numbers1_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], of_group[5], wide[0],
            wide[3], wide[4], wide[5], wide[6]);
        single[3] = float(wide[3]);
        single[4] = float(wide[4]);
        single[5] = float(wide[5]);
        single[6] = float(wide[6]);
    }
}

static __device__ __forceinline__ void paper_prodigy_use_bias_correction_numbers2_one(
    const real_t beta3, const real_t eps, const real_t weight_decay, const real_t d0,
    const real_t d_coef, const real_t sum_s, const real_t dot_g_theta_theta_start,
    const real_t step_size, real_t &s_size, real_t &d_grown, real_t &r, real_t &d_hat,
    real_t &d_max_grown, real_t &d_max, real_t &d, real_t &theta_factor, real_t &eps_d,
    real_t &theta_case)
{
    // s_size[t] = total(abs(s[t]), all tensors)
    s_size = sum_s;
    // d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    d_grown = beta3*r + d*dot_g_theta_theta_start*step_size/d0;
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
    eps_d = eps*d;
    theta_case = s_size > 0.0;
}

extern "C" __global__ void paper_prodigy_use_bias_correction_numbers2(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 5*row[0];
        paper_prodigy_use_bias_correction_numbers2_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], wide[7], wide[8],
            wide[3], wide[9], wide[10], wide[2], wide[11], wide[12], wide[1], wide[0], wide[13],
            wide[14], wide[15]);
        single[9] = float(wide[9]);
        single[10] = float(wide[10]);
        single[2] = float(wide[2]);
        single[11] = float(wide[11]);
        single[12] = float(wide[12]);
        single[1] = float(wide[1]);
        single[0] = float(wide[0]);
        single[13] = float(wide[13]);
        single[14] = float(wide[14]);
        single[15] = float(wide[15]);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_use_bias_correction_numbers1_one(
    const real_t lr, const real_t beta1, const real_t beta2, const real_t d0,
    const real_t beta2_to_t, const real_t beta1_to_t, const real_t d, real_t &step_size,
    real_t &one_minus_beta1_d, real_t &one_minus_beta2_d_squared, real_t &d_squared_over_d0)
{
    // step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
    step_size = lr*sqrt(1.0 - beta2_to_t)*d/(1.0 - beta1_to_t);
    one_minus_beta1_d = (1.0 - beta1)*d;
    one_minus_beta2_d_squared = (1.0 - beta2)*d*d;
    d_squared_over_d0 = d*d/d0;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_use_bias_correction_numbers1(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 6*row[0];
        paper_prodigy_safeguard_warmup_use_bias_correction_numbers1_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], of_group[5], wide[0],
            wide[3], wide[4], wide[5], wide[6]);
        single[3] = float(wide[3]);
        single[4] = float(wide[4]);
        single[5] = float(wide[5]);
        single[6] = float(wide[6]);
    }
}

static __device__ __forceinline__ void paper_prodigy_safeguard_warmup_use_bias_correction_numbers2_one(
    const real_t beta3, const real_t eps, const real_t weight_decay, const real_t d0,
    const real_t d_coef, const real_t sum_s, const real_t dot_g_theta_theta_start,
    const real_t step_size, real_t &s_size, real_t &d_grown, real_t &r, real_t &d_hat,
    real_t &d_max_grown, real_t &d_max, real_t &d, real_t &theta_factor, real_t &eps_d,
    real_t &theta_case)
{
    // s_size[t] = total(abs(s[t]), all tensors)
    s_size = sum_s;
    // d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
    d_grown = beta3*r + d*dot_g_theta_theta_start*step_size/d0;
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
    eps_d = eps*d;
    theta_case = s_size > 0.0;
}

extern "C" __global__ void paper_prodigy_safeguard_warmup_use_bias_correction_numbers2(
    const long long *table, const long long count, const real_t *groups, real_t *wide,
    float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long k = first; k < count; k += stride) {
        const long long *row = table + 1*k;
        const real_t *of_group = groups + 5*row[0];
        paper_prodigy_safeguard_warmup_use_bias_correction_numbers2_one(
            of_group[0], of_group[1], of_group[2], of_group[3], of_group[4], wide[7], wide[8],
            wide[3], wide[9], wide[10], wide[2], wide[11], wide[12], wide[1], wide[0], wide[13],
            wide[14], wide[15]);
        single[9] = float(wide[9]);
        single[10] = float(wide[10]);
        single[2] = float(wide[2]);
        single[11] = float(wide[11]);
        single[12] = float(wide[12]);
        single[1] = float(wide[1]);
        single[0] = float(wide[0]);
        single[13] = float(wide[13]);
        single[14] = float(wide[14]);
        single[15] = float(wide[15]);
    }
}
"""

PLAIN_LAYOUT = Layout(
    all="d d_max r step_size one_minus_beta1_d one_minus_beta2_d_squared d_step_size_over_d0 sum_s dot_g_theta_theta_start s_size d_grown d_hat d_max_grown theta_factor eps_d theta_case",
)

SAFEGUARD_WARMUP_LAYOUT = Layout(
    all="d d_max r step_size one_minus_beta1_d one_minus_beta2_d_squared d_squared_over_d0 sum_s dot_g_theta_theta_start s_size d_grown d_hat d_max_grown theta_factor eps_d theta_case",
)

USE_BIAS_CORRECTION_LAYOUT = Layout(
    all="d d_max r step_size one_minus_beta1_d one_minus_beta2_d_squared d_step_size_over_d0 sum_s dot_g_theta_theta_start s_size d_grown d_hat d_max_grown theta_factor eps_d theta_case",
)

SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_LAYOUT = Layout(
    all="d d_max r step_size one_minus_beta1_d one_minus_beta2_d_squared d_squared_over_d0 sum_s dot_g_theta_theta_start s_size d_grown d_hat d_max_grown theta_factor eps_d theta_case",
)

PLAIN_PASS1 = Kernel(
    SOURCE,
    "paper_prodigy_plain_pass1",
    arrays="theta g m v s theta_start sum_s dot_g_theta_theta_start",
    groups="beta1 beta2 beta3",
    reductions=(
        ("sum_s", "sum", "all"),
        ("dot_g_theta_theta_start", "sum", "all"),
    ),
    layout=PLAIN_LAYOUT,
)

PLAIN_PASS2 = Kernel(
    SOURCE,
    "paper_prodigy_plain_pass2",
    arrays="theta m v",
    layout=PLAIN_LAYOUT,
)

SAFEGUARD_WARMUP_PASS1 = Kernel(
    SOURCE,
    "paper_prodigy_safeguard_warmup_pass1",
    arrays="theta g m v s theta_start sum_s dot_g_theta_theta_start",
    groups="beta1 beta2 beta3",
    reductions=(
        ("sum_s", "sum", "all"),
        ("dot_g_theta_theta_start", "sum", "all"),
    ),
    layout=SAFEGUARD_WARMUP_LAYOUT,
)

SAFEGUARD_WARMUP_PASS2 = Kernel(
    SOURCE,
    "paper_prodigy_safeguard_warmup_pass2",
    arrays="theta m v",
    layout=SAFEGUARD_WARMUP_LAYOUT,
)

USE_BIAS_CORRECTION_PASS1 = Kernel(
    SOURCE,
    "paper_prodigy_use_bias_correction_pass1",
    arrays="theta g m v s theta_start sum_s dot_g_theta_theta_start",
    groups="beta1 beta2 beta3",
    reductions=(
        ("sum_s", "sum", "all"),
        ("dot_g_theta_theta_start", "sum", "all"),
    ),
    layout=USE_BIAS_CORRECTION_LAYOUT,
)

USE_BIAS_CORRECTION_PASS2 = Kernel(
    SOURCE,
    "paper_prodigy_use_bias_correction_pass2",
    arrays="theta m v",
    layout=USE_BIAS_CORRECTION_LAYOUT,
)

SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_PASS1 = Kernel(
    SOURCE,
    "paper_prodigy_safeguard_warmup_use_bias_correction_pass1",
    arrays="theta g m v s theta_start sum_s dot_g_theta_theta_start",
    groups="beta1 beta2 beta3",
    reductions=(
        ("sum_s", "sum", "all"),
        ("dot_g_theta_theta_start", "sum", "all"),
    ),
    layout=SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_LAYOUT,
)

SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_PASS2 = Kernel(
    SOURCE,
    "paper_prodigy_safeguard_warmup_use_bias_correction_pass2",
    arrays="theta m v",
    layout=SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_LAYOUT,
)

PLAIN_NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_plain_numbers1",
    extent="all",
    groups="lr beta1 beta2 d0",
    layout=PLAIN_LAYOUT,
)

PLAIN_NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_plain_numbers2",
    extent="all",
    groups="beta3 eps weight_decay d0 d_coef",
    layout=PLAIN_LAYOUT,
)

SAFEGUARD_WARMUP_NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_safeguard_warmup_numbers1",
    extent="all",
    groups="lr beta1 beta2 d0",
    layout=SAFEGUARD_WARMUP_LAYOUT,
)

SAFEGUARD_WARMUP_NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_safeguard_warmup_numbers2",
    extent="all",
    groups="beta3 eps weight_decay d0 d_coef",
    layout=SAFEGUARD_WARMUP_LAYOUT,
)

USE_BIAS_CORRECTION_NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_use_bias_correction_numbers1",
    extent="all",
    groups="lr beta1 beta2 d0 beta2_to_t beta1_to_t",
    layout=USE_BIAS_CORRECTION_LAYOUT,
)

USE_BIAS_CORRECTION_NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_use_bias_correction_numbers2",
    extent="all",
    groups="beta3 eps weight_decay d0 d_coef",
    layout=USE_BIAS_CORRECTION_LAYOUT,
)

SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_NUMBERS1 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_safeguard_warmup_use_bias_correction_numbers1",
    extent="all",
    groups="lr beta1 beta2 d0 beta2_to_t beta1_to_t",
    layout=SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_LAYOUT,
)

SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_NUMBERS2 = NumberKernel(
    NUMBERS_SOURCE,
    "paper_prodigy_safeguard_warmup_use_bias_correction_numbers2",
    extent="all",
    groups="beta3 eps weight_decay d0 d_coef",
    layout=SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_LAYOUT,
)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.numbers(PLAIN_NUMBERS1)
    step.blocks(PLAIN_PASS1)
    step.numbers(PLAIN_NUMBERS2)
    step.blocks(PLAIN_PASS2)
    step.commit()


PLAIN_RULE = Rule(
    name="Prodigy",
    dialect="paper",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
        Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
    ),
    state=(State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta), State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0), State("r", "all"),),
    oracles=("grad",),
    advance=plain_advance,
    shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef",),
)


def safeguard_warmup_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.numbers(SAFEGUARD_WARMUP_NUMBERS1)
    step.blocks(SAFEGUARD_WARMUP_PASS1)
    step.numbers(SAFEGUARD_WARMUP_NUMBERS2)
    step.blocks(SAFEGUARD_WARMUP_PASS2)
    step.commit()


SAFEGUARD_WARMUP_RULE = Rule(
    name="Prodigy",
    dialect="paper",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
        Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
    ),
    state=(State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta), State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0), State("r", "all"),),
    oracles=("grad",),
    advance=safeguard_warmup_advance,
    shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef",),
)


def use_bias_correction_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    beta2_to_t = beta2**t
    beta1_to_t = beta1**t
    return {"beta2_to_t": beta2_to_t, "beta1_to_t": beta1_to_t}


def use_bias_correction_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(use_bias_correction_host)
    step.ask("g", "grad")
    step.numbers(USE_BIAS_CORRECTION_NUMBERS1)
    step.blocks(USE_BIAS_CORRECTION_PASS1)
    step.numbers(USE_BIAS_CORRECTION_NUMBERS2)
    step.blocks(USE_BIAS_CORRECTION_PASS2)
    step.commit()


USE_BIAS_CORRECTION_RULE = Rule(
    name="Prodigy",
    dialect="paper",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
        Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
    ),
    state=(State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta), State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0), State("r", "all"),),
    oracles=("grad",),
    advance=use_bias_correction_advance,
    shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef",),
)


def safeguard_warmup_use_bias_correction_host(t, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    beta2_to_t = beta2**t
    beta1_to_t = beta1**t
    return {"beta2_to_t": beta2_to_t, "beta1_to_t": beta1_to_t}


def safeguard_warmup_use_bias_correction_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(safeguard_warmup_use_bias_correction_host)
    step.ask("g", "grad")
    step.numbers(SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_NUMBERS1)
    step.blocks(SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_PASS1)
    step.numbers(SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_NUMBERS2)
    step.blocks(SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_PASS2)
    step.commit()


SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_RULE = Rule(
    name="Prodigy",
    dialect="paper",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("beta3", lambda beta2: np.sqrt(beta2), "[0, 1)", "decay of the estimate's averages"),
        Hyper("eps", 1e-08, "(0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
        Hyper("d0", 1e-06, "(0, inf)", "first estimate of the distance to a solution"),
        Hyper("d_coef", 1, "(0, inf)", "factor of the estimate"),
    ),
    state=(State("m"), State("v"), State("s"), State("theta_start", start=lambda theta: theta), State("d", "all", start=lambda d0: d0), State("d_max", "all", start=lambda d0: d0), State("r", "all"),),
    oracles=("grad",),
    advance=safeguard_warmup_use_bias_correction_advance,
    shared=("lr", "beta1", "beta2", "beta3", "eps", "weight_decay", "d0", "d_coef",),
)


class Prodigy(Optimizer):
    """Prodigy: Mishchenko & Defazio 2024, Algorithm 4, as in the authors' prodigyopt (arXiv:2306.06101).

    d estimates the distance from the start to a solution and multiplies the learning rate, which
    stays 1: one number over all tensors, found from gradients. A step without any gradient so far
    changes nothing. The package's growth_rate is left at its default, infinity.

    Equations with safeguard_warmup=False, use_bias_correction=False
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        step_size[t] = lr*d[t-1]
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
        s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
        s_size[t] = total(abs(s[t]), all tensors)
        d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max[t] = d_max_grown[t]
        d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

    Equations with safeguard_warmup=True, use_bias_correction=False
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        step_size[t] = lr*d[t-1]
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
        s[t] = beta3*s[t-1] + g[t]*d[t-1]**2/d0
        s_size[t] = total(abs(s[t]), all tensors)
        d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max[t] = d_max_grown[t]
        d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

    Equations with safeguard_warmup=False, use_bias_correction=True
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
        s[t] = beta3*s[t-1] + d[t-1]*g[t]*step_size[t]/d0
        s_size[t] = total(abs(s[t]), all tensors)
        d_grown[t] = d[t-1]*step_size[t]*dot(g[t], theta_start[t] - theta[t-1], all tensors)/d0 + beta3*r[t-1]
        r[t] = {d_grown[t] if s_size[t] > 0, else r[t-1]}
        d_hat[t] = {d_coef*d_grown[t]/s_size[t] if s_size[t] > 0, else d[t-1]}
        d_max_grown[t] = max(d_hat[t], d_max[t-1])
        d_max[t] = d_max_grown[t]
        d[t] = {d_max_grown[t] if s_size[t] > 0, else d[t-1]}
        theta[t] = theta[t-1]*(1 - {weight_decay*step_size[t] if s_size[t] > 0, else 0}) - step_size[t]*{m[t]/(eps*d[t] + sqrt(v[t])) if s_size[t] > 0, else 0}

    Equations with safeguard_warmup=True, use_bias_correction=True
        theta_start[0] = theta[0]
        d[0] = d0
        d_max[0] = d0
        g[t] = grad(theta[t-1])
        step_size[t] = lr*sqrt(1 - beta2**t)*d[t-1]/(1 - beta1**t)
        theta_start[t] = theta_start[t-1]
        m[t] = (1 - beta1)*d[t-1]*g[t] + beta1*m[t-1]
        v[t] = (1 - beta2)*d[t-1]**2*g[t]**2 + beta2*v[t-1]
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
        scaling theta scales d0, and lr has no units (SY64: proved for all n, every tensor, all
            losses, all t)

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
        use_bias_correction: one of False, True
        safeguard_warmup: one of False, True
    """

    rules = (
        ((('safeguard_warmup', False), ('use_bias_correction', False)), PLAIN_RULE),
        ((('safeguard_warmup', True), ('use_bias_correction', False)), SAFEGUARD_WARMUP_RULE),
        ((('safeguard_warmup', False), ('use_bias_correction', True)), USE_BIAS_CORRECTION_RULE),
        ((('safeguard_warmup', True), ('use_bias_correction', True)), SAFEGUARD_WARMUP_USE_BIAS_CORRECTION_RULE),
    )
    choices = {'use_bias_correction': (False, True), 'safeguard_warmup': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 1,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        beta3: HyperValue | None = None,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        d0: HyperValue = 1e-06,
        d_coef: HyperValue = 1,
        use_bias_correction: bool = False,
        safeguard_warmup: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            beta3=beta3,
            eps=eps,
            weight_decay=weight_decay,
            d0=d0,
            d_coef=d_coef,
            use_bias_correction=use_bias_correction,
            safeguard_warmup=safeguard_warmup,
        )
