"""RandomLocalSearch: Rastrigin 1963, random search with steps from the best point.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration RandomLocalSearch; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Kernel, Layout, NumberKernel, Optimizer, Params, Rule, Step,
)

SOURCE = """
extern "C" __global__ void paper_randomlocalsearch_pass1(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *xi_at = place(row[1], start),
            *candidate_at = place(row[2], start);
        const real_t *of_group = groups + 1*row[3];
        const real_t sigma = of_group[0];
        const auto entry = [&](const real_t theta, const real_t xi, real_t &candidate) {
            // candidate[t] = theta[t-1] + sigma*noise(1)
            candidate = theta + xi*sigma;
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), xi_pack = load(xi_at, i), candidate_pack;
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], xi_pack.at[k], candidate_pack.at[k]);
            store(candidate_at, i, candidate_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], xi_at[i], candidate_at[i]);
    }
}

extern "C" __global__ void paper_randomlocalsearch_pass2(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 4*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *candidate_at = place(row[1], start);
        const long long tensor = row[3];
        const real_t theta_case = numbers[0];
        const auto entry = [&](real_t &theta, const real_t candidate) {
            // theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}
            theta = ((theta_case != real_t(0)) ? candidate : theta);
        };
        const long long packs = ((row[0] | row[1]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), candidate_pack = load(candidate_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], candidate_pack.at[k]);
            store(theta_at, i, theta_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], candidate_at[i]);
    }
}
"""

NUMBERS_SOURCE = """
extern "C" __global__ void paper_randomlocalsearch_numbers(const long long *table, const long long count,
    const real_t *groups, real_t *wide, float *single)
{
    const long long first = (long long)blockIdx.x*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.x*blockDim.x;
    for (long long i = first; i < count; i += stride) {
        const long long *row = table + 1*i;
        const real_t *of_group = groups + 2*row[0];
        const real_t loss = of_group[0], raw_theta = of_group[1];
        real_t &theta_case = wide[0];
        theta_case = loss < raw_theta;
        single[0] = float(theta_case);
    }
}
"""

LAYOUT = Layout(all="theta_case")

PASS1 = Kernel(
    SOURCE, "paper_randomlocalsearch_pass1", arrays="theta xi candidate", groups="sigma",
    stores="candidate",
)

PASS2 = Kernel(SOURCE, "paper_randomlocalsearch_pass2", arrays="theta candidate", layout=LAYOUT)

NUMBERS = NumberKernel(
    NUMBERS_SOURCE, "paper_randomlocalsearch_numbers", extent="all", groups="loss raw_theta",
    layout=LAYOUT,
)


def advance(step: Step) -> None:
    step.noise("xi", 1)
    step.blocks(PASS1)
    step.ask("loss", "value", at="candidate")
    step.ask("raw_theta", "value")
    step.numbers(NUMBERS)
    step.blocks(PASS2)
    step.commit()


HYPER = (Hyper("sigma", 1, "(0, inf)", "standard deviation of the draws"),)
RULE = Rule(
    name="RandomLocalSearch", dialect="paper", hyper=HYPER, state=(), oracles=("noise", "value"),
    advance=advance, elsewhere=True,
)


class RandomLocalSearch(Optimizer):
    """Tries a random step from the best point so far and keeps it where it lowers the loss.

    Equations
        candidate[t] = theta[t-1] + sigma*noise(1)
        theta[t] = {candidate[t] if value(candidate[t]) < value(theta[t-1]), else theta[t-1]}

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        sigma: standard deviation of the draws, in (0, inf); default 1
        seed: of the noise's generator
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, sigma: HyperValue = 1, seed: int | None = None) -> None:
        super().__init__(params, sigma=sigma, seed=seed)
