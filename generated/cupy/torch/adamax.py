"""torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

eps is added to the gradient's size inside the maximum, and so fades with it.

Equations with maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

Equations with maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

Proved
    torch.Adamax = optax.adamax (DL7: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: proved for all losses, all t, lr
        varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.Adamax and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 4fa243dcb574cb9a
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void torch_adamax_plain_update_entry(
    real_t &theta, real_t &m, real_t &u, const real_t g2, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    real_t g = theta*weight_decay + g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    u = maximum(u*beta2, fabs(g) + eps);
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
    theta = theta - m*lr_over_one_minus_beta1_to_t/u;
}

extern "C" __global__ void torch_adamax_plain_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *u_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack u_pack = load(u_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adamax_plain_update_entry(
                    theta_pack.at[k], m_pack.at[k], u_pack.at[k], g2_pack.at[k], beta1_value,
                    beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adamax_plain_update_entry(
                theta_at[i], m_at[i], u_at[i], g2_at[i], beta1_value, beta2_value, eps_value,
                weight_decay_value, one_minus_beta1_value, lr_over_one_minus_beta1_to_t_value);
    }
}

static __device__ __forceinline__ void torch_adamax_maximize_update_entry(
    real_t &theta, real_t &m, real_t &u, const real_t g2, const real_t beta1, const real_t beta2,
    const real_t eps, const real_t weight_decay, const real_t one_minus_beta1,
    const real_t lr_over_one_minus_beta1_to_t)
{
    // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    real_t g = theta*weight_decay - g2;
    // m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    m = m*beta1 + g*one_minus_beta1;
    // u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
    u = maximum(u*beta2, fabs(g) + eps);
    // theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])
    theta = theta - m*lr_over_one_minus_beta1_to_t/u;
}

extern "C" __global__ void torch_adamax_maximize_update(
    const long long *table, const long long *chunks, const long long count,
    const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *row = table + 6*chunks[3*c];
        const long long start = chunks[3*c + 1], length = chunks[3*c + 2];
        real_t *theta_at = place(row[0], start);
        real_t *m_at = place(row[1], start);
        real_t *u_at = place(row[2], start);
        const real_t *g2_at = place(row[3], start);
        const real_t *of_group = groups + 6*row[4];
        const real_t beta1_value = of_group[0];
        const real_t beta2_value = of_group[1];
        const real_t eps_value = of_group[2];
        const real_t weight_decay_value = of_group[3];
        const real_t one_minus_beta1_value = of_group[4];
        const real_t lr_over_one_minus_beta1_to_t_value = of_group[5];
        const bool aligned = ((row[0] | row[1] | row[2] | row[3]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack m_pack = load(m_at, i);
            pack u_pack = load(u_at, i);
            pack g2_pack = load(g2_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                torch_adamax_maximize_update_entry(
                    theta_pack.at[k], m_pack.at[k], u_pack.at[k], g2_pack.at[k], beta1_value,
                    beta2_value, eps_value, weight_decay_value, one_minus_beta1_value,
                    lr_over_one_minus_beta1_to_t_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
            store(u_at, i, u_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            torch_adamax_maximize_update_entry(
                theta_at[i], m_at[i], u_at[i], g2_at[i], beta1_value, beta2_value, eps_value,
                weight_decay_value, one_minus_beta1_value, lr_over_one_minus_beta1_to_t_value);
    }
}
"""

PLAIN_UPDATE = Kernel(
    SOURCE,
    "torch_adamax_plain_update",
    arrays="theta m u g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 lr_over_one_minus_beta1_to_t",
)

MAXIMIZE_UPDATE = Kernel(
    SOURCE,
    "torch_adamax_maximize_update",
    arrays="theta m u g2",
    groups="beta1 beta2 eps weight_decay one_minus_beta1 lr_over_one_minus_beta1_to_t",
)


def plain_host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(PLAIN_UPDATE)
    step.commit()


PLAIN_RULE = Rule(
    name="Adamax",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("u"),),
    oracles=("grad",),
    advance=plain_advance,
)


def maximize_host(t, lr, beta1):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(MAXIMIZE_UPDATE)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adamax",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.002, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("u"),),
    oracles=("grad",),
    advance=maximize_advance,
)


class Adamax(Optimizer):
    """torch.Adamax: PyTorch 2.13, torch/optim/adamax.py.

    eps is added to the gradient's size inside the maximum, and so fades with it.

    Equations with maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Equations with maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        u[t] = max(abs(g[t]) + eps, beta2*u[t-1])
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*u[t])

    Proved
        torch.Adamax = optax.adamax (DL7: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        torch.Adamax(eps=0) = keras.Adamax(epsilon=0) (DL7b: proved for all losses, all t, lr
            varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.002
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        maximize: one of False, True
    """

    rules = (
        ((('maximize', False),), PLAIN_RULE),
        ((('maximize', True),), MAXIMIZE_RULE),
    )
    choices = {'maximize': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.002,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            maximize=maximize,
        )
