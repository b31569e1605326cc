"""Adagrad, RMSProp and Adadelta: in which senses one is another with decay, in which not."""

from __future__ import annotations

from sympy import Symbol

from optwright.derive.catalog import catalog
from optwright.derive.declaration import substitute
from optwright.derive.language import (
    Abs,
    Eq,
    Equal,
    G,
    Optimizer,
    Parameter,
    Source,
    State,
    Unequal,
    beta2,
    eps,
    g,
    lr,
    rho,
    sign,
    sqrt,
    t,
    theta,
    u,
    v,
    variables,
)
from optwright.derive.prove.claim import Conjunction, Identity, Inequality, SumOf
from optwright.derive.prove.impossible import Impossible
from optwright.derive.prove.invariant import Always, StepFrom
from optwright.derive.prove.limit import FamilyLimit, Limit
from optwright.derive.prove.run import ANSWER, POINT, script
from optwright.derive.prove.simulation import Simulation
from optwright.derive.prove.statement import Statement

adagrad, adagrad0 = catalog.system("Adagrad"), catalog.system("Adagrad(eps=0)")
leaky = catalog.system("LeakyAdagrad")
rmsprop, rmsprop0 = catalog.system("RMSProp"), catalog.system("RMSProp(eps=0)")
no_root0 = catalog.system("RMSPropNoRoot(eps=0)")
inside = catalog.system("RMSPropEpsInside")
graves = catalog.system("RMSPropGraves")
adadelta, adadelta0 = catalog.system("Adadelta"), catalog.system("Adadelta(eps=0)")
frozen = substitute(rmsprop, {rho: 1})

a, b = Parameter("a", "[0, 1]", "decay"), Parameter("b", "(0, 1]", "coefficient")
accumulator = Optimizer(
    name="Accumulator",
    source=Source("Adagrad and RMSProp as one family", "G = a*G + b*g**2"),
    hyper=(lr(0.01), a(1), b(1), eps(1e-8)),
    state=(G,),
    step=(
        Eq(G[t], a * G[t - 1] + b * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(G[t]) + eps)),
    ),
)
both = Optimizer(
    name="BothSums",
    source=Source("Adagrad's sum beside RMSProp's average", "for the same gradients"),
    hyper=(lr(0.01), rho(0.9), eps(1e-8)),
    state=(G, v),
    step=(
        Eq(G[t], G[t - 1] + g[t] ** 2),
        Eq(v[t], rho * v[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(v[t]) + eps)),
    ),
)
from_one = Optimizer(
    name="BothStarts",
    source=Source("RMSProp's average from 0 beside the one from 1", "for the same gradients"),
    hyper=(lr(0.01), rho(0.9), eps(1e-8)),
    state=(v, State(u, init=1)),
    step=(
        Eq(v[t], rho * v[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(u[t], rho * u[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(u[t]) + eps)),
    ),
)

i = Symbol("i", integer=True, positive=True)
c = Parameter("c", "(0, inf)", meaning="factor of the loss")
(average,) = variables("average")
x, y, z = (Symbol(name, nonnegative=True) for name in "xyz")

statements: tuple[Statement, ...] = (
    Statement(
        "A1",
        "RMSProp with decay 1 is Adagrad.",
        Simulation(adagrad, frozen, state={"v": G[t]}),
        "refuted",
        "lecture notes (D4), read literally",
        ("Adagrad", "RMSProp"),
        ("C58",),
    ),
    Statement(
        "A1a",
        "RMSProp with decay 1 never changes its average: it is frozen.",
        Always(frozen, (Equal(v[t], v[t - 1]), Equal(v[t], 0)), (Equal(v[t], 0),)),
        "proved",
        "lecture notes (D4), read literally",
        ("RMSProp",),
        ("C58",),
    ),
    Statement(
        "A2",
        "Adagrad and RMSProp are members of G = a*G + b*g**2, at (1, 1) and at (rho, 1 - rho).",
        Conjunction(
            {
                "Adagrad": Simulation(
                    adagrad, accumulator, hyper={"a": 1, "b": 1}, varying=("lr", "eps")
                ),
                "RMSProp": Simulation(
                    rmsprop,
                    accumulator,
                    hyper={"a": rho, "b": 1 - rho},
                    state={"G": v[t]},
                    varying=("lr", "eps", "rho"),
                ),
            }
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adagrad", "RMSProp"),
        ("C58",),
        "Adagrad and RMSProp = G = a*G + b*g**2 at (1, 1) and (rho, 1 - rho)",
    ),
    Statement(
        "A2a",
        "No decay makes RMSProp's average Adagrad's sum.",
        Impossible(
            adagrad,
            rmsprop,
            {"lr": 1, "eps": 1},
            ("rho",),
            (script(1, 1, 1),),
            observe=(("v", "G"),),
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adagrad", "RMSProp"),
        ("C58",),
    ),
    Statement(
        "A3",
        "The weights of the bias-corrected average tend to 1/t as its decay tends to 1.",
        Limit((1 - rho) * rho ** (t - i) / (1 - rho**t), rho, 1, 1 / t),
        "proved",
        "",
        ("RMSProp",),
        ("C58",),
    ),
    Statement(
        "A3x",
        "They tend to 1/(t + 1).",
        Limit((1 - rho) * rho ** (t - i) / (1 - rho**t), rho, 1, 1 / (t + 1)),
        "refuted",
        "near miss of A3",
        ("RMSProp",),
        (),
    ),
    Statement(
        "A4",
        "Bias-corrected RMSProp (Adam with beta1 = 0) with lr/sqrt(t) tends to Adagrad as its "
        "decay tends "
        "to 1, at eps = 0.",
        FamilyLimit(
            catalog.system("Adam(beta1=0, eps=0)"),
            adagrad0,
            beta2,
            1,
            state={"G": t * v[t] / (1 - beta2**t)},
            inverse={"v": G[t] * (1 - beta2**t) / t, "m": 0},
            replaced={"lr": lr / sqrt(t)},
            start=1,
            invariants=(G[t] >= 0,),
            assume=(Unequal(g[t], 0),),
        ),
        "proved",
        "",
        ("Adam", "Adagrad"),
        ("C58",),
        "Adagrad = limit of Adam(lr/sqrt(t), beta1=0, eps=0) as beta2 -> 1",
    ),
    Statement(
        "A4x",
        "It tends to Adagrad at the same constant learning rate.",
        FamilyLimit(
            catalog.system("Adam(beta1=0, eps=0)"),
            adagrad0,
            beta2,
            1,
            state={"G": t * v[t] / (1 - beta2**t)},
            inverse={"v": G[t] * (1 - beta2**t) / t, "m": 0},
            start=1,
            invariants=(G[t] >= 0,),
            assume=(Unequal(g[t], 0),),
        ),
        "refuted",
        "near miss of A4",
        ("Adam", "Adagrad"),
        (),
    ),
    Statement(
        "A5",
        "RMSProp with decay 1 - 1/t, lr/sqrt(t) and eps/sqrt(t) is Adagrad.",
        Simulation(
            adagrad,
            rmsprop,
            hyper={"rho": 1 - 1 / t, "lr": lr / sqrt(t), "eps": eps / sqrt(t)},
            state={"v": G[t] / t},
            invariants=(G[t] >= 0,),
            varying=("lr", "eps"),
        ),
        "proved",
        "",
        ("Adagrad", "RMSProp"),
        ("C58",),
        "Adagrad(lr, eps) = RMSProp(lr/sqrt(t), 1 - 1/t, eps/sqrt(t)) under v = G/t",
    ),
    Statement(
        "A5x",
        "RMSProp with decay 1 - 1/t and lr/sqrt(t) is Adagrad with the same eps.",
        Simulation(
            adagrad,
            rmsprop,
            hyper={"rho": 1 - 1 / t, "lr": lr / sqrt(t)},
            state={"v": G[t] / t},
            invariants=(G[t] >= 0,),
        ),
        "refuted",
        "near miss of A5",
        ("Adagrad", "RMSProp"),
        ("C58",),
    ),
    Statement(
        "A5a",
        "At eps = 0 decay 1 - 1/t and lr/sqrt(t) are enough.",
        Simulation(
            adagrad0,
            rmsprop0,
            hyper={"rho": 1 - 1 / t, "lr": lr / sqrt(t)},
            state={"v": G[t] / t},
            invariants=(G[t] >= 0,),
            varying=("lr",),
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adagrad", "RMSProp"),
        ("C58",),
        "Adagrad(lr, eps=0) = RMSProp(lr/sqrt(t), 1 - 1/t, eps=0) under v = G/t",
    ),
    Statement(
        "A7",
        "RMSProp is leaky Adagrad with lr and eps divided by sqrt(1 - rho).",
        Simulation(
            rmsprop,
            leaky,
            hyper={"lr": lr / sqrt(1 - rho), "eps": eps / sqrt(1 - rho)},
            state={"G": v[t] / (1 - rho)},
            invariants=(v[t] >= 0,),
            varying=("lr", "eps"),
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("RMSProp", "LeakyAdagrad"),
        ("C58",),
        "RMSProp = LeakyAdagrad(lr/sqrt(1 - rho), rho, eps/sqrt(1 - rho)) under G = v/(1 - rho)",
    ),
    Statement(
        "A7a",
        "At eps = 0 RMSProp(lr) is leaky Adagrad(lr/sqrt(1 - rho)).",
        Simulation(
            rmsprop0,
            leaky.with_hyper(eps=0),
            hyper={"lr": lr / sqrt(1 - rho)},
            state={"G": v[t] / (1 - rho)},
            invariants=(v[t] >= 0,),
            varying=("lr",),
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("RMSProp", "LeakyAdagrad"),
        ("C58",),
    ),
    Statement(
        "A7x",
        "RMSProp is leaky Adagrad at the same learning rate.",
        Simulation(rmsprop, leaky, state={"G": v[t]}),
        "refuted",
        "near miss of A7",
        ("RMSProp", "LeakyAdagrad"),
        ("C58",),
    ),
    Statement(
        "A7b",
        "Leaky Adagrad without leak is Adagrad.",
        Simulation(leaky.with_hyper(rho=1), adagrad, varying=("lr", "eps")),
        "proved",
        "",
        ("LeakyAdagrad", "Adagrad"),
        ("C58",),
        "LeakyAdagrad(rho=1) = Adagrad",
    ),
    Statement(
        "A6",
        "Centred RMSProp never takes the root of a negative number: v >= average**2 always.",
        Always(graves, (v[t] >= average[t] ** 2,), (v[t] >= average[t] ** 2,), varying=("lr",)),
        "proved",
        "Graves 2013",
        ("RMSPropGraves",),
        (),
    ),
    Statement(
        "A6a",
        "That gap is rho times the last gap plus rho*(1 - rho)*(average - g)**2.",
        Always(
            graves,
            (
                Equal(
                    v[t] - average[t] ** 2,
                    rho * (v[t - 1] - average[t - 1] ** 2)
                    + rho * (1 - rho) * (average[t - 1] - g[t]) ** 2,
                ),
            ),
            varying=("lr",),
        ),
        "proved",
        "Graves 2013",
        ("RMSPropGraves",),
        (),
    ),
    Statement(
        "A8",
        "Starting RMSProp's average at 1 instead of 0 adds rho**t to it.",
        Always(from_one, (Equal(u[t] - v[t], rho**t),), (Equal(u[t] - v[t], rho**t),)),
        "proved",
        "optax#49",
        ("RMSProp",),
        (),
    ),
    Statement(
        "A11",
        "Adadelta at eps = 0 never moves.",
        Always(adadelta0, (Equal(theta[t], theta[t - 1]),), (Equal(u[t], 0), v[t] >= 0)),
        "proved",
        "Zeiler 2012",
        ("Adadelta",),
        (),
    ),
    Statement(
        "A11x",
        "Adadelta with its eps never moves.",
        Always(adadelta, (Equal(theta[t], theta[t - 1]),)),
        "refuted",
        "near miss of A11",
        ("Adadelta",),
        (),
    ),
    Statement(
        "A12",
        "No step of Adagrad at eps = 0 is longer than lr.",
        Always(adagrad0, (Abs(theta[t] - theta[t - 1]) <= lr,), (G[t] >= 0,), varying=("lr",)),
        "proved",
        "Duchi, Hazan & Singer 2011",
        ("Adagrad",),
        (),
    ),
    Statement(
        "A12a",
        "Adagrad's learning rate of a coordinate never rises.",
        Always(adagrad, (lr / (sqrt(G[t]) + eps) <= lr / (sqrt(G[t - 1]) + eps),), (G[t] >= 0,)),
        "proved",
        "essay (D0), lesson (D2)",
        ("Adagrad",),
        ("C50",),
    ),
    Statement(
        "A13",
        "RMSProp's learning rate of a coordinate never rises.",
        Always(
            rmsprop,
            (lr / (sqrt(v[t]) + eps) <= lr / (sqrt(v[t - 1]) + eps),),
            (v[t] >= 0,),
            problems=(script(1, 0),),
        ),
        "refuted",
        "essay (D0): the learning rate is reduced too aggressively",
        ("RMSProp",),
        ("C62", "C90"),
    ),
    Statement(
        "A14",
        "RMSProp's first step at eps = 0 is lr*sign(g)/sqrt(1 - rho).",
        Always(
            rmsprop0,
            (Equal(theta[t] - theta[t - 1], -lr * sign(g[t]) / sqrt(1 - rho)),),
            assume=(Unequal(g[t], 0),),
            last=1,
        ),
        "proved",
        "",
        ("RMSProp",),
        (),
    ),
    Statement(
        "C54",
        "A larger gradient makes Adagrad's update smaller.",
        Inequality(x / sqrt(y + x**2) >= (x + z) / sqrt(y + (x + z) ** 2)),
        "refuted",
        "essay (D0): more cautious updates",
        ("Adagrad",),
        ("C54",),
    ),
    Statement(
        "C59",
        "RMSProp at eps = 0 does not change when the loss is multiplied by a number.",
        Simulation(
            rmsprop0,
            rmsprop0,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"v": c**2 * v[t]},
            invariants=(v[t] >= 0,),
            varying=("lr", "rho"),
        ),
        "proved",
        "Zeiler 2012, section 3.2",
        ("RMSProp",),
        ("C59", "C67"),
    ),
    Statement(
        "C59x",
        "Nor does it without the root.",
        Simulation(
            no_root0,
            no_root0,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"v": c**2 * v[t]},
        ),
        "refuted",
        "article (D1), RMS-D1",
        ("RMSPropNoRoot",),
        ("C59",),
    ),
    Statement(
        "C59a",
        "Without the root the step is divided by that number.",
        Simulation(
            no_root0,
            no_root0,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"v": c**2 * v[t]},
            hyper={"lr": c * lr},
        ),
        "proved",
        "article (D1), RMS-D1",
        ("RMSPropNoRoot",),
        ("C59",),
    ),
    Statement(
        "A9",
        "RMSProp's and Adagrad's rates have the units of the parameters: at eps = 0, scaling "
        "theta scales lr.",
        Conjunction(
            {
                "RMSProp": Simulation(
                    rmsprop0,
                    rmsprop0,
                    parameters=(c(2),),
                    hyper={"lr": c * lr},
                    point=POINT / c,
                    answer={"grad": ANSWER / c},
                    invariants=(v[t] >= 0,),
                    state={"theta": c * theta[t], "v": v[t] / c**2},
                ),
                "Adagrad": Simulation(
                    adagrad0,
                    adagrad0,
                    parameters=(c(2),),
                    hyper={"lr": c * lr},
                    point=POINT / c,
                    answer={"grad": ANSWER / c},
                    invariants=(G[t] >= 0,),
                    state={"theta": c * theta[t], "G": G[t] / c**2},
                ),
            }
        ),
        "proved",
        "Zeiler 2012, section 3.2",
        ("RMSProp", "Adagrad"),
        (),
    ),
    Statement(
        "A9a",
        "Gradient descent's rate has those of theta squared over the loss.",
        Simulation(
            catalog.system("GradientDescent"),
            catalog.system("GradientDescent"),
            parameters=(c(2),),
            hyper={"lr": c**2 * lr},
            point=POINT / c,
            answer={"grad": ANSWER / c},
            state={"theta": c * theta[t]},
            varying=("lr",),
        ),
        "proved",
        "Zeiler 2012, section 3.2",
        ("GradientDescent",),
        (),
    ),
    Statement(
        "C60",
        "RMSProp weighs the newest square by rho.",
        Always(rmsprop, (Equal(v[t], rho * g[t] ** 2),), last=1),
        "refuted",
        "article (D1): weights p, p**2, p**3",
        ("RMSProp",),
        ("C60",),
    ),
    Statement(
        "C60a",
        "The weights of squares in RMSProp's average sum to 1 - rho**t.",
        SumOf((1 - rho) * rho ** (t - i), i, 1 - rho**t, where=(rho > 0,)),
        "proved",
        "article (D1), corrected",
        ("RMSProp",),
        ("C60",),
    ),
    Statement(
        "C62",
        "RMSProp's steps need not shrink near a minimum: on x**2, from lr/2 with v = lr**2, it "
        "jumps to -lr/2.",
        StepFrom(
            rmsprop0,
            {"theta": lr / 2, "v": lr**2},
            {"theta": -lr / 2, "v": lr**2},
            {"grad": 2 * POINT},
            where=(lr > 0,),
        ),
        "proved",
        "article (D1): simulated annealing",
        ("RMSProp",),
        ("C62",),
    ),
    Statement(
        "C64",
        "For the same gradients RMSProp's average is at most Adagrad's sum, so its rates are "
        "larger.",
        Always(both, (v[t] <= G[t],), (v[t] <= G[t], v[t] >= 0), varying=("lr",)),
        "proved",
        "lesson and quiz (D2)",
        ("RMSProp", "Adagrad"),
        ("C64", "C65"),
    ),
    Statement(
        "C64x",
        "For the same gradients it is at least Adagrad's sum.",
        Always(both, (v[t] >= G[t],)),
        "refuted",
        "near miss of C64",
        ("RMSProp", "Adagrad"),
        (),
    ),
    Statement(
        "C69",
        "It makes no difference whether eps stands inside or outside the root.",
        Simulation(rmsprop, inside),
        "refuted",
        "lesson against review (D2)",
        ("RMSProp", "RMSPropEpsInside"),
        ("C69",),
    ),
    Statement(
        "C69a",
        "Where the average is zero the two denominators differ by the factor sqrt(eps).",
        Identity((sqrt(x) + eps).subs(x, 0), sqrt(eps) * sqrt(x + eps).subs(x, 0)),
        "proved",
        "lesson against review (D2)",
        ("RMSProp", "RMSPropEpsInside"),
        ("C69",),
    ),
)
