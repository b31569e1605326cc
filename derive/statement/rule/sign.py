"""Signs of gradients and averages of iterates: Lion, Signum, schedule-free."""

from __future__ import annotations

from optwright.derive.claim.problem import ANSWER
from optwright.derive.claim.relation import Equal
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Parameter, Variable, beta, beta1, beta2, m, t, theta
from optwright.derive.language.declaration import substitute
from optwright.derive.rule import catalog

lion = catalog.system("Lion(weight_decay=0)")
signum = catalog.system("Signum")
free = catalog.system("ScheduleFreeSGD(weight_decay=0, warmup_steps=1)")

c = Parameter("c", "(0, inf)", meaning="factor of the loss")
z = Variable("z")

statements: tuple[Statement, ...] = (
    Statement(
        "L1",
        "Lion with equal decays is Signum.",
        Simulation(
            substitute(lion, {beta1: beta2}), signum, hyper={"beta": beta2}, varying=("lr",)
        ),
        "proved",
        "Chen et al. 2023",
        ("Lion", "Signum"),
        (),
        "Lion(beta1=beta2, weight_decay=0) = Signum(beta2)",
    ),
    Statement(
        "L3",
        "Lion is Signum, whatever its decays are.",
        Simulation(lion, signum, hyper={"beta": beta2}),
        "refuted",
        "Chen et al. 2023",
        ("Lion", "Signum"),
    ),
    Statement(
        "L2",
        "Lion does not change when the loss is multiplied by a positive number.",
        Simulation(
            lion,
            lion,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"m": c * m[t]},
            varying=("lr", "beta1", "beta2"),
        ),
        "proved",
        "Chen et al. 2023",
        ("Lion",),
    ),
    Statement(
        "L2a",
        "Signum with decay 0 is descent by signs.",
        Simulation(signum.with_hyper(beta=0), catalog.system("SignSGD"), varying=("lr",)),
        "proved",
        "Bernstein et al. 2018",
        ("Signum", "SignSGD"),
        (),
        "Signum(beta=0) = SignSGD",
    ),
    Statement(
        "V1",
        "Schedule-free with beta = 0 takes gradients at z: it is descent, and x is its average.",
        Simulation(
            substitute(free, {beta: 0}),
            catalog.system("GradientDescent"),
            state={"theta": z[t]},
            invariants=(Equal(theta[t], z[t]),),
            varying=("lr",),
        ),
        "proved",
        "Defazio et al. 2024",
        ("ScheduleFreeSGD", "GradientDescent"),
        (),
        "ScheduleFreeSGD(beta=0) = GradientDescent",
    ),
)
