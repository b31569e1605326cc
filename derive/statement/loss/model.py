"""Steps as minimisers of models, Newton and the quasi-Newton identities, for every dimension."""

from __future__ import annotations

from fractions import Fraction

from sympy import Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.formula.lowered import Lowered
from optwright.derive.claim.formula.matrix import MatrixIdentity, Minimiser, WordIdentity
from optwright.derive.claim.formula.word import Column, Matrix, Scalar, Words, inverse_rules
from optwright.derive.claim.formula.word import UnitMatrix as Unit
from optwright.derive.claim.problem import ANSWER, POINT
from optwright.derive.claim.relation import Equal, Le
from optwright.derive.claim.rule.invariant import StepFrom
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Parameter, Variable, lr, t, theta
from optwright.derive.rule import catalog

descent = catalog.system("GradientDescent")
newton = catalog.system("Newton")
bfgs = catalog.system("BFGS")
half = Fraction(1, 2)
rate, hessian = Scalar("lr"), Matrix("hessian", symmetric=True)
A, b = Matrix("A", symmetric=True), Column("b")
s, y, z = Column("s"), Column("y"), Column("z")
H, B = Matrix("H", symmetric=True), Matrix("B", symmetric=True)
curvature = Variable("curvature")[t]
update = {curvature > 0: True, Equal(t, 1): False}
first_update = {curvature > 0: True, Equal(t, 1): True}
kept = {curvature > 0: False, Equal(t, 1): False}
x, h, L = Symbol("x", real=True), Parameter("h", "(0, inf)"), Parameter("L", "(0, inf)")


def linear(d: Words, w: Lowered) -> Words:
    """The linear model with a quadratic penalty on the move."""
    return w["g"].T @ d + d.T @ d / (2 * rate)


def taylor(d: Words, w: Lowered) -> Words:
    """The second-order Taylor model."""
    return w["g"].T @ d + half * (d.T @ hessian @ d)


def certificate(w: Lowered) -> tuple[Words, Words]:
    """z'H+z as a sum of squares: (Vz)'H(Vz) + (s'z)**2/(s'y), with V = I - y s'/(s'y)."""
    scale = s.T @ y
    v = z - y @ (s.T @ z) / scale
    return z.T @ w["H"] @ z, v.T @ w.before["H"] @ v + (s.T @ z) ** 2 / scale


bfgs_direct = B - B @ s @ s.T @ B / (s.T @ B @ s) + y @ y.T / (y.T @ s)
dfp = H - H @ y @ y.T @ H / (y.T @ H @ y) + s @ s.T / (s.T @ y)
sr1 = H + (s - H @ y) @ (s - H @ y).T / ((s - H @ y).T @ y)
M, M_inverse = Matrix("M"), Matrix("M_inverse")
K = Matrix("K", symmetric=True)
g = Column("g")
# The matrix of the damped model, and its inverse N.
lam, e = Scalar("lam"), Column("e")

statements: tuple[Statement, ...] = (
    Statement(
        "T1",
        "The gradient step minimises the linear model plus |d|**2/(2*lr).",
        Minimiser(
            descent, linear, lambda e, w: e.T @ e / (2 * rate), "|e|**2/(2*lr) > 0 for lr > 0"
        ),
        "proved",
        "Boyd & Vandenberghe 2004, chapter 9",
        ("GradientDescent",),
        ("C9",),
        "GradientDescent's move minimises g.d + |d|**2/(2*lr), for all n",
    ),
    Statement(
        "T1x",
        "It minimises the linear model plus |d|**2/lr.",
        Minimiser(
            descent,
            lambda d, w: w["g"].T @ d + d.T @ d / rate,
            lambda e, w: e.T @ e / rate,
            "|e|**2/lr > 0 for lr > 0",
        ),
        "refuted",
        "near miss of T1",
        ("GradientDescent",),
        (),
    ),
    Statement(
        "Q9",
        "Newton's step minimises the second-order Taylor model where the Hessian is positive "
        "definite.",
        Minimiser(
            newton,
            taylor,
            lambda e, w: half * (e.T @ hessian @ e),
            "e'He > 0 for a positive definite Hessian",
            (hessian,),
        ),
        "proved",
        "lecture notes (D4); Boyd & Vandenberghe 2004, section 9.5",
        ("Newton",),
        ("C101",),
        "Newton's move minimises the second-order Taylor model, for all n, if the Hessian is "
        "positive definite",
    ),
    Statement(
        "Q9x",
        "The gradient step of rate 1 minimises it.",
        Minimiser(
            descent.with_hyper(lr=1),
            taylor,
            lambda e, w: half * (e.T @ hessian @ e),
            "",
            (hessian,),
        ),
        "refuted",
        "near miss of Q9",
        ("GradientDescent",),
        (),
    ),
    Statement(
        "C101",
        "Newton may go to a maximum: on -x**2/2 it goes to 0 from everywhere.",
        StepFrom(newton, {"theta": x}, {"theta": 0}, {"grad": -POINT, "hessian": -1}),
        "proved",
        "lecture notes (D4)",
        ("Newton",),
        ("C101", "C105"),
    ),
    Statement(
        "C104",
        "On x**4 Newton keeps two thirds of the distance, and on sqrt(1 + x**2) it maps x to "
        "-x**3.",
        Conjunction(
            {
                "x**4": StepFrom(
                    newton,
                    {"theta": x},
                    {"theta": 2 * x / 3},
                    {"grad": 4 * POINT**3, "hessian": 12 * POINT**2},
                ),
                "sqrt(1 + x**2)": StepFrom(
                    newton,
                    {"theta": x},
                    {"theta": -(x**3)},
                    {
                        "grad": POINT / (1 + POINT**2) ** Fraction(1, 2),
                        "hessian": 1 / (1 + POINT**2) ** Fraction(3, 2),
                    },
                ),
            }
        ),
        "proved",
        "article (D1)",
        ("Newton",),
        ("C104",),
    ),
    Statement(
        "C103",
        "On a quadratic of curvature h Newton lands at the minimum whatever h is.",
        StepFrom(
            newton,
            {"theta": x},
            {"theta": 0},
            {"grad": h * POINT, "hessian": h},
            parameters=(h(1),),
        ),
        "proved",
        "article (D1)",
        ("Newton",),
        ("C103",),
    ),
    Statement(
        "Q10",
        "Newton solves a quadratic, with gradient A x - b and A invertible, in one step.",
        MatrixIdentity(
            newton,
            lambda w: {"A theta[t] = b": (A @ w["theta"], b)},
            oracles={"grad": lambda p: A @ p - b, "hessian": lambda p: A},
            conditions=("A symmetric and invertible",),
        ),
        "proved",
        "Boyd & Vandenberghe 2004, section 9.5",
        ("Newton",),
        ("C101",),
        "Newton solves a quadratic in one step, for all n",
    ),
    Statement(
        "Q10x",
        "So does the gradient step.",
        MatrixIdentity(
            descent,
            lambda w: {"A theta[t] = b": (A @ w["theta"], b)},
            oracles={"grad": lambda p: A @ p - b},
        ),
        "refuted",
        "near miss of Q10",
        ("GradientDescent",),
        ("C45",),
    ),
    Statement(
        "Q11",
        "Newton does not depend on the coordinates: under theta = M y its step in y, mapped "
        "back, is its step.",
        WordIdentity(
            {
                "(M'HM) d = M'g": (M.T @ H @ M @ (M_inverse @ K @ M_inverse.T @ M.T @ g), M.T @ g),
                "M d = K g": (M @ (M_inverse @ K @ M_inverse.T @ M.T @ g), K @ g),
            },
            (*inverse_rules(M, M_inverse), *inverse_rules(H, K)),
            ("M invertible", "K the inverse of H"),
        ),
        "proved",
        "Boyd & Vandenberghe 2004, section 9.5",
        ("Newton",),
        (),
        "Newton is affine invariant, for all n",
    ),
    Statement(
        "Q12",
        "Nor does gradient descent.",
        Simulation(
            descent,
            descent,
            parameters=(h(2),),
            point=POINT / h,
            answer={"grad": ANSWER / h},
            state={"theta": h * theta[t]},
        ),
        "refuted",
        "Boyd & Vandenberghe 2004",
        ("GradientDescent",),
        (),
    ),
    Statement(
        "C100",
        "Newton with a learning rate is Newton at rate 1.",
        Conjunction(
            {
                "quadratic": MatrixIdentity(
                    catalog.system("RelaxedNewton(lr=1)"),
                    lambda w: {"move": (hessian @ w.move, -w["g"])},
                )
            }
        ),
        "proved",
        "essay (D0)",
        ("RelaxedNewton", "Newton"),
        ("C100",),
        "RelaxedNewton(lr=1) = Newton",
    ),
    Statement(
        "C9",
        "On a quadratic of curvature L a gradient step lowers the loss by lr*L**2*x**2*(2 - "
        "lr*L)/2.",
        Identity(
            L / 2 * (x - lr * L * x) ** 2 - L / 2 * x**2,
            -lr * L**2 * x**2 * (2 - lr * L) / 2,
            parameters=(L(1),),
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C9", "C6"),
    ),
    Statement(
        "C9x",
        "A gradient step never raises the loss.",
        Inequality(Le(L / 2 * (x - lr * L * x) ** 2, L / 2 * x**2), parameters=(L(1),)),
        "refuted",
        "essay (D0)",
        ("GradientDescent",),
        ("C6", "C12"),
    ),
    Statement(
        "C9a",
        "It does not if lr <= 2/L.",
        Inequality(
            Le(L / 2 * (x - lr * L * x) ** 2, L / 2 * x**2),
            where=(lr * L <= 2,),
            parameters=(L(1),),
        ),
        "proved",
        "essay (D0), made exact",
        ("GradientDescent",),
        ("C9", "C6"),
    ),
    Statement(
        "Q1",
        "BFGS fulfils the secant equation H y = s after every update, the first included.",
        Conjunction(
            {
                name: MatrixIdentity(
                    bfgs,
                    lambda w: {"H y = s": (w["H"] @ y, s)},
                    letters=("s", "y"),
                    symmetric=("H",),
                    given=given,
                )
                for name, given in (("later steps", update), ("first step", first_update))
            }
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.1",
        ("BFGS",),
        ("C107",),
        "H y = s after every update, for all n",
    ),
    Statement(
        "Q1x",
        "It fulfils H s = y.",
        MatrixIdentity(
            bfgs,
            lambda w: {"H s = y": (w["H"] @ s, y)},
            letters=("s", "y"),
            symmetric=("H",),
            given=update,
        ),
        "refuted",
        "near miss of Q1",
        ("BFGS",),
        (),
    ),
    Statement(
        "Q1y",
        "It fulfils the secant equation also where the update is left out.",
        MatrixIdentity(
            bfgs,
            lambda w: {"H y = s": (w["H"] @ y, s)},
            letters=("s", "y"),
            symmetric=("H",),
            given=kept,
        ),
        "refuted",
        "near miss of Q1",
        ("BFGS",),
        (),
    ),
    Statement(
        "Q1a",
        "BFGS keeps H symmetric.",
        Conjunction(
            {
                name: MatrixIdentity(
                    bfgs,
                    lambda w: {"H' = H": (w["H"].T, w["H"])},
                    letters=("s", "y"),
                    symmetric=("H",),
                    given=given,
                )
                for name, given in (
                    ("later steps", update),
                    ("first step", first_update),
                    ("no update", kept),
                )
            }
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.1",
        ("BFGS",),
        (),
        "H stays symmetric, for all n",
    ),
    Statement(
        "Q1b",
        "If H were not symmetric BFGS would make it so.",
        MatrixIdentity(
            bfgs, lambda w: {"H' = H": (w["H"].T, w["H"])}, letters=("s", "y"), given=update
        ),
        "refuted",
        "near miss of Q1a",
        ("BFGS",),
        (),
    ),
    Statement(
        "Q3",
        "BFGS keeps H positive definite: z'Hz is (Vz)'H(Vz) + (s'z)**2/(s'y), where s'y > 0.",
        MatrixIdentity(
            bfgs,
            lambda w: {"z'H+z": certificate(w)},
            letters=("s", "y"),
            symmetric=("H",),
            given=update,
            conditions=("H positive definite before", "a sum of two squares, zero for z = 0 only"),
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.1",
        ("BFGS",),
        (),
        "H stays positive definite, for all n",
    ),
    Statement(
        "Q4",
        "s'y > 0 is needed: y'Hy is s'y after the update.",
        MatrixIdentity(
            bfgs,
            lambda w: {"y'H+y = s'y": (y.T @ w["H"] @ y, s.T @ y)},
            letters=("s", "y"),
            symmetric=("H",),
            given=update,
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.1",
        ("BFGS",),
        (),
    ),
    Statement(
        "Q2",
        "BFGS's H is the inverse of the direct form B - Bss'B/(s'Bs) + yy'/(y's).",
        MatrixIdentity(
            bfgs,
            lambda w: {"B+ H+ = I": (bfgs_direct @ w["H"], Unit())},
            letters=("s", "y"),
            symmetric=("H",),
            given=update,
            rules=inverse_rules(H, B),
            conditions=("B the inverse of H before",),
        ),
        "proved",
        "Nocedal & Wright 2006, eqs. (6.17) and (6.19)",
        ("BFGS",),
        (),
    ),
    Statement(
        "Q6",
        "DFP and SR1 fulfil the secant equation too.",
        WordIdentity({"DFP": (dfp @ y, s), "SR1": (sr1 @ y, s)}),
        "proved",
        "Nocedal & Wright 2006, eqs. (6.15) and (6.25)",
        (),
        (),
    ),
    Statement(
        "Q6x",
        "DFP's update is BFGS's.",
        MatrixIdentity(
            bfgs,
            lambda w: {"H+": (w["H"], dfp)},
            letters=("s", "y"),
            symmetric=("H",),
            given=update,
        ),
        "refuted",
        "near miss of Q6",
        ("BFGS",),
        (),
    ),
)
