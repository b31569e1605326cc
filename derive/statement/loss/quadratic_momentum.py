"""Momentum on quadratics, heavy ball and Nesterov: stable rates, best parameters, oscillation."""

from __future__ import annotations

from sympy import Rational, sqrt

from optwright.derive.claim.formula.expression import Conjunction, Inequality
from optwright.derive.claim.loss.quadratic import L, Optimal, Oscillates, Rate, Stable, mu
from optwright.derive.claim.loss.smooth import Trajectory
from optwright.derive.claim.relation import Ge, Gt, Lt
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Parameter, lr, momentum
from optwright.derive.language.symbol import Hyper
from optwright.derive.rule import catalog
from optwright.derive.statement.loss.quadratic import descent, h, x

heavy_ball = catalog.system("HeavyBall")
velocity = catalog.system("Momentum")
nesterov = catalog.system("Nesterov")
rearranged = catalog.system("NesterovRearranged")
m = Parameter("m", "(0, inf)", meaning="the root of the least curvature")
M = Parameter("M", "(0, inf)", meaning="the root of the largest curvature")
r = Parameter("r", "(1, inf)", meaning="the root of the condition number")
s = Parameter("s", "(2, inf)", meaning="the root of 3*kappa + 1")
q = Parameter("q", "(0, 1)", meaning="the root of the momentum")
any_momentum = momentum(0, "(-inf, inf)")
roots: tuple[Hyper, ...] = (m(1), M(2))
nine = Rational(9, 10)
polyak = {"lr": 4 / (M + m) ** 2, "momentum": ((M - m) / (M + m)) ** 2}
tuned = {"lr": 4 / (mu * s**2), "momentum": (s - 2) / (s + 2)}
standard = {"lr": 1 / (mu * r**2), "momentum": (r - 1) / (r + 1)}

statements: tuple[Statement, ...] = (
    # --- heavy ball
    Statement(
        "E2",
        "The heavy ball converges on all quadratics with curvatures up to L exactly if "
        "0 < lr < 2*(1 + momentum)/L.",
        Stable(heavy_ball, [lr > 0, lr < 2 * (1 + momentum) / L]),
        "proved",
        "Polyak 1964; Goh 2017",
        ("HeavyBall",),
        (),
        "converges exactly if 0 < lr < 2*(1 + momentum)/L",
    ),
    Statement(
        "E2a",
        "With any real momentum exactly if also momentum < 1: down to -1 (where the limit is 0) "
        "negative momentum may converge too.",
        Stable(
            heavy_ball,
            [lr > 0, momentum < 1, lr < 2 * (1 + momentum) / L],
            parameters=(any_momentum,),
        ),
        "proved",
        "Goh 2017; Polyak 1964",
        ("HeavyBall",),
    ),
    Statement(
        "E2b",
        "Negative momentum never converges.",
        Stable(heavy_ball, [momentum >= 0], "only if", parameters=(any_momentum,)),
        "refuted",
        "near miss of E2a",
        ("HeavyBall",),
    ),
    Statement(
        "E2c",
        "Momentum lowers the limit: exactly if lr < 2*(1 - momentum)/L, as the effective rate is "
        "lr/(1 - momentum).",
        Stable(heavy_ball, [lr > 0, lr < 2 * (1 - momentum) / L]),
        "refuted",
        "near miss of E2: the wrong sign",
        ("HeavyBall",),
    ),
    Statement(
        "E2d",
        "Momentum does not change the limit 2/L.",
        Stable(velocity, [lr > 0, lr < 2 / L]),
        "refuted",
        "near miss of E2",
        ("Momentum",),
    ),
    Statement(
        "E2e",
        "Below 2/L it converges with every momentum in [0, 1).",
        Stable(velocity, [lr > 0, lr < 2 / L], "if"),
        "proved",
        "Polyak 1964",
        ("Momentum",),
    ),
    Statement(
        "E2f",
        "It converges also at lr = 2*(1 + momentum)/L.",
        Stable(heavy_ball, [lr > 0, lr <= 2 * (1 + momentum) / L]),
        "refuted",
        "near miss of E2",
        ("HeavyBall",),
    ),
    Statement(
        "E2g",
        "Without friction, at momentum = 1, the heavy ball converges for small lr.",
        Stable(
            heavy_ball,
            [lr > 0, lr < 1 / L],
            "if",
            parameters=(any_momentum,),
            hyper={"momentum": 1},
        ),
        "refuted",
        "near miss of E2a",
        ("HeavyBall",),
    ),
    Statement(
        "E5",
        "Polyak's parameters, lr = 4/(sqrt(L) + sqrt(mu))**2 and momentum = "
        "((sqrt(L) - sqrt(mu))/(sqrt(L) + sqrt(mu)))**2, give the radius sqrt(momentum) at every "
        "curvature in [mu, L].",
        Rate(
            heavy_ball,
            polyak,
            (M - m) / (M + m),
            "=",
            parameters=roots,
            where=(m < M,),
            low=m**2,
            high=M**2,
        ),
        "proved",
        "Polyak 1964; Lessard, Recht & Packard 2016, proposition 1",
        ("HeavyBall",),
    ),
    Statement(
        "E5a",
        "They are the best parameters of the heavy ball: no lr and momentum, whatever their signs, "
        "have a smaller radius over [mu, L].",
        Optimal(
            heavy_ball,
            polyak,
            (M - m) / (M + m),
            parameters=roots,
            where=(m < M,),
            low=m**2,
            high=M**2,
        ),
        "proved",
        "Polyak 1964",
        ("HeavyBall",),
        (),
        "Polyak's parameters have the smallest radius",
    ),
    Statement(
        "E5b",
        "With momentum (sqrt(L) - sqrt(mu))/(sqrt(L) + sqrt(mu)), not squared, the radius is the "
        "same.",
        Rate(
            heavy_ball,
            {"lr": 4 / (M + m) ** 2, "momentum": (M - m) / (M + m)},
            (M - m) / (M + m),
            parameters=roots,
            where=(m < M,),
            low=m**2,
            high=M**2,
        ),
        "refuted",
        "near miss of E5",
        ("HeavyBall",),
    ),
    Statement(
        "E5c",
        "The radius is the momentum, not its root.",
        Rate(
            heavy_ball,
            polyak,
            ((M - m) / (M + m)) ** 2,
            parameters=roots,
            where=(m < M,),
            low=m**2,
            high=M**2,
        ),
        "refuted",
        "near miss of E5",
        ("HeavyBall",),
    ),
    Statement(
        "E5d",
        "lr = 1/L with Polyak's momentum is the best.",
        Optimal(
            heavy_ball,
            {"lr": 1 / M**2, "momentum": ((M - m) / (M + m)) ** 2},
            (M - m) / (M + m),
            parameters=roots,
            where=(m < M,),
            low=m**2,
            high=M**2,
        ),
        "refuted",
        "near miss of E5a",
        ("HeavyBall",),
    ),
    Statement(
        "E5e",
        "Momentum is critical at (1 - sqrt(lr*h))**2 on curvature h: both roots are then "
        "1 - sqrt(lr*h).",
        Rate(
            heavy_ball,
            {"lr": x**2 / h, "momentum": (1 - x) ** 2},
            1 - x,
            "=",
            parameters=(x(Rational(1, 2)), h(1)),
            low=h,
            high=h,
        ),
        "proved",
        "Goh 2017; Qian 1999",
        ("HeavyBall",),
    ),
    Statement(
        "C39",
        "Momentum 0.9 oscillates on x**2/2 exactly for lr between 1.9 - 2*sqrt(0.9) and "
        "1.9 + 2*sqrt(0.9), about 0.00263 and 3.797.",
        Conjunction(
            {
                "roots": Oscillates(
                    velocity,
                    [
                        lr > Rational(19, 10) - 2 * sqrt(nine),
                        lr < Rational(19, 10) + 2 * sqrt(nine),
                    ],
                    hyper={"momentum": nine},
                    at=1,
                ),
                "0.00263": Inequality(Rational(19, 10) - 2 * sqrt(nine) > Rational(263, 100000)),
                "0.00264": Inequality(Rational(19, 10) - 2 * sqrt(nine) < Rational(264, 100000)),
                "3.797": Inequality(Rational(19, 10) + 2 * sqrt(nine) > Rational(3797, 1000)),
                "3.798": Inequality(Rational(19, 10) + 2 * sqrt(nine) < Rational(3798, 1000)),
            }
        ),
        "proved",
        "article (D1), made exact",
        ("Momentum",),
        ("C39",),
    ),
    Statement(
        "C39a",
        "On curvature L the heavy ball oscillates exactly if lr*L is between "
        "(1 - sqrt(momentum))**2 and (1 + sqrt(momentum))**2.",
        Oscillates(
            heavy_ball,
            [Gt(lr * L, (1 - q) ** 2), Lt(lr * L, (1 + q) ** 2)],
            hyper={"momentum": q**2},
            parameters=(q(Rational(1, 2)),),
        ),
        "proved",
        "Polyak 1964; O'Donoghue & Candès 2015",
        ("HeavyBall",),
        ("C39",),
    ),
    Statement(
        "C39b",
        "It oscillates exactly if lr*L is between (1 - momentum)**2 and (1 + momentum)**2.",
        Oscillates(heavy_ball, [Gt(lr * L, (1 - momentum) ** 2), Lt(lr * L, (1 + momentum) ** 2)]),
        "refuted",
        "near miss of C39a",
        ("HeavyBall",),
        ("C39",),
    ),
    Statement(
        "C39c",
        "Momentum 0.9 oscillates on x**2/2 only where gradient descent overshoots, lr > 1.",
        Oscillates(velocity, [lr > 1], "only if", hyper={"momentum": nine}, at=1),
        "refuted",
        "near miss of C39",
        ("Momentum",),
        ("C39",),
    ),
    Statement(
        "C45",
        "On x**2/2 with lr = 1 gradient descent is at 0 after one step, momentum 0.9 goes on to "
        "-0.9, -0.81 and 0.081.",
        Conjunction(
            {
                "descent": Trajectory(descent, [0, 0], {"lr": 1}),
                "momentum": Trajectory(
                    velocity, [0, "-9/10", "-81/100", "81/1000"], {"lr": 1, "momentum": nine}
                ),
            }
        ),
        "proved",
        "chapter (D3)",
        ("GradientDescent", "Momentum"),
        ("C45",),
    ),
    Statement(
        "C45a",
        "At one learning rate momentum is never slower than gradient descent, even on a direct "
        "path.",
        Rate(velocity, {}, 1 - lr * L, "<=", where=(lr * L < 1,), low=L),
        "refuted",
        "chapter (D3)",
        ("GradientDescent", "Momentum"),
        ("C45",),
    ),
    # --- Nesterov
    Statement(
        "E3",
        "Nesterov's method converges on all quadratics with curvatures up to L exactly if "
        "0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L).",
        Stable(nesterov, [lr > 0, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * L)]),
        "proved",
        "Lessard, Recht & Packard 2016",
        ("Nesterov",),
        (),
        "converges exactly if 0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L)",
    ),
    Statement(
        "E3a",
        "With every momentum in [0, 1) it converges if lr <= 4/(3*L).",
        Stable(rearranged, [lr > 0, lr <= 4 / (3 * L)], "if"),
        "proved",
        "follows from E3",
        ("NesterovRearranged",),
    ),
    Statement(
        "E3b",
        "With every momentum in [0, 1) it converges if lr < 2/L, as gradient descent does.",
        Stable(nesterov, [lr > 0, lr < 2 / L], "if"),
        "refuted",
        "near miss of E3",
        ("Nesterov",),
    ),
    Statement(
        "E4",
        "Nesterov's method has the heavy ball's limit 2*(1 + momentum)/L.",
        Stable(nesterov, [lr > 0, lr < 2 * (1 + momentum) / L]),
        "refuted",
        "near miss of E2 and E3",
        ("Nesterov",),
    ),
    Statement(
        "E4a",
        "The heavy ball has Nesterov's limit 2*(1 + momentum)/((1 + 2*momentum)*L).",
        Stable(heavy_ball, [lr > 0, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * L)]),
        "refuted",
        "near miss of E2 and E3",
        ("HeavyBall",),
    ),
    Statement(
        "E7",
        "At lr = 1/L and momentum (sqrt(kappa) - 1)/(sqrt(kappa) + 1) its radius is "
        "1 - 1/sqrt(kappa).",
        Rate(nesterov, standard, 1 - 1 / r, parameters=(r(2),), high=mu * r**2),
        "proved",
        "Nesterov 2004, section 2.2.1; Lessard, Recht & Packard 2016, proposition 1",
        ("Nesterov",),
    ),
    Statement(
        "E7a",
        "With lr = 4/(3*L + mu) and momentum (s - 2)/(s + 2), s = sqrt(3*kappa + 1), it is "
        "1 - 2/s.",
        Rate(nesterov, tuned, 1 - 2 / s, parameters=(s(3),), high=mu * (s**2 - 1) / 3),
        "proved",
        "Lessard, Recht & Packard 2016, proposition 1",
        ("Nesterov",),
    ),
    Statement(
        "E7b",
        "lr = 1/L and momentum (sqrt(kappa) - 1)/(sqrt(kappa) + 1) are the best on quadratics.",
        Optimal(nesterov, standard, 1 - 1 / r, parameters=(r(2),), high=mu * r**2),
        "refuted",
        "near miss of E7a",
        ("Nesterov",),
    ),
    Statement(
        "E7c",
        "At lr = 1/L and this momentum Nesterov's method has the heavy ball's best radius, "
        "(sqrt(kappa) - 1)/(sqrt(kappa) + 1).",
        Rate(nesterov, standard, (r - 1) / (r + 1), "<=", parameters=(r(2),), high=mu * r**2),
        "refuted",
        "near miss of E5 and E7",
        ("Nesterov", "HeavyBall"),
    ),
    Statement(
        "E7d",
        "Its radius there is the square of gradient descent's, (1 - 1/kappa)**2.",
        Rate(nesterov, standard, (1 - 1 / r**2) ** 2, parameters=(r(2),), high=mu * r**2),
        "refuted",
        "near miss of E7",
        ("Nesterov",),
    ),
    Statement(
        "E7e",
        "Its momentum is critical at (1 - sqrt(lr*h))/(1 + sqrt(lr*h)) on curvature h: both roots "
        "are then 1 - sqrt(lr*h).",
        Rate(
            nesterov,
            {"lr": x**2 / h, "momentum": (1 - x) / (1 + x)},
            1 - x,
            "=",
            parameters=(x(Rational(1, 2)), h(1)),
            low=h,
            high=h,
        ),
        "proved",
        "O'Donoghue & Candès 2015",
        ("Nesterov",),
    ),
    Statement(
        "C40",
        "Nesterov's method with momentum 0.9 still oscillates on x**2/2, exactly for lr between "
        "1/361 and 1.",
        Oscillates(nesterov, [lr > Rational(1, 361), lr < 1], hyper={"momentum": nine}, at=1),
        "proved",
        "lesson (D2), made exact",
        ("Nesterov",),
        ("C40",),
    ),
    Statement(
        "C40a",
        "While it oscillates on curvature L its radius is sqrt(momentum*(1 - lr*L)).",
        Rate(
            nesterov,
            {"lr": (1 - q**2 / momentum) / L},
            q,
            "=",
            parameters=(q(Rational(1, 2)), momentum(nine, "(0, 1)")),
            where=(q * (1 + momentum) < 2 * momentum,),
            low=L,
        ),
        "proved",
        "lesson (D2), made exact",
        ("Nesterov",),
        ("C40",),
    ),
    Statement(
        "C40b",
        "Nesterov's method prevents overshooting: it never oscillates below lr = 1/L.",
        Oscillates(nesterov, [lr * L >= 1], "only if"),
        "refuted",
        "lesson (D2)",
        ("Nesterov",),
        ("C40",),
    ),
    Statement(
        "C40c",
        "On curvature L it oscillates exactly if momentum > 0 and lr*L is between "
        "((1 - momentum)/(1 + momentum))**2 and 1.",
        Oscillates(
            nesterov,
            [momentum > 0, lr * L > ((1 - momentum) / (1 + momentum)) ** 2, lr * L < 1],
        ),
        "proved",
        "O'Donoghue & Candès 2015",
        ("Nesterov",),
        ("C40",),
    ),
    Statement(
        "C41",
        "Acceleration leads to more overshooting: its oscillation dies no faster than the heavy "
        "ball's, with radius sqrt(momentum).",
        Rate(
            nesterov,
            {"momentum": q**2},
            q,
            "=",
            parameters=(q(Rational(1, 2)),),
            where=(lr * L < 1, Gt(lr * L * (1 + q**2) ** 2, (1 - q**2) ** 2)),
            low=L,
        ),
        "refuted",
        "quiz (D2)",
        ("Nesterov", "HeavyBall"),
        ("C41",),
    ),
    Statement(
        "C41a",
        "It dies faster: while it oscillates the radius is below sqrt(momentum), which is the "
        "heavy ball's while that oscillates.",
        Conjunction(
            {
                "Nesterov": Rate(
                    nesterov,
                    {"lr": (1 - q**2 * x**2) / L, "momentum": q**2},
                    q,
                    "<",
                    parameters=(q(Rational(1, 2)), x(Rational(1, 2))),
                    where=(x * (1 + q**2) < 2 * q,),
                    low=L,
                ),
                "heavy ball": Rate(
                    heavy_ball,
                    {"momentum": q**2},
                    q,
                    "=",
                    parameters=(q(Rational(1, 2)),),
                    where=(Ge(lr * L, (1 - q) ** 2), lr * L <= (1 + q) ** 2),
                    low=L,
                ),
            }
        ),
        "proved",
        "quiz (D2), made exact",
        ("Nesterov", "HeavyBall"),
        ("C41", "C40"),
    ),
)

__all__ = ["statements"]
