"""HeavyBall: Polyak 1964, the method of the heavy ball.

Momentum without a velocity: the last move is found from the last two points.

Equations
    previous[0] = theta[0]
    g[t] = grad(theta[t-1])
    theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
    previous[t] = theta[t-1]

Proved
    Momentum = HeavyBall under previous = theta + v (M4: proved for all losses, all t, lr,
        momentum varying with t)
    turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
        n, every tensor, all losses, all t)
    converges exactly if 0 < lr < 2*(1 + momentum)/L (E2: proved for all quadratics, all n,
        with curvatures in (0, L])
    Polyak's parameters have the smallest radius (E5a: proved for all quadratics, all n, with
        curvatures in [m**2, M**2])

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration HeavyBall and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 69245e5c236be457
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void paper_heavyball_update_entry(
    real_t &theta, const real_t g, real_t &previous, const real_t lr, const real_t momentum)
{
    // theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
    real_t theta_next = (theta - previous)*momentum + theta - g*lr;
    // previous[t] = theta[t-1]
    previous = theta;
    theta = theta_next;
}

extern "C" __global__ void paper_heavyball_update(
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
        real_t *previous_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack previous_pack = load(previous_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_heavyball_update_entry(
                    theta_pack.at[k], g_pack.at[k], previous_pack.at[k], lr_value, momentum_value);
            store(theta_at, i, theta_pack);
            store(previous_at, i, previous_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_heavyball_update_entry(
                theta_at[i], g_at[i], previous_at[i], lr_value, momentum_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "paper_heavyball_update",
    arrays="theta g previous",
    groups="lr momentum",
)


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="HeavyBall",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("momentum", 0.9, "[0, 1)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("previous", start=lambda theta: theta),),
    oracles=("grad",),
    advance=advance,
)


class HeavyBall(Optimizer):
    """HeavyBall: Polyak 1964, the method of the heavy ball.

    Momentum without a velocity: the last move is found from the last two points.

    Equations
        previous[0] = theta[0]
        g[t] = grad(theta[t-1])
        theta[t] = momentum*(theta[t-1] - previous[t-1]) + theta[t-1] - lr*g[t]
        previous[t] = theta[t-1]

    Proved
        Momentum = HeavyBall under previous = theta + v (M4: proved for all losses, all t, lr,
            momentum varying with t)
        turns with the coordinates: theta' = Q theta for every orthogonal Q (SY1: proved for all
            n, every tensor, all losses, all t)
        converges exactly if 0 < lr < 2*(1 + momentum)/L (E2: proved for all quadratics, all n,
            with curvatures in (0, L])
        Polyak's parameters have the smallest radius (E5a: proved for all quadratics, all n, with
            curvatures in [m**2, M**2])

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
