"""Adam: its forms, what its first steps and its averages are, and what it is often taken for.

The two bounds on Adam's step that section 2.1 of its paper prints are false: D14 and D15 refute
them, D16a is a bound that holds, and D15a has the gradients that come near it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Dummy, Rational, Symbol

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, SumOf
from optwright.derive.claim.problem import ANSWER, POINT, script
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Equal,
    Max,
    Optimizer,
    Parameter,
    Source,
    Unequal,
    Variable,
    beta,
    beta1,
    beta2,
    cases,
    ceiling,
    d,
    eps,
    g,
    lr,
    m,
    m_hat,
    sign,
    sqrt,
    t,
    theta,
    u,
    v,
    v_hat,
    variables,
)
from optwright.derive.language.declaration import substitute
from optwright.derive.language.symbol import Value
from optwright.derive.rule import catalog

adam, adam0 = catalog.system("Adam"), catalog.system("Adam(eps=0)")
plain = catalog.system("AdamNoCorrection")
hat = catalog.system("AdamEpsHat")
rmsprop, rmsprop0 = catalog.system("RMSProp"), catalog.system("RMSProp(eps=0)")
site = catalog.system("texts.ADAM_D2")
one_decay = substitute(adam, {beta2: beta1})

torch_adam = adam.replace(
    name="AdamTorch",
    source=Source("PyTorch", "torch/optim/adam.py, _single_tensor_adam"),
    step=(
        Eq(m[t], m[t - 1] + (1 - beta1) * (g[t] - m[t - 1])),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(d[t], sqrt(v[t]) / sqrt(1 - beta2**t) + eps),
        Eq(theta[t], theta[t - 1] - lr / (1 - beta1**t) * (m[t] / d[t])),
    ),
)
corrected_momentum = adam.replace(
    name="CorrectedMomentum",
    source=Source("Choi et al. 2019", "the limit of Adam for large eps", arxiv="1910.05446"),
    hyper=(lr(0.01), beta1(0.9), beta2(0.999)),
    step=(
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * m[t] / (1 - beta1**t)),
    ),
)
sign_descent = Optimizer(
    name="SignDescent",
    source=Source("Bernstein et al. 2018", "Algorithm 1", arxiv="1802.04434"),
    hyper=(lr(0.01),),
    step=(Eq(theta[t], theta[t - 1] - lr * sign(g[t])),),
)

squared_steps = adam0.replace(
    name="AdamSquaredSteps",
    source=Source("Adam at eps = 0", "with (step/lr)**2 for theta, which keeps numbers rational"),
    hyper=(beta1(0.9), beta2(0.999)),
    step=(*adam0.step[:-1], Eq(theta[t], m_hat[t] ** 2 / v_hat[t])),
)
batches = Parameter("batches", "integer [1, inf)", "count", meaning="steps of an epoch")
epochs = ceiling(t / batches)
by_epoch = adam.replace(
    name="AdamByEpoch",
    source=Source("A learning site's lesson (D2)", "Adam with t the epoch"),
    hyper=(*adam.hyper, batches(1)),
    step=(
        *adam.step[:-3],
        Eq(m_hat[t], m[t] / (1 - beta1**epochs)),
        Eq(v_hat[t], v[t] / (1 - beta2**epochs)),
        adam.step[-1],
    ),
)
amsgrad = Optimizer(
    name="AMSGradPlain",
    source=Source("Reddi, Kale & Kumar 2018", "Algorithm 2", arxiv="1904.09237"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)),
    state=(m, v, u),
    step=(
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(u[t], Max(u[t - 1], v[t])),
        Eq(theta[t], theta[t - 1] - lr * m[t] / (sqrt(u[t]) + eps)),
    ),
)
belief = adam.replace(
    name="AdaBelief",
    source=Source("Zhuang et al. 2020", "Algorithm 2, without eps in the average"),
    step=(
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * (g[t] - m[t]) ** 2),
        *adam.step[-3:],
    ),
)
kept, count = variables("kept count")
chosen = Parameter("chosen", "integer [1, inf)", "count", meaning="the step whose gradient is kept")
infinity = Optimizer(
    name="InfinityNorm",
    source=Source("Kingma & Ba 2015", "section 7.1, u beside one term of the maximum"),
    hyper=(beta2(0.999), chosen(1)),
    state=(u, kept),
    step=(
        Eq(u[t], Max(beta2 * u[t - 1], Abs(g[t]))),
        Eq(kept[t], cases((Abs(g[t]), Equal(t, chosen)), beta2 * kept[t - 1])),
        Eq(theta[t], theta[t - 1] - u[t]),
    ),
)
power_means = Optimizer(
    name="PowerMeans",
    source=Source("Kingma & Ba 2015", "section 7.1, the p-th powers of v**(1/p) and of u"),
    hyper=(beta(0.9),),  # beta2**p
    state=(count, u, v),
    step=(
        Eq(count[t], count[t - 1] + 1),
        Eq(u[t], Max(beta * u[t - 1], g[t])),
        Eq(v[t], beta * v[t - 1] + (1 - beta) * g[t]),
        Eq(theta[t], theta[t - 1] - u[t]),
    ),
)


def unrolled(system: Optimizer, gradients: Sequence[Any], name: str, source: Source) -> Optimizer:
    """Several steps of a rule as one step, with these gradients, which asks nothing.

    What the first of them assigns has the suffix _1, and so on; the last ones have none if they are
    kept. Raises ValueError for a rule that reads its clock.
    """
    for e in system.equations:
        if e.rhs.xreplace({x: Dummy(x.name) for x in e.rhs.atoms(Value)}).has(t):
            raise ValueError(f"{system.id} reads its clock: {e}")
    step: list[Any] = []
    names = ("theta", *(s.name for s in system.states))
    before: dict[str, Any] = {n: Variable(n)[t - 1] for n in names}
    for number, gradient in enumerate(gradients, 1):
        last = number == len(gradients)
        table: dict[Any, Any] = {Variable(n)[t - 1]: x for n, x in before.items()}
        table[g[t]] = gradient
        for e in system.equations:
            if e.lhs == g[t]:
                continue
            known = e.lhs.name in before
            own = Variable(e.lhs.name if last and known else f"{e.lhs.name}_{number}")[t]
            step.append(Eq(own, e.rhs.xreplace(table)))
            table[e.lhs] = own
        before = {n: table[Variable(n)[t]] for n in before}
    return system.replace(name=name, source=source, step=tuple(step))


# Reddi et al. 2018, Theorem 1: gradients C, -1, -1, … of losses whose sum has slope C - 2 > 0.
period = unrolled(
    catalog.system("RMSProp(eps=0, rho=1/10)"),
    (3, -1, -1),
    "ReddiPeriod",
    Source("Reddi, Kale & Kumar 2018", "Theorem 1, with C = 3", arxiv="1904.09237"),
)

moved = [x[t] for x in variables("theta_1 theta_2")]

nadam = catalog.system("NAdam(eps=0, momentum_decay=0)")
radam = catalog.system("RAdam")
R, rho_t = Variable("rho_inf"), Variable("rho_t")
radam_length = 2 / (1 - beta2) - 1 - 2 * t * beta2**t / (1 - beta2**t)
usual_length = radam_length.subs(beta2, Rational(999, 1000))
long, short = Symbol("long", positive=True), Symbol("short", positive=True)
radam_rectified = (short - 4) * (short - 2) * long / ((long - 4) * (long - 2) * short)
p = Symbol("p", integer=True, positive=True)

usual1, usual2, d1 = Rational(9, 10), Rational(999, 1000), Rational(99, 100)
plain0 = catalog.system("AdamNoCorrection(eps=0)")
usual_plain = plain0.with_hyper(beta1=usual1, beta2=usual2)
no_v_correction = adam0.replace(
    name="AdamMeanCorrected",
    source=Source("Kingma & Ba 2015", "Algorithm 1, v left uncorrected"),
    step=(
        *adam0.step[:-2],
        Eq(theta[t], theta[t - 1] - lr * m_hat[t] / sqrt(v[t])),
    ),
)


def larger(decay1: Any, decay2: Any) -> Any:
    """The square of (uncorrected step)/(corrected step) at eps = 0 in step t."""
    return (1 - decay1**t) ** 2 / (1 - decay2**t)


growth = beta2 / beta1  # the ratio of gradients that makes Adam's steps longest
share = (1 - (beta1**2 / beta2) ** t) / (1 - beta1**2 / beta2)
sharp = (1 - beta1) ** 2 / ((1 - beta2) * (1 - beta1**2 / beta2))
narrow = (beta1 > 0, beta1**2 < beta2)
usual_share = share.subs({beta1: usual1, beta2: usual2})
usual_ratio = usual_share * (1 - usual2**t) / (1 - usual1**t) ** 2

i = Symbol("i", integer=True, positive=True)
eps_hat = Parameter("eps_hat", "[0, inf)", meaning="eps of the reordered form")
c = Parameter("c", "(0, inf)", meaning="factor of the loss")
constant = Parameter("constant", "(-inf, inf)", meaning="the gradient, in every step the same")
mean = Parameter("mean", "(-inf, inf)", meaning="the mean of the gradients")
square = Parameter("square", "[0, inf)", meaning="the mean of the squared gradients")
step = theta[t] - theta[t - 1]
squares = (v[t] >= 0,)

statements: tuple[Statement, ...] = (
    Statement(
        "D1",
        "The weights of past gradients in an average that starts at zero sum to 1 - beta**t.",
        SumOf((1 - beta) * beta ** (t - i), i, 1 - beta**t, where=(beta > 0,)),
        "proved",
        "Kingma & Ba 2015, section 3",
        ("Adam", "MomentumEMA"),
        ("C30",),
    ),
    Statement(
        "D1x",
        "They sum to 1.",
        SumOf((1 - beta) * beta ** (t - i), i, 1, where=(beta > 0,)),
        "refuted",
        "near miss of D1",
        ("Adam", "MomentumEMA"),
        (),
    ),
    Statement(
        "D1a",
        "Bias correction makes both averages exact in the mean, for independent gradients of one "
        "distribution.",
        Conjunction(
            {
                "gradients": Always(
                    adam,
                    (Equal(m_hat[t], mean),),
                    (Equal(m[t], mean * (1 - beta1**t)),),
                    parameters=(mean(1),),
                    moments={1: mean},
                ),
                "squares": Always(
                    adam,
                    (Equal(v_hat[t], square),),
                    (Equal(v[t], square * (1 - beta2**t)),),
                    parameters=(square(1),),
                    moments={2: square},
                ),
            }
        ),
        "proved",
        "Kingma & Ba 2015, section 3",
        ("Adam",),
        (),
        "E[m_hat] = E[g] and E[v_hat] = E[g**2]",
    ),
    Statement(
        "D1b",
        "Without correction the average is exact in the mean.",
        Always(plain, (Equal(m[t], mean),), parameters=(mean(1),), moments={1: mean}),
        "refuted",
        "near miss of D1a",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D2",
        "Adam's first step at eps = 0 is lr*sign(g), whatever the decays are.",
        Always(adam0, (Equal(step, -lr * sign(g[t])),), assume=(Unequal(g[t], 0),), last=1),
        "proved",
        "",
        ("Adam",),
        ("C83",),
    ),
    Statement(
        "D2x",
        "So is every later step.",
        Always(adam0, (Equal(step, -lr * sign(g[t])),), given=(Unequal(g[t], 0),)),
        "refuted",
        "near miss of D2",
        ("Adam",),
        (),
    ),
    Statement(
        "D3",
        "Adam with both decays 0 and eps = 0 is descent by signs, where gradients are not zero.",
        Simulation(
            catalog.system("Adam(beta1=0, beta2=0, eps=0)"),
            sign_descent,
            varying=("lr",),
            assume=(Unequal(g[t], 0),),
        ),
        "proved",
        "Balles & Hennig 2018",
        ("Adam",),
        (),
    ),
    Statement(
        "D4",
        "Algorithm 1 is the eps-hat form with eps-hat = eps*sqrt(1 - beta2**t), at all varying "
        "rates.",
        Simulation(
            adam,
            hat,
            hyper={"eps": eps * sqrt(1 - beta2**t)},
            invariants=squares,
            varying=("lr", "beta1", "beta2", "eps"),
        ),
        "proved",
        "Kingma & Ba 2015, section 2; tensorflow#35102",
        ("Adam", "AdamEpsHat"),
        (),
        "Adam(eps) = AdamEpsHat(eps*sqrt(1 - beta2**t))",
    ),
    Statement(
        "D4a",
        "It is with no other eps-hat, in steps that move.",
        OnlyIf(
            Simulation(
                adam, hat, hyper={"eps": eps_hat}, parameters=(eps_hat(1e-8),), invariants=squares
            ),
            eps_hat,
            eps * sqrt(1 - beta2**t),
            where=(lr > 0, Unequal(beta1 * m[t - 1] + (1 - beta1) * g[t], 0)),
        ),
        "proved",
        "Kingma & Ba 2015, section 2; tensorflow#35102",
        ("Adam", "AdamEpsHat"),
    ),
    Statement(
        "D5",
        "Algorithm 1 is the eps-hat form with the same eps.",
        Simulation(adam, hat, invariants=squares),
        "refuted",
        "keras#17391",
        ("Adam", "AdamEpsHat"),
        (),
    ),
    Statement(
        "D5a",
        "They are equal at eps = 0.",
        Simulation(
            adam0, hat.with_hyper(eps=0), invariants=squares, varying=("lr", "beta1", "beta2")
        ),
        "proved",
        "Kingma & Ba 2015, section 2",
        ("Adam", "AdamEpsHat"),
        (),
        "Adam(eps=0) = AdamEpsHat(eps=0)",
    ),
    Statement(
        "D6",
        "Their denominators agree in the end: the quotient of them tends to 1 as t -> oo.",
        Limit(
            (sqrt(Symbol("v", positive=True) / (1 - beta2**t)) + eps)
            / ((sqrt(Symbol("v", positive=True)) + eps) / sqrt(1 - beta2**t)),
            t,
            "oo",
            1,
        ),
        "proved",
        "Kingma & Ba 2015",
        ("Adam", "AdamEpsHat"),
        (),
    ),
    Statement(
        "D7",
        "Adam with beta1 = 0 is RMSProp at the same learning rate.",
        Simulation(catalog.system("Adam(beta1=0)"), rmsprop, hyper={"rho": beta2}),
        "refuted",
        "folklore",
        ("Adam", "RMSProp"),
        (),
    ),
    Statement(
        "D7x",
        "It is at eps = 0.",
        Simulation(catalog.system("Adam(beta1=0, eps=0)"), rmsprop0, hyper={"rho": beta2}),
        "refuted",
        "folklore",
        ("Adam", "RMSProp"),
        (),
    ),
    Statement(
        "D8",
        "Adam with beta1 = 0 is RMSProp with lr*sqrt(1 - beta2**t), at eps = 0.",
        Simulation(
            catalog.system("Adam(beta1=0, eps=0)"),
            rmsprop0,
            hyper={"rho": beta2, "lr": lr * sqrt(1 - beta2**t)},
            invariants=squares,
            varying=("lr", "beta2"),
        ),
        "proved",
        "",
        ("Adam", "RMSProp"),
        (),
        "Adam(lr, beta1=0, eps=0) = RMSProp(lr*sqrt(1 - beta2**t), beta2, eps=0)",
    ),
    Statement(
        "D8a",
        "With eps it is RMSProp with lr and eps times sqrt(1 - beta2**t).",
        Simulation(
            catalog.system("Adam(beta1=0)"),
            rmsprop,
            hyper={"rho": beta2, "lr": lr * sqrt(1 - beta2**t), "eps": eps * sqrt(1 - beta2**t)},
            invariants=squares,
            varying=("lr", "beta2", "eps"),
        ),
        "proved",
        "",
        ("Adam", "RMSProp"),
        (),
        "Adam(lr, beta1=0, eps) = RMSProp(lr*s, beta2, eps*s) with s = sqrt(1 - beta2**t)",
    ),
    Statement(
        "D8b",
        "Adam without bias correction and with beta1 = 0 is RMSProp.",
        Simulation(
            plain.with_hyper(beta1=0), rmsprop, hyper={"rho": beta2}, varying=("lr", "beta2", "eps")
        ),
        "proved",
        "",
        ("AdamNoCorrection", "RMSProp"),
        ("C88",),
        "AdamNoCorrection(beta1=0) = RMSProp",
    ),
    Statement(
        "D9",
        "Adam with lr*eps tends to bias-corrected momentum as eps grows.",
        FamilyLimit(
            adam, corrected_momentum, eps, "oo", replaced={"lr": lr * eps}, invariants=squares
        ),
        "proved",
        "Choi et al. 2019",
        ("Adam",),
        (),
    ),
    Statement(
        "D11",
        "Adam at eps = 0 does not change when the loss is multiplied by a positive number.",
        Simulation(
            adam0,
            adam0,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"m": c * m[t], "v": c**2 * v[t]},
            invariants=squares,
            varying=("lr", "beta1", "beta2"),
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1",
        ("Adam",),
        (),
    ),
    Statement(
        "D12",
        "Nor does Adam with eps > 0.",
        Simulation(
            adam,
            adam,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            state={"m": c * m[t], "v": c**2 * v[t]},
            invariants=squares,
        ),
        "refuted",
        "near miss of D11",
        ("Adam",),
        (),
    ),
    Statement(
        "D12a",
        "It does not if eps is multiplied too.",
        Simulation(
            adam,
            adam,
            parameters=(c(2),),
            answer={"grad": c * ANSWER},
            hyper={"eps": c * eps},
            state={"m": c * m[t], "v": c**2 * v[t]},
            invariants=squares,
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1",
        ("Adam",),
        (),
    ),
    Statement(
        "D13",
        "Adam's rate has the units of the parameters: at eps = 0, scaling theta scales lr.",
        Simulation(
            adam0,
            adam0,
            parameters=(c(2),),
            hyper={"lr": c * lr},
            point=POINT / c,
            answer={"grad": ANSWER / c},
            invariants=squares,
            state={"theta": c * theta[t], "m": m[t] / c, "v": v[t] / c**2},
        ),
        "proved",
        "Zeiler 2012, section 3.2",
        ("Adam",),
        (),
    ),
    Statement(
        "D14",
        "Where 1 - beta1 <= sqrt(1 - beta2), no step of Adam at eps = 0 is longer than lr, as its "
        "paper says.",
        Always(
            adam0,
            (Abs(step) <= lr,),
            squares,
            assume=(1 - beta1 <= sqrt(1 - beta2),),
            problems=(script(1, Rational(21, 20)),),
            hyper=({"lr": 1, "beta1": Rational(9, 10), "beta2": Rational(99, 100)},),
        ),
        "refuted",
        "Kingma & Ba 2015, section 2.1; math.SE 3325577",
        ("Adam",),
        (),
    ),
    Statement(
        "D17",
        "With one decay for both averages no step of Adam at eps = 0 is longer than lr.",
        Always(
            substitute(adam0, {beta2: beta1}),
            (m_hat[t] ** 2 <= v_hat[t], Abs(step) <= lr),
            (m[t] ** 2 <= (1 - beta1**t) * v[t], v[t] >= 0),
        ),
        "proved",
        "",
        ("Adam",),
        (),
    ),
    Statement(
        "D19",
        "With a constant gradient the corrected average is that gradient in every step.",
        Always(
            adam,
            (Equal(m_hat[t], constant),),
            (Equal(m[t], constant * (1 - beta1**t)),),
            parameters=(constant(1),),
            answer={"grad": constant},
        ),
        "proved",
        "",
        ("Adam",),
        (),
    ),
    Statement(
        "D19x",
        "So is the uncorrected one.",
        Always(
            plain, (Equal(m[t], constant),), parameters=(constant(1),), answer={"grad": constant}
        ),
        "refuted",
        "near miss of D19",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D28",
        "PyTorch's code, sqrt(v)/sqrt(1 - beta2**t) + eps, is Algorithm 1; everything may vary.",
        Simulation(adam, torch_adam, invariants=squares, varying=("lr", "beta1", "beta2", "eps")),
        "proved",
        "torch/optim/adam.py",
        ("Adam",),
        (),
        "Adam = PyTorch's code for it",
    ),
    Statement(
        "E8",
        "Adam with one step of memory need not settle: at beta1 = beta2 = eps = 0, on x**2/2, "
        "it jumps from "
        "lr/2 to -lr/2.",
        StepFrom(
            catalog.system("Adam(beta1=0, beta2=0, eps=0)"),
            {"theta": lr / 2, "m": 0, "v": 0},
            {"theta": -lr / 2},
            {"grad": POINT},
            where=(lr > 0,),
        ),
        "proved",
        "folklore",
        ("Adam",),
        ("C86",),
    ),
    Statement(
        "C82",
        "The site's Adam, without correction and with eps inside the root, is Adam.",
        Simulation(adam, site),
        "refuted",
        "lesson, review and quiz (D2), ADAM-D2",
        ("Adam", "texts.ADAM_D2"),
        ("C82",),
    ),
    Statement(
        "C82a",
        "At eps = 0 it is Adam with lr*sqrt(1 - beta2**t)/(1 - beta1**t) for lr, turned round.",
        Simulation(
            adam0,
            site.with_hyper(eps=0),
            hyper={"lr": lr * sqrt(1 - beta2**t) / (1 - beta1**t)},
            invariants=squares,
            varying=("lr", "beta1", "beta2"),
        ),
        "proved",
        "lesson, review and quiz (D2), ADAM-D2",
        ("Adam", "texts.ADAM_D2"),
        ("C82",),
        "Adam(lr, eps=0) = texts.ADAM_D2(lr*sqrt(1 - beta2**t)/(1 - beta1**t), eps=0)",
    ),
    Statement(
        "C83",
        "With the article's decays, 0.9 and 0.99, leaving both corrections out changes nothing "
        "in the first "
        "step at eps = 0.",
        Identity((1 - Rational(9, 10)) / sqrt(1 - Rational(99, 100)), 1),
        "proved",
        "lecture notes (D4), article (D1)",
        ("AdamNoCorrection",),
        ("C83",),
    ),
    Statement(
        "D10",
        "Adam with beta1 = 0, beta2 = 1 and eps = 0 is gradient descent.",
        Simulation(
            substitute(plain.with_hyper(beta1=0, eps=0), {beta2: 1}),
            catalog.system("GradientDescent"),
        ),
        "refuted",
        "jax#3494",
        ("AdamNoCorrection", "GradientDescent"),
        (),
    ),
    Statement(
        "D10a",
        "With beta2 = 1 nothing is averaged into v: it stays zero.",
        Always(
            substitute(plain, {beta2: 1}), (Equal(v[t], 0),), (Equal(v[t], 0),), varying=("lr",)
        ),
        "proved",
        "jax#3494",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D15",
        "Where 1 - beta1 > sqrt(1 - beta2), no step of Adam at eps = 0 is longer than "
        "lr*(1 - beta1)/sqrt(1 - beta2), as its paper says.",
        Always(
            squared_steps,
            (theta[t] <= (1 - beta1) ** 2 / (1 - beta2),),
            assume=((1 - beta1) ** 2 > 1 - beta2,),
            answer={"grad": Rational(8, 5) ** t},
            hyper=({"beta1": Rational(1, 2), "beta2": Rational(4, 5)},),
            steps=6,
        ),
        "refuted",
        "Kingma & Ba 2015, section 2.1; math.SE 3325577",
        ("Adam",),
        (),
    ),
    Statement(
        "D15a",
        "With gradients (beta2/beta1)**t the square of Adam's step at eps = 0 is the square of "
        "that bound times S*(1 - beta2**t)/(1 - beta1**t)**2, S = 1 + q + … + q**(t - 1), "
        "q = beta1**2/beta2.",
        Always(
            squared_steps,
            (
                Equal(
                    theta[t],
                    (1 - beta1) ** 2 / (1 - beta2) * share * (1 - beta2**t) / (1 - beta1**t) ** 2,
                ),
            ),
            (
                Equal(m[t], (1 - beta1) * beta2**t / beta1**t * share),
                Equal(v[t], (1 - beta2) * beta2 ** (2 * t) / beta1 ** (2 * t) * share),
            ),
            assume=narrow,
            answer={"grad": growth**t},
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1, corrected",
        ("Adam",),
        (),
    ),
    Statement(
        "D15b",
        "With the usual decays those steps stay within the bound for 300 steps.",
        EveryStep(usual_ratio <= 1, last=300),
        "refuted",
        "Kingma & Ba 2015, section 2.1; math.SE 3325577",
        ("Adam",),
        (),
    ),
    Statement(
        "D15c",
        "They do so for 209 steps, and never again from step 210 on.",
        Conjunction(
            {
                "within": EveryStep(usual_ratio <= 1, last=209),
                "beyond": EveryStep(usual_ratio > 1, first=210, until=300),
            }
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1, corrected",
        ("Adam",),
        (),
    ),
    Statement(
        "D16",
        "If beta1**2 < beta2, m**2 <= C*v with C = (1 - beta1)**2/((1 - beta2)*(1 - "
        "beta1**2/beta2)), always.",
        Always(
            plain,
            (m[t] ** 2 <= sharp * v[t],),
            (m[t] ** 2 <= sharp * v[t], v[t] >= 0),
            varying=("lr",),
            assume=narrow,
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1, corrected",
        ("Adam", "AdamNoCorrection"),
        (),
        "m**2 <= C*v, C = (1 - beta1)**2/((1 - beta2)*(1 - beta1**2/beta2)), if beta1**2 < beta2",
    ),
    Statement(
        "D16a",
        "If beta1**2 < beta2, no step of Adam at eps = 0 is longer than lr*sqrt(C*(1 - "
        "beta2**t))/(1 - beta1**t), with that C, which the gradients of D15a come near.",
        Always(
            adam0,
            (step**2 <= lr**2 * sharp * (1 - beta2**t) / (1 - beta1**t) ** 2,),
            (m[t] ** 2 <= sharp * v[t], v[t] >= 0),
            varying=("lr",),
            assume=narrow,
        ),
        "proved",
        "Kingma & Ba 2015, section 2.1, corrected",
        ("Adam",),
        (),
        "|step| <= lr*sqrt(C*(1 - beta2**t))/(1 - beta1**t) at eps = 0, C = (1 - beta1)**2/((1 - "
        "beta2)*(1 - beta1**2/beta2))",
    ),
    Statement(
        "D16x",
        "The smaller constant (1 - beta1)**2/(1 - beta2) of Adam's paper is enough.",
        Always(
            plain,
            (m[t] ** 2 <= (1 - beta1) ** 2 / (1 - beta2) * v[t],),
            assume=((1 - beta1) ** 2 > 1 - beta2,),
            answer={"grad": Rational(8, 5) ** t},
            hyper=({"lr": 0, "beta1": Rational(1, 2), "beta2": Rational(4, 5), "eps": 1},),
        ),
        "refuted",
        "Kingma & Ba 2015, section 2.1",
        ("Adam", "AdamNoCorrection"),
        (),
    ),
    Statement(
        "D21",
        "AMSGrad is Adam without correction as long as no square falls below the average of "
        "squares before it.",
        Simulation(
            amsgrad,
            plain,
            invariants=(Equal(u[t], v[t]),),
            assume=(g[t] ** 2 >= v[t - 1],),
            varying=("lr", "eps"),
        ),
        "proved",
        "Reddi, Kale & Kumar 2018",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D21x",
        "It is Adam without correction.",
        Simulation(amsgrad, plain),
        "refuted",
        "near miss of D21",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D22",
        "From the same averages no step of AMSGrad is longer than Adam's without correction.",
        Always(
            amsgrad,
            (Abs(step) <= lr * Abs(m[t]) / (sqrt(v[t]) + eps),),
            (u[t] >= v[t], v[t] >= 0),
            varying=("lr",),
        ),
        "proved",
        "Reddi, Kale & Kumar 2018",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D22x",
        "AMSGrad's rate falls in every step: it never stays as it was.",
        Always(amsgrad, (lr / (sqrt(u[t]) + eps) < lr / (sqrt(u[t - 1]) + eps),)),
        "refuted",
        "near miss of D22",
        ("AdamNoCorrection",),
        (),
    ),
    Statement(
        "D22a",
        "AMSGrad's rate of a coordinate never rises.",
        Always(
            amsgrad,
            (lr / (sqrt(u[t]) + eps) <= lr / (sqrt(u[t - 1]) + eps),),
            (u[t] >= 0, v[t] >= 0),
        ),
        "proved",
        "Reddi, Kale & Kumar 2018",
        ("AdamNoCorrection",),
        ("C90",),
    ),
    Statement(
        "D23",
        "AdaMax's u is the limit of v**(1/p) as p grows: (1 - beta2**p)**(1/p)*u <= v**(1/p) <= "
        "t**(1/p)*u, and both factors tend to 1.",
        Conjunction(
            {
                "p-th powers": Always(
                    power_means,
                    ((1 - beta) * u[t] <= v[t], v[t] <= count[t] * u[t]),
                    (
                        (1 - beta) * u[t] <= v[t],
                        v[t] <= count[t] * u[t],
                        count[t] >= 0,
                        u[t] >= 0,
                    ),
                    assume=(g[t] >= 0,),
                ),
                "count": Always(power_means, (Equal(count[t], t),), (Equal(count[t], t),)),
                "lower factor": Limit((1 - beta2**p) ** (1 / p), p, "oo", 1),
                "upper factor": Limit(t ** (1 / p), p, "oo", 1),
            }
        ),
        "proved",
        "Kingma & Ba 2015, section 7.1",
        ("torch.Adamax",),
        (),
    ),
    Statement(
        "D23x",
        "Already at every p the root v**(1/p) is at most u.",
        Always(power_means, (v[t] <= u[t],), assume=(g[t] >= 0,), problems=(script(2, 1),)),
        "refuted",
        "near miss of D23",
        ("torch.Adamax",),
        (),
    ),
    Statement(
        "D23y",
        "Already at every p the root v**(1/p) is at least u.",
        Always(power_means, (v[t] >= u[t],), assume=(g[t] >= 0,)),
        "refuted",
        "near miss of D23",
        ("torch.Adamax",),
        (),
    ),
    Statement(
        "D24",
        "AdaMax's u is at least beta2**(t - i)*Abs(g_i) for every step i up to t.",
        Always(
            infinity,
            (u[t] >= kept[t],),
            (u[t] >= kept[t], u[t] >= 0),
        ),
        "proved",
        "Kingma & Ba 2015, section 7.1",
        ("torch.Adamax",),
        (),
    ),
    Statement(
        "D24x",
        "It is that of the newest gradient.",
        Always(infinity, (Equal(u[t], Abs(g[t])),)),
        "refuted",
        "near miss of D24",
        ("torch.Adamax",),
        (),
    ),
    Statement(
        "D27",
        "NAdam with beta1 = 0 is Adam with beta1 = 0.",
        Simulation(
            catalog.system("NAdam(beta1=0)"),
            catalog.system("Adam(beta1=0)"),
            invariants=squares,
            varying=("lr", "beta2", "eps"),
        ),
        "proved",
        "Dozat 2016",
        ("NAdam", "Adam"),
        (),
        "NAdam(beta1=0) = Adam(beta1=0)",
    ),
    Statement(
        "D27a",
        "With a constant momentum mu = beta1/2 NAdam's first step at eps = 0 is (2*mu + 1)/(mu + "
        "1) times Adam's.",
        Always(
            nadam,
            (Equal(step, -lr * sign(g[t]) * (beta1 + 1) / (beta1 / 2 + 1)),),
            assume=(Unequal(g[t], 0),),
            last=1,
        ),
        "proved",
        "Dozat 2016",
        ("NAdam", "Adam"),
        (),
    ),
    Statement(
        "D27x",
        "NAdam's first step at eps = 0 is Adam's.",
        Always(nadam, (Equal(step, -lr * sign(g[t])),), assume=(Unequal(g[t], 0),), last=1),
        "refuted",
        "near miss of D27a",
        ("NAdam", "Adam"),
        (),
    ),
    Statement(
        "R1",
        "RAdam's rho_t is 1 in the first step.",
        Always(radam, (Equal(rho_t[t], 1),), last=1),
        "proved",
        "Liu et al. 2020, section 4",
        ("RAdam",),
        (),
    ),
    Statement(
        "R2",
        "RAdam's rho_t tends to rho_inf.",
        Limit(radam_length, t, "oo", 2 / (1 - beta2) - 1),
        "proved",
        "Liu et al. 2020, section 4",
        ("RAdam",),
        (),
    ),
    Statement(
        "R2x",
        "RAdam's rho_t tends to the memory 1/(1 - beta2) of the average.",
        Limit(radam_length, t, "oo", 1 / (1 - beta2)),
        "refuted",
        "near miss of R2",
        ("RAdam",),
        (),
    ),
    Statement(
        "R3",
        "RAdam's rho_t is the length of the simple average with the average's centre of mass: "
        "the weighted sum of 1 … t is t + 1 - (rho_t + 1)/2.",
        SumOf(
            (1 - beta) * beta ** (t - i) * i,
            i,
            (1 - beta**t) * (t + 1 - (radam_length.subs(beta2, beta) + 1) / 2),
            where=(beta > 0,),
        ),
        "proved",
        "Liu et al. 2020, section 4.1",
        ("RAdam",),
        (),
    ),
    Statement(
        "R4",
        "RAdam's rectifier is 1 where rho_t = rho_inf, and below that never more than 1.",
        Conjunction(
            {
                "at rho_inf": Identity(radam_rectified.subs(short, long), 1, where=(long > 4,)),
                "below": Inequality(radam_rectified <= 1, where=(short > 4, short <= long)),
            }
        ),
        "proved",
        "Liu et al. 2020, section 4.2",
        ("RAdam",),
        (),
    ),
    Statement(
        "R4x",
        "RAdam's rectifier is 1 from the first step with rho_t > 4 on.",
        Identity(radam_rectified, 1, where=(short > 4, short <= long)),
        "refuted",
        "near miss of R4",
        ("RAdam",),
        (),
    ),
    Statement(
        "R5",
        "It makes no difference whether RAdam rectifies from rho_t > 4 or from rho_t >= 5: at "
        "beta2 = 0.999 both begin with step 5.",
        EveryStep(usual_length >= 5, first=5, last=5),
        "refuted",
        "RAdam-Tensorflow#2; keras-radam#24",
        ("RAdam",),
        (),
    ),
    Statement(
        "R5a",
        "At beta2 = 0.999 rho_t > 4 begins with step 5 and rho_t >= 5 with step 6.",
        Conjunction(
            {
                "before 5": EveryStep(usual_length <= 4, last=4),
                "at 5": EveryStep(usual_length > 4, first=5, last=5),
                "before 6": EveryStep(usual_length < 5, last=5),
                "at 6": EveryStep(usual_length >= 5, first=6, last=6),
            }
        ),
        "proved",
        "RAdam-Tensorflow#2; keras-radam#24",
        ("RAdam", "torch.RAdam"),
        (),
    ),
    Statement(
        "L11",
        "AdaBelief with beta1 = 0 believes in every gradient: its second average stays zero.",
        Always(belief.with_hyper(beta1=0), (Equal(v[t], 0),), (Equal(v[t], 0),), varying=("lr",)),
        "proved",
        "Zhuang et al. 2020",
        ("Adam",),
        (),
    ),
    Statement(
        "L11x",
        "AdaBelief with beta1 = 0 is Adam with beta1 = 0.",
        Simulation(belief.with_hyper(beta1=0), catalog.system("Adam(beta1=0)")),
        "refuted",
        "near miss of L11",
        ("Adam",),
        (),
    ),
    Statement(
        "C68",
        "It makes no difference whether Adam's t counts steps or epochs.",
        Simulation(adam, by_epoch, hyper={"batches": 2}, invariants=squares),
        "refuted",
        "lesson (D2): t is the epoch",
        ("Adam",),
        ("C68",),
    ),
    Statement(
        "C68a",
        "It makes none if an epoch is one step, a batch of all data.",
        Simulation(adam, by_epoch, hyper={"batches": 1}, varying=("lr",), invariants=squares),
        "proved",
        "lesson (D2), corrected",
        ("Adam",),
        ("C68",),
    ),
    Statement(
        "C80",
        "Both averages of Adam are momentum: in the mean both are the mean gradient.",
        Always(
            adam,
            (Equal(v_hat[t], mean),),
            parameters=(mean(1), square(1)),
            moments={1: mean, 2: square},
        ),
        "refuted",
        "lesson (D2): adaptive momentum estimation",
        ("Adam",),
        ("C80", "C81"),
    ),
    Statement(
        "C80a",
        "They estimate moments: in the mean they are the first and the second moment of gradients.",
        Always(
            adam,
            (Equal(m_hat[t], mean), Equal(v_hat[t], square)),
            (Equal(m[t], mean * (1 - beta1**t)), Equal(v[t], square * (1 - beta2**t))),
            parameters=(mean(1), square(1)),
            moments={1: mean, 2: square},
        ),
        "proved",
        "Kingma & Ba 2015, section 3: adaptive moment estimation",
        ("Adam",),
        ("C80",),
    ),
    Statement(
        "C81",
        "Adam's momentum is in E[G]: without it, at beta2 = 0, a zero gradient moves nothing.",
        Always(
            catalog.system("Adam(beta2=0)"),
            (Equal(theta[t], theta[t - 1]),),
            assume=(eps > 0,),
            given=(Equal(g[t], 0),),
            problems=(script(1, 0),),
        ),
        "refuted",
        "lesson (D2)",
        ("Adam",),
        ("C81",),
    ),
    Statement(
        "C81a",
        "It is in E[g]: without that, at beta1 = 0, a zero gradient moves nothing.",
        Always(
            catalog.system("Adam(beta1=0)"),
            (Equal(theta[t], theta[t - 1]),),
            squares,
            varying=("lr",),
            assume=(eps > 0,),
            given=(Equal(g[t], 0),),
        ),
        "proved",
        "lesson (D2), corrected",
        ("Adam",),
        ("C81",),
    ),
    Statement(
        "C83a",
        "With the usual decays the uncorrected step is sqrt(10) times as long as Adam's in the "
        "first step, and at most 6.57 times in any.",
        Conjunction(
            {
                "t = 1": EveryStep(Eq(larger(usual1, usual2), 10), last=1),
                "always": EveryStep(larger(usual1, usual2) < Rational(657, 100) ** 2, until=30),
            }
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adam", "AdamNoCorrection"),
        ("C82", "C83"),
    ),
    Statement(
        "C83b",
        "That factor is largest in step 12, where it is 6.569, rounded.",
        Conjunction(
            {
                "largest": EveryStep(
                    larger(usual1, usual2) <= larger(usual1, usual2).subs(t, 12), until=40
                ),
                "at least": EveryStep(
                    larger(usual1, usual2) > Rational(65685, 10000) ** 2, first=12, last=12
                ),
                "at most": EveryStep(
                    larger(usual1, usual2) < Rational(65695, 10000) ** 2, first=12, last=12
                ),
            }
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adam", "AdamNoCorrection"),
        ("C82", "C83"),
    ),
    Statement(
        "C83c",
        "The uncorrected step at eps = 0 is (1 - beta1**t)/sqrt(1 - beta2**t) times Adam's of the "
        "same averages.",
        Always(
            adam0,
            (
                Equal(
                    lr * m[t] / sqrt(v[t]),
                    (1 - beta1**t) / sqrt(1 - beta2**t) * lr * m_hat[t] / sqrt(v_hat[t]),
                ),
            ),
            squares,
            varying=("lr",),
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adam", "AdamNoCorrection"),
        ("C82", "C83"),
    ),
    Statement(
        "C83x",
        "Without correction Adam's first step is gigantic: with the usual decays over ten times "
        "lr.",
        Always(
            usual_plain,
            (Abs(step) > 10 * lr,),
            assume=(Unequal(g[t], 0), lr > 0),
            last=1,
        ),
        "refuted",
        "lecture notes (D4)",
        ("AdamNoCorrection",),
        ("C83",),
    ),
    Statement(
        "C83y",
        "The factor of C83b is largest in the first step.",
        EveryStep(larger(usual1, usual2) <= 10, until=30),
        "refuted",
        "lecture notes (D4): the initial step",
        ("Adam", "AdamNoCorrection"),
        ("C83",),
    ),
    Statement(
        "C83d",
        "If v alone stays uncorrected, the first step is 1/sqrt(1 - beta2) times lr, with the "
        "usual decay 31.6, and the factor is never larger than then.",
        Conjunction(
            {
                "first": Always(
                    no_v_correction,
                    (Equal(Abs(step), lr / sqrt(1 - beta2)),),
                    assume=(Unequal(g[t], 0),),
                    last=1,
                ),
                "usual": Inequality(
                    Abs(1 / sqrt(1 - beta2) - Rational(316, 10)) < Rational(1, 20),
                    where=(Equal(beta2, usual2),),
                ),
                "later": EveryStep(1 / (1 - usual2**t) <= 1000),
            }
        ),
        "proved",
        "lecture notes (D4), made exact",
        ("Adam",),
        ("C83",),
    ),
    Statement(
        "C83e",
        "With the article's beta2 = 0.99 the factor is 1 at t = 1, 2.11 at t = 10, rounded, and "
        "never above 2.14.",
        Conjunction(
            {
                "t = 1": EveryStep(Eq(larger(usual1, d1), 1), last=1),
                "t = 10": EveryStep(
                    Abs(sqrt(larger(usual1, d1)) - Rational(211, 100)) < Rational(1, 200),
                    first=10,
                    last=10,
                ),
                "always": EveryStep(larger(usual1, d1) < Rational(214, 100) ** 2, until=40),
            }
        ),
        "proved",
        "article (D1), lecture notes (D4), made exact",
        ("texts.ADAM_D1", "AdamNoCorrection"),
        ("C83",),
    ),
    Statement(
        "C83z",
        "With it leaving both corrections out changes nothing in any step.",
        EveryStep(Eq(larger(usual1, d1), 1), until=2),
        "refuted",
        "near miss of C83",
        ("texts.ADAM_D1", "AdamNoCorrection"),
        ("C83",),
    ),
    Statement(
        "C84",
        "Adam's beta2 is usually 0.99.",
        Declared(adam, {"beta2": "0.99"}),
        "refuted",
        "article (D1)",
        ("Adam",),
        ("C84",),
    ),
    Statement(
        "C84x",
        "Adam's eps is usually 1e-10.",
        Declared(adam, {"eps": "1e-10"}),
        "refuted",
        "article (D1)",
        ("Adam",),
        ("C84",),
    ),
    Statement(
        "C84y",
        "Adam has one decay: beta1 and beta2 are 0.9 both.",
        Declared(adam, {"beta1": "0.9", "beta2": "0.9"}),
        "refuted",
        "lesson (D2)",
        ("Adam",),
        ("C84",),
    ),
    Statement(
        "C84c",
        "beta2 is 0.999 by default in Adam's paper, in PyTorch, optax and Keras.",
        Conjunction(
            {
                "paper": Declared(adam, {"beta1": "0.9", "beta2": "0.999", "eps": "1e-8"}),
                "PyTorch": Declared(
                    catalog.system("torch.Adam"), {"beta2": "0.999", "eps": "1e-8"}
                ),
                "optax": Declared(catalog.system("optax.adam"), {"b2": "0.999", "eps": "1e-8"}),
                "Keras": Declared(catalog.system("keras.Adam"), {"beta_2": "0.999"}),
            }
        ),
        "proved",
        "Kingma & Ba 2015, Algorithm 1; torch.optim, optax, keras.optimizers",
        ("Adam", "torch.Adam", "optax.adam", "keras.Adam"),
        ("C84",),
    ),
    Statement(
        "C84d",
        "Keras uses the same eps as the paper.",
        Declared(catalog.system("keras.Adam"), {"epsilon": "1e-8"}),
        "refuted",
        "folklore",
        ("keras.Adam", "Adam"),
        ("C84",),
    ),
    Statement(
        "C86",
        "Adam settles whatever the problem: on gradients 3, -1, -1, … with beta1 = 0 and beta2 = "
        "1/10 a period moves against the slope of the losses' sum.",
        Always(period, (theta[t] < theta[t - 1],), assume=(lr > 0,)),
        "refuted",
        "article (D1); Reddi, Kale & Kumar 2018, Theorem 1",
        ("Adam", "RMSProp"),
        ("C86",),
    ),
    Statement(
        "C86a",
        "Each period moves along the slope, away from the minimum, by 0.64*lr or more: its three "
        "moves are at least -1.06*lr, 0.74*lr and 0.96*lr.",
        Always(
            period,
            (
                moved[0] - theta[t - 1] >= -Rational(53, 50) * lr,
                moved[1] - moved[0] >= Rational(37, 50) * lr,
                theta[t] - moved[1] >= Rational(24, 25) * lr,
            ),
            (v[t] >= 0, v[t] <= 9),
            varying=("lr",),
        ),
        "proved",
        "Reddi, Kale & Kumar 2018, Theorem 1",
        ("Adam", "RMSProp"),
        ("C86",),
    ),
    Statement(
        "C87",
        "Adam introduces two hyperparameters beside the learning rate.",
        Declared(adam, hyper=("lr", "beta1", "beta2")),
        "refuted",
        "essay (D0)",
        ("Adam",),
        ("C87",),
    ),
    Statement(
        "C87a",
        "Adam has three more than gradient descent, one more than RMSProp: a decay.",
        Conjunction(
            {
                "gradient descent": Declared(catalog.system("GradientDescent"), hyper=("lr",)),
                "RMSProp": Declared(rmsprop, hyper=("lr", "rho", "eps")),
                "Adam": Declared(adam, hyper=("lr", "beta1", "beta2", "eps")),
            }
        ),
        "proved",
        "essay (D0), corrected",
        ("Adam", "RMSProp", "GradientDescent"),
        ("C87",),
    ),
    Statement(
        "C88",
        "Adam adds nothing new to the average of gradients and RMSProp's scaling.",
        Simulation(adam, plain),
        "refuted",
        "chapter (D3): no new concepts",
        ("Adam", "AdamNoCorrection"),
        ("C88",),
    ),
    Statement(
        "C90",
        "Adam reduces its rate ever more: the rate of a coordinate never rises.",
        Always(
            plain,
            (lr / (sqrt(v[t]) + eps) <= lr / (sqrt(v[t - 1]) + eps),),
            problems=(script(1, 0),),
        ),
        "refuted",
        "essay (D0)",
        ("Adam", "AdamNoCorrection"),
        ("C90",),
    ),
    Statement(
        "C90a",
        "The average of squares falls, and the rate rises, where a gradient's square is below it.",
        Always(
            plain,
            (v[t] <= v[t - 1],),
            squares,
            varying=("lr",),
            given=(g[t] ** 2 <= v[t - 1],),
        ),
        "proved",
        "essay (D0), corrected",
        ("Adam", "AdamNoCorrection"),
        ("C90",),
    ),
    Statement(
        "C91",
        "Adam updates a feature only in steps in which it occurs: a zero gradient moves nothing.",
        Always(
            adam,
            (Equal(theta[t], theta[t - 1]),),
            assume=(eps > 0,),
            given=(Equal(g[t], 0),),
            problems=(script(1, 0),),
        ),
        "refuted",
        "essay (D0): frequency of updates for sparse data",
        ("Adam",),
        ("C91",),
    ),
    Statement(
        "C92",
        "SGD updates more often than Adam, which needs a second question to the loss for each "
        "update.",
        Declared(adam, oracles=("grad", "value")),
        "refuted",
        "essay (D0)",
        ("SGD", "Adam"),
        ("C92",),
    ),
    Statement(
        "C92a",
        "SGD, momentum, Adagrad, RMSProp, Adadelta and Adam ask for the gradient alone: all can "
        "update after each batch.",
        Conjunction(
            {
                name: Declared(catalog.system(name), oracles=("grad",))
                for name in ("SGD", "Momentum", "Adagrad", "RMSProp", "Adadelta", "Adam")
            }
        ),
        "proved",
        "essay (D0), corrected",
        ("SGD", "Momentum", "Adagrad", "RMSProp", "Adadelta", "Adam"),
        ("C92",),
    ),
)
