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

TREE = """
// Halving, as optwright.runtime.step.reduction defines it: entry i + half joins entry i. A thread
// does four halvings for one entry; it alone reads what it overwrites.
struct sum {
    static __device__ __forceinline__ real_t join(real_t x, real_t y) { return x + y; }
    static __device__ __forceinline__ real_t none() { return real_t(0); }
};

struct largest {
    static __device__ __forceinline__ real_t join(real_t x, real_t y) { return maximum(y, x); }
    static __device__ __forceinline__ real_t none() { return -infinity(); }
};

template <class kind, class entry, int depth>
struct tree {
    static __device__ __forceinline__ real_t at(
        const entry *x, const long long *sizes, const long long i)
    {
        const real_t one = tree<kind, entry, depth - 1>::at(x, sizes, i);
        const long long j = i + sizes[depth];
        return j < sizes[depth - 1]
            ? kind::join(one, tree<kind, entry, depth - 1>::at(x, sizes, j)) : one;
    }
};

template <class kind, class entry>
struct tree<kind, entry, 0> {
    static __device__ __forceinline__ real_t at(
        const entry *x, const long long *, const long long i)
    {
        return real_t(x[i]);
    }
};

// The lengths after `done` halvings and after one to four more.
static __device__ __forceinline__ void halved(
    long long size, const long long done, long long *sizes)
{
    for (long long k = 0; k < done; ++k)
        size = (size + 1)/2;
    sizes[0] = size;
#pragma unroll
    for (int k = 0; k < 4; ++k)
        sizes[k + 1] = (sizes[k] + 1)/2;
}
"""

REDUCTION = (
    TREE
    + """
// Each chunk of some vectors, in place.
template <class kind>
static __device__ __forceinline__ void halve(
    const long long *table, const long long *chunks, const long long count,
    real_t *results, const long long done)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        real_t *x = place(table[chunks[3*c]], chunks[3*c + 1]);
        long long sizes[5];
        halved(chunks[3*c + 2], done, sizes);
        for (long long i = first; i < sizes[4]; i += stride) {
            const real_t joined = tree<kind, real_t, 4>::at(x, sizes, i);
            x[i] = joined;
            if (sizes[4] == 1)
                results[c] = joined;
        }
    }
}
"""
    + "".join(
        f"""
extern "C" __global__ void optwright_halve_{kind}(
    const long long *table, const long long *chunks, const long long count,
    real_t *results, const long long done)
{{
    halve<{kind}>(table, chunks, count, results, done);
}}
"""
        for kind in ("sum", "largest")
    )
)
"""Kernels that reduce the chunks of vectors, in the compute type."""

COMBINATION = (
    TREE
    + """
// Segments (start, length, place of the result) of `from`, by way of `cells`. Where `single` is
// given, results are kept rounded to single too.
template <class kind, class entry>
static __device__ __forceinline__ void combine(
    const long long *segments, const long long count, const entry *from, real_t *cells,
    real_t *wide, float *single, const long long done)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long start = segments[3*c], target = segments[3*c + 2];
        long long sizes[5];
        halved(segments[3*c + 1], done, sizes);
        for (long long i = first; i < sizes[4]; i += stride) {
            const real_t joined = tree<kind, entry, 4>::at(from + start, sizes, i);
            cells[start + i] = joined;
            if (sizes[4] == 1) {
                wide[target] = joined;
                if (single)
                    single[target] = float(joined);
            }
        }
        if (sizes[0] == 0 && first == 0) {
            wide[target] = kind::none();
            if (single)
                single[target] = float(kind::none());
        }
    }
}
"""
    + "".join(
        f"""
extern "C" __global__ void optwright_combine_{kind}_of_{entry}(
    const long long *segments, const long long count, const {entry} *from, real_t *cells,
    real_t *wide, float *single, const long long done)
{{
    combine<{kind}>(segments, count, from, cells, wide, single, done);
}}
"""
        for kind in ("sum", "largest")
        for entry in ("float", "double")
    )
)
"""Kernels that combine the chunks' results in double; they are compiled for double only."""
