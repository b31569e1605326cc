"""What texts say of Adagrad, RMSProp and Adadelta: how rates fall, and what need not be tuned."""

from __future__ import annotations

from sympy import Integer, Rational, Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, Refutation
from optwright.derive.claim.problem import POINT, Objective, script
from optwright.derive.claim.relation import Equal, Ge, Le, Lt
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    G,
    Optimizer,
    Parameter,
    Source,
    State,
    Unequal,
    eps,
    g,
    grad,
    lr,
    rho,
    sign,
    sqrt,
    t,
    theta,
    v,
)
from optwright.derive.rule import catalog
from optwright.derive.statement.rule.adaptive import (
    adadelta,
    adagrad,
    adagrad0,
    both,
    c,
    h,
    inside,
    rmsprop,
    rmsprop0,
    w,
    x,
    y,
    z,
)

apart = Optimizer(
    name="OwnPaths",
    source=Source("RMSProp beside Adagrad, each on its own path", "same loss, same start"),
    hyper=(lr(0.01), rho(0.9), eps(1e-8)),
    state=(v, G, State(w, init=theta[0])),
    step=(
        Eq(g[t], grad(theta[t - 1])),
        Eq(h[t], grad(w[t - 1])),
        Eq(v[t], rho * v[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(G[t], G[t - 1] + h[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(v[t]) + eps)),
        Eq(w[t], w[t - 1] - lr * h[t] / (sqrt(G[t]) + eps)),
    ),
)
descent = catalog.system("GradientDescent")
constant = Parameter("constant", "(-inf, inf)", meaning="the gradient, in every step the same")
ratio = Parameter("ratio", "(0, 1)", meaning="ratio of two gradients that follow each other")
there = (Unequal(constant, 0),)
same = {"grad": constant}
step = theta[t] - theta[t - 1]
slower = Always(  # the sum of 1/4**t stays below 1/3
    adagrad,
    (Ge(lr / (sqrt(G[t]) + eps), lr / (1 + eps)),),
    (Equal(G[t], (1 - Rational(1, 4) ** t) / 3),),
    answer={"grad": Rational(1, 2) ** t},
)
age = Symbol("age", integer=True, nonnegative=True)
r = Symbol("r", real=True)

statements: tuple[Statement, ...] = (
    Statement(
        "C50",
        "With a constant gradient Adagrad's rate at eps = 0 is lr/(sqrt(t)*Abs(g)), which tends "
        "to zero.",
        Conjunction(
            {
                "rate": Always(
                    adagrad0,
                    (Equal(lr / sqrt(G[t]), lr / (sqrt(t) * Abs(constant))),),
                    (Equal(G[t], t * constant**2),),
                    parameters=(constant(1),),
                    assume=there,
                    answer=same,
                ),
                "limit": Limit(lr / (sqrt(t) * c), t, "oo", 0, parameters=(c(1),)),
            }
        ),
        "proved",
        "essay (D0), lesson (D2)",
        ("Adagrad",),
        ("C50",),
    ),
    Statement(
        "C50a",
        "With gradients that halve each step Adagrad's rate never falls below lr/(1 + eps).",
        slower,
        "proved",
        "essay (D0), lesson (D2), corrected",
        ("Adagrad",),
        ("C50", "C51"),
    ),
    Statement(
        "C50x",
        "Adagrad's rate tends to zero whatever the gradients: it does not stay above lr/(1 + eps) "
        "even if they halve from step to step.",
        Refutation(slower),
        "refuted",
        "essay (D0), lesson (D2)",
        ("Adagrad",),
        ("C50", "C51"),
    ),
    Statement(
        "C51",
        "Adagrad's rate decreases to zero quickly: with a constant gradient as lr/(t*Abs(g)) "
        "or faster.",
        Always(
            adagrad0,
            (Le(lr / sqrt(G[t]), lr / (t * Abs(constant))),),
            parameters=(constant(1),),
            assume=there,
            answer=same,
        ),
        "refuted",
        "quiz (D2), question 1, option b",
        ("Adagrad",),
        ("C51",),
    ),
    Statement(
        "C52r",
        "With Adagrad the learning rate need not be tuned: twice the rate leads along the same "
        "path.",
        Simulation(adagrad, adagrad, hyper={"lr": 2 * lr}),
        "refuted",
        "lesson (D2)",
        ("Adagrad",),
        ("C52",),
    ),
    Statement(
        "C52s",
        "The rate alone sets the length of Adagrad's first step: at eps = 0 it is lr, whatever the "
        "gradient.",
        Always(
            adagrad0,
            (Equal(Abs(step), lr),),
            assume=(Unequal(g[t], 0),),
            last=1,
        ),
        "proved",
        "lesson (D2), corrected",
        ("Adagrad",),
        ("C52", "C63"),
    ),
    Statement(
        "C53",
        "For the same gradient Adagrad makes a smaller step where more squares were summed before.",
        Inequality(Le(x / (sqrt(y + z + x**2) + eps), x / (sqrt(y + x**2) + eps)), where=(x > 0,)),
        "proved",
        "lesson (D2): smaller updates for frequent features",
        ("Adagrad",),
        ("C53", "C91"),
    ),
    Statement(
        "C53a",
        "A step in which a feature does not occur leaves its sum, and so its rate, as it was.",
        Always(
            adagrad,
            (Equal(G[t], G[t - 1]), Equal(theta[t], theta[t - 1])),
            (G[t] >= 0,),
            varying=("lr",),
            assume=(eps > 0,),
            given=(Equal(g[t], 0),),
        ),
        "proved",
        "lesson (D2): sparse features",
        ("Adagrad",),
        ("C53", "C91"),
    ),
    Statement(
        "C53x",
        "RMSProp too leaves the average of a feature that does not occur as it was.",
        Always(
            rmsprop,
            (Equal(v[t], v[t - 1]),),
            given=(Equal(g[t], 0),),
            problems=(script(1, 0),),
        ),
        "refuted",
        "near miss of C53a",
        ("RMSProp",),
        ("C53",),
    ),
    Statement(
        "C54a",
        "A larger gradient makes Adagrad's rate smaller and its step larger, at eps = 0.",
        Conjunction(
            {
                "rate": Inequality(
                    Le(1 / sqrt(y + (x + z) ** 2), 1 / sqrt(y + x**2)), where=(x > 0,)
                ),
                "step": Inequality(
                    Ge((x + z) / sqrt(y + (x + z) ** 2), x / sqrt(y + x**2)), where=(x > 0,)
                ),
            }
        ),
        "proved",
        "essay (D0), corrected",
        ("Adagrad",),
        ("C54",),
    ),
    Statement(
        "C55",
        "Adagrad's sum measures second derivatives: on a linear loss, which has none, it is zero.",
        Always(adagrad, (Equal(G[t], 0),), parameters=(constant(1),), answer=same),
        "refuted",
        "essay (D0)",
        ("Adagrad",),
        ("C55",),
    ),
    Statement(
        "C55a",
        "At the minimum of c*x**2/2, whatever the second derivative c, Adagrad's sum stays zero.",
        Always(
            adagrad,
            (Equal(G[t], 0),),
            (Equal(G[t], 0), Equal(theta[t], 0)),
            varying=("lr",),
            parameters=(c(1),),
            assume=(eps > 0,),
            answer={"grad": c * POINT},
            begin=0,
        ),
        "proved",
        "essay (D0), corrected",
        ("Adagrad",),
        ("C55",),
    ),
    Statement(
        "C56",
        "Adagrad keeps the average of squares: with a constant gradient it is that gradient's "
        "square.",
        Always(adagrad, (Equal(G[t], constant**2),), parameters=(constant(1),), answer=same),
        "refuted",
        "essay (D0): a simple average",
        ("Adagrad",),
        ("C56",),
    ),
    Statement(
        "C56a",
        "With a constant gradient Adagrad's sum is t times its square, RMSProp's average "
        "1 - rho**t times.",
        Conjunction(
            {
                "Adagrad": Always(
                    adagrad,
                    (Equal(G[t], t * constant**2),),
                    (Equal(G[t], t * constant**2),),
                    varying=("lr",),
                    parameters=(constant(1),),
                    answer=same,
                ),
                "RMSProp": Always(
                    rmsprop,
                    (Equal(v[t], (1 - rho**t) * constant**2),),
                    (Equal(v[t], (1 - rho**t) * constant**2),),
                    varying=("lr",),
                    parameters=(constant(1),),
                    answer=same,
                ),
            }
        ),
        "proved",
        "essay (D0), corrected",
        ("Adagrad", "RMSProp"),
        ("C56", "C61"),
    ),
    Statement(
        "C56x",
        "RMSProp averages gradients, not their squares.",
        Simulation(rmsprop, catalog.system("texts.RMS_D0"), state={"m": v[t]}),
        "refuted",
        "essay (D0), RMS-D0",
        ("RMSProp", "texts.RMS_D0"),
        ("C56",),
    ),
    Statement(
        "C57",
        "The older a square is, the more RMSProp's average weighs it.",
        Inequality(Ge((1 - rho) * rho**age, 1 - rho)),
        "refuted",
        "essay (D0): more weight on historical gradients",
        ("RMSProp",),
        ("C57",),
    ),
    Statement(
        "C57a",
        "It weighs a square less the older it is, while Adagrad's sum weighs all alike.",
        Inequality(Lt((1 - rho) * rho ** (age + 1), (1 - rho) * rho**age), where=(rho > 0,)),
        "proved",
        "essay (D0), corrected",
        ("RMSProp", "Adagrad"),
        ("C57",),
    ),
    Statement(
        "C60x",
        "RMSProp weighs the square before the newest by rho**2.",
        Always(rmsprop, (Equal(v[t] - (1 - rho) * g[t] ** 2, rho**2 * v[t - 1]),)),
        "refuted",
        "article (D1): weights p, p**2, p**3",
        ("RMSProp",),
        ("C60",),
    ),
    Statement(
        "C61",
        "RMSProp squares and sums: with a constant gradient it keeps t times its square.",
        Always(rmsprop, (Equal(v[t], t * constant**2),), parameters=(constant(1),), answer=same),
        "refuted",
        "article (D1): square and sum",
        ("RMSProp",),
        ("C61",),
    ),
    Statement(
        "C62a",
        "While gradients shrink by a ratio whose square is above rho, RMSProp's steps at eps = 0 "
        "do not shrink below a fixed length.",
        Always(
            rmsprop0,
            (Ge(step**2, lr**2 * (ratio**2 - rho) / ((1 - rho) * ratio**2)),),
            (
                v[t] <= (1 - rho) * ratio ** (2 * t + 2) / (ratio**2 - rho),
                v[t] > 0,
            ),
            parameters=(ratio("99/100"),),
            assume=(ratio**2 > rho,),
            answer={"grad": ratio**t},
            first=2,
        ),
        "proved",
        "article (D1), corrected",
        ("RMSProp",),
        ("C62",),
    ),
    Statement(
        "C62x",
        "RMSProp anneals: its steps shrink as the gradients do, to lr times the gradient or less.",
        Always(
            rmsprop0,
            (Abs(step) <= lr * Abs(g[t]),),
            problems=(script(1, "1/2", "1/4", "1/8"),),
        ),
        "refuted",
        "article (D1): simulated annealing",
        ("RMSProp",),
        ("C62",),
    ),
    Statement(
        "C62y",
        "On x**2 RMSProp at eps = 0 slows down before the minimum and never steps over it.",
        Always(
            rmsprop0,
            (theta[t] * theta[t - 1] >= 0,),
            answer={"grad": 2 * POINT},
            hyper=({"lr": 1, "rho": Rational(3, 4)},),
        ),
        "refuted",
        "article (D1): simulated annealing",
        ("RMSProp",),
        ("C62",),
    ),
    Statement(
        "C63",
        "With RMSProp the learning rate need not be tuned: twice the rate leads along the same "
        "path.",
        Simulation(rmsprop, rmsprop, hyper={"lr": 2 * lr}),
        "refuted",
        "article (D1)",
        ("RMSProp",),
        ("C63",),
    ),
    Statement(
        "C64a",
        "No learning rate makes the review's Adadelta, which is RMSProp with eps inside, follow "
        "Zeiler's.",
        Impossible(
            adadelta,
            inside,
            {"rho": Rational(1, 3), "eps": 1},
            ("lr",),
            (script(6, 18),),
            steps=2,
        ),
        "proved",
        "review (D2), RMS-D2r; Zeiler 2012",
        ("Adadelta", "RMSPropEpsInside"),
        ("C64",),
    ),
    Statement(
        "C64y",
        "The review's Adadelta at learning rate 1 is Zeiler's.",
        Simulation(adadelta, inside, hyper={"lr": 1}),
        "refuted",
        "review (D2), RMS-D2r; Zeiler 2012",
        ("Adadelta", "RMSPropEpsInside"),
        ("C64",),
    ),
    Statement(
        "C65",
        "For equal lr and eps and the same gradients RMSProp's rate is at least Adagrad's.",
        Always(
            both,
            (Ge(lr / (sqrt(v[t]) + eps), lr / (sqrt(G[t]) + eps)),),
            (v[t] <= G[t], v[t] >= 0),
        ),
        "proved",
        "quiz (D2), question 2, option c",
        ("RMSProp", "Adagrad"),
        ("C65",),
    ),
    Statement(
        "C65x",
        "It is at least Adagrad's also when each follows its own path from the same start.",
        Always(
            apart,
            (Ge(lr / (sqrt(v[t]) + eps), lr / (sqrt(G[t]) + eps)),),
            problems=(Objective((Integer(0), Integer(10)), (Integer(1), Integer(0))),),
            hyper=({"lr": 1, "rho": Rational(3, 4), "eps": 0},),
        ),
        "refuted",
        "quiz (D2), question 2, option c, without its condition",
        ("RMSProp", "Adagrad"),
        ("C65",),
    ),
    Statement(
        "C66",
        "RMSProp makes all steps similar in size: at eps = 0 each is lr/sqrt(1 - rho) long.",
        Always(
            rmsprop0,
            (Equal(Abs(step), lr / sqrt(1 - rho)),),
            given=(Unequal(g[t], 0),),
        ),
        "refuted",
        "chapter (D3)",
        ("RMSProp",),
        ("C66",),
    ),
    Statement(
        "C66a",
        "None is longer than that.",
        Always(
            rmsprop0,
            (Le(Abs(step), lr / sqrt(1 - rho)),),
            (v[t] >= 0,),
            varying=("lr",),
        ),
        "proved",
        "chapter (D3), corrected",
        ("RMSProp",),
        ("C66",),
    ),
    Statement(
        "C66y",
        "RMSProp's first step, one by signs, turns with the axes: the signs of a gradient turned "
        "by 3-4-5 are the signs turned.",
        Identity((3 * sign(r) - 4 * sign(x)) / 5, sign((3 * r - 4 * x) / 5)),
        "refuted",
        "chapter (D3): a straighter line",
        ("RMSProp", "SignSGD"),
        ("C66",),
    ),
    Statement(
        "C67",
        "RMSProp changes directions, not lengths: in one coordinate it steps as gradient descent.",
        Simulation(rmsprop, descent),
        "refuted",
        "chapter (D3): adaptive optimizers do not adjust the speed",
        ("RMSProp", "GradientDescent"),
        ("C67",),
    ),
    Statement(
        "C70",
        "The square of the derivative, which the site writes as the second, is the second one.",
        Identity((c * r) ** 2, c, parameters=(c(1),)),
        "refuted",
        "lesson (D2), on c*r**2/2",
        ("Adagrad",),
        ("C70",),
    ),
    Statement(
        "C84a",
        "Adagrad's default eps in PyTorch is 1e-10, RMSProp's decay there 0.99, Adadelta's eps "
        "1e-6.",
        Conjunction(
            {
                "Adagrad": Declared(catalog.system("torch.Adagrad"), {"eps": "1e-10"}),
                "RMSprop": Declared(catalog.system("torch.RMSprop"), {"alpha": "0.99"}),
                "Adadelta": Declared(catalog.system("torch.Adadelta"), {"eps": "1e-6"}),
            }
        ),
        "proved",
        "torch.optim",
        ("torch.Adagrad", "torch.RMSprop", "torch.Adadelta"),
        (),
    ),
    Statement(
        "C84b",
        "The decay 0.9 of the lecture and the article is PyTorch's default for RMSprop.",
        Declared(catalog.system("torch.RMSprop"), {"alpha": "0.9"}),
        "refuted",
        "article (D1): p = 0.9",
        ("torch.RMSprop", "RMSProp"),
        (),
    ),
)

__all__ = ["statements"]
