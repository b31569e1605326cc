"""Matrix identities for every dimension, and false ones with exact matrices."""

import time
from fractions import Fraction

import pytest

from optwright.derive.claim.formula.word import (
    Column,
    Matrix,
    Scalar,
    UnitMatrix,
    WordRule,
    inverse_rules,
)
from optwright.derive.proof.algebra.word import decide_word, evaluate, normal_form, text

H, B, H0 = (Matrix(name, symmetric=True) for name in ("H", "B", "H0"))
s, y, z, g, q, d = map(Column, ("s", "y", "z", "g", "q", "d"))
identity = UnitMatrix()
HB = inverse_rules(H, B)

rho = 1 / (y.T @ s)
V = identity - rho * (y @ s.T)
bfgs_h = V.T @ H @ V + rho * (s @ s.T)
bfgs_b = B - (B @ s @ s.T @ B) / (s.T @ B @ s) + (y @ y.T) / (y.T @ s)
dfp_h = H - (H @ y @ y.T @ H) / (y.T @ H @ y) + (s @ s.T) / (y.T @ s)
W = identity - rho * (s @ y.T)
dfp_b = W.T @ B @ W + rho * (y @ y.T)
sr1_h = H + ((s - H @ y) @ (s - H @ y).T) / ((s - H @ y).T @ y)
sr1_b = B + ((y - B @ s) @ (y - B @ s).T) / ((y - B @ s).T @ s)


def two_loop(q, inner):
    """One level of the two-loop recursion around the level below."""
    alpha = rho * (s.T @ q)
    r = inner(q - alpha * y)
    return r + (alpha - rho * (y.T @ r)) * s


def model(d):
    return g.T @ d + Fraction(1, 2) * (d.T @ B @ d)


newton = -(H @ g)
lam = Scalar("lam")
damped = Matrix("K", symmetric=True)
DAMPED = [
    WordRule(damped @ B, identity - lam * damped),
    WordRule(B @ damped, identity - lam * damped),
]
A, A_inv = Matrix("A"), Matrix("A_inv")
U, C = Matrix("U", "n", "m"), Matrix("C", "m", "m")

TRUE = {
    "BFGS secant": (bfgs_b @ s - y, HB),
    "BFGS inverse secant": (bfgs_h @ y - s, HB),
    "BFGS symmetric": (bfgs_h - bfgs_h.T, HB),
    "BFGS Sherman-Morrison-Woodbury": (bfgs_h @ bfgs_b - identity, HB),
    "BFGS inverse from the right": (bfgs_b @ bfgs_h - identity, HB),
    "BFGS positive form": (z.T @ bfgs_h @ z - (V @ z).T @ H @ (V @ z) - rho * (s.T @ z) ** 2, []),
    "BFGS curvature": (y.T @ bfgs_h @ y - s.T @ y, []),
    "DFP secant": (dfp_h @ y - s, HB),
    "DFP inverse": (dfp_h @ dfp_b - identity, HB),
    "SR1 secant": (sr1_b @ s - y, HB),
    "SR1 inverse secant": (sr1_h @ y - s, HB),
    "SR1 self-dual": (sr1_h @ sr1_b - identity, HB),
    "two-loop, induction step": (two_loop(q, lambda p: H @ p) - bfgs_h @ q, []),
    "Newton minimises its model": (
        model(d) - model(newton) - Fraction(1, 2) * ((d - newton).T @ B @ (d - newton)), HB),
    "Newton solves a quadratic": (B @ (z - H @ (B @ z - g)) - g, HB),
    "Newton affine invariant": (
        A @ (A_inv @ H @ A_inv.T) @ (A.T @ g) - H @ g, inverse_rules(A, A_inv)),
    "damped model": ((B + lam * identity) @ damped @ g - g, DAMPED),
    "exact line search": (
        g.T @ (g - (g.T @ g) / (g.T @ B @ g) * (B @ g)), []),
    "scalars commute": ((s.T @ y) * (H @ z @ z.T) - (H @ z) @ (y.T @ s) @ z.T, []),
    "transpose of a product": ((A @ B @ U).T - U.T @ B @ A.T, []),
    "Sherman-Morrison": (
        (B + y @ y.T) @ (H - (H @ y @ y.T @ H) / (1 + y.T @ H @ y)) - identity, HB),
}  # fmt: skip

FALSE = {
    "BFGS secant doubled": (bfgs_b @ s - 2 * y, HB),
    "BFGS swapped": (bfgs_h @ s - y, HB),
    "BFGS is DFP": (bfgs_h - dfp_h, HB),
    "matrices commute": (A @ B - B @ A, []),
    "not symmetric": (A - A.T, []),
    "not its own inverse": (H @ H - identity, HB),
    "wrong curvature sign": (y.T @ bfgs_h @ y + s.T @ y, []),
    "two-loop without the second correction": (
        H @ (q - rho * (s.T @ q) * y) + rho * (s.T @ q) * s - bfgs_h @ q, []),
    "undamped": ((B + lam * identity) @ damped @ g - 2 * g, DAMPED),
    "gradient step is affine invariant": (A @ A.T @ g - g, inverse_rules(A, A_inv)),
    "line search with the wrong matrix": (g.T @ (g - (g.T @ g) / (g.T @ B @ g) * (H @ g)), []),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_identity_holds_in_every_dimension(name):
    decision = decide_word(*TRUE[name])
    assert decision.status == "zero", decision
    assert decision.normal_form == "0"


@pytest.mark.parametrize("name", TRUE)
def test_perturbed_identity_fails(name):
    expr, rules = TRUE[name]
    shapes = {("n", "n"): identity, (1, 1): Scalar("k"), ("n", 1): z, ("m", "n"): U.T}
    unit = shapes[expr.shape]
    decision = decide_word(expr + Fraction(1, 3) * unit, rules)
    assert decision.status == "nonzero"


@pytest.mark.parametrize("name", FALSE)
def test_false_identity_is_refuted_by_exact_matrices(name):
    expr, rules = FALSE[name]
    decision = decide_word(expr, rules)
    assert decision.status == "nonzero", decision
    value = evaluate(expr, decision.witness, decision.dimension)
    assert value == decision.value and any(any(row) for row in value)
    for rule in rules:
        if {x.name for x in (rule.left - rule.right).letters()} <= decision.witness.keys():
            assert evaluate(rule.left, decision.witness, decision.dimension) == evaluate(
                rule.right, decision.witness, decision.dimension
            )


def test_divisors_are_side_conditions():
    assert decide_word(bfgs_b @ s - y).side_conditions == ("s.T @ B @ s != 0", "s.T @ y != 0")


def test_all_quasi_newton_rows_are_fast():
    start = time.monotonic()
    for name in TRUE:
        assert not normal_form(*TRUE[name])
    assert time.monotonic() - start < 1


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="n x 1 and n x 1 do not multiply"):
        s @ y
    with pytest.raises(ValueError, match="do not add"):
        s + s.T
    with pytest.raises(ValueError, match="cannot divide"):
        s / H
    with pytest.raises(ValueError, match="square"):
        Matrix("R", "n", "m", symmetric=True)
    with pytest.raises(ValueError, match="left side"):
        WordRule(H + B, identity)
    with pytest.raises(TypeError, match="float"):
        H * 0.5
    assert (U.T @ H @ U).shape == ("m", "m")
    assert (U @ C).shape == ("n", "m")


def test_endless_rewriting_is_undecided():
    loop = [WordRule(H @ B, B @ H), WordRule(B @ H, H @ B @ H @ B)]
    assert decide_word(H @ B - identity, loop).status != "zero"


def test_contradictory_rules_prove_nothing():
    none = 0 * (s.T @ s)
    rules = [WordRule(H @ s, y), WordRule(s.T @ y, 1 + none), WordRule(s.T @ H @ s, none)]
    assert decide_word(s.T @ H @ s, rules).status == "undecided"


def test_text_of_a_normal_form():
    assert text(H @ s + 2 * y) == "H @ s + (2) * y"
    assert text(s.T @ H @ s) == "s.T @ H @ s"
    assert text(identity - identity) == "0"
