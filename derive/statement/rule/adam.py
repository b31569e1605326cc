"""Adam: its forms, what its first steps and its averages are, and what it is often taken for.

The two bounds on Adam's step that section 2.1 of its paper prints are false: D14 and D15 refute
them, D16a is a bound that holds, and D15a has the gradients that come near it.
"""

from __future__ import annotations

from sympy import Rational, Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity, SumOf
from optwright.derive.claim.problem import ANSWER, POINT, script
from optwright.derive.claim.relation import Equal, Le
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Optimizer,
    Parameter,
    Source,
    Unequal,
    beta,
    beta1,
    beta2,
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
    v,
    v_hat,
)
from optwright.derive.language.declaration import substitute
from optwright.derive.rule import catalog

adam, adam0 = catalog.system("Adam"), catalog.system("Adam(eps=0)")
plain = catalog.system("AdamNoCorrection")
hat = catalog.system("AdamEpsHat")
rmsprop, rmsprop0 = catalog.system("RMSProp"), catalog.system("RMSProp(eps=0)")
site = catalog.system("texts.ADAM_D2")
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
            (Le(Abs(step), lr),),
            squares,
            assume=(Le(1 - beta1, sqrt(1 - beta2)),),
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
            (Le(m[t] ** 2, (1 - beta1**t) * v[t]), v[t] >= 0),
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
)
