"""Finite differences, Hessians, and one step in place of several."""

from __future__ import annotations

from sympy import Rational, Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.formula.matrix import WordIdentity
from optwright.derive.claim.formula.word import Matrix
from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    DifferenceQuotient,
    Steps,
)
from optwright.derive.claim.relation import Ge, Le
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement
from optwright.derive.language import lr, momentum, rho
from optwright.derive.statement.loss.landscape import at, d, descent, h, heavy, s, size, x, y

count = Symbol("N", integer=True, positive=True)
error, third = Symbol("error", positive=True), Symbol("third", positive=True)
half = Rational(1, 2)
P = Matrix("P")
forward = DifferenceQuotient({0: -1, 1: 1})
backward = DifferenceQuotient({-1: -1, 0: 1})
centred = DifferenceQuotient({1: half, -1: -half})
second = DifferenceQuotient({1: 1, 0: -2, -1: 1}, 2)
five = DifferenceQuotient({-2: "1/12", -1: "-2/3", 1: "2/3", 2: "-1/12"})

statements: tuple[Statement, ...] = (
    # differences
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
            Ge(third * size**3 / (3 * h) + third * h**2 / 6, third * size**2 / 2),
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
            Le(error / h + third * h**2 / 6, error / size + third * size**2 / 6),
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
    # one step in place of several
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

__all__ = ["statements"]
