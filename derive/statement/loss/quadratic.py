"""Quadratics: which learning rates are stable, how fast a rule is, which parameters are best."""

from __future__ import annotations

from sympy import Ge, Rational, sqrt

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.loss.quadratic import (
    FixedPoint,
    L,
    Optimal,
    Oscillates,
    Rate,
    Stable,
    curvature,
    minimiser,
    mu,
)
from optwright.derive.claim.loss.smooth import Contraction, Descent, Trajectory
from optwright.derive.claim.problem import POINT
from optwright.derive.claim.rule.invariant import StepFrom
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    State,
    Variable,
    alpha,
    beta,
    dampening,
    g,
    grad,
    lr,
    momentum,
    nu,
    t,
    theta,
    v,
    weight_decay,
)
from optwright.derive.language.symbol import Hyper
from optwright.derive.language.vocabulary import learning_rate
from optwright.derive.rule import catalog
from optwright.derive.statement.rule.momentum import qhm

descent = catalog.system("GradientDescent")
penalised = catalog.system("GradientDescentL2")
heavy_ball = catalog.system("HeavyBall")
velocity = catalog.system("Momentum")
average = catalog.system("MomentumEMA")
nesterov = catalog.system("Nesterov")
rearranged = catalog.system("NesterovRearranged")
two_rates = catalog.system("texts.MOM_b")
review = catalog.system("texts.NAG_b")
torch_sgd = catalog.system("torch.SGD(nesterov=False)")
torch_nesterov = catalog.system("torch.SGD(nesterov=True)")
keras_sgd = catalog.system("keras.SGD(nesterov=False)")
keras_nesterov = catalog.system("keras.SGD(nesterov=True)")
optax_sgd = catalog.system("optax.sgd(nesterov=False)")

m = Parameter("m", "(0, inf)", meaning="the root of the least curvature")
M = Parameter("M", "(0, inf)", meaning="the root of the largest curvature")
kappa = Parameter("kappa", "(1, inf)", meaning="the condition number, L/mu")
r = Parameter("r", "(1, inf)", meaning="the root of the condition number")
s = Parameter("s", "(2, inf)", meaning="the root of 3*kappa + 1")
q = Parameter("q", "(0, 1)", meaning="the root of the momentum")
x = Parameter("x", "(0, 1)", meaning="the root of lr times the curvature")
c = Parameter("c", "(0, inf)", meaning="what a feature is multiplied by")
h = Parameter("h", "(0, inf)", meaning="a curvature")
decay = Parameter("decay", "[0, 1)", "decay", meaning="the share of the average that is kept")
any_momentum = momentum(0, "(-inf, inf)")
roots: tuple[Hyper, ...] = (m(1), M(2))
nine = Rational(9, 10)

previous = Variable("previous")
gamma, b1 = Parameter("gamma"), Parameter("b1")
triple = Optimizer(
    name="TripleMomentum",
    source=Source("Van Scoy, Freeman & Lynch 2018", "the triple momentum method"),
    hyper=(lr(0.1), b1(0.5), gamma(0.25)),
    state=(State(previous, init=theta[0]),),
    step=(
        Eq(g[t], grad(theta[t - 1] + gamma * (theta[t - 1] - previous[t - 1]))),
        Eq(theta[t], theta[t - 1] + b1 * (theta[t - 1] - previous[t - 1]) - lr * g[t]),
        Eq(previous[t], theta[t - 1]),
    ),
)
slow, fast = Variable("slow"), Variable("fast")
aggregated = Optimizer(
    name="AggMo",
    source=Source(
        "Lucas et al. 2019", "aggregated momentum, of two velocities", arxiv="1804.00325"
    ),
    hyper=(lr(0.1), momentum(0.9)),
    state=(fast, slow),
    step=(
        Eq(fast[t], g[t]),
        Eq(slow[t], momentum * slow[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * (fast[t] + slow[t]) / 2),
    ),
)
averaged = Optimizer(
    name="AveragedDescent",
    source=Source("Polyak & Juditsky 1992", "with an average that fades"),
    hyper=(lr(0.1), decay(0.99)),
    state=(v,),
    step=(
        Eq(theta[t], theta[t - 1] - lr * g[t]),
        Eq(v[t], decay * v[t - 1] + (1 - decay) * theta[t]),
    ),
)

polyak = {"lr": 4 / (M + m) ** 2, "momentum": ((M - m) / (M + m)) ** 2}
tuned = {"lr": 4 / (mu * s**2), "momentum": (s - 2) / (s + 2)}
standard = {"lr": 1 / (mu * r**2), "momentum": (r - 1) / (r + 1)}
rho = 1 - 1 / r
triple_tuned = {
    "lr": (1 + rho) / (mu * r**2),
    "b1": rho**2 / (2 - rho),
    "gamma": rho**2 / ((1 + rho) * (2 - rho)),
}

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
                "overshoot": Inequality(1 - lr * h < 0, where=(lr * h > 1,), parameters=(h(1),)),
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
                    (kappa - 1) / (kappa + 1) < (kappa + h - 1) / (kappa + h + 1),
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
                    (L + weight_decay) / (mu + weight_decay) <= L / mu,
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
            [lr * L > (1 - q) ** 2, lr * L < (1 + q) ** 2],
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
        Oscillates(heavy_ball, [lr * L > (1 - momentum) ** 2, lr * L < (1 + momentum) ** 2]),
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
            where=(lr * L < 1, lr * L * (1 + q**2) ** 2 > (1 - q**2) ** 2),
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
                    where=(lr * L >= (1 - q) ** 2, lr * L <= (1 + q) ** 2),
                    low=L,
                ),
            }
        ),
        "proved",
        "quiz (D2), made exact",
        ("Nesterov", "HeavyBall"),
        ("C41", "C40"),
    ),
    # --- other forms and dialects
    Statement(
        "E10",
        "Momentum as an average converges exactly if 0 < lr < 2*(1 + beta)/((1 - beta)*L).",
        Stable(average, [lr > 0, lr < 2 * (1 + beta) / ((1 - beta) * L)]),
        "proved",
        "follows from E2 and M3; Ma & Yarats 2019",
        ("MomentumEMA",),
        (),
        "converges exactly if 0 < lr < 2*(1 + beta)/((1 - beta)*L)",
    ),
    Statement(
        "E10a",
        "It has the limit of momentum as a sum, 2*(1 + beta)/L.",
        Stable(average, [lr > 0, lr < 2 * (1 + beta) / L]),
        "refuted",
        "near miss of E10",
        ("MomentumEMA",),
    ),
    Statement(
        "E11",
        "With the review's two rates momentum converges exactly if lr*alpha < 2*(1 + momentum)/L.",
        Stable(two_rates, [lr > 0, alpha > 0, lr * alpha < 2 * (1 + momentum) / L]),
        "proved",
        "a learning site's review (D2)",
        ("texts.MOM_b",),
    ),
    Statement(
        "E11a",
        "The review's Nesterov with two rates converges exactly if lr < "
        "2*(1 + momentum)/((alpha + 2*momentum)*L).",
        Stable(
            review,
            [lr > 0, alpha > 0, lr < 2 * (1 + momentum) / ((alpha + 2 * momentum) * L)],
        ),
        "proved",
        "a learning site's review (D2)",
        ("texts.NAG_b",),
    ),
    Statement(
        "E11b",
        "It converges exactly if lr*alpha is below Nesterov's limit.",
        Stable(
            review,
            [
                lr > 0,
                alpha > 0,
                lr * alpha < 2 * (1 + momentum) / ((1 + 2 * momentum) * L),
            ],
        ),
        "refuted",
        "near miss of E11a",
        ("texts.NAG_b",),
    ),
    Statement(
        "E12",
        "PyTorch's SGD with momentum, dampening below 1 and weight decay converges exactly if "
        "momentum < 1 and lr < 2*(1 + momentum)/((1 - dampening)*(L + weight_decay)).",
        Stable(
            torch_sgd,
            [
                lr > 0,
                momentum < 1,
                lr < 2 * (1 + momentum) / ((1 - dampening) * (L + weight_decay)),
            ],
            where=(momentum > 0, dampening < 1),
        ),
        "proved",
        "documentation of torch.optim.SGD",
        ("torch.SGD",),
    ),
    Statement(
        "E12a",
        "Dampening does not change its limit.",
        Stable(
            torch_sgd,
            [lr > 0, momentum < 1, lr < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum > 0, dampening < 1),
        ),
        "refuted",
        "near miss of E12",
        ("torch.SGD",),
    ),
    Statement(
        "E12b",
        "With nesterov=True and momentum below 1 the limit is "
        "2*(1 + momentum)/((1 + 2*momentum)*(L + weight_decay)).",
        Stable(
            torch_nesterov,
            [lr > 0, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * (L + weight_decay))],
            where=(momentum < 1,),
        ),
        "proved",
        "follows from E3 and N1",
        ("torch.SGD",),
    ),
    Statement(
        "E12c",
        "With nesterov=True the limit is that of nesterov=False.",
        Stable(
            torch_nesterov,
            [lr > 0, lr < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum < 1,),
        ),
        "refuted",
        "near miss of E12b",
        ("torch.SGD",),
    ),
    Statement(
        "E12d",
        "With nesterov=True it converges only if momentum < 1.",
        Stable(torch_nesterov, [momentum < 1], "only if", {"weight_decay": 0}),
        "refuted",
        "near miss of E12: looking ahead damps even at momentum 1",
        ("torch.SGD",),
    ),
    Statement(
        "E12e",
        "With nesterov=True and no weight decay it converges exactly if momentum <= 1 and "
        "0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L): at momentum 1 too.",
        Stable(
            torch_nesterov,
            [lr > 0, momentum <= 1, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * L)],
            hyper={"weight_decay": 0},
        ),
        "proved",
        "follows from E3 and N1, made exact at the end",
        ("torch.SGD",),
    ),
    Statement(
        "E13",
        "Keras's SGD, whose weight decay is decoupled, converges with momentum below 1 exactly if "
        "0 < learning_rate < 2*(1 + momentum)/(L + (1 + momentum)*weight_decay).",
        Stable(
            keras_sgd,
            [
                learning_rate > 0,
                learning_rate < 2 * (1 + momentum) / (L + (1 + momentum) * weight_decay),
            ],
            where=(momentum < 1,),
        ),
        "proved",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E13a",
        "Its limit is that of coupled decay, 2*(1 + momentum)/(L + weight_decay).",
        Stable(
            keras_sgd,
            [learning_rate > 0, learning_rate < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum < 1,),
        ),
        "refuted",
        "near miss of E13",
        ("keras.SGD", "torch.SGD"),
    ),
    Statement(
        "E13b",
        "With nesterov=True the limit is "
        "2*(1 + momentum)/((1 + 2*momentum)*L + (1 + momentum)*weight_decay).",
        Stable(
            keras_nesterov,
            [
                learning_rate > 0,
                learning_rate
                < 2 * (1 + momentum) / ((1 + 2 * momentum) * L + (1 + momentum) * weight_decay),
            ],
            where=(momentum < 1,),
        ),
        "proved",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E13c",
        "Keras's SGD converges for small learning rates at every momentum that it admits, "
        "1 included.",
        Stable(keras_sgd, [learning_rate > 0, learning_rate < 1 / (L + weight_decay)], "if"),
        "refuted",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E14",
        "optax's sgd with a trace converges exactly if momentum < 1 and learning_rate < "
        "2*(1 + momentum)/L.",
        Stable(
            optax_sgd,
            [learning_rate > 0, momentum < 1, learning_rate < 2 * (1 + momentum) / L],
        ),
        "proved",
        "optax 0.2.8, optax/_src/alias.py",
        ("optax.sgd",),
    ),
    Statement(
        "E14a",
        "It converges at every momentum that it admits if learning_rate < 2/L.",
        Stable(optax_sgd, [learning_rate > 0, learning_rate < 2 / L], "if"),
        "refuted",
        "optax 0.2.8, optax/_src/alias.py",
        ("optax.sgd",),
    ),
    Statement(
        "E15",
        "Quasi-hyperbolic momentum converges exactly if lr < "
        "2*(1 + beta)/((1 + beta - 2*nu*beta)*L).",
        Stable(qhm, [lr > 0, lr < 2 * (1 + beta) / ((1 + beta - 2 * nu * beta) * L)]),
        "proved",
        "Gitman et al. 2019; Ma & Yarats 2019",
    ),
    Statement(
        "E15a",
        "Its limit is that of the average, 2*(1 + beta)/((1 - beta)*L), whatever nu is.",
        Stable(qhm, [lr > 0, lr < 2 * (1 + beta) / ((1 - beta) * L)]),
        "refuted",
        "near miss of E15",
    ),
    Statement(
        "E16",
        "Triple momentum with its parameters has radius 1 - 1/sqrt(kappa) on quadratics.",
        Rate(triple, triple_tuned, rho, parameters=(r(2),), high=mu * r**2),
        "proved",
        "Van Scoy, Freeman & Lynch 2018, theorem 1",
    ),
    Statement(
        "E16a",
        "On quadratics it is faster than Nesterov's method at 1/L.",
        Rate(triple, triple_tuned, rho, "<", parameters=(r(2),), high=mu * r**2),
        "refuted",
        "near miss of E16: its gain is on other losses",
    ),
    Statement(
        "E17",
        "Two velocities, of momentum 0 and b, converge together exactly if lr < "
        "4*(1 + b)/((2 + b)*L).",
        Stable(aggregated, [lr > 0, lr < 4 * (1 + momentum) / ((2 + momentum) * L)]),
        "proved",
        "Lucas et al. 2019, by Jury's conditions",
    ),
    Statement(
        "E17a",
        "Their limit is the mean of the limits of both, (2 + b)/L.",
        Stable(aggregated, [lr > 0, lr < (2 + momentum) / L]),
        "refuted",
        "near miss of E17: it is the harmonic mean",
    ),
    Statement(
        "E18",
        "A fading average of the iterates converges with them, exactly if 0 < lr < 2/L.",
        Stable(averaged, [lr > 0, lr < 2 / L]),
        "proved",
        "Polyak & Juditsky 1992",
    ),
    Statement(
        "E18a",
        "A fading average makes larger learning rates stable, up to 2*(1 + decay)/L as momentum "
        "does.",
        Stable(averaged, [lr > 0, lr < 2 * (1 + decay) / L], parameters=(decay(nine),)),
        "refuted",
        "near miss of E18",
    ),
    Statement(
        "E18b",
        "At lr = 1/L the average is as fast as the iterates: radius 1 - mu/L.",
        Rate(averaged, {"lr": 1 / L}, 1 - mu / L, parameters=(decay(nine),)),
        "refuted",
        "near miss of E6b: not where decay is larger",
    ),
    # --- weight decay: where rules converge to
    Statement(
        "E19",
        "With an L2 penalty gradient descent converges to h*c/(h + weight_decay), not to the "
        "minimiser c of the loss of curvature h.",
        FixedPoint(penalised, curvature * minimiser / (curvature + weight_decay), where=(lr > 0,)),
        "proved",
        "Hoerl & Kennard 1970",
        ("GradientDescentL2",),
    ),
    Statement(
        "E19a",
        "With an L2 penalty it converges to the minimiser of the loss.",
        FixedPoint(penalised, minimiser, where=(lr > 0,)),
        "refuted",
        "near miss of E19",
        ("GradientDescentL2",),
    ),
    Statement(
        "E19b",
        "PyTorch's SGD converges to the same point whatever the momentum and dampening are.",
        FixedPoint(
            torch_sgd,
            curvature * minimiser / (curvature + weight_decay),
            where=(momentum > 0, lr > 0, momentum < 1, dampening < 1),
        ),
        "proved",
        "Loshchilov & Hutter 2019",
        ("torch.SGD",),
    ),
    Statement(
        "E19c",
        "Decoupled decay shrinks less under momentum: Keras's SGD converges to "
        "h*c/(h + (1 - momentum)*weight_decay).",
        FixedPoint(
            keras_sgd,
            curvature * minimiser / (curvature + (1 - momentum) * weight_decay),
            where=(learning_rate > 0, momentum < 1),
        ),
        "proved",
        "Loshchilov & Hutter 2019, Algorithm 1, made exact",
        ("keras.SGD",),
    ),
    Statement(
        "E19d",
        "Keras's SGD with weight decay converges to the point of the L2 penalty.",
        FixedPoint(
            keras_sgd,
            curvature * minimiser / (curvature + weight_decay),
            where=(learning_rate > 0, momentum < 1),
        ),
        "refuted",
        "near miss of E19c",
        ("keras.SGD", "torch.SGD"),
    ),
)
