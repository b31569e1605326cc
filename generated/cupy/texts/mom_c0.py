"""texts.MOM_c0: A chapter on PyTorch optimizers (D3), MOM-c with m0 := g0.

The average starts at the first gradient, which keeps more weight than any later one.

Equations
    g[t] = grad(theta[t-1])
    m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
    theta[t] = theta[t-1] - lr*m[t]

Proved
    texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
        all t, lr varying with t)

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration texts.MOM_c0 and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: 6c86aa1c9acbb51a
"""

from __future__ import annotations

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
static __device__ __forceinline__ void texts_mom_c0_update_entry(
    real_t &theta, const real_t g, real_t &m, const real_t lr, const real_t beta,
    const real_t one_minus_beta, const real_t m_case)
{
    // m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
    m = ((m_case != real_t(0)) ? g : m*beta + g*one_minus_beta);
    // theta[t] = theta[t-1] - lr*m[t]
    theta = theta - m*lr;
}

extern "C" __global__ void texts_mom_c0_update(
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
        real_t *m_at = place(row[2], start);
        const real_t *of_group = groups + 4*row[3];
        const real_t lr_value = of_group[0];
        const real_t beta_value = of_group[1];
        const real_t one_minus_beta_value = of_group[2];
        const real_t m_case_value = of_group[3];
        const bool aligned = ((row[0] | row[1] | row[2]) & 15) == 0;
        const long long packs = aligned ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i);
            pack g_pack = load(g_at, i);
            pack m_pack = load(m_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                texts_mom_c0_update_entry(
                    theta_pack.at[k], g_pack.at[k], m_pack.at[k], lr_value, beta_value,
                    one_minus_beta_value, m_case_value);
            store(theta_at, i, theta_pack);
            store(m_at, i, m_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride)
            texts_mom_c0_update_entry(
                theta_at[i], g_at[i], m_at[i], lr_value, beta_value, one_minus_beta_value,
                m_case_value);
    }
}
"""

UPDATE = Kernel(
    SOURCE,
    "texts_mom_c0_update",
    arrays="theta g m",
    groups="lr beta one_minus_beta m_case",
)


def host(t, beta):
    """Numbers of this step that need no data, in float64."""
    m_case = t == 1
    one_minus_beta = 1 - beta
    return {"m_case": m_case, "one_minus_beta": one_minus_beta}


def advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(host)
    step.ask("g", "grad")
    step.blocks(UPDATE)
    step.commit()


RULE = Rule(
    name="MOM_c0",
    dialect="texts",
    hyper=(
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("beta", 0.9, "[0, 1)", "decay of the moving average of gradients"),
    ),
    state=(State("m"),),
    oracles=("grad",),
    advance=advance,
)


class MOM_c0(Optimizer):
    """texts.MOM_c0: A chapter on PyTorch optimizers (D3), MOM-c with m0 := g0.

    The average starts at the first gradient, which keeps more weight than any later one.

    Equations
        g[t] = grad(theta[t-1])
        m[t] = {g[t] if t == 1, else beta*m[t-1] + (1 - beta)*g[t]}
        theta[t] = theta[t-1] - lr*m[t]

    Proved
        texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta) (C33: proved for all losses,
            all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        beta: decay of the moving average of gradients, in [0, 1); default 0.9
    """

    rules = (((), RULE),)
    choices = {}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.01,
        beta: HyperValue = 0.9,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta=beta,
        )
