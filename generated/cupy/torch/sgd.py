"""torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.SGD; remake it with: gen kernels --backend cupy
"""

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_sgd_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 5*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *b_at = place(row[2], start);
        const real_t *of_group = groups + 6*row[3];
        const real_t lr = of_group[0], momentum = of_group[1], weight_decay = of_group[2],
            b_case = of_group[3], one_minus_dampening = of_group[4], b_case2 = of_group[5];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &b) {
            real_t g;
            if (!maximize) {
                // g[t] = grad(theta[t-1])
                g = raw_g;
            } else {
                // g[t] = -grad(theta[t-1])
                g = -raw_g;
            }
            // g_decayed[t] = weight_decay*theta[t-1] + g[t]
            real_t g_decayed = theta*weight_decay + g;
            if (!nesterov) {
                // b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
                b = ((b_case != real_t(0)) ? g_decayed : b*momentum + g_decayed*one_minus_dampening);
                // theta[t] = theta[t-1] - lr*b[t]
                theta = theta - b*lr;
            } else {
                // b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
                b = ((b_case2 != real_t(0)) ? g_decayed : b*momentum + g_decayed);
                // theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
                theta = theta - (g_decayed + b*momentum)*lr;
            }
        };
        const long long packs = ((row[0] | row[1] | row[2]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], b_pack.at[k]);
            store(theta_at, i, theta_pack); store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            entry(theta_at[i], raw_g_at[i], b_at[i]);
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_sgd_update", arrays="theta raw_g b",
    groups="lr momentum weight_decay b_case one_minus_dampening b_case2", flags="maximize nesterov",
)


def host(t, momentum, dampening, nesterov):
    """Numbers of this step that need no data, in float64."""
    one_minus_dampening = np.nan
    b_case = (momentum == 0) or (t == 1)
    if not nesterov:
        one_minus_dampening = 1 - dampening
    b_case2 = t == 1
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening, "b_case2": b_case2}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.001, "[0, inf)", "learning rate"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
)
STATES = (State("b"),)


def rule(nesterov, maximize):
    """The rule of these flags."""
    flags = {"nesterov": nesterov, "maximize": maximize}
    if nesterov:
        flags["dampening"] = np.nan  # there is none
    hyper = tuple(x for x in HYPER if x.name not in flags)
    if nesterov:
        momentum = Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept")
        hyper = tuple(momentum if x.name == "momentum" else x for x in hyper)
    return Rule(
        name="SGD", dialect="torch", hyper=hyper, state=STATES, oracles=("grad",), advance=advance,
        flags=flags,
    )


class SGD(Optimizer):
    """The buffer of the first step is the whole gradient: dampening acts from the second step on,
    and not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

    Equations
        if not maximize:
            g[t] = grad(theta[t-1])
        else:
            g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        if not nesterov:
            b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
            theta[t] = theta[t-1] - lr*b[t]
        else:
            b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
            theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Proved
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: all losses, all t, lr varying with
            t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: all losses, all t, lr varying
            with t)
        6 more: gen show torch.SGD

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        dampening: the share of the gradient held back from the momentum buffer, in [0, 1]; default
            0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov, maximize: one of False, True
    """

    choices = {"nesterov": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.001, momentum: HyperValue = 0,
        dampening: HyperValue = 0, weight_decay: HyperValue = 0, nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov, maximize=maximize,
        )
