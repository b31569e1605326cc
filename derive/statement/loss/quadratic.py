"""Quadratics: which learning rates are stable, how fast a rule is, which parameters are best."""

from __future__ import annotations

from sympy import Ge, Rational

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.loss.quadratic import L, Optimal, Rate, Stable, mu
from optwright.derive.claim.loss.smooth import Contraction, Descent, Trajectory
from optwright.derive.claim.problem import POINT
from optwright.derive.claim.relation import Le, Lt
from optwright.derive.claim.rule.invariant import StepFrom
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Parameter, lr, weight_decay
from optwright.derive.rule import catalog

descent = catalog.system("GradientDescent")
penalised = catalog.system("GradientDescentL2")
kappa = Parameter("kappa", "(1, inf)", meaning="the condition number, L/mu")
x = Parameter("x", "(0, 1)", meaning="the root of lr times the curvature")
c = Parameter("c", "(0, inf)", meaning="what a feature is multiplied by")
h = Parameter("h", "(0, inf)", meaning="a curvature")

statements: tuple[Statement, ...] = (
    # --- gradient descent: which rates are stable
    Statement(
        "E1",
        "Gradient descent converges on all quadratics with curvatures up to L exactly if "
        "0 < lr < 2/L.",
        Stable(descent, [lr > 0, lr < 2 / L]),
        "proved",
        "Goh 2017; Polyak 1987, section 1.4",
        ("GradientDescent",),
        ("C5", "C11", "C13"),
        "converges exactly if 0 < lr < 2/L",
    ),
    Statement(
        "E1a",
        "Also at lr = 2/L.",
        Stable(descent, [lr > 0, lr <= 2 / L]),
        "refuted",
        "near miss of E1",
        ("GradientDescent",),
        ("C13",),
    ),
    Statement(
        "E1b",
        "It converges only if lr < 1/L.",
        Stable(descent, [lr > 0, lr < 1 / L], "only if"),
        "refuted",
        "a common rule, which is sufficient",
        ("GradientDescent",),
        ("C13",),
    ),
    Statement(
        "E1c",
        "It converges if lr <= 1/L.",
        Stable(descent, [lr > 0, lr <= 1 / L], "if"),
        "proved",
        "Nesterov 2004, section 1.2.3",
        ("GradientDescent",),
    ),
    Statement(
        "E1d",
        "It converges exactly if 0 < lr < 4/L.",
        Stable(descent, [lr > 0, lr < 4 / L]),
        "refuted",
        "near miss of E1, with the loss L*x**2 in mind",
        ("GradientDescent",),
    ),
    Statement(
        "E1e",
        "With curvatures between mu and L it is the mean curvature that counts: exactly if "
        "0 < lr < 4/(L + mu).",
        Stable(descent, [lr > 0, lr < 4 / (L + mu)], low=mu),
        "refuted",
        "near miss of E1",
        ("GradientDescent",),
    ),
    Statement(
        "C5",
        "On every L-smooth mu-strongly convex loss gradient descent comes nearer to the minimum "
        "by the factor 1 - lr*mu, if lr <= 2/(L + mu).",
        Contraction(
            descent,
            1 - lr * mu,
            2 * lr * (1 - lr * mu) / (L - mu),
            where=(mu < L, lr * (L + mu) <= 2),
        ),
        "proved",
        "essay (D0), made exact; Polyak 1987, section 1.4",
        ("GradientDescent",),
        ("C5",),
    ),
    Statement(
        "C5a",
        "So it does for all lr up to 2/L.",
        Contraction(
            descent,
            1 - lr * mu,
            2 * lr * (1 - lr * mu) / (L - mu),
            where=(mu < L, lr * L <= 2),
        ),
        "refuted",
        "near miss of C5",
        ("GradientDescent",),
        ("C5",),
    ),
    Statement(
        "C5b",
        "Gradient descent finds the minimum of every convex quadratic, whatever the learning rate.",
        Stable(descent, [lr > 0]),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C5", "C6"),
    ),
    Statement(
        "C6",
        "On x**2 gradient descent at lr = 1 jumps between x and -x for ever, and beyond lr = 1 "
        "the distance grows by 2*lr - 1 in each step.",
        Conjunction(
            {
                "lr = 1": StepFrom(
                    descent.with_hyper(lr=1),
                    {"theta": x},
                    {"theta": -x},
                    {"grad": 2 * POINT},
                    parameters=(x(Rational(1, 2)),),
                ),
                "lr > 1": Rate(descent, {}, 2 * lr - 1, "=", where=(lr > 1,), low=2, high=2),
                "convergence": Stable(descent, [lr > 0, lr < 1], low=2, high=2),
            }
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C6", "C10"),
    ),
    Statement(
        "C6a",
        "On x**2 gradient descent converges up to lr = 2.",
        Stable(descent, [lr > 0, lr < 2], low=2, high=2),
        "refuted",
        "near miss of C6, with the curvature of x**2 taken as 1",
        ("GradientDescent",),
        ("C6",),
    ),
    Statement(
        "C10",
        "In one dimension, where no partial derivatives interact, a gradient step never raises "
        "the loss.",
        Descent(descent, 0),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C10",),
    ),
    Statement(
        "C11",
        "Which learning rates are stable does not depend on the data: those below 2.",
        Stable(descent, [lr > 0, lr < 2]),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C11",),
    ),
    Statement(
        "C11a",
        "In least squares with one feature, a feature c times as large allows learning rates "
        "c**2 times smaller: up to 2/(c**2*h).",
        Stable(
            descent,
            [lr > 0, lr < 2 / (c**2 * h)],
            parameters=(c(2), h(1)),
            low=c**2 * h,
            high=c**2 * h,
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C11", "C18"),
    ),
    Statement(
        "C11b",
        "It allows learning rates c times smaller: up to 2/(c*h).",
        Stable(
            descent,
            [lr > 0, lr < 2 / (c * h)],
            parameters=(c(2), h(1)),
            low=c**2 * h,
            high=c**2 * h,
        ),
        "refuted",
        "near miss of C11a",
        ("GradientDescent",),
        ("C11",),
    ),
    Statement(
        "C12",
        "Learning rates above 0.1 do not converge.",
        Stable(descent, [lr > 0, lr <= Rational(1, 10)], "only if"),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C12",),
    ),
    Statement(
        "C12a",
        "Learning rates up to 0.1 converge.",
        Stable(descent, [lr > 0, lr <= Rational(1, 10)], "if"),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C12",),
    ),
    Statement(
        "C12b",
        "lr = 10 solves 0.1*x**2/2 in one step, and lr = 0.1 goes to -99 and 9801 on 1000*x**2/2.",
        Conjunction(
            {
                "curvature 1/10": Trajectory(descent, [0, 0], {"lr": 10}, Rational(1, 10)),
                "curvature 1000": Trajectory(descent, [-99, 9801], {"lr": Rational(1, 10)}, 1000),
            }
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C12",),
    ),
    Statement(
        "C13",
        "On a quadratic of curvature h a step multiplies the distance by 1 - lr*h: it overshoots "
        "where lr*h > 1, and diverges exactly where lr*h >= 2.",
        Conjunction(
            {
                "step": StepFrom(
                    descent,
                    {"theta": x},
                    {"theta": (1 - lr * h) * x},
                    {"grad": h * POINT},
                    parameters=(x(Rational(1, 2)), h(1)),
                ),
                "overshoot": Inequality(Lt(1 - lr * h, 0), where=(lr * h > 1,), parameters=(h(1),)),
                "stable": Stable(descent, [lr > 0, lr * h < 2], parameters=(h(1),), low=h, high=h),
            }
        ),
        "proved",
        "article (D1), made exact",
        ("GradientDescent",),
        ("C13",),
    ),
    Statement(
        "C13a",
        "A learning rate that overshoots diverges.",
        Stable(descent, [lr > 0, lr * h <= 1], "only if", parameters=(h(1),), low=h, high=h),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C13",),
    ),
    # --- gradient descent: rates
    Statement(
        "E6",
        "lr = 2/(L + mu) is the best learning rate of gradient descent for curvatures in [mu, L]: "
        "its radius is (L - mu)/(L + mu), and no lr has a smaller one.",
        Optimal(descent, {"lr": 2 / (L + mu)}, (L - mu) / (L + mu)),
        "proved",
        "Polyak 1987, section 1.4; Nesterov 2004, theorem 2.1.15",
        ("GradientDescent",),
        ("C18",),
        "lr = 2/(L + mu) is best, with radius (L - mu)/(L + mu)",
    ),
    Statement(
        "E6a",
        "lr = 1/L is the best.",
        Optimal(descent, {"lr": 1 / L}, 1 - mu / L),
        "refuted",
        "near miss of E6",
        ("GradientDescent",),
        ("C18",),
    ),
    Statement(
        "E6b",
        "At lr = 1/L the radius is 1 - mu/L.",
        Rate(descent, {"lr": 1 / L}, 1 - mu / L),
        "proved",
        "Nesterov 2004, section 2.1.5",
        ("GradientDescent",),
    ),
    Statement(
        "E6c",
        "At lr = 1/L the radius is (kappa - 1)/(kappa + 1).",
        Rate(
            descent,
            {"lr": 1 / (kappa * mu)},
            (kappa - 1) / (kappa + 1),
            high=kappa * mu,
            parameters=(kappa(2),),
        ),
        "refuted",
        "near miss of E6",
        ("GradientDescent",),
    ),
    Statement(
        "E6d",
        "At lr = 2/(L + mu) the radius is 1 - 2*mu/L.",
        Rate(descent, {"lr": 2 / (L + mu)}, 1 - 2 * mu / L, where=(L > 2 * mu,)),
        "refuted",
        "near miss of E6, which has L + mu",
        ("GradientDescent",),
    ),
    Statement(
        "E6e",
        "Twice the learning rate halves the radius.",
        Rate(descent, {"lr": 2 / L}, (1 - mu / L) / 2, "<="),
        "refuted",
        "near miss of E6b",
        ("GradientDescent",),
    ),
    Statement(
        "E6f",
        "On every L-smooth mu-strongly convex loss gradient descent at lr = 2/(L + mu) comes "
        "nearer to the minimum by the factor (L - mu)/(L + mu).",
        Contraction(descent, (L - mu) / (L + mu), 4 / (L + mu) ** 2, {"lr": 2 / (L + mu)}),
        "proved",
        "Nesterov 2004, theorem 2.1.15",
        ("GradientDescent",),
    ),
    Statement(
        "E6g",
        "At lr = 1/L it does so by the factor (L - mu)/(L + mu).",
        Contraction(descent, (L - mu) / (L + mu), 2 / L**2, {"lr": 1 / L}),
        "refuted",
        "near miss of E6f",
        ("GradientDescent",),
    ),
    Statement(
        "C18",
        "Unequal scales slow gradient descent: with condition number kappa its best radius is "
        "(kappa - 1)/(kappa + 1), which grows with kappa.",
        Conjunction(
            {
                "best": Optimal(
                    descent,
                    {"lr": 2 / ((kappa + 1) * mu)},
                    (kappa - 1) / (kappa + 1),
                    high=kappa * mu,
                    parameters=(kappa(2),),
                ),
                "growth": Inequality(
                    Lt((kappa - 1) / (kappa + 1), (kappa + h - 1) / (kappa + h + 1)),
                    parameters=(kappa(2), h(1)),
                ),
            }
        ),
        "proved",
        "essay (D0), made exact; Nesterov 2004, theorem 2.1.15",
        ("GradientDescent",),
        ("C18",),
    ),
    Statement(
        "C18a",
        "Unequal scales prevent convergence: it converges only if all curvatures are equal.",
        Stable(descent, [Ge(mu, L)], "only if", low=mu),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C18",),
    ),
    Statement(
        "C19",
        "L2 makes the problem better conditioned: kappa becomes (L + w)/(mu + w), which is not "
        "larger, and the best radius (L - mu)/(L + mu + 2*w).",
        Conjunction(
            {
                "condition number": Inequality(
                    Le((L + weight_decay) / (mu + weight_decay), L / mu),
                    where=(mu < L,),
                    parameters=(L(2), mu(1)),
                ),
                "its change": Identity(
                    (L + weight_decay) / (mu + weight_decay) - L / mu,
                    -weight_decay * (L - mu) / (mu * (mu + weight_decay)),
                    parameters=(L(2), mu(1)),
                ),
                "best": Optimal(
                    penalised,
                    {"lr": 2 / (L + mu + 2 * weight_decay)},
                    (L - mu) / (L + mu + 2 * weight_decay),
                    {"weight_decay": weight_decay},
                ),
            }
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescentL2",),
        ("C19",),
    ),
    Statement(
        "C19a",
        "With L2 the best learning rate is what it was, 2/(L + mu).",
        Optimal(
            penalised,
            {"lr": 2 / (L + mu)},
            (L - mu) / (L + mu),
            {"weight_decay": weight_decay},
            where=(weight_decay > 0,),
        ),
        "refuted",
        "near miss of C19",
        ("GradientDescentL2",),
        ("C19",),
    ),
    Statement(
        "E9",
        "A step of gradient descent lowers every L-smooth loss by at least "
        "lr*(1 - lr*L/2)*|g|**2, in every dimension.",
        Descent(descent, lr * (1 - lr * L / 2)),
        "proved",
        "Nesterov 2004, section 1.2.3",
        ("GradientDescent",),
        ("C9",),
    ),
    Statement(
        "E9a",
        "By at least lr*|g|**2/2, if lr <= 1/L.",
        Descent(descent, lr / 2, where=(lr * L <= 1,)),
        "proved",
        "Nesterov 2004, section 1.2.3; Boyd & Vandenberghe 2004, section 9.3",
        ("GradientDescent",),
        ("C9",),
    ),
    Statement(
        "E9b",
        "By at least lr*|g|**2/2, if lr <= 2/L.",
        Descent(descent, lr / 2, where=(lr * L <= 2,)),
        "refuted",
        "near miss of E9a",
        ("GradientDescent",),
        ("C9",),
    ),
    Statement(
        "E9c",
        "By at least |g|**2/L at lr = 1/L.",
        Descent(descent, 1 / L, {"lr": 1 / L}),
        "refuted",
        "near miss of E9: a factor of 2",
        ("GradientDescent",),
    ),
    Statement(
        "E9d",
        "It does not raise an L-smooth loss if lr <= 2/L.",
        Descent(descent, 0, where=(lr * L <= 2,)),
        "proved",
        "Nesterov 2004, section 1.2.3",
        ("GradientDescent",),
        ("C9", "C6", "C10"),
    ),
)
