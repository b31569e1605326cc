"""NoisySGD: Neelakantan et al. 2015, Section 3 (arXiv:1511.06807).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration NoisySGD; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
extern "C" __global__ void paper_noisysgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *xi_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t lr = of_group[0], sigma = of_group[1];
        const auto entry = [&](real_t &theta, const real_t g, const real_t xi) {
            // theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])
            theta = theta - (g + xi*sigma)*lr;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), xi_pack = load(xi_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], xi_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], xi_at[i]);
    }
}
"""

UPDATE = Kernel(SOURCE, "paper_noisysgd_update", arrays="theta g xi", groups="lr sigma")


def host(t, eta, gamma):
    """Numbers of this step that need no data, in float64."""
    # sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
    sigma = np.sqrt(eta)/(1 + t)**(gamma/2)
    return {"sigma": sigma}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.noise("xi", 1)
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("eta", 0.01, "[0, inf)", "variance of the noise at the start"),
    Hyper("gamma", 0.55, "[0, inf)", "exponent with which the variance falls"),
)
RULE = Rule(
    name="NoisySGD", dialect="paper", hyper=HYPER, state=(), oracles=("grad", "noise"),
    advance=advance,
)


class NoisySGD(Optimizer):
    """Normal noise with a variance that falls as (1 + t)^-gamma. The generator belongs to the
    optimizer and is saved with its state.

    Equations
        g[t] = grad(theta[t-1])
        sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
        theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])

    Proved
        NoisySGD's step = GradientDescent's in the mean over the noise (C16n: all states, all t, all
            distributions with a mean)
        turns with the coordinates if the draws do (SY16: all n, every tensor, all losses, all t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        eta: variance of the noise at the start, in [0, inf); default 0.01
        gamma: exponent with which the variance falls, in [0, inf); default 0.55
        seed: of the noise's generator
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, eta: HyperValue = 0.01,
        gamma: HyperValue = 0.55, seed: int | None = None,
    ) -> None:
        super().__init__(params, lr=lr, eta=eta, gamma=gamma, seed=seed)
