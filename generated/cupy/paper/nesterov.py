"""Nesterov: Nesterov 1983, as a look-ahead, Sutskever et al. 2013, eqs. (3) and (4).

The gradient is asked where the velocity alone would carry the parameters.

Equations
    g[t] = grad(theta[t-1] - momentum*v[t-1])
    v[t] = momentum*v[t-1] + lr*g[t]
    theta[t] = theta[t-1] - v[t]

Proved
    torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
        t)
    NesterovRearranged = Nesterov at theta - momentum*v (C42a: proved for all losses, all t,
        lr varying with t)
    Nesterov = texts.NAG_c under v = -v (C42b: proved for all losses, all t, lr, momentum
        varying with t)
    texts.NAG_b(alpha=1) = Nesterov (C43a: proved for all losses, all t, lr, momentum varying
        with t)
    Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1:
        proved for all losses, all t, lr varying with t)
    turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
        n, every tensor, all losses, all t)
    converges exactly if 0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L) (E3: proved for all
        quadratics, all n, with curvatures in (0, L])
    Nesterov = NAG-a of the quiz (Quiz3: proved for all losses, all t, lr, momentum varying
        with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Nesterov and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: c59ea183b73d0d50
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void paper_nesterov_pass1_entry(
    const real_t theta, const real_t v, real_t &point, const real_t momentum)
{
    // point = theta[t-1] - momentum*v[t-1]
    point = theta - v*momentum;
}

extern "C" __global__ void paper_nesterov_pass1(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        const real_t *theta_at = place(row[0], start);
        const real_t *v_at = place(row[1], start);
        real_t *point_at = place(row[2], start);
        const real_t *of_group = groups + 1*row[3];
        const real_t momentum_value = of_group[0];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack v_pack = load(v_at, i);
            pack point_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_nesterov_pass1_entry(
                    theta_pack.at[k], v_pack.at[k], point_pack.at[k], momentum_value);
            store(point_at, i, point_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_nesterov_pass1_entry(
                theta_at[i], v_at[i], point_at[i], momentum_value);
    }
}

static __device__ __forceinline__ void paper_nesterov_pass2_entry(
    real_t &theta, const real_t g, real_t &v, const real_t lr, const real_t momentum)
{
    // v[t] = momentum*v[t-1] + lr*g[t]
    v = v*momentum + g*lr;
    // theta[t] = theta[t-1] - v[t]
    theta = theta - v;
}

extern "C" __global__ void paper_nesterov_pass2(
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
        real_t *v_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack v_pack = load(v_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_nesterov_pass2_entry(
                    theta_pack.at[k], g_pack.at[k], v_pack.at[k], lr_value, momentum_value);
            store(theta_at, i, theta_pack);
            store(v_at, i, v_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_nesterov_pass2_entry(
                theta_at[i], g_at[i], v_at[i], lr_value, momentum_value);
    }
}
"""

PASS1 = Kernel(
    SOURCE,
    "paper_nesterov_pass1",
    arrays="theta v point",
    groups="momentum",
    stores="point",
)

PASS2 = Kernel(
    SOURCE,
    "paper_nesterov_pass2",
    arrays="theta g v",
    groups="lr momentum",
)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.blocks(PASS1)
    step.ask("g", "grad", at="point")
    step.blocks(PASS2)
    step.commit()


RULE = Rule(
    name="Nesterov",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v"),),
    oracles=("grad",),
    advance=advance,
    elsewhere=True,
)


class Nesterov(Optimizer):
    """Nesterov: Nesterov 1983, as a look-ahead, Sutskever et al. 2013, eqs. (3) and (4).

    The gradient is asked where the velocity alone would carry the parameters.

    Equations
        g[t] = grad(theta[t-1] - momentum*v[t-1])
        v[t] = momentum*v[t-1] + lr*g[t]
        theta[t] = theta[t-1] - v[t]

    Proved
        torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
            t)
        NesterovRearranged = Nesterov at theta - momentum*v (C42a: proved for all losses, all t,
            lr varying with t)
        Nesterov = texts.NAG_c under v = -v (C42b: proved for all losses, all t, lr, momentum
            varying with t)
        texts.NAG_b(alpha=1) = Nesterov (C43a: proved for all losses, all t, lr, momentum varying
            with t)
        Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent (S1:
            proved for all losses, all t, lr varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
            n, every tensor, all losses, all t)
        converges exactly if 0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L) (E3: proved for all
            quadratics, all n, with curvatures in (0, L])
        Nesterov = NAG-a of the quiz (Quiz3: proved for all losses, all t, lr, momentum varying
            with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        momentum: momentum: the share of the last velocity that is kept, in [0, 1); default 0.9
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        momentum: HyperValue = 0.9,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
        )
