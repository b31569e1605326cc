"""A rule of one's own: aggregated momentum, with two velocities that forget at different speeds.

The slow velocity goes far where the slope is steady, the fast one damps its oscillations.

    gen show AggMo --from examples/my_rule.py
    gen prove --from examples/my_rule.py
    gen kernels --from examples/my_rule.py --out my_rules
"""

from optwright.derive import catalog
from optwright.derive.claim import Simulation, Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Source,
    beta1,
    beta2,
    g,
    lr,
    t,
    theta,
    variables,
)

v1, v2 = variables("v1 v2")

aggmo = Optimizer(
    name="AggMo",
    source=Source("Lucas et al. 2019", "eq. (2), K = 2", arxiv="1804.00325"),
    hyper=(
        lr(0.01),
        beta1(0, meaning="share of the fast velocity that is kept"),
        beta2(0.9, meaning="share of the slow velocity that is kept"),
    ),
    state=(v1, v2),
    step=(
        Eq(v1[t], beta1 * v1[t - 1] + g[t]),
        Eq(v2[t], beta2 * v2[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * (v1[t] + v2[t]) / 2),
    ),
    family="momentum",
    note="The mean of two velocities; the paper takes beta = 0, 0.9 and, with three, 0.99.",
)

mean_velocity = {"v": (v1[t] + v2[t]) / 2}
momentum = catalog.system("MomentumSum")

statements = (
    Statement(
        "AggMo-equal",
        "With two equal velocities aggregated momentum is momentum, whatever lr does.",
        Simulation(
            aggmo.with_hyper(beta2=beta1),
            momentum,
            hyper={"momentum": beta1},
            state=mean_velocity,
            varying=("lr",),
        ),
        "proved",
        about=("AggMo", "MomentumSum"),
    ),
    Statement(
        "AggMo-mean",
        "With two that differ it is momentum at the mean of both.",
        Simulation(aggmo, momentum, hyper={"momentum": (beta1 + beta2) / 2}, state=mean_velocity),
        "refuted",
        about=("AggMo", "MomentumSum"),
    ),
)
