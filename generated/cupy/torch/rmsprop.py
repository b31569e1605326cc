"""torch.RMSprop: PyTorch 2.13, torch/optim/rmsprop.py.

After the first step nothing is allocated on the device and nothing is read back from it.

Do not edit. Made from the declaration torch.RMSprop; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import Hyper, HyperValue, Kernel, Optimizer, Params, Rule, State, Step

SOURCE = """
extern "C" __global__ void torch_rmsprop_update(const long long *table, const long long *chunks,
    const long long count, const real_t *groups, const real_t *numbers)
{
    const long long first = (long long)blockIdx.y*blockDim.x + threadIdx.x;
    const long long stride = (long long)gridDim.y*blockDim.x;
    for (long long c = blockIdx.x; c < count; c += gridDim.x) {
        const long long *chunk = chunks + 3*c, *row = table + 7*chunk[0];
        const long long start = chunk[1], length = chunk[2];
        real_t *theta_at = place(row[0], start), *raw_g_at = place(row[1], start),
            *v_at = place(row[2], start),
            *average_at = centered ? place(row[3], start) : (real_t *)0,
            *velocity_at = place(row[4], start);
        const real_t *of_group = groups + 6*row[5];
        const real_t lr = of_group[0], alpha = of_group[1], eps = of_group[2],
            weight_decay = of_group[3], momentum = of_group[4], one_minus_alpha = of_group[5];
        const auto entry = [&](real_t &theta, const real_t raw_g, real_t &v, real_t &average,
            real_t &velocity) {
            real_t g;
            if (!maximize) {
                // g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
                g = theta*weight_decay + raw_g;
            } else {
                // g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
                g = theta*weight_decay - raw_g;
            }
            // v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
            v = v*alpha + g*g*one_minus_alpha;
            real_t deviation;
            if (!centered) {
                // deviation[t] = sqrt(v[t])
                deviation = sqrt(v);
            } else {
                // average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
                average = average*alpha + g*one_minus_alpha;
                // deviation[t] = sqrt(v[t] - average[t]**2)
                deviation = sqrt(v - average*average);
            }
            // velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
            velocity = velocity*momentum + g/(deviation + eps);
            // theta[t] = theta[t-1] - lr*velocity[t]
            theta = theta - velocity*lr;
        };
        const long long packs = ((row[0] | row[1] | row[2] | row[3] | row[4]) & 15) == 0 ? length/LANES : 0;
        for (long long i = first; i < packs; i += stride) {
            pack theta_pack = load(theta_at, i), raw_g_pack = load(raw_g_at, i),
                v_pack = load(v_at, i), average_pack = centered ? load(average_at, i) : pack(),
                velocity_pack = load(velocity_at, i);
#pragma unroll
            for (int k = 0; k < LANES; ++k)
                entry(theta_pack.at[k], raw_g_pack.at[k], v_pack.at[k], average_pack.at[k],
                    velocity_pack.at[k]);
            store(theta_at, i, theta_pack); store(v_at, i, v_pack);
            if (centered) store(average_at, i, average_pack); store(velocity_at, i, velocity_pack);
        }
        for (long long i = packs*LANES + first; i < length; i += stride) {
            real_t average_one = centered ? average_at[i] : real_t(0);
            entry(theta_at[i], raw_g_at[i], v_at[i], average_one, velocity_at[i]);
            if (centered) average_at[i] = average_one;
        }
    }
}
"""

UPDATE = Kernel(
    SOURCE, "torch_rmsprop_update", arrays="theta raw_g v average velocity",
    groups="lr alpha eps weight_decay momentum one_minus_alpha", flags="maximize centered",
)


def host(alpha):
    """Numbers of this step that need no data, in float64."""
    return {"one_minus_alpha": 1 - alpha}


def advance(step: Step) -> None:
    step.host(host)
    step.ask("raw_g", "grad")
    step.blocks(UPDATE)
    step.commit()


HYPER = (
    Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    Hyper("alpha", 0.99, "[0, 1]", "decay of the moving average of squared gradients"),
    Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
    Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
)
STATES = (State("v"), State("average"), State("velocity"))


def rule(centered, maximize):
    """The rule of these flags."""
    absent = ("average",) if not centered else ()
    flags = {"centered": centered, "maximize": maximize}
    state = tuple(x for x in STATES if x.name not in absent)
    return Rule(
        name="RMSprop", dialect="torch", hyper=HYPER, state=state, oracles=("grad",),
        advance=advance, flags=flags, absent=absent,
    )


class RMSprop(Optimizer):
    """eps stands outside the root, the learning rate outside the velocity.

    Equations
        if not maximize:
            g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        else:
            g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        v[t] = alpha*v[t-1] + (1 - alpha)*g[t]**2
        if not centered:
            deviation[t] = sqrt(v[t])
        else:
            average[t] = alpha*average[t-1] + (1 - alpha)*g[t]
            deviation[t] = sqrt(v[t] - average[t]**2)
        velocity[t] = momentum*velocity[t-1] + g[t]/(deviation[t] + eps)
        theta[t] = theta[t-1] - lr*velocity[t]

    Proved
        torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside (K4: all
            losses, all t, lr varying with t; all losses, all t, learning_rate varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: all losses,
            all t)
        2 more: gen show torch.RMSprop

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.01
        alpha: decay of the moving average of squared gradients, in [0, 1]; default 0.99
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        centered, maximize: one of False, True
    """

    choices = {"centered": (False, True), "maximize": (False, True)}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 0.01, alpha: HyperValue = 0.99,
        eps: HyperValue = 1e-08, weight_decay: HyperValue = 0, momentum: HyperValue = 0,
        centered: bool = False, maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered, maximize=maximize,
        )
