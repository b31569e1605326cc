"""Momentum and Nesterov: which forms are one method, under which map, and which are not."""

from __future__ import annotations

from sympy import Rational, Symbol

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, SumOf
from optwright.derive.claim.problem import POINT, Objective, script
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Equal,
    Optimizer,
    Parameter,
    Source,
    State,
    Unequal,
    Variable,
    alpha,
    beta,
    cases,
    dampening,
    g,
    grad,
    lr,
    m,
    nu,
    sqrt,
    t,
    theta,
    u,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog
from optwright.derive.rule.schedule import final, momentum_warmup, start, steps

inside = catalog.system("Momentum")
outside = catalog.system("MomentumSum")
average = catalog.system("MomentumEMA")
heavy_ball = catalog.system("HeavyBall")
nesterov = catalog.system("Nesterov")
rearranged = catalog.system("NesterovRearranged")
two_rates = catalog.system("texts.MOM_b")
from_first = catalog.system("texts.MOM_c0")
review = catalog.system("texts.NAG_b")
turned = catalog.system("texts.NAG_c")
torch_sgd = catalog.system("torch.SGD(nesterov=False)")
torch_nesterov = catalog.system("torch.SGD(nesterov=True)")
descent = catalog.system("GradientDescent")

i = Symbol("i", integer=True, positive=True)
constant = Parameter("constant", "(-inf, inf)", meaning="the gradient, in every step the same")
bound = Parameter("bound", "(0, inf)", meaning="a bound on the gradients")

previous = Variable("previous")
extrapolated = nesterov.replace(
    name="NesterovExtrapolated",
    source=Source("Nesterov 1983", "with the extrapolated point"),
    state=(State(previous, init=theta[0]),),
    step=(
        Eq(v[t], theta[t - 1] + mu * (theta[t - 1] - previous[t - 1])),
        Eq(g[t], grad(v[t])),
        Eq(theta[t], v[t] - lr * g[t]),
        Eq(previous[t], theta[t - 1]),
    ),
)

qhm = Optimizer(
    name="QHM",
    source=Source("Ma & Yarats 2019", "eqs. (3) and (4)", arxiv="1810.06801"),
    hyper=(lr(1), beta(0.999), nu(0.7)),
    state=(m,),
    step=(
        Eq(m[t], beta * m[t - 1] + (1 - beta) * g[t]),
        Eq(theta[t], theta[t - 1] - lr * ((1 - nu) * g[t] + nu * m[t])),
    ),
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
        "M1",
        "Momentum with the learning rate inside the velocity is momentum with it outside, at a "
        "constant rate.",
        Simulation(outside, inside, state={"v": lr * v[t]}),
        "proved",
        "pytorch#1099",
        ("Momentum", "MomentumSum"),
        ("C31",),
        "Momentum = MomentumSum under v = lr*v",
    ),
    Statement(
        "M2",
        "The same two are equal when the learning rate changes from step to step.",
        Simulation(outside, inside, state={"v": lr * v[t]}, varying=("lr",)),
        "refuted",
        "documentation of torch.optim.SGD",
        ("Momentum", "MomentumSum"),
        ("C31",),
    ),
    Statement(
        "M2a",
        "They are equal in a step if (for a velocity and momentum that are not zero, only if) the "
        "learning rate is that of the step before.",
        OnlyIf(
            Simulation(outside, inside, state={"v": lr * v[t]}, varying=("lr",)),
            Variable("lr")[t - 1],
            Variable("lr")[t],
            where=(mu > 0, Unequal(v[t - 1], 0)),
        ),
        "proved",
        "pytorch#1099",
        ("Momentum", "MomentumSum"),
        ("C31",),
    ),
    Statement(
        "M3",
        "Momentum of the average, at lr, is momentum of the sum at lr*(1 - beta), whatever lr "
        "does.",
        Simulation(
            average,
            outside,
            hyper={"momentum": beta, "lr": lr * (1 - beta)},
            state={"v": m[t] / (1 - beta)},
            varying=("lr",),
        ),
        "proved",
        "Ma & Yarats 2019",
        ("MomentumEMA", "MomentumSum"),
        ("C31", "C30"),
        "MomentumEMA(lr, beta) = MomentumSum(lr*(1 - beta), beta) under v = m/(1 - beta)",
    ),
    Statement(
        "M3a",
        "Momentum of the average, at lr, is momentum with the rate inside at lr*(1 - beta).",
        Simulation(
            average, inside, hyper={"momentum": beta, "lr": lr * (1 - beta)}, state={"v": lr * m[t]}
        ),
        "proved",
        "essay (D0), lesson (D2), chapter (D3)",
        ("MomentumEMA", "Momentum"),
        ("C31",),
        "MomentumEMA(lr, beta) = Momentum(lr*(1 - beta), beta) under v = lr*m",
    ),
    Statement(
        "M3x",
        "Momentum of the average is momentum of the sum at the same learning rate.",
        Simulation(average, outside, hyper={"momentum": beta}, state={"v": m[t]}),
        "refuted",
        "article (D1): momentum turns into an exponential average",
        ("MomentumEMA", "MomentumSum"),
        ("C30",),
    ),
    Statement(
        "M4",
        "Polyak's heavy ball, which remembers the last point, is momentum with a velocity; "
        "rates may vary.",
        Simulation(
            inside, heavy_ball, state={"previous": theta[t] + v[t]}, varying=("lr", "momentum")
        ),
        "proved",
        "Polyak 1964",
        ("HeavyBall", "Momentum"),
        (),
        "Momentum = HeavyBall under previous = theta + v",
    ),
    Statement(
        "M6",
        "Momentum with two rates is momentum at their product.",
        Simulation(
            two_rates, inside, hyper={"lr": lr * alpha}, state={"v": alpha * v[t]}, varying=("lr",)
        ),
        "proved",
        "review (D2), MOM-b",
        ("texts.MOM_b", "Momentum"),
        ("C31",),
        "texts.MOM_b(lr, alpha) = Momentum(lr*alpha) under v = alpha*v",
    ),
    Statement(
        "C32",
        "The review's momentum with two rates is the lesson's momentum at the first of them.",
        Simulation(two_rates, inside, state={"v": alpha * v[t]}),
        "refuted",
        "review against lesson (D2)",
        ("texts.MOM_b", "Momentum"),
        ("C32",),
    ),
    Statement(
        "C32a",
        "It is if the second rate is 1.",
        Simulation(two_rates.with_hyper(alpha=1), inside, varying=("lr", "momentum")),
        "proved",
        "review against lesson (D2)",
        ("texts.MOM_b", "Momentum"),
        ("C32",),
        "texts.MOM_b(alpha=1) = Momentum",
    ),
    Statement(
        "C32b",
        "It is only then, in steps that move.",
        OnlyIf(
            Simulation(two_rates, inside),
            alpha,
            1,
            where=(Unequal(lr * g[t] + mu * v[t - 1], 0),),
        ),
        "proved",
        "review against lesson (D2)",
        ("texts.MOM_b", "Momentum"),
        ("C32",),
    ),
    Statement(
        "C30",
        "The weights of past gradients in the velocity sum to (1 - mu**t)/(1 - mu).",
        SumOf(mu ** (t - i), i, (1 - mu**t) / (1 - mu), where=(mu > 0,)),
        "proved",
        "article (D1)",
        ("MomentumSum",),
        ("C30",),
    ),
    Statement(
        "C30x",
        "The velocity is an average: the weights of past gradients in it sum to 1.",
        SumOf(mu ** (t - i), i, 1, where=(mu > 0,)),
        "refuted",
        "article (D1)",
        ("MomentumSum",),
        ("C30",),
    ),
    Statement(
        "N9",
        "With a constant gradient the velocity after t steps is the gradient times (1 - "
        "mu**t)/(1 - mu).",
        Always(
            outside,
            (Equal(v[t], constant * (1 - mu**t) / (1 - mu)),),
            (Equal(v[t], constant * (1 - mu**t) / (1 - mu)),),
            parameters=(constant(1),),
            answer={"grad": constant},
        ),
        "proved",
        "Goh 2017",
        ("MomentumSum",),
        ("C35",),
    ),
    Statement(
        "N9a",
        "So momentum multiplies the learning rate by 1/(1 - mu) in the end.",
        Limit((1 - mu**t) / (1 - mu), t, "oo", 1 / (1 - mu)),
        "proved",
        "Goh 2017",
        ("MomentumSum",),
        ("C35", "C38"),
    ),
    Statement(
        "C35",
        "Gradients of alternating sign are damped: after t steps their gain is (1 - "
        "(-mu)**t)/(1 + mu).",
        SumOf(
            (-1) ** (i - 1) * mu ** (i - 1), i, (1 - (-1) ** t * mu**t) / (1 + mu), where=(mu > 0,)
        ),
        "proved",
        "article (D1)",
        ("MomentumSum",),
        ("C35",),
    ),
    Statement(
        "C36",
        "Velocities grow from step to step.",
        Always(outside, (Abs(v[t]) > Abs(v[t - 1]),)),
        "refuted",
        "lesson (D2)",
        ("MomentumSum",),
        ("C36",),
    ),
    Statement(
        "C36a",
        "If gradients stay within a bound, velocities stay within bound/(1 - mu).",
        Always(
            outside,
            (Abs(v[t]) <= bound / (1 - mu),),
            (Abs(v[t]) <= bound / (1 - mu),),
            parameters=(bound(1),),
            assume=(Abs(g[t]) <= bound,),
        ),
        "proved",
        "lesson (D2)",
        ("MomentumSum",),
        ("C36",),
    ),
    Statement(
        "C34",
        "The velocity grows in a step whose gradient agrees with it.",
        Always(
            outside,
            (Abs(v[t]) >= Abs(v[t - 1]),),
            given=(g[t] * v[t - 1] > 0,),
            problems=(script(4, "1/2"),),
        ),
        "refuted",
        "lesson (D2)",
        ("MomentumSum",),
        ("C34",),
    ),
    Statement(
        "C34a",
        "It changes by the gradient less (1 - mu) times itself.",
        Always(outside, (Equal(v[t] - v[t - 1], g[t] - (1 - mu) * v[t - 1]),)),
        "proved",
        "lesson (D2)",
        ("MomentumSum",),
        ("C34",),
    ),
    Statement(
        "C33",
        "PyTorch's momentum with dampening = momentum is the average started at the first "
        "gradient.",
        Simulation(
            from_first,
            torch_sgd,
            hyper={"momentum": beta, "dampening": beta, "weight_decay": 0},
            state={"b": m[t]},
            varying=("lr",),
        ),
        "proved",
        "chapter (D3)",
        ("texts.MOM_c0", "torch.SGD"),
        ("C33",),
        "texts.MOM_c0(beta) = torch.SGD(momentum=beta, dampening=beta)",
    ),
    Statement(
        "C33x",
        "PyTorch's momentum with dampening = momentum is the average started at zero.",
        Simulation(
            average,
            torch_sgd,
            hyper={"momentum": beta, "dampening": beta, "weight_decay": 0},
            state={"b": m[t]},
        ),
        "refuted",
        "chapter (D3)",
        ("MomentumEMA", "torch.SGD"),
        ("C33",),
    ),
    Statement(
        "M7",
        "PyTorch's momentum without dampening is momentum of the sum; rates may vary.",
        Simulation(
            outside,
            torch_sgd,
            hyper={"dampening": 0, "weight_decay": 0},
            state={"b": v[t]},
            varying=("lr",),
        ),
        "proved",
        "torch.optim.SGD",
        ("MomentumSum", "torch.SGD"),
        ("C33",),
        "MomentumSum = torch.SGD",
    ),
    Statement(
        "N1",
        "PyTorch's Nesterov iterates are the points at which the look-ahead form asks for "
        "gradients.",
        Simulation(
            nesterov,
            torch_nesterov,
            hyper={"weight_decay": 0},
            state={"theta": theta[t] - mu * v[t], "b": v[t] / lr},
            assume=(lr > 0, mu > 0),
        ),
        "proved",
        "Sutskever et al. 2013; pytorch#5920",
        ("Nesterov", "torch.SGD"),
        ("C42",),
        "torch.SGD(nesterov=True) = Nesterov at theta - momentum*v",
    ),
    Statement(
        "N2",
        "They still are when the learning rate changes.",
        Simulation(
            nesterov,
            torch_nesterov,
            hyper={"weight_decay": 0},
            state={"theta": theta[t] - mu * v[t], "b": v[t] / lr},
            assume=(lr > 0, mu > 0),
            varying=("lr",),
        ),
        "refuted",
        "torch.optim.SGD",
        ("Nesterov", "torch.SGD"),
        (),
    ),
    Statement(
        "C42",
        "The rearranged Nesterov form is the look-ahead form in the looked-ahead point; lr may "
        "vary.",
        Simulation(turned, rearranged, state={"theta": theta[t] + mu * v[t]}, varying=("lr",)),
        "proved",
        "lecture notes (D4), NAG-c and NAG-d",
        ("texts.NAG_c", "NesterovRearranged"),
        ("C42",),
        "NesterovRearranged = texts.NAG_c at theta + momentum*v",
    ),
    Statement(
        "C42a",
        "So it is with the velocity of the other sign.",
        Simulation(
            nesterov, rearranged, state={"theta": theta[t] - mu * v[t], "v": -v[t]}, varying=("lr",)
        ),
        "proved",
        "lesson (D2), lecture notes (D4)",
        ("Nesterov", "NesterovRearranged"),
        ("C42",),
        "NesterovRearranged = Nesterov at theta - momentum*v",
    ),
    Statement(
        "C42b",
        "The two look-ahead forms differ in the sign of the velocity only; everything may vary.",
        Simulation(nesterov, turned, state={"v": -v[t]}, varying=("lr", "momentum")),
        "proved",
        "lesson (D2), lecture notes (D4)",
        ("Nesterov", "texts.NAG_c"),
        ("C42",),
        "Nesterov = texts.NAG_c under v = -v",
    ),
    Statement(
        "C42x",
        "The rearranged form visits the same parameters as the look-ahead form.",
        Simulation(nesterov, rearranged, state={"v": -v[t]}),
        "refuted",
        "a reading of the lecture notes (D4)",
        ("Nesterov", "NesterovRearranged"),
        ("C42",),
    ),
    Statement(
        "C43",
        "The review's Nesterov form, with two rates, is Nesterov at the product of the rates.",
        Simulation(review, nesterov, hyper={"lr": lr * alpha}, state={"v": alpha * v[t]}),
        "refuted",
        "review (D2), NAG-b",
        ("texts.NAG_b", "Nesterov"),
        ("C43",),
    ),
    Statement(
        "C43x",
        "The review's Nesterov form is Nesterov at the first rate.",
        Simulation(review, nesterov),
        "refuted",
        "review (D2), NAG-b",
        ("texts.NAG_b", "Nesterov"),
        ("C43",),
    ),
    Statement(
        "C43a",
        "It is Nesterov if the second rate is 1.",
        Simulation(review.with_hyper(alpha=1), nesterov, varying=("lr", "momentum")),
        "proved",
        "review (D2), NAG-b",
        ("texts.NAG_b", "Nesterov"),
        ("C43",),
        "texts.NAG_b(alpha=1) = Nesterov",
    ),
    Statement(
        "C43c",
        "At the product of the rates it asks where Nesterov asks only if the second rate is 1, "
        "for a velocity and momentum that are not zero.",
        OnlyIf(
            Simulation(review, nesterov, hyper={"lr": lr * alpha}, state={"v": alpha * v[t]}),
            alpha,
            1,
            where=(mu > 0, Unequal(v[t - 1], 0)),
        ),
        "proved",
        "review (D2), NAG-b",
        ("texts.NAG_b", "Nesterov"),
        ("C43",),
    ),
    Statement(
        "C43b",
        "At alpha = 1/2 no other learning rate and momentum make it Nesterov.",
        Impossible(
            review,
            nesterov,
            {"lr": "1/2", "alpha": "1/2", "momentum": "1/2"},
            ("lr", "momentum"),
            (Objective((1,), (0,)), script(1, 1, 1)),
            steps=3,
        ),
        "proved",
        "review (D2), NAG-b",
        ("texts.NAG_b", "Nesterov"),
        ("C43",),
    ),
    Statement(
        "N3",
        "Nesterov is momentum.",
        Simulation(nesterov, inside),
        "refuted",
        "Sutskever et al. 2013",
        ("Nesterov", "Momentum"),
        (),
    ),
    Statement(
        "N3a",
        "At lr = momentum = 1/2 no other learning rate and momentum make momentum follow Nesterov.",
        Impossible(
            nesterov,
            inside,
            {"lr": "1/2", "momentum": "1/2"},
            ("lr", "momentum"),
            (Objective((1,), (0,)), script(1, 1, 1)),
            steps=3,
        ),
        "proved",
        "Sutskever et al. 2013",
        ("Nesterov", "Momentum"),
        (),
    ),
    Statement(
        "N4",
        "QHM with nu = beta is PyTorch's Nesterov at lr*(1 - beta).",
        Simulation(
            qhm.with_hyper(nu=beta),
            torch_nesterov,
            hyper={"momentum": beta, "lr": lr * (1 - beta), "weight_decay": 0},
            state={"b": m[t] / (1 - beta)},
            assume=(beta > 0,),
            varying=("lr",),
        ),
        "proved",
        "Ma & Yarats 2019",
        ("torch.SGD",),
        (),
    ),
    Statement(
        "N5",
        "QHM with nu = 1 is momentum of the average, with nu = 0 it is gradient descent.",
        Conjunction(
            {
                "nu = 1": Simulation(qhm.with_hyper(nu=1), average, varying=("lr", "beta")),
                "nu = 0": Simulation(qhm.with_hyper(nu=0), descent, varying=("lr", "beta")),
            }
        ),
        "proved",
        "Ma & Yarats 2019",
        ("MomentumEMA", "GradientDescent"),
        (),
    ),
    Statement(
        "N6",
        "Nesterov with a velocity is Nesterov with an extrapolated point; everything may vary.",
        Simulation(
            nesterov, extrapolated, state={"previous": theta[t] + v[t]}, varying=("lr", "momentum")
        ),
        "proved",
        "Nesterov 1983",
        ("Nesterov",),
        (),
    ),
    Statement(
        "S1",
        "Momentum 0 is gradient descent, in every form.",
        Conjunction(
            {
                "inside": Simulation(inside.with_hyper(momentum=0), descent, varying=("lr",)),
                "outside": Simulation(outside.with_hyper(momentum=0), descent, varying=("lr",)),
                "average": Simulation(average.with_hyper(beta=0), descent, varying=("lr",)),
                "Nesterov": Simulation(nesterov.with_hyper(momentum=0), descent, varying=("lr",)),
            }
        ),
        "proved",
        "",
        ("Momentum", "MomentumSum", "MomentumEMA", "Nesterov", "GradientDescent"),
        (),
        "Momentum, MomentumSum, MomentumEMA and Nesterov at momentum 0 = GradientDescent",
    ),
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
            (v[t] * constant >= constant**2,),
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
                "bound": Inequality(rising <= Rational(9, 10), parameters=(steps(None),)),
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
        Inequality(Abs(1 - mu**10 - Rational(65, 100)) < Rational(1, 200), where=usual),
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
                    Rational(9, 10) ** (1317 * t) < Rational(1, 2) ** (200 * t), last=1
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
        EveryStep(Rational(9, 10) ** t >= Rational(1, 2), last=10),
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
            (theta[t] ** 2 <= theta[t - 1] ** 2,),
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
        Inequality(half.subs(t, t + 1) ** 2 - half.subs(t, t + 1) <= half**2),
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
