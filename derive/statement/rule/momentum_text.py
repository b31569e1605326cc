"""What texts say of momentum: first steps, slow and fast directions, hills between minima."""

from __future__ import annotations

from sympy import Rational, Symbol

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.problem import POINT
from optwright.derive.claim.relation import Equal, Ge, Le, Lt
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Optimizer,
    Source,
    Variable,
    beta,
    cases,
    dampening,
    g,
    lr,
    m,
    sqrt,
    t,
    theta,
    u,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog
from optwright.derive.rule.schedule import final, momentum_warmup, start, steps
from optwright.derive.statement.rule.momentum import (
    average,
    constant,
    descent,
    inside,
    outside,
    torch_sgd,
)

first = Variable("first")
begun = cases((g[t], Equal(t, 1)), first[t - 1])  # the first gradient, kept
two_averages = Optimizer(
    name="TwoAverages",
    source=Source("The average from zero beside the one from the first gradient", "same gradients"),
    hyper=(lr(0.01), beta(0.9)),
    state=(m, u, first),
    step=(
        Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t]),
        Eq(u[t], cases((g[t], Equal(t, 1)), beta * u[t - 1] + (1 - beta) * g[t])),
        Eq(first[t], begun),
        Eq(theta[t], theta[t - 1] - lr * u[t]),
    ),
)
two_buffers = Optimizer(
    name="TwoBuffers",
    source=Source("PyTorch's buffer beside the one that dampens the first gradient too", "SGD"),
    hyper=(lr(0.01), mu(0.9), dampening(0)),
    state=(u, v, first),
    step=(
        Eq(v[t], mu * v[t - 1] + (1 - dampening) * g[t]),
        Eq(u[t], cases((g[t], Equal(t, 1)), mu * u[t - 1] + (1 - dampening) * g[t])),
        Eq(first[t], begun),
        Eq(theta[t], theta[t - 1] - lr * u[t]),
    ),
)
# f(x) = x**4/4 - 4*x**3/3 - x**2/2 + 4*x: minima at -1 and, lower, at 4; a hill at 1 between them.
hilly = {"grad": (POINT + 1) * (POINT - 1) * (POINT - 4)}
rising = momentum_warmup.output.subs({start: Rational(1, 2), final: Rational(9, 10)})
usual = (Equal(mu, Rational(9, 10)),)
age = Symbol("age", integer=True, nonnegative=True)
x = Symbol("x", positive=True)
golden = (1 + sqrt(1 + 4 * x**2)) / 2
half = (t + 2) / 2
step = theta[t] - theta[t - 1]

statements: tuple[Statement, ...] = (
    Statement(
        "C33y",
        "PyTorch's momentum with its default dampening is an average of gradients.",
        Simulation(
            average,
            torch_sgd,
            hyper={"momentum": beta, "dampening": 0, "weight_decay": 0},
            state={"b": m[t]},
        ),
        "refuted",
        "chapter (D3)",
        ("MomentumEMA", "torch.SGD"),
        ("C33",),
    ),
    Statement(
        "C33a",
        "The average from the first gradient is the one from zero plus beta**t times that "
        "gradient.",
        Always(
            two_averages,
            (Equal(u[t] - m[t], beta**t * first[t]),),
            (Equal(u[t] - m[t], beta**t * first[t]),),
            varying=("lr",),
            first=2,
        ),
        "proved",
        "chapter (D3): the first buffer is the gradient",
        ("texts.MOM_c0", "MomentumEMA"),
        ("C33",),
    ),
    Statement(
        "C33b",
        "The two averages agree from the second step on.",
        Always(two_averages, (Equal(u[t], m[t]),), first=2),
        "refuted",
        "near miss of C33a",
        ("texts.MOM_c0", "MomentumEMA"),
        ("C33",),
    ),
    Statement(
        "M5",
        "Not dampening the first gradient, PyTorch's buffer is larger by dampening*mu**(t - 1) "
        "times it.",
        Always(
            two_buffers,
            (Equal(u[t] - v[t], dampening * mu ** (t - 1) * first[t]),),
            (Equal(u[t] - v[t], dampening * mu ** (t - 1) * first[t]),),
            varying=("lr",),
            assume=(mu > 0,),
            first=2,
        ),
        "proved",
        "torch.optim.SGD; pytorch#91108",
        ("torch.SGD",),
        ("C33",),
    ),
    Statement(
        "M5x",
        "Not dampening the first gradient makes a difference in the first step only.",
        Always(two_buffers, (Equal(u[t], v[t]),), first=2),
        "refuted",
        "near miss of M5",
        ("torch.SGD",),
        ("C33",),
    ),
    Statement(
        "C37",
        "Without momentum steps are no larger where gradients are larger: they stay within lr.",
        Always(descent, (Abs(step) <= lr,)),
        "refuted",
        "lesson (D2): larger updates for larger gradients as an advantage of momentum",
        ("GradientDescent", "Momentum"),
        ("C37",),
    ),
    Statement(
        "C37a",
        "The first step of momentum is that of gradient descent, whatever the gradient.",
        Always(outside, (Equal(step, -lr * g[t]),), last=1),
        "proved",
        "lesson (D2)",
        ("MomentumSum", "GradientDescent"),
        ("C37",),
    ),
    Statement(
        "C37b",
        "In the end gradients three times as large give larger steps, whatever their signs do.",
        Inequality(3 / (1 + mu) >= 1 / (1 - mu)),
        "refuted",
        "lesson (D2)",
        ("MomentumSum",),
        ("C37",),
    ),
    Statement(
        "C37c",
        "If mu > 1/2, steady gradients give larger steps than gradients of alternating sign "
        "three times as large.",
        Inequality(1 / (1 - mu) > 3 / (1 + mu), where=(mu > Rational(1, 2),)),
        "proved",
        "lesson (D2), corrected by the gains of N9a and C35",
        ("MomentumSum",),
        ("C37", "C35"),
    ),
    Statement(
        "C38",
        "Momentum reduces the steps where the gradient is steep, even if it is so all the way.",
        Always(
            outside,
            (Abs(step) <= lr * Abs(constant),),
            parameters=(constant(1),),
            answer={"grad": constant},
        ),
        "refuted",
        "quiz (D2), question 2, option d",
        ("MomentumSum",),
        ("C38",),
    ),
    Statement(
        "C38a",
        "Where the gradient stays the same no step of momentum is shorter than gradient descent's.",
        Always(
            outside,
            (Abs(v[t]) >= Abs(constant), Equal(step, -lr * v[t])),
            (Ge(v[t] * constant, constant**2),),
            varying=("lr",),
            parameters=(constant(1),),
            answer={"grad": constant},
            first=2,
        ),
        "proved",
        "quiz (D2), corrected",
        ("MomentumSum",),
        ("C38",),
    ),
    Statement(
        "C44p",
        "From -3 gradient descent at 1/20 never passes the hill between the two minima of a "
        "quartic.",
        Always(
            descent.with_hyper(lr="1/20"),
            (theta[t] < 1,),
            (theta[t] >= -3, theta[t] <= 0),
            answer=hilly,
            begin=-3,
        ),
        "proved",
        "chapter (D3): stuck in a local minimum",
        ("GradientDescent",),
        ("C44",),
    ),
    Statement(
        "C44q",
        "From there, at the same rate, momentum 9/10 is past the hill after two steps.",
        Always(
            inside.with_hyper(lr="1/20", momentum="9/10"),
            (theta[t] > 1,),
            answer=hilly,
            begin=-3,
            first=2,
            last=2,
        ),
        "proved",
        "chapter (D3): momentum may escape",
        ("Momentum",),
        ("C44",),
    ),
    Statement(
        "C44r",
        "From there momentum 9/10 stays on its side of the hill too.",
        Always(
            inside.with_hyper(lr="1/20", momentum="9/10"),
            (theta[t] < 1,),
            answer=hilly,
            begin=-3,
        ),
        "refuted",
        "near miss of C44p",
        ("Momentum",),
        ("C44",),
    ),
    Statement(
        "C46",
        "The warm-up of momentum is 1/2 in the first step, 9/10 after `steps` steps, and never "
        "more.",
        Conjunction(
            {
                "first": Identity(rising.subs(t, 1), Rational(1, 2), parameters=(steps(None),)),
                "after": Identity(
                    rising, Rational(9, 10), where=(t >= steps + 1,), parameters=(steps(None),)
                ),
                "bound": Inequality(Le(rising, Rational(9, 10)), parameters=(steps(None),)),
            }
        ),
        "proved",
        "article (D1): from 0.5 to 0.9",
        ("MomentumWarmup",),
        ("C46",),
    ),
    Statement(
        "C46x",
        "It has reached 9/10 in step number `steps`.",
        Identity(rising.subs(t, steps), Rational(9, 10), parameters=(steps(None),)),
        "refuted",
        "near miss of C46",
        ("MomentumWarmup",),
        ("C46",),
    ),
    Statement(
        "C47",
        "The older a gradient is, the less it weighs in the velocity.",
        Inequality(mu ** (age + 1) < mu**age, where=(mu > 0,)),
        "proved",
        "article (D1)",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C47a",
        "In the end the newest gradient has the share 1 - mu of all weight, the newest ten "
        "have 1 - mu**10.",
        Conjunction(
            {
                "one": Limit((1 - mu) / (1 - mu**t), t, "oo", 1 - mu),
                "ten": Limit((1 - mu**10) / (1 - mu**t), t, "oo", 1 - mu**10),
            }
        ),
        "proved",
        "article (D1), corrected",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C47x",
        "With mu = 0.9 the newest gradient decides most of the step: it has over half of the "
        "weight.",
        Inequality(1 - mu > Rational(1, 2), where=usual),
        "refuted",
        "article (D1): most recent gradients have more say",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C47b",
        "With mu = 0.9 the newest ten gradients have 65 percent of the weight, rounded.",
        Inequality(Lt(Abs(1 - mu**10 - Rational(65, 100)), Rational(1, 200)), where=usual),
        "proved",
        "article (D1), corrected",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C47c",
        "With mu = 0.9 a gradient keeps half of its weight for 6.58 steps, rounded.",
        Conjunction(
            {
                # at t = 1: 0.9**6.575 > 1/2 > 0.9**6.585, to the power 200
                "not earlier": EveryStep(
                    Rational(9, 10) ** (1315 * t) > Rational(1, 2) ** (200 * t), last=1
                ),
                "not later": EveryStep(
                    Lt(Rational(9, 10) ** (1317 * t), Rational(1, 2) ** (200 * t)), last=1
                ),
            }
        ),
        "proved",
        "article (D1), corrected",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C47y",
        "With mu = 0.9, that is ten steps of memory, it keeps half of its weight for ten steps.",
        EveryStep(Ge(Rational(9, 10) ** t, Rational(1, 2)), last=10),
        "refuted",
        "folklore: 1/(1 - mu) steps",
        ("MomentumSum", "MomentumEMA"),
        ("C47", "C85"),
    ),
    Statement(
        "C48",
        "Letting the learning rate decay is simulated annealing: random moves are drawn.",
        Declared(catalog.system("GradientDescent"), oracles=("grad", "noise")),
        "refuted",
        "article (D1)",
        ("GradientDescent", "InverseTime"),
        ("C48",),
    ),
    Statement(
        "C48a",
        "On x**2/2 gradient descent never goes uphill while its rates, decaying or not, stay "
        "within 2, where annealing may.",
        Always(
            descent,
            (Le(theta[t] ** 2, theta[t - 1] ** 2),),
            varying=("lr",),
            assume=(lr <= 2,),
            answer={"grad": POINT},
        ),
        "proved",
        "article (D1), corrected; Kirkpatrick, Gelatt & Vecchi 1983",
        ("GradientDescent",),
        ("C48",),
    ),
    Statement(
        "N10",
        "FISTA's weights, next = (1 + sqrt(1 + 4*x**2))/2, satisfy next**2 - next = x**2.",
        Identity(golden**2 - golden, x**2),
        "proved",
        "Beck & Teboulle 2009, eq. (4.2)",
        (),
        (),
    ),
    Statement(
        "N10a",
        "The simpler weights (t + 2)/2 satisfy it as an inequality, which is all the proof needs.",
        Inequality(Le(half.subs(t, t + 1) ** 2 - half.subs(t, t + 1), half**2)),
        "proved",
        "Chambolle & Dossal 2015",
        (),
        (),
    ),
    Statement(
        "N10x",
        "They satisfy it as an equation.",
        Identity(half.subs(t, t + 1) ** 2 - half.subs(t, t + 1), half**2),
        "refuted",
        "near miss of N10",
        (),
        (),
    ),
)

__all__ = ["statements"]
