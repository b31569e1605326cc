"""Gradients, stationary points, paths to them, finite differences, and what Newton's step does."""

from __future__ import annotations

from sympy import Max, Rational, Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, Refutation
from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.formula.matrix import MatrixIdentity, WordIdentity
from optwright.derive.claim.formula.word import Column, Matrix, Scalar, WordRule, Words
from optwright.derive.claim.loss.landscape import CriticalPoint
from optwright.derive.claim.loss.path import FirstStep, Path, Reaches, Settles
from optwright.derive.claim.problem import POINT
from optwright.derive.claim.relation import Equal, Ge, Gt, Le, Lt
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    G,
    Optimizer,
    Parameter,
    Unequal,
    eps,
    lr,
    m,
    sqrt,
    t,
    theta,
    u,
    v,
)
from optwright.derive.language import g as answer
from optwright.derive.rule import catalog

descent, heavy = catalog.system("GradientDescent"), catalog.system("Momentum")
names = ("GradientDescent", "Momentum", "Nesterov", "Adagrad", "RMSProp", "Adadelta", "Adam")
rules: dict[str, Optimizer] = {name: catalog.system(name) for name in names}
x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
a, b = Symbol("a", real=True), Symbol("b", real=True)
L, h = Parameter("L", "(0, inf)", meaning="curvature"), Parameter("h", "(0, inf)")
size = Parameter("size", "(0, inf)", meaning="length of a move")
bound = Symbol("bound", positive=True)
# The value, the slope and the curvature of a loss at a point may be any three numbers:
# J + dJ*x + d2J*x**2/2 has them at 0. So claims about them are claims about all smooth losses.
J, dJ, d2J = (Symbol(name, real=True) for name in ("J", "dJ", "d2J"))
g, d = Column("g"), Column("u")
A, c, at = Matrix("A", symmetric=True), Column("c"), Column("x")
s, r = Scalar("s"), Scalar("r")
hundredth = Rational(1, 100)


def quadratic(p: Words) -> Words:
    """A quadratic loss of any dimension."""
    return p.T @ A @ p / 2 - c.T @ p


double = 4 * POINT**3 - 2 * POINT + Rational(1, 10)
two_valleys = x**4 - x**2 + x / 10
valley = Path(descent, double, 1, {"lr": hundredth})
fast = {"lr": hundredth}
states = {
    "GradientDescent": (),
    "Momentum": (v,),
    "Nesterov": (v,),
    "Adagrad": (G,),
    "RMSProp": (v,),
    "Adadelta": (v, u),
    "Adam": (m, v),
}

statements: tuple[Statement, ...] = (
    Statement(
        "C1",
        "No direction is steeper than the gradient: the slope u.g is at most |u| |g| in size.",
        WordIdentity(
            {
                "a square is |g|^2 (|u|^2 |g|^2 - (u.g)^2)": (
                    (d * (g.T @ g) - g * (d.T @ g)).T @ (d * (g.T @ g) - g * (d.T @ g)),
                    (g.T @ g) * ((d.T @ d) * (g.T @ g) - (d.T @ g) ** 2),
                )
            },
            conditions=("a square of a length is not negative; g is not 0",),
        ),
        "proved",
        "Cauchy 1821, Cours d'analyse, note II; essay (D0), lecture notes (D4)",
        (),
        ("C1",),
    ),
    Statement(
        "C1a",
        "The unit direction g/|g| has the slope |g|, and -g/|g| the slope -|g|: steepest ascent "
        "and descent.",
        WordIdentity(
            {
                "length": ((g / r).T @ (g / r), r / r),
                "slope up": ((g / r).T @ g, r),
                "slope down": ((-g / r).T @ g, -r),
            },
            rules=(WordRule(g.T @ g, r * r),),
            conditions=("r = |g| > 0",),
        ),
        "proved",
        "essay (D0), lecture notes (D4)",
        (),
        ("C1",),
    ),
    Statement(
        "C1b",
        "The slope in a direction u is u.g: a move by s*u changes a quadratic loss by s*u.g + "
        "s**2*u.Au/2.",
        WordIdentity(
            {
                "change": (
                    quadratic(at + d * s) - quadratic(at),
                    s * (d.T @ (A @ at - c)) + s * s * (d.T @ A @ d) / 2,
                )
            }
        ),
        "proved",
        "lecture notes (D4)",
        (),
        ("C1",),
    ),
    Statement(
        "C1x",
        "The steepest direction is that of the largest partial derivative (in two variables).",
        Inequality(Ge(Max(Abs(a), Abs(b)), sqrt(a**2 + b**2))),
        "refuted",
        "near miss of C1: coordinate descent, Wright 2015",
        (),
        ("C1",),
    ),
    Statement(
        "C1y",
        "No direction with entries of at most 1 is steeper than the length of the gradient (in "
        "two variables).",
        Inequality(Le(a * x + b * y, sqrt(a**2 + b**2)), where=(Le(Abs(x), 1), Le(Abs(y), 1))),
        "refuted",
        "near miss of C1: steepest descent depends on the norm, Boyd & Vandenberghe 2004, "
        "section 9.4",
        (),
        ("C1",),
    ),
    Statement(
        "C2",
        "The gradient is the direction of steepest descent: along it a loss changes at the rate "
        "-|g|**2.",
        Limit(
            (
                L * (x + size * (L * x + b)) ** 2 / 2
                + b * (x + size * (L * x + b))
                - L * x**2 / 2
                - b * x
            )
            / size,
            size,
            0,
            -((L * x + b) ** 2),
            parameters=(L(1), size(1)),
        ),
        "refuted",
        "lecture notes (D4)",
        (),
        ("C2",),
    ),
    Statement(
        "C2a",
        "Along the gradient a quadratic loss rises at the rate |g|**2.",
        Limit(
            (
                L * (x + size * (L * x + b)) ** 2 / 2
                + b * (x + size * (L * x + b))
                - L * x**2 / 2
                - b * x
            )
            / size,
            size,
            0,
            (L * x + b) ** 2,
            parameters=(L(1), size(1)),
        ),
        "proved",
        "lecture notes (D4), turned round",
        (),
        ("C1", "C2"),
    ),
    Statement(
        "C3",
        "The gradient lives among the parameters: it has as many entries, and a step adds -lr "
        "times it to them.",
        MatrixIdentity(descent, lambda step: {"move": (step.move, -Scalar("lr") * step["g"])}),
        "proved",
        "essay (D0)",
        ("GradientDescent",),
        ("C3",),
    ),
    Statement(
        "C3x",
        "The gradient is tangent to the surface z = J(x, y): the rise J_x*J_x + J_y*J_y along it "
        "is 0.",
        Identity(a**2 + b**2, 0),
        "refuted",
        "near miss of C3",
        (),
        ("C3",),
    ),
    # stationary points
    Statement(
        "C4",
        "Following the gradient leads to the global minimum: on x**4 - x**2 + x/10 from 1, at rate "
        "1/100, to a point between -74/100 and -73/100.",
        Settles(valley, Rational(-74, 100), Rational(-73, 100)),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C4",),
    ),
    Statement(
        "C4a",
        "It converges to a point between 680/1000 and 681/1000.",
        Settles(valley, Rational(680, 1000), Rational(681, 1000)),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C4", "C5"),
    ),
    Statement(
        "C4b",
        "There the loss is above -182/1000, while no loss is below -323/1000 and that at -73/100 "
        "is below -320/1000.",
        Conjunction(
            {
                "at the limit": OnInterval(
                    Gt(two_valleys, Rational(-182, 1000)),
                    x,
                    Rational(680, 1000),
                    Rational(681, 1000),
                ),
                "everywhere": OnInterval(Gt(two_valleys, Rational(-323, 1000)), x),
                "at -73/100": OnInterval(
                    Lt(two_valleys, Rational(-320, 1000)), x, Rational(-74, 100), Rational(-73, 100)
                ),
            }
        ),
        "proved",
        "essay (D0), made exact",
        (),
        ("C4",),
    ),
    Statement(
        "C4x",
        "A local minimum is the global one: no loss of x**4 - x**2 + x/10 is below -182/1000.",
        OnInterval(Ge(two_valleys, Rational(-182, 1000)), x),
        "refuted",
        "essay (D0)",
        (),
        ("C4",),
    ),
    Statement(
        "C4y",
        "From 1 gradient descent at rate 1/100 gets below 0 on x**4 - x**2 + x/10 at some step.",
        Reaches(valley, theta[t] < 0),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C4", "C5"),
    ),
    Statement(
        "C44",
        "Momentum may leave a valley that holds gradient descent: from 2, at rate 1/100, it gets "
        "below -73/100 on x**4 - x**2 + x/10, gradient descent never below 0.",
        Conjunction(
            {
                "momentum": Reaches(Path(heavy, double, 2, fast), theta[t] < Rational(-73, 100)),
                "gradient descent": Refutation(
                    Reaches(Path(descent, double, 2, fast), theta[t] < 0)
                ),
            }
        ),
        "proved",
        "chapter (D3)",
        ("Momentum", "GradientDescent"),
        ("C44",),
    ),
    Statement(
        "C44x",
        "From 2 gradient descent gets there too, later.",
        Reaches(Path(descent, double, 2, fast), theta[t] < Rational(-73, 100)),
        "refuted",
        "near miss of C44",
        ("GradientDescent",),
        ("C44",),
    ),
    Statement(
        "C44y",
        "Momentum leaves the valley from every start: from 1 it is below 0 at step 20.",
        FirstStep(Path(heavy, double, 1, fast), theta[t] < 0, 20, limit=200),
        "refuted",
        "chapter (D3), read too far",
        ("Momentum",),
        ("C44",),
    ),
    Statement(
        "C5s",
        "Rules may stop at a saddle: on x**2 - y**2 from y = 0 none of seven rules ever leaves "
        "y = 0, whatever their hyperparameters are (eps > 0).",
        Conjunction(
            {
                name: Always(
                    rules[name],
                    (Equal(theta[t], 0),),
                    (Equal(theta[t], 0), *(Equal(state[t], 0) for state in states[name])),
                    answer={"grad": -2 * POINT},
                    begin=0,
                    assume=(eps > 0,) if name in names[3:] else (),
                )
                for name in names
            }
        ),
        "proved",
        "essay (D0), made exact",
        names,
        ("C5",),
    ),
    Statement(
        "C5sx",
        "Adam, which divides by the size of the gradient, leaves y = 0 in its first step.",
        Always(
            rules["Adam"],
            (Unequal(theta[t], 0),),
            answer={"grad": -2 * POINT},
            begin=0,
            last=1,
        ),
        "refuted",
        "near miss of C5s",
        ("Adam",),
        ("C5",),
    ),
    Statement(
        "C5sy",
        "Descent with noise in the gradient stays on y = 0 as well.",
        Always(
            catalog.system("NoisySGD"),
            (Equal(theta[t], 0),),
            answer={"grad": -2 * POINT},
            begin=0,
            hyper=({"lr": 1, "eta": 1, "gamma": 1},),
        ),
        "refuted",
        "near miss of C5s; Ge, Huang, Jin & Yuan 2015 (arXiv:1503.02101)",
        ("NoisySGD",),
        ("C5",),
    ),
    Statement(
        "C5t",
        "Where gradient descent stays there is a minimum: x**2 - y**2 has one at (0, 0).",
        CriticalPoint(x**2 - y**2, {x: 0, y: 0}, "minimum"),
        "refuted",
        "essay (D0)",
        (),
        ("C5", "C6"),
    ),
    Statement(
        "C7",
        "A stationary point is where the loss is 0.",
        Identity(J, 0, where=(Equal(dJ, 0),)),
        "refuted",
        "essay (D0)",
        (),
        ("C7",),
    ),
    Statement(
        "C7a",
        "x**2 - y**2 + 5, which is 5 at (0, 0), has a saddle there, and x**2 + 5 a minimum at 0.",
        Conjunction(
            {
                "saddle": CriticalPoint(x**2 - y**2 + 5, {x: 0, y: 0}, "saddle"),
                "minimum": CriticalPoint(x**2 + 5, {x: 0}, "strict minimum"),
            }
        ),
        "proved",
        "essay (D0), made exact",
        (),
        ("C7", "C8"),
    ),
    Statement(
        "C7x",
        "Where the loss is 0 the point is stationary: so 0 is for J(x) = x.",
        CriticalPoint(x, {x: 0}, "stationary"),
        "refuted",
        "essay (D0)",
        (),
        ("C7",),
    ),
    Statement(
        "C7y",
        "A loss close to 0 makes steps short: no step is longer than lr times the loss.",
        Inequality(Abs(lr * dJ) <= lr * Abs(J)),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C7",),
    ),
    Statement(
        "C7b",
        "Steps are short where the gradient is: they have the length lr*|gradient|.",
        Always(descent, (Equal(Abs(theta[t] - theta[t - 1]), lr * Abs(answer[t])),)),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C7",),
    ),
    Statement(
        "C8",
        "At a minimum the loss is 0.",
        Identity(J, 0, where=(Equal(dJ, 0), d2J > 0)),
        "refuted",
        "essay (D0)",
        (),
        ("C8",),
    ),
    Statement(
        "C8a",
        "The least value of (x - 1)**2 + 1, that at 1, is 1.",
        OnInterval(x**2 - 2 * x + 2 >= 1, x),
        "proved",
        "essay (D0), made exact",
        (),
        ("C8",),
    ),
    Statement(
        "C8x",
        "Every loss has a least value: x**2 - y**2 is never below some -bound.",
        Inequality(Ge(x**2 - y**2, -bound)),
        "refuted",
        "learning site (D2), quiz question 5",
        (),
        ("C8",),
    ),
)
