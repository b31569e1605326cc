"""Adadelta: Zeiler 2012, Algorithm 1 (arXiv:1212.5701).

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration Adadelta; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void paper_adadelta_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 6*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *g_at = place(row[1], start),
            *v_at = place(row[2], start), *u_at = place(row[3], start);
        const real_t *of_group = groups + 3*row[4];
        const real_t rho = of_group[0], eps = of_group[1], one_minus_rho = of_group[2];
        const auto entry = [&](real_t &theta, const real_t g, real_t &v, real_t &u) {
            // v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
            v = v*rho + g*g*one_minus_rho;
            // delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
            real_t delta = -(g*sqrt(u + eps)/sqrt(v + eps));
            // u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
            u = u*rho + delta*delta*one_minus_rho;
            // theta[t] = theta[t-1] + delta[t]
            theta = theta + delta;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), g_pack = load(g_at, i), v_pack = load(v_at, i),
                u_pack = load(u_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], g_pack.at[k], v_pack.at[k], u_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack); store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], g_at[i], v_at[i], u_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "paper_adadelta_update", arrays="theta g v u", groups="rho eps one_minus_rho",
)


def host(rho):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_rho": 1 - rho}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("rho", 0.95, "[0, 1)", "decay of a moving average"),
    Hyper("eps", 1e-06, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("v"), State("u"))
RULE = Rule(
    name="Adadelta", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad",), advance=advance,
)


class Adadelta(Optimizer):
    """No learning rate: the last steps' root mean square gives the step the units of the
    parameters.

    Equations
        g[t] = grad(theta[t-1])
        v[t] = rho*v[t-1] + (1 - rho)*g[t]**2
        delta[t] = -g[t]*sqrt(u[t-1] + eps)/sqrt(v[t] + eps)
        u[t] = rho*u[t-1] + (1 - rho)*delta[t]**2
        theta[t] = theta[t-1] + delta[t]

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        the same when theta is shifted (without decay) (SY24: all n, every tensor, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        rho: decay of a moving average, in [0, 1); default 0.95
        eps: keeps the denominator from zero, in [0, inf); default 1e-06
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, rho: HyperValue = 0.95, eps: HyperValue = 1e-06) -> None:
        super().__init__(params, rho=rho, eps=eps)
