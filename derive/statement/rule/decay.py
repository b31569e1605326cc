"""Weight decay: when it is an L2 penalty, and when it is not."""

from __future__ import annotations

from optwright.derive.claim.formula.expression import Conjunction, Identity
from optwright.derive.claim.problem import ANSWER, Objective, script
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Eq, Parameter, Source, g, lr, t, theta, v, weight_decay
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog

descent = catalog.system("GradientDescent")
penalised = catalog.system("GradientDescentL2")
adam, adam_l2 = catalog.system("Adam"), catalog.system("AdamL2")
adamw, adamw_paper = catalog.system("texts.ADAMW"), catalog.system("AdamW")
momentum_sum = catalog.system("MomentumSum")

decayed = penalised.replace(
    name="DecayedDescent",
    source=Source("Loshchilov & Hutter 2019", "Proposition 1", arxiv="1711.05101"),
    step=(Eq(theta[t], (1 - lr * weight_decay) * theta[t - 1] - lr * g[t]),),
)
decayed_apart = penalised.replace(
    name="DecayedApart",
    source=Source("Loshchilov & Hutter 2019", "eq. (1)", arxiv="1711.05101"),
    step=(Eq(theta[t], (1 - weight_decay) * theta[t - 1] - lr * g[t]),),
)
momentum_l2 = momentum_sum.replace(
    name="MomentumL2",
    source=Source("Loshchilov & Hutter 2019", "Algorithm 1, with L2", arxiv="1711.05101"),
    hyper=(*momentum_sum.hyper, weight_decay(0.01)),
    step=(
        Eq(v[t], mu * v[t - 1] + g[t] + weight_decay * theta[t - 1]),
        Eq(theta[t], theta[t - 1] - lr * v[t]),
    ),
)
momentum_w = momentum_l2.replace(
    name="MomentumW",
    source=Source("Loshchilov & Hutter 2019", "Algorithm 1, SGDW", arxiv="1711.05101"),
    step=(
        Eq(v[t], mu * v[t - 1] + g[t]),
        Eq(theta[t], (1 - lr * weight_decay) * theta[t - 1] - lr * v[t]),
    ),
)
h = Parameter("h", "(0, inf)", meaning="curvature")
samples = Parameter("samples", "integer [1, inf)", meaning="number of samples")

statements: tuple[Statement, ...] = (
    Statement(
        "W1",
        "For gradient descent an L2 penalty is weight decay times the learning rate; rates may "
        "vary.",
        Simulation(penalised, decayed, varying=("lr", "weight_decay")),
        "proved",
        "Loshchilov & Hutter 2019, Proposition 1",
        ("GradientDescentL2",),
        ("C89",),
        "GradientDescentL2 = gradient descent with decay lr*weight_decay",
    ),
    Statement(
        "W2",
        "It is weight decay by the same number.",
        Simulation(penalised, decayed_apart),
        "refuted",
        "Loshchilov & Hutter 2019",
        ("GradientDescentL2",),
        ("C89",),
    ),
    Statement(
        "W2a",
        "It is weight decay by lr*weight_decay.",
        Simulation(penalised, decayed_apart, hyper={"weight_decay": lr * weight_decay}),
        "proved",
        "Loshchilov & Hutter 2019",
        ("GradientDescentL2",),
        (),
    ),
    Statement(
        "W3",
        "With momentum an L2 penalty is still weight decay times the learning rate.",
        Simulation(momentum_l2, momentum_w),
        "refuted",
        "Loshchilov & Hutter 2019",
        ("MomentumSum",),
        ("C89",),
    ),
    Statement(
        "C89",
        "Adam with an L2 penalty is AdamW.",
        Simulation(adam_l2, adamw),
        "refuted",
        "lecture notes (D4)",
        ("AdamL2", "texts.ADAMW"),
        ("C89",),
    ),
    Statement(
        "W4",
        "For Adam with an L2 penalty no other number makes decoupled decay do the same (at lr = "
        "1/2, decays "
        "1/2 and 3/4, eps = 1, penalty 1/3).",
        Impossible(
            adam_l2,
            adamw,
            {"lr": "1/2", "beta1": "1/2", "beta2": "3/4", "eps": 1, "weight_decay": "1/3"},
            ("weight_decay",),
            (script(1), script(2)),
            steps=1,
        ),
        "proved",
        "Loshchilov & Hutter 2019, Proposition 2",
        ("AdamL2", "texts.ADAMW"),
        ("C89",),
    ),
    Statement(
        "W5",
        "Without decay AdamW, in both readings, and Adam with a penalty are Adam.",
        Conjunction(
            {
                "paper": Simulation(
                    adamw_paper.with_hyper(weight_decay=0, multiplier=1),
                    adam,
                    varying=("lr", "beta1", "beta2", "eps"),
                ),
                "frameworks": Simulation(
                    adamw.with_hyper(weight_decay=0), adam, varying=("lr", "beta1", "beta2", "eps")
                ),
                "penalty": Simulation(
                    adam_l2.with_hyper(weight_decay=0),
                    adam,
                    varying=("lr", "beta1", "beta2", "eps"),
                ),
            }
        ),
        "proved",
        "TorchLean",
        ("AdamW", "AdamL2", "texts.ADAMW", "Adam"),
        (),
        "AdamW, AdamL2 and texts.ADAMW at weight_decay 0 = Adam",
    ),
    Statement(
        "W6",
        "The paper's AdamW(lr, decay, multiplier) is the frameworks' with multiplier*lr and "
        "decay/lr.",
        Simulation(
            adamw_paper,
            adamw,
            hyper={"lr": adamw_paper.hyper[-1].symbol * lr, "weight_decay": weight_decay / lr},
            assume=(lr > 0,),
            varying=("lr", "weight_decay", "multiplier"),
        ),
        "proved",
        "apex#1849; Loshchilov & Hutter 2019, Algorithm 2",
        ("AdamW", "texts.ADAMW"),
        (),
        "AdamW(lr, wd, multiplier) = texts.ADAMW(multiplier*lr, wd/lr)",
    ),
    Statement(
        "W6x",
        "The paper's AdamW and the frameworks' are one at the same numbers.",
        Simulation(adamw_paper.with_hyper(multiplier=1), adamw),
        "refuted",
        "optax#292, pytorch#3740",
        ("AdamW", "texts.ADAMW"),
        (),
    ),
    Statement(
        "C14",
        "Descent on the mean loss and on the sum are one if the sum's rate is divided by the "
        "sample count.",
        Simulation(
            descent,
            descent,
            parameters=(samples(2),),
            answer={"grad": samples * ANSWER},
            hyper={"lr": lr / samples},
            varying=("lr",),
        ),
        "proved",
        "essay (D0) against lessons (D2)",
        ("GradientDescent",),
        ("C14",),
    ),
    Statement(
        "C14x",
        "They are one at the same learning rate.",
        Simulation(
            descent,
            descent,
            parameters=(samples(2),),
            answer={"grad": samples * ANSWER},
            problems=(Objective((0,), (1,)),),
        ),
        "refuted",
        "essay (D0) against lessons (D2)",
        ("GradientDescent",),
        ("C14",),
    ),
    Statement(
        "C25",
        "N small steps are one step at N times the rate (N = 4, on a quadratic of curvature h).",
        Identity((1 - lr * h) ** 4, 1 - 4 * lr * h, parameters=(h(1),)),
        "refuted",
        "lecture notes (D4), linear scaling",
        ("GradientDescent",),
        ("C25",),
    ),
)
