"""torch.Adagrad: PyTorch 2.13, torch/optim/adagrad.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.Adagrad; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_adagrad_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *G_at = place(row[2], start);
        const real_t *of_group = groups + 3*row[3];
        const real_t weight_decay = of_group[0], eps = of_group[1], rate = of_group[2];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &G) {
            real_t g;
            if (!maximize) {
                // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
                g = theta*weight_decay + raw_g;
            } else {
                // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
                g = theta*weight_decay - raw_g;
            }
            // G[t] = G[t-1] + g[t]**2
            G = G + g*g;
            // theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)
            theta = theta - g*rate/(sqrt(G) + eps);
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                G_pack = load(G_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], G_pack.at[k]);
            store(theta_at, i, theta_pack); store(G_at, i, G_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i], G_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_adagrad_update", arrays="theta raw_g G", groups="weight_decay eps rate",
    flags="maximize",
)


def host(t, lr, lr_decay):
    """Numbers of this step that need no data, in float64."""
    # rate[t] = lr/(1 + lr_decay*(t - 1))
    rate = lr/(1 + lr_decay*(t - 1))
    return {"rate": rate}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("lr_decay", 0, "[0, inf)", "growth per step of the learning rate's divisor"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("initial_accumulator_value", 0, "[0, inf)", "start of the sum of squares"),
    Hyper("eps", 1e-10, "[0, inf)", "keeps the denominator from zero"),
)
STATES = (State("G", start=lambda initial_accumulator_value: initial_accumulator_value),)


def rule(maximize):
    """The rule of these flags."""
    flags = {"maximize": maximize}
    return Rule(
        name="Adagrad", dialect="torch", hyper=HYPER, state=STATES, oracles=("grad",),
        advance=advance, flags=flags,
    )


class Adagrad(Optimizer):
    """eps stands outside the root. The rate may fall with the step count besides.

    Equations
        G[0] = initial_accumulator_value
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        rate[t] = lr/(1 + lr_decay*(t - 1))
        G[t] = G[t-1] + g[t]**2
        theta[t] = theta[t-1] - g[t]*rate[t]/(sqrt(G[t]) + eps)

    Proved
        Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1) (K6: all losses, all t, lr, eps
            varying with t; all losses, all t, rho, eps varying with t)
        torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start (DL2b: all losses,
            all t, lr varying with t)
        1 more: gen show torch.Adagrad

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        lr_decay: growth per step of the learning rate's divisor, in [0, inf); default 0
        weight_decay: weight decay, in [0, inf); default 0
        initial_accumulator_value: start of the sum of squares, in [0, inf); default 0
        eps: keeps the denominator from zero, in [0, inf); default 1e-10
        maximize: one of False, True
    """

    choices = {"maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, lr_decay: HyperValue = 0,
        weight_decay: HyperValue = 0, initial_accumulator_value: HyperValue = 0,
        eps: HyperValue = 1e-10, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps, maximize=maximize,
        )
