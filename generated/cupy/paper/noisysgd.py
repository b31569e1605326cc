"""NoisySGD: Neelakantan et al. 2015, Section 3 (arXiv:1511.06807).

Normal noise with a variance that falls as (1 + t)^-gamma. The generator belongs to the
optimizer and is saved with its state.

Equations
    g[t] = grad(theta[t-1])
    sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
    theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])

Proved
    turns with the coordinates if the draws do (SY16: proved for all n, every tensor, all
        losses, all t)
    NoisySGD's step = GradientDescent's in the mean over the noise (C16n: proved for all
        states, all t, all distributions with a mean)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration NoisySGD and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 1bec63c177acee10
"""

from __future__ import annotations

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, Step

SOURCE = """
static __device__ __forceinline__ void paper_noisysgd_update_entry(
    real_t &theta, const real_t g, const real_t xi, const real_t lr, const real_t sigma)
{
    // theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])
    theta = theta - (g + xi*sigma)*lr;
}

extern "C" __global__ void paper_noisysgd_update(
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
        const real_t *xi_at = place(row[2], start);
        const real_t *of_group = groups + 2*row[3];
        const real_t lr_value = of_group[0];
        const real_t sigma_value = of_group[1];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack xi_pack = load(xi_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                paper_noisysgd_update_entry(
                    theta_pack.at[k], g_pack.at[k], xi_pack.at[k], lr_value, sigma_value);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            paper_noisysgd_update_entry(
                theta_at[i], g_at[i], xi_at[i], lr_value, sigma_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "paper_noisysgd_update",
    arrays="theta g xi",
    groups="lr sigma",
)


def host(t, eta, gamma):
    """Numbers of this step that need no data, in float64."""
    # sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
    sigma = np.sqrt(eta)/(1 + t)**(gamma/2)
    return {"sigma": sigma}


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.noise("xi", 1)
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="NoisySGD",
    dialect="paper",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("eta", 0.01, "[0, inf)", "variance of the noise at the start"),
        Hyper("gamma", 0.55, "[0, inf)", "exponent with which the variance falls"),
    ),
    state=(),
    oracles=("grad", "noise",),
    advance=advance,
)


class NoisySGD(Optimizer):
    """NoisySGD: Neelakantan et al. 2015, Section 3 (arXiv:1511.06807).

    Normal noise with a variance that falls as (1 + t)^-gamma. The generator belongs to the
    optimizer and is saved with its state.

    Equations
        g[t] = grad(theta[t-1])
        sigma[t] = sqrt(eta)/(1 + t)**(gamma/2)
        theta[t] = theta[t-1] - lr*(g[t] + noise(1)*sigma[t])

    Proved
        turns with the coordinates if the draws do (SY16: proved for all n, every tensor, all
            losses, all t)
        NoisySGD's step = GradientDescent's in the mean over the noise (C16n: proved for all
            states, all t, all distributions with a mean)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        eta: variance of the noise at the start, in [0, inf); default 0.01
        gamma: exponent with which the variance falls, in [0, inf); default 0.55
        seed: of the noise's generator
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        eta: HyperValue = 0.01,
        gamma: HyperValue = 0.55,
        seed: int | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            eta=eta,
            gamma=gamma,
            seed=seed,
        )
