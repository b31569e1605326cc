"""Penalties that select, Newton off the quadratic, what methods store, and ways off a saddle."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, Symbol

from optwright.derive.claim.formula.counting import Counting, Kept, n
from optwright.derive.claim.formula.expression import Conjunction, Inequality, SumOf
from optwright.derive.claim.formula.matrix import MatrixIdentity, WordIdentity
from optwright.derive.claim.formula.word import Matrix
from optwright.derive.claim.loss.path import FirstStep, Path
from optwright.derive.claim.problem import POINT, Objective
from optwright.derive.claim.relation import Equal, Ge, Le, Lt
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Abs, Unequal, lr, t, theta
from optwright.derive.rule import catalog
from optwright.derive.rule.family.gradient import l1
from optwright.derive.statement.loss.landscape import (
    A,
    L,
    at,
    bound,
    c,
    dJ,
    h,
    names,
    rules,
    s,
    x,
    y,
    z,
)

newton, relaxed = catalog.system("Newton"), catalog.system("RelaxedNewton")
ista, subgradient = catalog.system("ISTA"), catalog.system("SubgradientL1")
memory = Symbol("memory", integer=True, positive=True)
index = Symbol("i", integer=True, positive=True)


def saddle(name: str, start: str, **hyper: str) -> Path:
    """The falling coordinate of x**2 - y**2, which no rule of the list sees the other one of."""
    numbers = {"rho": "9/10"} if name == "Adadelta" else {"lr": "1/100"}
    given = {k: Rational(text) for k, text in (numbers | hyper).items()}
    return Path(rules[name], -2 * POINT, Rational(start), given)


def leaves(start: str, *steps: int) -> Conjunction:
    """The steps after which each rule of the list has left the strip |y| < 1."""
    return Conjunction(
        {
            name: FirstStep(saddle(name, start), Abs(theta[t]) > 1, step)
            for name, step in zip(names, steps, strict=True)
        }
    )


bent = {
    "grad": POINT / (1 + POINT**2) ** Fraction(1, 2),
    "hessian": 1 / (1 + POINT**2) ** Fraction(3, 2),
}
hill = {"grad": -POINT, "hessian": -1}

statements: tuple[Statement, ...] = (
    # penalties
    Statement(
        "C20",
        "The L1 penalty selects: x = 0 minimises (x - z)**2/2 + l1*|x| where |z| <= l1.",
        Inequality(Ge((x - z) ** 2 / 2 + l1 * Abs(x), z**2 / 2), (z <= l1, z >= -l1), (), (l1(1),)),
        "proved",
        "essay (D0); Tibshirani 1996, section 2.2",
        (),
        ("C20",),
    ),
    Statement(
        "C20a",
        "A proximal step gives exact zeros: where |theta - lr*g| <= lr*l1 the next theta is 0.",
        StepFrom(
            ista,
            {"theta": x},
            {"theta": 0},
            {"grad": y},
            where=(x - lr * y <= lr * l1, x - lr * y >= -lr * l1),
        ),
        "proved",
        "essay (D0); Daubechies, Defrise & De Mol 2004 (arXiv:math/0307152)",
        ("ISTA",),
        ("C20",),
    ),
    Statement(
        "C20x",
        "So does a plain subgradient step.",
        StepFrom(
            subgradient,
            {"theta": x},
            {"theta": 0},
            {"grad": y},
            where=(x - lr * y <= lr * l1, x - lr * y >= -lr * l1),
        ),
        "refuted",
        "essay (D0)",
        ("SubgradientL1",),
        ("C20",),
    ),
    Statement(
        "C20b",
        "Subgradient steps may jump about 0 for ever: without other gradient from lr*l1/2 to "
        "-lr*l1/2, and back.",
        Conjunction(
            {
                name: StepFrom(
                    subgradient,
                    {"theta": start},
                    {"theta": -start},
                    {"grad": 0},
                    where=(lr > 0, l1 > 0),
                )
                for name, start in (("there", lr * l1 / 2), ("back", -lr * l1 / 2))
            }
        ),
        "proved",
        "essay (D0), made exact",
        ("SubgradientL1",),
        ("C20",),
    ),
    Statement(
        "C20y",
        "Subgradient steps never give an exact zero.",
        Always(
            subgradient,
            (Unequal(theta[t], 0),),
            problems=(Objective((0,), (0,)),),
            hyper=({"lr": 1, "l1": 1},),
        ),
        "refuted",
        "near miss of C20b",
        ("SubgradientL1",),
        ("C20",),
    ),
    Statement(
        "C20z",
        "The squared penalty selects too: x = 0 minimises (x - z)**2/2 + l1*x**2/2 where "
        "|z| <= l1.",
        Inequality(
            Ge((x - z) ** 2 / 2 + l1 * x**2 / 2, z**2 / 2), (z <= l1, z >= -l1), (), (l1(1),)
        ),
        "refuted",
        "near miss of C20; Hoerl & Kennard 1970",
        (),
        ("C20",),
    ),
    # curvature
    Statement(
        "C100x",
        "Newton with the rate 1/2 is Newton.",
        MatrixIdentity(
            catalog.system("RelaxedNewton(lr=1/2)"),
            lambda step: {"move": (Matrix("hessian", symmetric=True) @ step.move, -step["g"])},
        ),
        "refuted",
        "near miss of C100",
        ("RelaxedNewton", "Newton"),
        ("C100",),
    ),
    Statement(
        "C101x",
        "Newton's step lowers the loss: so it does on -x**2/2.",
        Always(newton, (Le(-(theta[t] ** 2), -(theta[t - 1] ** 2)),), answer=hill),
        "refuted",
        "lecture notes (D4)",
        ("Newton",),
        ("C101",),
    ),
    Statement(
        "C102",
        "Along the descent direction the slope -g'g becomes -g'g + s*g'Hg after a move by -s*g: "
        "it flattens at the rate g'Hg.",
        WordIdentity(
            {
                "slope": (
                    -(A @ at - c).T @ (A @ (at - (A @ at - c) * s) - c),
                    -((A @ at - c).T @ (A @ at - c)) + s * ((A @ at - c).T @ A @ (A @ at - c)),
                )
            },
        ),
        "proved",
        "article (D1), made exact",
        (),
        ("C102",),
    ),
    Statement(
        "C102x",
        "Where the curvature is positive a loss gets less steep whichever way one moves.",
        Inequality(Le(Abs(L * (x + y)), Abs(L * x)), parameters=(L(1),)),
        "refuted",
        "article (D1)",
        (),
        ("C102",),
    ),
    Statement(
        "C103x",
        "The more the surface flattens, the smaller Newton's step: of two curvatures the smaller "
        "one gives, at the same slope, the shorter step.",
        Inequality(Le(Abs(dJ) / h, Abs(dJ) / L), where=(h <= L,), parameters=(h(1), L(1))),
        "refuted",
        "article (D1)",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "C103a",
        "It gives the longer one.",
        Inequality(Ge(Abs(dJ) / h, Abs(dJ) / L), where=(h <= L,), parameters=(h(1), L(1))),
        "proved",
        "article (D1), turned round",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "C103y",
        "Newton's rate 1/(12*x**2) on x**4 stays below some bound.",
        Inequality(Le(1 / (12 * x**2), bound)),
        "refuted",
        "article (D1)",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "C104x",
        "Newton does not overshoot on convex losses: on sqrt(1 + x**2) from 2 no step leads away "
        "from 0.",
        Always(newton, (Abs(theta[t]) <= Abs(theta[t - 1]),), answer=bent, begin=2),
        "refuted",
        "article (D1)",
        ("Newton",),
        ("C104",),
    ),
    Statement(
        "C104y",
        "Newton finds the ideal learning rate: on x**4 it lands at the minimum.",
        StepFrom(
            newton,
            {"theta": x},
            {"theta": 0},
            {"grad": 4 * POINT**3, "hessian": 12 * POINT**2},
        ),
        "refuted",
        "article (D1)",
        ("Newton",),
        ("C104",),
    ),
    Statement(
        "C105",
        "Where the curvature is negative one may keep Newton's direction with any step length: "
        "on -x**2/2 the loss falls.",
        Always(relaxed, (Le(-(theta[t] ** 2), -(theta[t - 1] ** 2)),), answer=hill),
        "refuted",
        "article (D1)",
        ("RelaxedNewton",),
        ("C105",),
    ),
    Statement(
        "C105a",
        "It rises there for every rate between 0 and 2.",
        Conjunction(
            {
                "the step": StepFrom(relaxed, {"theta": x}, {"theta": (1 - lr) * x}, hill),
                "the loss": Inequality(
                    Ge(-(((1 - lr) * x) ** 2) / 2, -(x**2) / 2), where=(lr <= 2,)
                ),
            }
        ),
        "proved",
        "article (D1), turned round",
        ("RelaxedNewton",),
        ("C105",),
    ),
    Statement(
        "C106",
        "The Hessian collects the gradient: it has as many entries.",
        Counting(Equal(n**2, n)),
        "refuted",
        "article (D1)",
        (),
        ("C106",),
    ),
    Statement(
        "C106a",
        "As it is symmetric, t parameters give t*(t + 1)/2 different second derivatives: row i "
        "adds i of them.",
        SumOf(index, index, t * (t + 1) / 2),
        "proved",
        "article (D1), made exact",
        (),
        ("C106",),
    ),
    Statement(
        "C107",
        "L-BFGS keeps 2*memory*n numbers, its pairs, and no matrix.",
        Kept(catalog.system("LBFGS"), 2 * memory * n),
        "proved",
        "lecture notes (D4); Nocedal & Wright 2006, section 7.2",
        ("LBFGS",),
        ("C107",),
    ),
    Statement(
        "C107a",
        "These are fewer than the n**2 of BFGS if the memory is less than n/2.",
        Counting(Lt(2 * memory * n, n**2), where=(2 * memory < n,)),
        "proved",
        "lecture notes (D4), made exact",
        ("LBFGS", "BFGS"),
        ("C107",),
    ),
    Statement(
        "C107x",
        "L-BFGS keeps fewer numbers than BFGS, whatever its memory is.",
        Counting(2 * memory * n < n**2),
        "refuted",
        "near miss of C107",
        ("LBFGS", "BFGS"),
        ("C107",),
    ),
    Statement(
        "C107y",
        "L-BFGS keeps an n by n matrix.",
        Kept(catalog.system("LBFGS"), n**2),
        "refuted",
        "near miss of C107",
        ("LBFGS",),
        ("C107",),
    ),
    Statement(
        "C108",
        "BFGS keeps n**2 numbers, which deep networks cannot afford.",
        Kept(catalog.system("BFGS"), n**2),
        "proved",
        "essay (D0), lecture notes (D4)",
        ("BFGS",),
        ("C108",),
    ),
    Statement(
        "C108a",
        "Eliminating t unknowns takes (t**3 - t)/3 multiplications and divisions: i*(i - 1) while "
        "i are left.",
        SumOf(index * (index - 1), index, (t**3 - t) / 3),
        "proved",
        "essay (D0), lecture notes (D4); Golub & Van Loan 2013, section 3.2",
        ("Newton",),
        ("C108",),
    ),
    Statement(
        "C108x",
        "It takes t**2 of them.",
        SumOf(index * (index - 1), index, t**2),
        "refuted",
        "near miss of C108a",
        ("Newton",),
        ("C108",),
    ),
    Statement(
        "C108y",
        "Newton keeps n**2 numbers from step to step.",
        Kept(newton, n**2),
        "refuted",
        "near miss of C108: the Hessian is asked for anew",
        ("Newton",),
        ("C108",),
    ),
    # ways off a saddle
    Statement(
        "C52a",
        "On x**2 - y**2 from y = 1/1000, at lr = 1/100 (Adadelta: rho = 9/10), |y| > 1 comes first "
        "after 349 steps of gradient descent, 72 of momentum, 68 of Nesterov, 1263 of Adagrad, "
        "72 of RMSProp, 31 of Adadelta, 77 of Adam.",
        leaves("1/1000", 349, 72, 68, 1263, 72, 31, 77),
        "proved",
        "learning site (D2), quiz question 5",
        names,
        ("C52",),
    ),
    Statement(
        "C52b",
        "From y = 1/1000000 these are 698, 140, 132, 1263, 72, 37 and 77.",
        leaves("1/1000000", 698, 140, 132, 1263, 72, 37, 77),
        "proved",
        "learning site (D2), quiz question 5",
        names,
        ("C52",),
    ),
    Statement(
        "C52c",
        "From y = 1/10 they are 117, 27, 25, 1202, 68, 80 and 72.",
        leaves("1/10", 117, 27, 25, 1202, 68, 80, 72),
        "proved",
        "learning site (D2), quiz question 5",
        names,
        ("C52",),
    ),
    Statement(
        "C52d",
        "From y = 1/1000 Adagrad needs 1263, 57, 17, 3 or 1 steps at lr = 1/100, 1/20, 1/10, 2/5 "
        "or 1.",
        Conjunction(
            {
                f"lr = {rate}": FirstStep(
                    saddle("Adagrad", "1/1000", lr=rate), Abs(theta[t]) > 1, step
                )
                for rate, step in (
                    ("1/100", 1263),
                    ("1/20", 57),
                    ("1/10", 17),
                    ("2/5", 3),
                    ("1", 1),
                )
            }
        ),
        "proved",
        "learning site (D2), made exact",
        ("Adagrad",),
        ("C52",),
    ),
    Statement(
        "C52",
        "Adagrad's rate needs no tuning: at lr = 1/10 it leaves the saddle after the 1263 steps "
        "that it takes at 1/100.",
        FirstStep(saddle("Adagrad", "1/1000", lr="1/10"), Abs(theta[t]) > 1, 1263),
        "refuted",
        "learning site (D2)",
        ("Adagrad",),
        ("C52",),
    ),
    Statement(
        "C52x",
        "The adaptive rules are first: from y = 1/1000 Adagrad leaves after 348 steps, before "
        "gradient descent.",
        FirstStep(saddle("Adagrad", "1/1000"), Abs(theta[t]) > 1, 348, limit=349),
        "refuted",
        "learning site (D2), quiz question 5",
        ("Adagrad", "GradientDescent"),
        ("C52",),
    ),
    Statement(
        "C52y",
        "Acceleration changes nothing at a saddle: Nesterov leaves with momentum, after 72 steps.",
        FirstStep(saddle("Nesterov", "1/1000"), Abs(theta[t]) > 1, 72),
        "refuted",
        "near miss of C52a",
        ("Nesterov",),
        ("C52", "C41"),
    ),
    Statement(
        "C52z",
        "The start does not matter: from y = 1/1000000 gradient descent leaves after 349 steps.",
        FirstStep(saddle("GradientDescent", "1/1000000"), Abs(theta[t]) > 1, 349),
        "refuted",
        "near miss of C52b",
        ("GradientDescent",),
        ("C52",),
    ),
    Statement(
        "C52w",
        "RMSProp leaves from y = 1/1000 after 71 steps.",
        FirstStep(saddle("RMSProp", "1/1000"), Abs(theta[t]) > 1, 71),
        "refuted",
        "near miss of C52a",
        ("RMSProp",),
        ("C52",),
    ),
    Statement(
        "C52v",
        "Adadelta with the decay 95/100 leaves as with 9/10, after 31 steps.",
        FirstStep(saddle("Adadelta", "1/1000", rho="95/100"), Abs(theta[t]) > 1, 31),
        "refuted",
        "near miss of C52a",
        ("Adadelta",),
        ("C52",),
    ),
)

__all__ = ["statements"]
