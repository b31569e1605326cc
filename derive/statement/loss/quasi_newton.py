"""Other models and their minimisers: largest entries, dual updates, damping, line searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Abs, Max, Ne, Symbol, oo, sign

from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.formula.lowered import turn
from optwright.derive.claim.formula.matrix import Determinant, MatrixIdentity, WordIdentity
from optwright.derive.claim.formula.word import Matrix, Scalar, WordRule, Words, inverse_rules
from optwright.derive.claim.formula.word import UnitMatrix as Unit
from optwright.derive.claim.relation import Ge, Gt, Le
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Source,
    Variable,
    dot,
    grad,
    hvp,
    lr,
    t,
    theta,
    variables,
)
from optwright.derive.language.declaration import Loop
from optwright.derive.rule import catalog
from optwright.derive.rule.family.newton import S, Y, j, q, r
from optwright.derive.statement.loss.model import (
    A,
    B,
    H,
    K,
    b,
    descent,
    dfp,
    e,
    g,
    half,
    hessian,
    lam,
    newton,
    s,
    y,
)

gradient = Variable("g")
# One turn of L-BFGS's two loops, the pairs that are older already in H.
lbfgs = catalog.system("LBFGS")
down, up = (loop for loop in lbfgs.step if isinstance(loop, Loop))
pair = {S[j]: s, Y[j]: y}
first_loop = turn(lbfgs, down, {**pair, q[j - 1]: g})
second_loop = turn(lbfgs, up, {**first_loop, r[j + 1]: H @ first_loop[q[j]]})
without_older = turn(lbfgs, up, {**first_loop, r[j + 1]: first_loop[q[j]]})


def updated(H: Words, s: Words, y: Words) -> Words:
    """BFGS's update of the inverse: V'HV + s s'/(s'y), V = I - y s'/(s'y)."""
    side = Unit() - y @ s.T / (s.T @ y)
    return side.T @ H @ side + s @ s.T / (s.T @ y)


def direct(B: Words, s: Words, y: Words) -> Words:
    """BFGS's update of the Hessian's approximation."""
    return B - B @ s @ s.T @ B / (s.T @ B @ s) + y @ y.T / (y.T @ s)


def symmetric_rank_one(H: Words, s: Words, y: Words) -> Words:
    """SR1's update of the inverse; of the Hessian's approximation with s and y exchanged."""
    rest = s - H @ y
    return H + rest @ rest.T / (rest.T @ y)


N = Matrix("N", symmetric=True)
damped = (WordRule(N @ H, Unit() - lam * N),)


def excess(step: Words, curvature: Words) -> tuple[Words, Words]:
    """What the damped model has above its value at a step, beside half of e'Ce."""

    def model(d: Words) -> Words:
        return g.T @ d + half * (d.T @ H @ d + lam * (d.T @ d))

    return model(step + e) - model(step), half * (e.T @ curvature @ e)


alpha, reached = variables("alpha reached")
steepest = Optimizer(
    name="SteepestDescent",
    source=Source("Nocedal & Wright 2006", "eq. (3.26), the exact line search on a quadratic"),
    step=(
        Eq(
            alpha[t],
            dot(gradient[t], gradient[t]) / dot(gradient[t], hvp(theta[t - 1], gradient[t])),
        ),
        Eq(theta[t], theta[t - 1] - alpha[t] * gradient[t]),
        Eq(reached[t], grad(theta[t])),
    ),
    scope="all",
)
quadratic: dict[str, Callable[..., Words]] = {
    "grad": lambda p: A @ p - b,
    "hvp": lambda p, v: A @ v,
}
tau = Scalar("tau")
long_rate, short_rate = s.T @ s / (s.T @ y), s.T @ y / (y.T @ y)
g1, g2, d1, k1 = (Symbol(name, real=True) for name in ("g1", "g2", "d1", "k1"))
s1, s2, y1, y2 = (Symbol(name, real=True) for name in ("s1", "s2", "y1", "y2"))
damping, more = Symbol("damping", positive=True), Symbol("more", nonnegative=True)
bent = Symbol("bent", nonnegative=True)
size, total = Symbol("M", nonnegative=True), Symbol("l1", nonnegative=True)
l1 = Abs(g1) + Abs(g2)


def move_model(d1: Any, d2: Any) -> Any:
    """The linear model plus the largest entry of the move, squared, over twice the rate."""
    return g1 * d1 + g2 * d2 + Max(Abs(d1), Abs(d2)) ** 2 / (2 * lr)


statements: tuple[Statement, ...] = (
    Statement(
        "T2",
        "The step -lr*|g|_1*sign(g) minimises the linear model plus the largest entry of the move "
        "squared over 2*lr: entry by entry g*d >= -M*|g| for moves up to M, and M = lr*|g|_1 is "
        "best.",
        Conjunction(
            {
                "each entry": Inequality(
                    g1 * d1 >= -size * Abs(g1), where=(d1 <= size, d1 >= -size)
                ),
                "best size": Inequality(
                    Ge(size**2 / (2 * lr) - size * total, -lr * total**2 / 2), where=(lr > 0,)
                ),
                "reached, each entry": Identity(
                    g1 * (-lr * total * sign(g1)), -(lr * total) * Abs(g1)
                ),
                "reached, size": Identity(
                    (lr * total) ** 2 / (2 * lr) - (lr * total) * total,
                    -lr * total**2 / 2,
                    where=(lr > 0,),
                ),
            }
        ),
        "proved",
        "Bernstein et al. 2018, section 2; Balles & Hennig 2018",
        ("SignSGD",),
        (),
        "times |g|_1 minimises g.d + max|d|**2/(2*lr), for all n",
    ),
    Statement(
        "T2x",
        "On two entries the step -lr*sign(g), without the factor |g|_1, reaches the least value of "
        "that model.",
        Identity(
            move_model(-lr * sign(g1), -lr * sign(g2)),
            -lr * l1**2 / 2,
            where=(lr > 0, Ne(g1, 0), Ne(g2, 0)),
        ),
        "refuted",
        "near miss of T2",
        ("SignSGD",),
    ),
    Statement(
        "T2y",
        "On two entries the gradient step reaches it.",
        Identity(move_model(-lr * g1, -lr * g2), -lr * l1**2 / 2, where=(lr > 0,)),
        "refuted",
        "near miss of T2",
        ("GradientDescent",),
    ),
    Statement(
        "Q4b",
        "BFGS multiplies the determinant of the Hessian's approximation by y's/(s'Bs).",
        Determinant(
            B,
            direct(B, s, y),
            ((s, -(B @ s) / (s.T @ B @ s)), (H @ y, y / (y.T @ s))),
            y.T @ s / (s.T @ B @ s),
            inverse_rules(H, B),
            ("H the inverse of B",),
        ),
        "proved",
        "Nocedal & Wright 2006, eq. (6.46)",
        ("BFGS",),
        (),
        "det B+ = det B * y's/(s'Bs), for all n",
    ),
    Statement(
        "Q4c",
        "BFGS multiplies that determinant by y's/(s's).",
        Determinant(
            B,
            direct(B, s, y),
            ((s, -(B @ s) / (s.T @ B @ s)), (H @ y, y / (y.T @ s))),
            y.T @ s / (s.T @ s),
            inverse_rules(H, B),
            ("H the inverse of B",),
        ),
        "refuted",
        "near miss of Q4b",
        ("BFGS",),
    ),
    Statement(
        "Q5",
        "The two loops of L-BFGS apply BFGS's H, built from its pairs and a multiple of I: turn "
        "by turn, for every number of pairs.",
        WordIdentity(
            {
                "no pairs": (tau * g, tau * Unit() @ g),
                "one pair more": (second_loop[r[j]], updated(H, s, y) @ g),
            },
            conditions=("induction over the pairs: H from the older ones, which r[j + 1] applies",),
        ),
        "proved",
        "Nocedal & Wright 2006, Algorithm 7.4",
        ("LBFGS", "BFGS"),
        ("C107",),
        "the two loops apply BFGS's H of the pairs kept, for every n and every number of them",
    ),
    Statement(
        "Q5x",
        "The two loops apply the update of DFP.",
        WordIdentity({"one pair more": (second_loop[r[j]], dfp @ g)}),
        "refuted",
        "near miss of Q5",
        ("LBFGS",),
    ),
    Statement(
        "Q5y",
        "The second loop may leave out the pairs that are older.",
        WordIdentity({"one pair more": (without_older[r[j]], updated(H, s, y) @ g)}),
        "refuted",
        "near miss of Q5",
        ("LBFGS",),
    ),
    Statement(
        "Q6a",
        "DFP is BFGS with s and y, and the Hessian and its inverse, exchanged; and its two forms "
        "are inverse to each other.",
        WordIdentity(
            {
                "dual": (direct(H, y, s), dfp),
                "inverse": (dfp @ updated(B, y, s), Unit()),
            },
            inverse_rules(H, B),
            ("H the inverse of B",),
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.1",
        ("BFGS",),
    ),
    Statement(
        "Q6b",
        "BFGS is its own dual: exchanging s and y, and H and B, gives BFGS again.",
        WordIdentity({"dual": (direct(H, y, s), updated(H, s, y))}),
        "refuted",
        "near miss of Q6a",
        ("BFGS",),
    ),
    Statement(
        "Q8",
        "SR1 is its own dual: its update of H and that of B are inverse to each other.",
        WordIdentity(
            {"H+ B+ = I": (symmetric_rank_one(H, s, y) @ symmetric_rank_one(B, y, s), Unit())},
            inverse_rules(H, B),
            ("H the inverse of B",),
        ),
        "proved",
        "Nocedal & Wright 2006, eqs. (6.24) and (6.25)",
    ),
    Statement(
        "Q8x",
        "SR1's update is BFGS's.",
        WordIdentity({"H+": (symmetric_rank_one(H, s, y), updated(H, s, y))}),
        "refuted",
        "near miss of Q8",
        ("BFGS",),
    ),
    Statement(
        "Q9a",
        "SR1 keeps H positive, already on one coordinate.",
        Inequality(
            Gt(bent + (s1 - bent * y1) ** 2 / ((s1 - bent * y1) * y1), 0),
            where=(bent > 0, Ne(s1 - bent * y1, 0), Ne(y1, 0)),
        ),
        "refuted",
        "Nocedal & Wright 2006, section 6.2",
    ),
    Statement(
        "Q9b",
        "On one coordinate SR1 keeps H positive where s*y > 0: it becomes s/y.",
        Inequality(
            Gt(bent + (s1 - bent * y1) ** 2 / ((s1 - bent * y1) * y1), 0),
            where=(bent > 0, Ne(s1 - bent * y1, 0), s1 > 0, y1 > 0),
        ),
        "proved",
        "Nocedal & Wright 2006, section 6.2",
    ),
    Statement(
        "Q13",
        "The damped step -(H + lam I)**-1 g minimises the Taylor model plus lam*|d|**2/2, where "
        "H + lam I is positive definite.",
        WordIdentity(
            {"excess": excess(-(N @ g), H + lam * Unit())},
            damped,
            ("N the inverse of H + lam I", "e'(H + lam I)e > 0 unless e = 0"),
        ),
        "proved",
        "Levenberg 1944; Marquardt 1963; Nocedal & Wright 2006, section 10.3",
        ("Newton",),
    ),
    Statement(
        "Q13x",
        "Newton's step minimises that damped model too.",
        WordIdentity(
            {"excess": excess(-(K @ g), H + lam * Unit())},
            inverse_rules(H, K),
            ("K the inverse of H",),
        ),
        "refuted",
        "near miss of Q13",
        ("Newton",),
    ),
    Statement(
        "Q13a",
        "Times its damping the damped step tends to the gradient as the damping grows, along each "
        "eigenvector.",
        Limit(damping * g1 / (bent + damping), damping, oo, g1),
        "proved",
        "Marquardt 1963",
        ("GradientDescent",),
    ),
    Statement(
        "Q13b",
        "The damped step itself tends to the gradient as the damping grows.",
        Limit(g1 / (bent + damping), damping, oo, g1),
        "refuted",
        "near miss of Q13a",
    ),
    Statement(
        "Q14",
        "After an exact line search on a quadratic the new gradient is orthogonal to the old one.",
        MatrixIdentity(
            steepest,
            lambda w: {"g.g+": (w["g"].T @ w["reached"], 0 * (b.T @ b))},
            oracles=quadratic,
            conditions=("A symmetric",),
        ),
        "proved",
        "Nocedal & Wright 2006, section 3.3",
        ("GradientDescent",),
    ),
    Statement(
        "Q14x",
        "After a step of fixed rate it is so too.",
        MatrixIdentity(
            steepest.replace(
                hyper=descent.hyper,
                step=(
                    Eq(theta[t], theta[t - 1] - lr * gradient[t]),
                    Eq(reached[t], grad(theta[t])),
                ),
            ),
            lambda w: {"g.g+": (w["g"].T @ w["reached"], 0 * (b.T @ b))},
            oracles=quadratic,
        ),
        "refuted",
        "near miss of Q14",
        ("GradientDescent",),
    ),
    Statement(
        "Q14a",
        "After an exact line search the new gradient is zero.",
        MatrixIdentity(steepest, lambda w: {"g+": (w["reached"], 0 * b)}, oracles=quadratic),
        "refuted",
        "near miss of Q14",
        ("GradientDescent",),
    ),
    Statement(
        "Q15",
        "The two rates of Barzilai and Borwein are the least-squares solutions of the secant "
        "equation, of s/rate = y and of s = rate*y.",
        WordIdentity(
            {
                "first": (
                    (s * (1 / long_rate + tau) - y).T @ (s * (1 / long_rate + tau) - y)
                    - (s * (1 / long_rate) - y).T @ (s * (1 / long_rate) - y),
                    tau**2 * (s.T @ s),
                ),
                "second": (
                    (s - (short_rate + tau) * y).T @ (s - (short_rate + tau) * y)
                    - (s - short_rate * y).T @ (s - short_rate * y),
                    tau**2 * (y.T @ y),
                ),
            },
            conditions=("tau the distance from the solution",),
        ),
        "proved",
        "Barzilai & Borwein 1988, eqs. (5) and (6)",
    ),
    Statement(
        "Q15a",
        "The first of them is at least the second where s'y > 0: their difference is a square "
        "over s'y.",
        WordIdentity(
            {
                "difference": (
                    (long_rate - short_rate) * (s.T @ y) * (y.T @ y) ** 2,
                    (s * (y.T @ y) - y * (s.T @ y)).T @ (s * (y.T @ y) - y * (s.T @ y)),
                )
            },
            conditions=("the right side is a sum of squares",),
        ),
        "proved",
        "Barzilai & Borwein 1988; Raydan 1993",
    ),
    Statement(
        "Q15x",
        "The second is at least the first where s'y > 0 (on two entries).",
        Inequality(
            Le((s1**2 + s2**2) / (s1 * y1 + s2 * y2), (s1 * y1 + s2 * y2) / (y1**2 + y2**2)),
            where=(s1 * y1 + s2 * y2 > 0,),
        ),
        "refuted",
        "near miss of Q15a",
    ),
    Statement(
        "Q15y",
        "The two rates of Barzilai and Borwein are one.",
        WordIdentity({"rates": (long_rate, short_rate)}),
        "refuted",
        "near miss of Q15a",
    ),
    Statement(
        "Q16",
        "More damping makes the damped step no longer, along each eigenvector of H >= 0.",
        Inequality(
            Le(g1**2 / (bent + damping + more) ** 2, g1**2 / (bent + damping) ** 2),
        ),
        "proved",
        "Nocedal & Wright 2006, section 4.3; Moré 1978",
    ),
    Statement(
        "Q16x",
        "More damping makes it no longer also where the curvature is negative.",
        Inequality(
            Le(g1**2 / (k1 + damping + more) ** 2, g1**2 / (k1 + damping) ** 2),
            where=(Ne(k1 + damping, 0), Ne(k1 + damping + more, 0)),
        ),
        "refuted",
        "near miss of Q16",
    ),
    Statement(
        "Q17",
        "Newton's move d goes downhill where H is positive definite: g.d is -d'Hd.",
        MatrixIdentity(
            newton,
            lambda w: {"g.d = -d'Hd": (w["g"].T @ w.move, -(w.move.T @ hessian @ w.move))},
            conditions=("d'Hd > 0 unless d = 0",),
        ),
        "proved",
        "Nocedal & Wright 2006, section 3.3",
        ("Newton",),
        (),
        "its move goes downhill where the Hessian is positive definite, for all n",
    ),
    Statement(
        "Q17x",
        "Newton's move goes downhill whatever H is, already on one coordinate.",
        Inequality(-(g1**2) / k1 < 0, where=(Ne(g1, 0), Ne(k1, 0))),
        "refuted",
        "article (D1); Nocedal & Wright 2006, section 3.3",
        ("Newton",),
        ("C105",),
    ),
)

__all__ = ["statements"]
