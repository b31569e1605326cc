"""torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

The buffer of the first step is the whole gradient: dampening acts from the second step on, and
not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

Equations with maximize=False, nesterov=False
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    theta[t] = theta[t-1] - lr*b[t]

Equations with maximize=True, nesterov=False
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    theta[t] = theta[t-1] - lr*b[t]

Equations with maximize=False, nesterov=True
    g[t] = grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

Equations with maximize=True, nesterov=True
    g[t] = -grad(theta[t-1])
    g_decayed[t] = weight_decay*theta[t-1] + g[t]
    b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

Proved
    texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
        all t, lr varying with t)
    MomentumSum = torch.SGD (M7: proved for all losses, all t, lr varying with t)
    torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
        t)
    torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
        varying with t)
    torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
        lr varying with t)
    torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
        for all losses, all t)
    torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
        losses, all t)
    torch.SGD(maximize=True) = torch.SGD on the negative loss (DL1g: proved for all losses,
        all t, lr varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.SGD and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 378afcb09cace291
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void torch_sgd_plain_update_entry(
    real_t &theta, const real_t g, real_t &b, const real_t lr, const real_t momentum,
    const real_t weight_decay, const real_t one_minus_dampening, const real_t b_case)
{
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    b = ((b_case != real_t(0)) ? g_decayed : b*momentum + g_decayed*one_minus_dampening);
    // theta[t] = theta[t-1] - lr*b[t]
    theta = theta - b*lr;
}

extern "C" __global__ void torch_sgd_plain_update(
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
        real_t *b_at = place(row[2], start);
        const real_t *of_group = groups + 5*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t weight_decay_value = of_group[2];
        const real_t one_minus_dampening_value = of_group[3];
        const real_t b_case_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_sgd_plain_update_entry(
                    theta_pack.at[k], g_pack.at[k], b_pack.at[k], lr_value, momentum_value,
                    weight_decay_value, one_minus_dampening_value, b_case_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_sgd_plain_update_entry(
                theta_at[i], g_at[i], b_at[i], lr_value, momentum_value, weight_decay_value,
                one_minus_dampening_value, b_case_value);
    }
}

static __device__ __forceinline__ void torch_sgd_maximize_update_entry(
    real_t &theta, real_t &b, const real_t g2, const real_t lr, const real_t momentum,
    const real_t weight_decay, const real_t one_minus_dampening, const real_t b_case)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
    b = ((b_case != real_t(0)) ? g_decayed : b*momentum + g_decayed*one_minus_dampening);
    // theta[t] = theta[t-1] - lr*b[t]
    theta = theta - b*lr;
}

extern "C" __global__ void torch_sgd_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *b_at = place(row[1], start);
        const real_t *g2_at = place(row[2], start);
        const real_t *of_group = groups + 5*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t weight_decay_value = of_group[2];
        const real_t one_minus_dampening_value = of_group[3];
        const real_t b_case_value = of_group[4];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack b_pack = load(b_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_sgd_maximize_update_entry(
                    theta_pack.at[k], b_pack.at[k], g2_pack.at[k], lr_value, momentum_value,
                    weight_decay_value, one_minus_dampening_value, b_case_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_sgd_maximize_update_entry(
                theta_at[i], b_at[i], g2_at[i], lr_value, momentum_value, weight_decay_value,
                one_minus_dampening_value, b_case_value);
    }
}

static __device__ __forceinline__ void torch_sgd_nesterov_update_entry(
    real_t &theta, const real_t g, real_t &b, const real_t lr, const real_t momentum,
    const real_t weight_decay, const real_t b_case)
{
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    b = ((b_case != real_t(0)) ? g_decayed : b*momentum + g_decayed);
    // theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
    theta = theta - (b*momentum + g_decayed)*lr;
}

extern "C" __global__ void torch_sgd_nesterov_update(
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
        real_t *b_at = place(row[2], start);
        const real_t *of_group = groups + 4*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t weight_decay_value = of_group[2];
        const real_t b_case_value = of_group[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack b_pack = load(b_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_sgd_nesterov_update_entry(
                    theta_pack.at[k], g_pack.at[k], b_pack.at[k], lr_value, momentum_value,
                    weight_decay_value, b_case_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_sgd_nesterov_update_entry(
                theta_at[i], g_at[i], b_at[i], lr_value, momentum_value, weight_decay_value,
                b_case_value);
    }
}

static __device__ __forceinline__ void torch_sgd_maximize_nesterov_update_entry(
    real_t &theta, real_t &b, const real_t g2, const real_t lr, const real_t momentum,
    const real_t weight_decay, const real_t b_case)
{
    // g[t] = -grad(theta[t-1])
    real_t g = -g2;
    // g_decayed[t] = weight_decay*theta[t-1] + g[t]
    real_t g_decayed = theta*weight_decay + g;
    // b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
    b = ((b_case != real_t(0)) ? g_decayed : b*momentum + g_decayed);
    // theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])
    theta = theta - (b*momentum + g_decayed)*lr;
}

extern "C" __global__ void torch_sgd_maximize_nesterov_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 5*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *b_at = place(row[1], start);
        const real_t *g2_at = place(row[2], start);
        const real_t *of_group = groups + 4*row[3];
        const real_t lr_value = of_group[0];
        const real_t momentum_value = of_group[1];
        const real_t weight_decay_value = of_group[2];
        const real_t b_case_value = of_group[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack b_pack = load(b_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_sgd_maximize_nesterov_update_entry(
                    theta_pack.at[k], b_pack.at[k], g2_pack.at[k], lr_value, momentum_value,
                    weight_decay_value, b_case_value);
            store(theta_at, i, theta_pack);
            store(b_at, i, b_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_sgd_maximize_nesterov_update_entry(
                theta_at[i], b_at[i], g2_at[i], lr_value, momentum_value, weight_decay_value,
                b_case_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "torch_sgd_plain_update",
    arrays="theta g b",
    groups="lr momentum weight_decay one_minus_dampening b_case",
)

MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_sgd_maximize_update",
    arrays="theta b g2",
    groups="lr momentum weight_decay one_minus_dampening b_case",
)

NESTEROV_UPDATE = Kernel(
    SOURCE,
    "torch_sgd_nesterov_update",
    arrays="theta g b",
    groups="lr momentum weight_decay b_case",
)

MAXIMIZE_NESTEROV_UPDATE = Kernel(
    SOURCE,
    "torch_sgd_maximize_nesterov_update",
    arrays="theta b g2",
    groups="lr momentum weight_decay b_case",
)


def plain_host(t, momentum, dampening):
    """Numbers of this step that need no data, in float64."""
    b_case = (momentum == 0) or (t == 1)
    one_minus_dampening = 1 - dampening
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, momentum, dampening):
    """Numbers of this step that need no data, in float64."""
    b_case = (momentum == 0) or (t == 1)
    one_minus_dampening = 1 - dampening
    return {"b_case": b_case, "one_minus_dampening": one_minus_dampening}


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_UPDATE)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("dampening", 0, "[0, 1]", "the share of the gradient held back from the momentum buffer"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def nesterov_host(t):
    """Numbers of this step that need no data, in float64."""
    b_case = t == 1
    return {"b_case": b_case}


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(NESTEROV_UPDATE)
    step.commit()


NESTEROV_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


def maximize_nesterov_host(t):
    """Numbers of this step that need no data, in float64."""
    b_case = t == 1
    return {"b_case": b_case}


def maximize_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_nesterov_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_NESTEROV_UPDATE)
    step.commit()


MAXIMIZE_NESTEROV_RULE = Rule(
    name="SGD",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("momentum", None, "(0, inf)", "momentum: the share of the last velocity that is kept"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("b"),),
    oracles=("grad",),
    advance=maximize_nesterov_advance,
)


class SGD(Optimizer):
    """torch.SGD: PyTorch 2.13, torch/optim/sgd.py.

    The buffer of the first step is the whole gradient: dampening acts from the second step on, and
    not at all where momentum is 0. nesterov needs momentum > 0 and dampening = 0.

    Equations with maximize=False, nesterov=False
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
        theta[t] = theta[t-1] - lr*b[t]

    Equations with maximize=True, nesterov=False
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if (momentum == 0) or (t == 1), else momentum*b[t-1] + (1 - dampening)*g_decayed[t]}
        theta[t] = theta[t-1] - lr*b[t]

    Equations with maximize=False, nesterov=True
        g[t] = grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
        theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Equations with maximize=True, nesterov=True
        g[t] = -grad(theta[t-1])
        g_decayed[t] = weight_decay*theta[t-1] + g[t]
        b[t] = {g_decayed[t] if t == 1, else momentum*b[t-1] + g_decayed[t]}
        theta[t] = theta[t-1] - lr*(g_decayed[t] + momentum*b[t])

    Proved
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
            all t, lr varying with t)
        MomentumSum = torch.SGD (M7: proved for all losses, all t, lr varying with t)
        torch.SGD(nesterov=True) = Nesterov at theta - momentum*v (N1: proved for all losses, all
            t)
        torch.SGD(dampening=0, weight_decay=0) = optax.sgd (DL1: proved for all losses, all t, lr
            varying with t)
        torch.SGD(nesterov=True) = optax.sgd(nesterov=True) (DL1a: proved for all losses, all t,
            lr varying with t)
        torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b (DL1b: proved
            for all losses, all t)
        torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included (DL1e: proved for all
            losses, all t)
        torch.SGD(maximize=True) = torch.SGD on the negative loss (DL1g: proved for all losses,
            all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        dampening: the share of the gradient held back from the momentum buffer, in [0, 1];
            default 0
        weight_decay: weight decay, in [0, inf); default 0
        nesterov: one of False, True
        maximize: one of False, True
    """

    rules = (
        ((('maximize', False), ('nesterov', False)), PLAIN_RULE),
        ((('maximize', True), ('nesterov', False)), MAXIMIZE_RULE),
        ((('maximize', False), ('nesterov', True)), NESTEROV_RULE),
        ((('maximize', True), ('nesterov', True)), MAXIMIZE_NESTEROV_RULE),
    )
    choices = {'nesterov': (False, True), 'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        momentum: HyperValue = 0,
        dampening: HyperValue = 0,
        weight_decay: HyperValue = 0,
        nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )
