// CUDA C as plain C++: a launch is a loop over blocks and threads, device memory is memory.
#include <cmath>
#include <cstring>

#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __builtin_assume(claim) ((void)0)
#define __isGlobal(pointer) true

using std::fabs, std::sqrt, std::cbrt, std::pow, std::exp, std::log, std::cos, std::sin, std::tanh;
using std::floor, std::ceil, std::fmod, std::copysign;

static struct { unsigned int x, y, z; } gridDim, blockDim, blockIdx, threadIdx;

static unsigned int __float_as_uint(float x) { unsigned int u; memcpy(&u, &x, 4); return u; }
static float __uint_as_float(unsigned int u) { float x; memcpy(&x, &u, 4); return x; }

typedef long long word;  // of 64 bits, as every argument of our kernels is

template <class... words>
static void launch(void (*kernel)(), unsigned int x, unsigned int y, unsigned int threads,
                   words... a)
{
    gridDim = {x, y, 1};
    blockDim = {threads, 1, 1};
    for (blockIdx.y = 0; blockIdx.y < y; ++blockIdx.y)
        for (blockIdx.x = 0; blockIdx.x < x; ++blockIdx.x)
            for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x)
                ((void (*)(words...))kernel)(a...);
}

extern "C" void run(void (*kernel)(), unsigned int x, unsigned int y, unsigned int threads,
                    const word *a, int count)
{
    if (count == 5)
        launch(kernel, x, y, threads, a[0], a[1], a[2], a[3], a[4]);
    else
        launch(kernel, x, y, threads, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
}
