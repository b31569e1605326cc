"""What texts say of Adam beyond its equations: what it averages, how it settles, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Dummy, Rational

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import Conjunction, Inequality
from optwright.derive.claim.problem import script
from optwright.derive.claim.relation import Equal, Ge, Le, Lt
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Eq,
    Optimizer,
    Parameter,
    Source,
    Unequal,
    Variable,
    beta1,
    beta2,
    ceiling,
    eps,
    g,
    lr,
    m,
    m_hat,
    sqrt,
    t,
    theta,
    v,
    v_hat,
    variables,
)
from optwright.derive.language.symbol import Value
from optwright.derive.rule import catalog
from optwright.derive.statement.rule.adam import (
    adam,
    adam0,
    mean,
    plain,
    rmsprop,
    square,
    squares,
    step,
)
from optwright.derive.statement.rule.adam_bound import d1, usual1, usual2

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


statements: tuple[Statement, ...] = (
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
                "always": EveryStep(Lt(larger(usual1, usual2), Rational(657, 100) ** 2), until=30),
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
                    Le(larger(usual1, usual2), larger(usual1, usual2).subs(t, 12)), until=40
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
        EveryStep(Le(larger(usual1, usual2), 10), until=30),
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
                    Lt(Abs(sqrt(larger(usual1, d1)) - Rational(211, 100)), Rational(1, 200)),
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
                Ge(theta[t] - moved[1], Rational(24, 25) * lr),
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
            (Le(lr / (sqrt(v[t]) + eps), lr / (sqrt(v[t - 1]) + eps)),),
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

__all__ = ["statements"]
