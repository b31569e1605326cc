"""Momentum and Nesterov: which forms are one method, under which map, and which are not."""

from __future__ import annotations

from sympy import Symbol

from optwright.derive.claim.formula.expression import Conjunction, SumOf
from optwright.derive.claim.problem import Objective, script
from optwright.derive.claim.relation import Equal, Ge, Le
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Optimizer,
    Parameter,
    Source,
    State,
    Unequal,
    Variable,
    alpha,
    beta,
    g,
    grad,
    lr,
    m,
    nu,
    t,
    theta,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog

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
            assume=(Le(Abs(g[t]), bound),),
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
            (Ge(Abs(v[t]), Abs(v[t - 1])),),
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
)
