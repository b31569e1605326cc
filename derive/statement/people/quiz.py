"""The quiz of the learning site (D2), option by option: what each says, made decidable.

Question 5 asks for steps on a saddle and stands with the landscapes. Option b of question 2, that
SGD is better than mini-batches, compares by no measure and is not here.
"""

from __future__ import annotations

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.problem import Objective
from optwright.derive.claim.relation import Equal, Ge, Le, Lt
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
    eps,
    g,
    grad,
    lr,
    m,
    sqrt,
    t,
    theta,
    v,
    variables,
)
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog

adagrad, adagrad0 = catalog.system("Adagrad"), catalog.system("Adagrad(eps=0)")
momentum, nesterov = catalog.system("Momentum"), catalog.system("Nesterov")
adam, plain = catalog.system("Adam"), catalog.system("AdamNoCorrection")
inside = catalog.system("AdamEpsInside")
rmsprop = catalog.system("RMSProp")
descent = catalog.system("GradientDescent")
site = catalog.system("texts.ADAM_D2")

least = Parameter("least", "(0, inf)", meaning="a lower bound of the gradients' size")

(move,) = variables("move")
printed = Optimizer(
    name="QuestionThree",
    source=Source("A learning site's quiz (D2)", "question 3, as printed"),
    hyper=(lr(0.01), mu(0.9)),
    state=(move,),
    step=(
        Eq(move[t], mu * move[t - 1] + lr * grad(theta[t - 1] - mu * move[t - 1])),
        Eq(theta[t], theta[t - 1] - move[t]),
    ),
)
uncorrected = inside.replace(
    name="AdamEpsInsideUncorrected",
    source=Source("Kingma & Ba 2015", "Algorithm 1 without correction, eps inside the root"),
    step=(
        *(e for e in inside.equations if e.lhs.name in ("g", "m", "v")),
        Eq(theta[t], theta[t - 1] - lr * m[t] / sqrt(v[t] + eps)),
    ),
)

w, velocity, h = variables("w velocity h")
race = Optimizer(
    name="NesterovBesideMomentum",
    source=Source("Nesterov in theta, momentum in w", "same loss, start and hyperparameters"),
    hyper=(lr(0.01), mu(0.9)),
    state=(v, velocity, State(w, init=theta[0])),
    step=(
        Eq(g[t], grad(theta[t - 1] - mu * v[t - 1])),
        Eq(h[t], grad(w[t - 1])),
        Eq(v[t], mu * v[t - 1] + lr * g[t]),
        Eq(velocity[t], mu * velocity[t - 1] + lr * h[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
        Eq(w[t], w[t - 1] - velocity[t]),
    ),
)
parabola = (Objective((1,), (0,)),)

statements: tuple[Statement, ...] = (
    Statement(
        "Quiz1a",
        "Adagrad has no rate to set by hand: its path is the same for every learning rate.",
        Simulation(adagrad, adagrad, hyper={"lr": 3 * lr}),
        "refuted",
        "quiz (D2), question 1, option a denied: the option is arguably true",
        ("Adagrad",),
        ("C52",),
    ),
    Statement(
        "Quiz1b",
        "Adagrad's rate never rises, and while gradients stay at least `least` in size it is at "
        "most lr/(least*sqrt(t)), which tends to zero.",
        Conjunction(
            {
                "never rises": Always(
                    adagrad,
                    (Le(lr / (sqrt(G[t]) + eps), lr / (sqrt(G[t - 1]) + eps)),),
                    (G[t] >= 0,),
                ),
                "bound": Always(
                    adagrad0,
                    (Le(lr / sqrt(G[t]), lr / (least * sqrt(t))),),
                    (G[t] >= t * least**2,),
                    parameters=(least(1),),
                    assume=(Ge(Abs(g[t]), least),),
                ),
                "limit": Limit(lr / (least * sqrt(t)), t, "oo", 0, parameters=(least(1),)),
            }
        ),
        "proved",
        "quiz (D2), question 1, option b in a form that can be proved",
        ("Adagrad",),
        ("C50", "C51"),
    ),
    Statement(
        "Quiz1c",
        "Adagrad makes the same updates to all parameters: gradient times one rate, as gradient "
        "descent.",
        Simulation(adagrad, descent),
        "refuted",
        "quiz (D2), question 1, option c",
        ("Adagrad", "GradientDescent"),
        (),
    ),
    Statement(
        "Quiz1d",
        "Adagrad fails on sparse data: where a feature does not occur its rate falls all the same.",
        Always(
            adagrad,
            (Lt(lr / (sqrt(G[t]) + eps), lr / (sqrt(G[t - 1]) + eps)),),
            assume=(lr > 0, eps > 0),
            given=(Equal(g[t], 0),),
            problems=(Objective((0,), (1, 0)),),
        ),
        "refuted",
        "quiz (D2), question 1, option d",
        ("Adagrad",),
        ("C53",),
    ),
    Statement(
        "Quiz2a",
        "Acceleration leads to more overshooting: on x**2/2 Nesterov is never nearer to the "
        "minimum than momentum.",
        Always(race, (Ge(Abs(theta[t]), Abs(w[t])),), problems=parabola),
        "refuted",
        "quiz (D2), question 2, option a",
        ("Nesterov", "Momentum"),
        ("C41",),
    ),
    Statement(
        "Quiz2c",
        "For the same gradients the site's Adadelta, RMSProp, has at least Adagrad's learning "
        "rates.",
        Always(
            rmsprop.replace(
                name="BothRates",
                state=(v, G),
                step=(*rmsprop.step, Eq(G[t], G[t - 1] + g[t] ** 2)),
            ),
            (Ge(lr / (sqrt(v[t]) + eps), lr / (sqrt(G[t]) + eps)),),
            (v[t] <= G[t], v[t] >= 0),
            varying=("lr", "rho"),
        ),
        "proved",
        "quiz (D2), question 2, option c with its condition",
        ("RMSProp", "Adagrad"),
        ("C65",),
    ),
    Statement(
        "Quiz2d",
        "Momentum reduces the updates where the gradient is steep: where it is above 1, a step is "
        "shorter than lr times the gradient.",
        Always(
            momentum,
            (Lt(Abs(theta[t] - theta[t - 1]), lr * Abs(g[t])),),
            assume=(lr > 0,),
            given=(Abs(g[t]) > 1,),
        ),
        "refuted",
        "quiz (D2), question 2, option d",
        ("Momentum",),
        ("C38",),
    ),
    Statement(
        "Quiz3",
        "The rule of question 3 is Nesterov momentum; everything may vary.",
        Simulation(printed, nesterov, state={"v": move[t]}, varying=("lr", "momentum")),
        "proved",
        "quiz (D2), question 3, option c",
        ("Nesterov",),
        (),
        "Nesterov = NAG-a of the quiz",
    ),
    Statement(
        "Quiz3a",
        "It is Adagrad.",
        Simulation(printed, adagrad, state={"G": 0}, hyper={"eps": 1}),
        "refuted",
        "quiz (D2), question 3, option a",
        ("Adagrad", "Nesterov"),
        (),
    ),
    Statement(
        "Quiz3b",
        "It is momentum.",
        Simulation(printed, momentum, state={"v": move[t]}),
        "refuted",
        "quiz (D2), question 3, option b",
        ("Momentum", "Nesterov"),
        (),
    ),
    Statement(
        "Quiz3d",
        "It is Adadelta as the site has it, that is RMSProp.",
        Simulation(printed, rmsprop, state={"v": move[t]}, hyper={"rho": mu, "eps": 1}),
        "refuted",
        "quiz (D2), question 3, option d",
        ("RMSProp", "Nesterov"),
        (),
    ),
    Statement(
        "Quiz4a",
        "The right formula for Adam is the first: NAG-a.",
        Simulation(adam, nesterov, hyper={"momentum": "9/10"}, state={"v": lr * m[t]}),
        "refuted",
        "quiz (D2), question 4, option a",
        ("Adam", "Nesterov"),
        ("C82",),
    ),
    Statement(
        "Quiz4b",
        "The right formula for Adam is the second: RMS-D2.",
        Simulation(adam, rmsprop, hyper={"rho": adam.hyper[2].symbol}),
        "refuted",
        "quiz (D2), question 4, option b",
        ("Adam", "RMSProp"),
        ("C82",),
    ),
    Statement(
        "Quiz4c",
        "The right formula for Adam is the third: ADAM-D2, at eps = 0 at least.",
        Simulation(catalog.system("Adam(eps=0)"), site.with_hyper(eps=0)),
        "refuted",
        "quiz (D2), question 4, option c, the intended answer",
        ("Adam", "texts.ADAM_D2"),
        ("C82",),
    ),
    Statement(
        "Quiz4d",
        "The right formula for Adam is the fourth: MOM-a.",
        Simulation(adam, momentum, hyper={"momentum": "9/10"}, state={"v": lr * m[t]}),
        "refuted",
        "quiz (D2), question 4, option d",
        ("Adam", "Momentum"),
        ("C82",),
    ),
    Statement(
        "Quiz4",
        "ADAM-D2 is Adam with eps inside the root and without bias correction.",
        Simulation(uncorrected, site, varying=("lr", "beta1", "beta2", "eps")),
        "proved",
        "quiz (D2), question 4, made exact",
        ("texts.ADAM_D2", "AdamEpsInside"),
        ("C82",),
        "texts.ADAM_D2 = AdamEpsInside without correction",
    ),
    Statement(
        "Quiz4e",
        "Where eps stands makes no difference to it: ADAM-D2 is AdamNoCorrection.",
        Simulation(plain, site),
        "refuted",
        "near miss of Quiz4",
        ("texts.ADAM_D2", "AdamNoCorrection"),
        ("C69", "C82"),
    ),
)
