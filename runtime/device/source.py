"""CUDA C that all kernels share: the compute type, access to memory, NumPy's small functions.

A kernel's own text follows `prelude(dtype)`. Sizes have 64 bits, nothing is included, nothing
synchronizes: a thread never waits for another.
"""

from __future__ import annotations

import numpy as np

_TYPES = {"float32": "float", "float64": "double"}


def prelude(dtype: np.dtype) -> str:
    """What comes before a kernel's text for a compute type."""
    return f"typedef {_TYPES[dtype.name]} real_t;\n{SHARED}"


SHARED = """
static const int LANES = 16/sizeof(real_t);
struct alignas(16) pack { real_t at[LANES]; };

// Addresses come from a table, so the compiler must be told that they are of global memory.
static __device__ __forceinline__ real_t *place(const long long address, const long long start)
{
    real_t *p = (real_t *)address + start;
    __builtin_assume(__isGlobal(p));
    return p;
}

// The same for an array that may be absent.
static __device__ __forceinline__ real_t *place_any(const long long address, const long long start)
{
    return address ? place(address, start) : (real_t *)0;
}

static __device__ __forceinline__ pack load(const real_t *p, const long long i)
{
    return ((const pack *)p)[i];
}

static __device__ __forceinline__ void store(real_t *p, const long long i, const pack &x)
{
    ((pack *)p)[i] = x;
}

static __device__ __forceinline__ real_t infinity() { return real_t(1)/real_t(0); }

// NaN if one is NaN; of two equal numbers (+0 and -0) the second.
static __device__ __forceinline__ real_t maximum(const real_t x, const real_t y)
{
    return x > y || x != x ? x : y;
}

static __device__ __forceinline__ real_t minimum(const real_t x, const real_t y)
{
    return x < y || x != x ? x : y;
}

static __device__ __forceinline__ real_t sign(const real_t x)
{
    return x > real_t(0) ? real_t(1) : x < real_t(0) ? real_t(-1) : x == real_t(0) ? real_t(0) : x;
}

static __device__ __forceinline__ real_t nonfinite(const real_t x)
{
    return x - x == real_t(0) ? real_t(0) : real_t(1);
}

// The remainder with the sign of the divisor.
static __device__ __forceinline__ real_t modulo(const real_t x, const real_t y)
{
    const real_t rest = fmod(x, y);
    if (rest == real_t(0))
        return copysign(rest, y);
    return (rest < real_t(0)) != (y < real_t(0)) ? rest + y : rest;
}

// The upper 16 bits of a single, ties to even.
static __device__ __forceinline__ real_t round_bfloat16(const real_t x)
{
    const float single = float(x);
    const unsigned int bits = __float_as_uint(single);
    const unsigned int rounded = (bits + ((bits >> 16) & 1u) + 0x7FFFu) & 0xFFFF0000u;
    return single != single ? real_t(single) : real_t(__uint_as_float(rounded));
}
"""

REDUCTION = """
// A chunk is reduced by halving, as optwright.runtime.reduction defines it: entry i + half joins
// entry i. A thread does four halvings for one entry; it alone reads what it overwrites.
struct sum {
    static __device__ __forceinline__ real_t join(real_t x, real_t y) { return x + y; }
};

struct largest {
    static __device__ __forceinline__ real_t join(real_t x, real_t y) { return maximum(y, x); }
};

template <class kind, int depth>
struct tree {
    static __device__ __forceinline__ real_t at(
        const real_t *x, const long long *sizes, const long long i)
    {
        const real_t one = tree<kind, depth - 1>::at(x, sizes, i);
        const long long j = i + sizes[depth];
        return j < sizes[depth - 1] ? kind::join(one, tree<kind, depth - 1>::at(x, sizes, j)) : one;
    }
};

template <class kind>
struct tree<kind, 0> {
    static __device__ __forceinline__ real_t at(
        const real_t *x, const long long *, const long long i)
    {
        return x[i];
    }
};

template <class kind>
static __device__ __forceinline__ void halve(
    const long long *table, const long long *chunks, const long long count,
    real_t *results, const long long done)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        real_t *x = place(table[chunks[3*c]], chunks[3*c + 1]);
        long long size = chunks[3*c + 2];
        for (long long k = 0; k < done; ++k)
            size = (size + 1)/2;
        long long sizes[5] = {size, 0, 0, 0, 0};
#pragma unroll
        for (int k = 0; k < 4; ++k)
            sizes[k + 1] = (sizes[k] + 1)/2;
        for (long long i = first; i < sizes[4]; i += stride) {
            const real_t joined = tree<kind, 4>::at(x, sizes, i);
            x[i] = joined;
            if (sizes[4] == 1)
                results[c] = joined;
        }
    }
}

extern "C" __global__ void optwright_halve_sum(
    const long long *table, const long long *chunks, const long long count,
    real_t *results, const long long done)
{
    halve<sum>(table, chunks, count, results, done);
}

extern "C" __global__ void optwright_halve_largest(
    const long long *table, const long long *chunks, const long long count,
    real_t *results, const long long done)
{
    halve<largest>(table, chunks, count, results, done);
}
"""
