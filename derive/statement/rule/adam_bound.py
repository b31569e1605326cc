"""Adam's relatives and the lengths of their steps: bounds, AMSGrad, AdaMax, NAdam, RAdam."""

from __future__ import annotations

from sympy import Rational, Symbol

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, SumOf
from optwright.derive.claim.problem import script
from optwright.derive.claim.relation import Equal, Ge, Gt, Le, Lt
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
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
from optwright.derive.rule import catalog
from optwright.derive.statement.rule.adam import adam, adam0, i, plain, squares, step

squared_steps = adam0.replace(
    name="AdamSquaredSteps",
    source=Source("Adam at eps = 0", "with (step/lr)**2 for theta, which keeps numbers rational"),
    hyper=(beta1(0.9), beta2(0.999)),
    step=(*adam0.step[:-1], Eq(theta[t], m_hat[t] ** 2 / v_hat[t])),
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
nadam = catalog.system("NAdam(eps=0, momentum_decay=0)")
radam = catalog.system("RAdam")
R, rho_t = Variable("rho_inf"), Variable("rho_t")
radam_length = 2 / (1 - beta2) - 1 - 2 * t * beta2**t / (1 - beta2**t)
usual_length = radam_length.subs(beta2, Rational(999, 1000))
long, short = Symbol("long", positive=True), Symbol("short", positive=True)
radam_rectified = (short - 4) * (short - 2) * long / ((long - 4) * (long - 2) * short)
p = Symbol("p", integer=True, positive=True)
usual1, usual2, d1 = Rational(9, 10), Rational(999, 1000), Rational(99, 100)
growth = beta2 / beta1  # the ratio of gradients that makes Adam's steps longest
share = (1 - (beta1**2 / beta2) ** t) / (1 - beta1**2 / beta2)
sharp = (1 - beta1) ** 2 / ((1 - beta2) * (1 - beta1**2 / beta2))
narrow = (beta1 > 0, Lt(beta1**2, beta2))
usual_share = share.subs({beta1: usual1, beta2: usual2})
usual_ratio = usual_share * (1 - usual2**t) / (1 - usual1**t) ** 2

statements: tuple[Statement, ...] = (
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
            assume=(Gt((1 - beta1) ** 2, 1 - beta2),),
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
        EveryStep(Le(usual_ratio, 1), last=300),
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
                "within": EveryStep(Le(usual_ratio, 1), last=209),
                "beyond": EveryStep(Gt(usual_ratio, 1), first=210, until=300),
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
            (Le(m[t] ** 2, sharp * v[t]),),
            (Le(m[t] ** 2, sharp * v[t]), v[t] >= 0),
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
            (Le(step**2, lr**2 * sharp * (1 - beta2**t) / (1 - beta1**t) ** 2),),
            (Le(m[t] ** 2, sharp * v[t]), v[t] >= 0),
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
            (Le(m[t] ** 2, (1 - beta1) ** 2 / (1 - beta2) * v[t]),),
            assume=(Gt((1 - beta1) ** 2, 1 - beta2),),
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
            assume=(Ge(g[t] ** 2, v[t - 1]),),
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
            (Le(Abs(step), lr * Abs(m[t]) / (sqrt(v[t]) + eps)),),
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
        Always(amsgrad, (Lt(lr / (sqrt(u[t]) + eps), lr / (sqrt(u[t - 1]) + eps)),)),
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
            (Le(lr / (sqrt(u[t]) + eps), lr / (sqrt(u[t - 1]) + eps)),),
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
                    (Le((1 - beta) * u[t], v[t]), v[t] <= count[t] * u[t]),
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
                "at rho_inf": Identity(radam_rectified.subs(short, long), 1, where=(Gt(long, 4),)),
                "below": Inequality(Le(radam_rectified, 1), where=(Gt(short, 4), Le(short, long))),
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
        Identity(radam_rectified, 1, where=(Gt(short, 4), short <= long)),
        "refuted",
        "near miss of R4",
        ("RAdam",),
        (),
    ),
    Statement(
        "R5",
        "It makes no difference whether RAdam rectifies from rho_t > 4 or from rho_t >= 5: at "
        "beta2 = 0.999 both begin with step 5.",
        EveryStep(Ge(usual_length, 5), first=5, last=5),
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
                "before 5": EveryStep(Le(usual_length, 4), last=4),
                "at 5": EveryStep(Gt(usual_length, 4), first=5, last=5),
                "before 6": EveryStep(Lt(usual_length, 5), last=5),
                "at 6": EveryStep(Ge(usual_length, 5), first=6, last=6),
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
)

__all__ = ["statements"]
