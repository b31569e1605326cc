"""Gradients, stationary points, paths to them, finite differences, and what Newton's step does."""

from __future__ import annotations

from fractions import Fraction

from sympy import Max, Rational, Symbol

from optwright.derive.claim.formula.counting import Counting, Kept, n
from optwright.derive.claim.formula.expression import (
    Conjunction,
    Identity,
    Inequality,
    Refutation,
    SumOf,
)
from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.formula.matrix import MatrixIdentity, WordIdentity
from optwright.derive.claim.formula.word import Column, Matrix, Scalar, WordRule, Words
from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    DifferenceQuotient,
    Steps,
)
from optwright.derive.claim.loss.path import FirstStep, Path, Reaches, Settles
from optwright.derive.claim.problem import POINT, Objective
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Abs,
    Equal,
    G,
    Optimizer,
    Parameter,
    Unequal,
    eps,
    lr,
    m,
    momentum,
    rho,
    sqrt,
    t,
    theta,
    u,
    v,
)
from optwright.derive.language import g as answer
from optwright.derive.rule import catalog
from optwright.derive.rule.family.gradient import l1

descent, heavy = catalog.system("GradientDescent"), catalog.system("Momentum")
newton, relaxed = catalog.system("Newton"), catalog.system("RelaxedNewton")
ista, subgradient = catalog.system("ISTA"), catalog.system("SubgradientL1")
names = ("GradientDescent", "Momentum", "Nesterov", "Adagrad", "RMSProp", "Adadelta", "Adam")
rules: dict[str, Optimizer] = {name: catalog.system(name) for name in names}

x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
a, b = Symbol("a", real=True), Symbol("b", real=True)
L, h = Parameter("L", "(0, inf)", meaning="curvature"), Parameter("h", "(0, inf)")
size = Parameter("size", "(0, inf)", meaning="length of a move")
count = Symbol("N", integer=True, positive=True)
memory = Symbol("memory", integer=True, positive=True)
index = Symbol("i", integer=True, positive=True)
bound = Symbol("bound", positive=True)
error, third = Symbol("error", positive=True), Symbol("third", positive=True)
half = Rational(1, 2)

# The value, the slope and the curvature of a loss at a point may be any three numbers:
# J + dJ*x + d2J*x**2/2 has them at 0. So claims about them are claims about all smooth losses.
J, dJ, d2J = (Symbol(name, real=True) for name in ("J", "dJ", "d2J"))

g, d = Column("g"), Column("u")
A, c, at = Matrix("A", symmetric=True), Column("c"), Column("x")
P = Matrix("P")
s, r = Scalar("s"), Scalar("r")
hundredth = Rational(1, 100)


def quadratic(p: Words) -> Words:
    """A quadratic loss of any dimension."""
    return p.T @ A @ p / 2 - c.T @ p


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


double = 4 * POINT**3 - 2 * POINT + Rational(1, 10)
two_valleys = x**4 - x**2 + x / 10
valley = Path(descent, double, 1, {"lr": hundredth})
fast = {"lr": hundredth}
bent = {
    "grad": POINT / (1 + POINT**2) ** Fraction(1, 2),
    "hessian": 1 / (1 + POINT**2) ** Fraction(3, 2),
}
hill = {"grad": -POINT, "hessian": -1}
states = {
    "GradientDescent": (),
    "Momentum": (v,),
    "Nesterov": (v,),
    "Adagrad": (G,),
    "RMSProp": (v,),
    "Adadelta": (v, u),
    "Adam": (m, v),
}

forward = DifferenceQuotient({0: -1, 1: 1})
backward = DifferenceQuotient({-1: -1, 0: 1})
centred = DifferenceQuotient({1: half, -1: -half})
second = DifferenceQuotient({1: 1, 0: -2, -1: 1}, 2)
five = DifferenceQuotient({-2: "1/12", -1: "-2/3", 1: "2/3", 2: "-1/12"})

gradient: tuple[Statement, ...] = (
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
        Inequality(Max(Abs(a), Abs(b)) >= sqrt(a**2 + b**2)),
        "refuted",
        "near miss of C1: coordinate descent, Wright 2015",
        (),
        ("C1",),
    ),
    Statement(
        "C1y",
        "No direction with entries of at most 1 is steeper than the length of the gradient (in "
        "two variables).",
        Inequality(a * x + b * y <= sqrt(a**2 + b**2), where=(Abs(x) <= 1, Abs(y) <= 1)),
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
)

stationary: tuple[Statement, ...] = (
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
                    two_valleys > Rational(-182, 1000),
                    x,
                    Rational(680, 1000),
                    Rational(681, 1000),
                ),
                "everywhere": OnInterval(two_valleys > Rational(-323, 1000), x),
                "at -73/100": OnInterval(
                    two_valleys < Rational(-320, 1000), x, Rational(-74, 100), Rational(-73, 100)
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
        OnInterval(two_valleys >= Rational(-182, 1000), x),
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
        Inequality(x**2 - y**2 >= -bound),
        "refuted",
        "learning site (D2), quiz question 5",
        (),
        ("C8",),
    ),
)

differences: tuple[Statement, ...] = (
    Statement(
        "C21",
        "The error of the centred difference [f(x + h) - f(x - h)]/(2*h) is f'''*h**2/6 and "
        "smaller terms.",
        DifferenceError(centred, 2, Rational(1, 6)),
        "proved",
        "lecture notes (D4); Nocedal & Wright 2006, section 8.1",
        (),
        ("C21", "C22"),
    ),
    Statement(
        "C21a",
        "That of the forward difference is f''*h/2.",
        DifferenceError(forward, 1, half),
        "proved",
        "lecture notes (D4); Nocedal & Wright 2006, section 8.1",
        (),
        ("C21",),
    ),
    Statement(
        "C21b",
        "That of the second difference [f(x + h) - 2*f(x) + f(x - h)]/h**2 is f''''*h**2/12.",
        DifferenceError(second, 2, Rational(1, 12)),
        "proved",
        "Nocedal & Wright 2006, section 8.1",
        (),
        (),
    ),
    Statement(
        "C21c",
        "Five points give the fourth order: an error of -f'''''*h**4/30.",
        DifferenceError(five, 4, Rational(-1, 30)),
        "proved",
        "Abramowitz & Stegun 1964, 25.3.6",
        (),
        (),
    ),
    Statement(
        "C21x",
        "The forward difference is of second order.",
        DifferenceError(forward, 2),
        "refuted",
        "near miss of C21",
        (),
        ("C21",),
    ),
    Statement(
        "C21y",
        "The centred difference is of third order.",
        DifferenceError(centred, 3),
        "refuted",
        "near miss of C21",
        (),
        ("C21",),
    ),
    Statement(
        "C21z",
        "Its error is f'''*h**2/3.",
        DifferenceError(centred, 2, Rational(1, 3)),
        "refuted",
        "near miss of C21",
        (),
        (),
    ),
    Statement(
        "C21v",
        "The centred difference is always at least as close as the forward one.",
        AtLeastAsClose(centred, forward),
        "refuted",
        "lecture notes (D4), read too far",
        (),
        ("C21",),
    ),
    Statement(
        "C21w",
        "The backward difference errs to the same side as the forward one: by f''*h/2.",
        DifferenceError(backward, 1, half),
        "refuted",
        "near miss of C21",
        (),
        (),
    ),
    Statement(
        "C22",
        "If values of f carry errors up to e and |f'''| <= M, the bound e/h + M*h**2/6 of the "
        "centred difference is least at h**3 = 3*e/M (below: e as M*size**3/3).",
        Inequality(
            third * size**3 / (3 * h) + third * h**2 / 6 >= third * size**2 / 2,
            parameters=(h(1), size(1)),
        ),
        "proved",
        "Nocedal & Wright 2006, section 8.1; lecture notes (D4), h = 1e-5",
        (),
        ("C22",),
    ),
    Statement(
        "C22x",
        "The smaller h is, the smaller that bound.",
        Inequality(
            error / h + third * h**2 / 6 <= error / size + third * size**2 / 6,
            where=(h <= size,),
            parameters=(h(1), size(1)),
        ),
        "refuted",
        "near miss of C22",
        (),
        ("C22",),
    ),
    Statement(
        "C23",
        "The Hessian is symmetric: so it is for xy(x**2 - y**2)/(x**2 + y**2), with 0 at (0, 0).",
        MixedPartials(x * y * (x**2 - y**2) / (x**2 + y**2), {x: 0, y: 0}, 0),
        "refuted",
        "lecture notes (D4); Peano 1884",
        (),
        ("C23",),
    ),
    Statement(
        "C23a",
        "There f_xy is -1 and f_yx is 1, by the definition as limits.",
        MixedPartials(x * y * (x**2 - y**2) / (x**2 + y**2), {x: 0, y: 0}, 0, (-1, 1)),
        "proved",
        "Peano 1884",
        (),
        ("C23",),
    ),
    Statement(
        "C23b",
        "The Hessian P + P' of x'Px is symmetric, whatever P is.",
        WordIdentity(
            {
                "gradient": (
                    (at + d * s).T @ P @ (at + d * s) - at.T @ P @ at,
                    s * (d.T @ (P + P.T) @ at) + s * s * (d.T @ P @ d),
                ),
                "symmetric": ((P + P.T).T, P + P.T),
            }
        ),
        "proved",
        "lecture notes (D4), made exact",
        (),
        ("C23",),
    ),
    Statement(
        "C23x",
        "The gradient of x'Px is 2Px, whatever P is.",
        WordIdentity(
            {
                "gradient": (
                    (at + d * s).T @ P @ (at + d * s) - at.T @ P @ at,
                    2 * s * (d.T @ P @ at) + s * s * (d.T @ P @ d),
                )
            }
        ),
        "refuted",
        "near miss of C23b",
        (),
        ("C23",),
    ),
    Statement(
        "C24",
        "Zero slope and a second derivative that is not negative make a minimum: so x**3 has one "
        "at 0.",
        CriticalPoint(x**3, {x: 0}, "minimum"),
        "refuted",
        "essay (D0)",
        (),
        ("C24",),
    ),
    Statement(
        "C24a",
        "Where the second derivative is 0 it tells nothing: x**4 has a minimum at 0, -x**4 a "
        "maximum, x**3 neither.",
        Conjunction(
            {
                "x**4": CriticalPoint(x**4, {x: 0}, "strict minimum"),
                "-x**4": CriticalPoint(-(x**4), {x: 0}, "strict maximum"),
                "x**3": CriticalPoint(x**3, {x: 0}, "saddle"),
            }
        ),
        "proved",
        "essay (D0), made exact",
        (),
        ("C24",),
    ),
    Statement(
        "C24b",
        "A saddle may have the Hessian 0: x**3 - 3*x*y**2 at (0, 0).",
        CriticalPoint(x**3 - 3 * x * y**2, {x: 0, y: 0}, "saddle"),
        "proved",
        "Hilbert & Cohn-Vossen 1932, section 29",
        (),
        ("C24",),
    ),
    Statement(
        "C24x",
        "A loss with a minimum along every line through a point has one there: "
        "(y - x**2)(y - 2*x**2) at (0, 0).",
        CriticalPoint((y - x**2) * (y - 2 * x**2), {x: 0, y: 0}, "minimum"),
        "refuted",
        "Genocchi & Peano 1884",
        (),
        ("C24",),
    ),
    Statement(
        "C24y",
        "A second derivative of 0 means a saddle: so x**4 has one at 0.",
        CriticalPoint(x**4, {x: 0}, "saddle"),
        "refuted",
        "near miss of C24",
        (),
        ("C24",),
    ),
    Statement(
        "C24z",
        "A Hessian without negative eigenvalues makes a strict minimum: x**2 in two variables.",
        CriticalPoint(x**2, {x: 0, y: 0}, "strict minimum"),
        "refuted",
        "near miss of C24",
        (),
        ("C24",),
    ),
)

scaling: tuple[Statement, ...] = (
    Statement(
        "C25a",
        "Four small steps and one step at four times the rate end O(lr**2) apart, on every "
        "smooth loss.",
        AgreeToOrder(Steps(descent, 4), Steps(descent, 1, {"lr": 4 * lr}), lr, 2),
        "proved",
        "lecture notes (D4); Goyal et al. 2017, section 2.1 (arXiv:1706.02677)",
        ("GradientDescent",),
        ("C25",),
    ),
    Statement(
        "C25b",
        "On a quadratic, with q = 1 - lr*h: N steps move by (1 - q**N) where one moves by (1 - q), "
        "and the quotient tends to N, for every N, as lr tends to 0.",
        Limit((1 - rho**count) / (1 - rho), rho, 1, count),
        "proved",
        "lecture notes (D4), linear scaling made exact",
        ("GradientDescent",),
        ("C25",),
    ),
    Statement(
        "C25c",
        "For N = 4 the difference is lr**4*h**4 - 4*lr**3*h**3 + 6*lr**2*h**2.",
        Identity(
            (1 - lr * h) ** 4 - (1 - 4 * lr * h),
            lr**4 * h**4 - 4 * lr**3 * h**3 + 6 * lr**2 * h**2,
            parameters=(h(1),),
        ),
        "proved",
        "lecture notes (D4), linear scaling made exact",
        ("GradientDescent",),
        ("C25",),
    ),
    Statement(
        "C25x",
        "Four small steps and one step at four times the rate end O(lr**3) apart.",
        AgreeToOrder(Steps(descent, 4), Steps(descent, 1, {"lr": 4 * lr}), lr, 3),
        "refuted",
        "near miss of C25a",
        ("GradientDescent",),
        ("C25",),
    ),
    Statement(
        "C25y",
        "Linear scaling holds for momentum from rest too: two steps and one at twice the rate end "
        "O(lr**2) apart.",
        AgreeToOrder(Steps(heavy, 2), Steps(heavy, 1, {"lr": 2 * lr}), lr, 2),
        "refuted",
        "lecture notes (D4), read too far",
        ("Momentum",),
        ("C25",),
    ),
    Statement(
        "C25d",
        "For momentum from rest two steps are one at 2 + momentum times the rate, up to O(lr**2).",
        AgreeToOrder(Steps(heavy, 2), Steps(heavy, 1, {"lr": (2 + momentum) * lr}), lr, 2),
        "proved",
        "C25y, mended",
        ("Momentum",),
        ("C25",),
    ),
    Statement(
        "C25z",
        "Four steps at a quarter of the rate are one step.",
        AgreeToOrder(Steps(descent, 4, {"lr": lr / 4}), Steps(descent, 1), lr, 3),
        "refuted",
        "near miss of C25a",
        ("GradientDescent",),
        ("C25",),
    ),
)

penalties: tuple[Statement, ...] = (
    Statement(
        "C20",
        "The L1 penalty selects: x = 0 minimises (x - z)**2/2 + l1*|x| where |z| <= l1.",
        Inequality((x - z) ** 2 / 2 + l1 * Abs(x) >= z**2 / 2, (z <= l1, z >= -l1), (), (l1(1),)),
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
        Inequality((x - z) ** 2 / 2 + l1 * x**2 / 2 >= z**2 / 2, (z <= l1, z >= -l1), (), (l1(1),)),
        "refuted",
        "near miss of C20; Hoerl & Kennard 1970",
        (),
        ("C20",),
    ),
)

curvature: tuple[Statement, ...] = (
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
        Always(newton, (-(theta[t] ** 2) <= -(theta[t - 1] ** 2),), answer=hill),
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
        Inequality(Abs(L * (x + y)) <= Abs(L * x), parameters=(L(1),)),
        "refuted",
        "article (D1)",
        (),
        ("C102",),
    ),
    Statement(
        "C103x",
        "The more the surface flattens, the smaller Newton's step: of two curvatures the smaller "
        "one gives, at the same slope, the shorter step.",
        Inequality(Abs(dJ) / h <= Abs(dJ) / L, where=(h <= L,), parameters=(h(1), L(1))),
        "refuted",
        "article (D1)",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "C103a",
        "It gives the longer one.",
        Inequality(Abs(dJ) / h >= Abs(dJ) / L, where=(h <= L,), parameters=(h(1), L(1))),
        "proved",
        "article (D1), turned round",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "C103y",
        "Newton's rate 1/(12*x**2) on x**4 stays below some bound.",
        Inequality(1 / (12 * x**2) <= bound),
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
        Always(relaxed, (-(theta[t] ** 2) <= -(theta[t - 1] ** 2),), answer=hill),
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
                "the loss": Inequality(-(((1 - lr) * x) ** 2) / 2 >= -(x**2) / 2, where=(lr <= 2,)),
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
        Counting(2 * memory * n < n**2, where=(2 * memory < n,)),
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
)

race: tuple[Statement, ...] = (
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

statements = (
    *gradient,
    *stationary,
    *differences,
    *scaling,
    *penalties,
    *curvature,
    *race,
)
