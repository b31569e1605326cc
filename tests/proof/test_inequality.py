"""Inequalities: proved with steps, refuted with exact points, undecided otherwise."""

import statistics
from fractions import Fraction

import pytest
from sympy import Abs, Function, Max, Min, N, Rational, exp, log, sign, sqrt, symbols

from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.sign.inequality import decide_nonneg

lr, eps, t, b, c, v, m, g, x, y, z, gram, L = symbols("lr eps t b c v m g x y z gram L")
G = Function("G")

DOMAIN = Domain.where(
    lr > 0, eps >= 0, t >= 1, 0 <= b, b < 1, c > 0, v >= 0, gram >= 0, L > 0, integers=[t]
)
TIED = Domain.where(m**2 <= v, 0 <= b, b < 1, v >= 0)

PROVED = {
    "bias correction": 1 - b**t,
    "bias correction below one": b**t,
    "later powers are smaller": b - b**t,
    "bias correction at least the first": (1 - b**t) / (1 - b) - 1,
    "square": x**2 - 2 * x * y + y**2,
    "quadratic form": x**2 + x * y + y**2,
    "three variables": x**2 + y**2 + z**2 - x * y - y * z - z * x,
    "quartic": x**4 - 2 * x**2 * y**2 + y**4 + v,
    "moving average of squares": b * v + (1 - b) * g**2,
    "Yogi": v - (1 - b) * sign(v - g**2) * g**2 * b - (1 - b) ** 2 * Min(v, g**2),
    "AMSGrad denominator": sqrt(Max(v, gram)) - sqrt(v),
    "Adagrad step bound": lr - lr * Abs(g) / sqrt(gram + g**2),
    "Adagrad effective rate": 1 / sqrt(gram + c) - 1 / sqrt(gram + c + g**2),
    "triangle": Abs(x) + Abs(y) - Abs(x + y),
    "reverse triangle": Abs(x - y) - Abs(Abs(x) - Abs(y)),
    "max": Max(x, y) - (x + y) / 2,
    "clipping": c - Abs(Max(-c, Min(x, c))),
    "young": x**2 * c / 2 + y**2 / (2 * c) - x * y,
    "convex square": b * x**2 + (1 - b) * y**2 - (b * x + (1 - b) * y) ** 2,
    "descent lemma": (y - x) ** 2 * L / 2 - (L - c) * (y - x) ** 2 / 2,
    "quotient": lr * v / (sqrt(v) + eps + 1),
    "exponential": exp(x) + exp(-x),
    "uninterpreted": G(x) ** 2 + 1,
}

REFUTED = {
    "product": x * y,
    "indefinite form": x**2 + 3 * x * y + y**2,
    "geometric decay is not linear": b**t - b / 2,
    "never shrinks": b * v + (1 - b) * g**2 - v,
    "RMSProp effective rate": 1 / sqrt(v + c) - 1 / sqrt(b * v + (1 - b) * g**2 + c),
    "root above identity": sqrt(v) - v,
    "two roots in the unit interval": 2 * x**4 - 3 * x**2 + 1,
    "narrow dip": (x - Rational(1, 3)) ** 2 - Rational(1, 10**6),
    "triangle reversed": Abs(x + y) - Abs(x) - Abs(y),
    "log": log(v + c),
    "uninterpreted": G(x) + 20 - G(y),
}


@pytest.mark.parametrize("name", PROVED)
def test_inequality_is_proved(name):
    bound = decide_nonneg(PROVED[name], DOMAIN)
    assert bound.status == "proved", bound
    assert bound.certificate


@pytest.mark.parametrize("name", REFUTED)
def test_false_inequality_is_refuted(name):
    bound = decide_nonneg(REFUTED[name], DOMAIN)
    if name in ("narrow dip", "uninterpreted"):
        assert bound.status in ("refuted", "undecided")
    else:
        assert bound.status == "refuted", bound
    if bound.status == "refuted":
        replay(REFUTED[name], bound)


def replay(expr, bound):
    plain = {k: w for k, w in bound.witness.items() if not k.is_Function}
    for atom, value in plain.items():
        assert value in DOMAIN.interval(atom)
    value = expr.xreplace(plain)
    value = value.xreplace({k: w for k, w in bound.witness.items() if k.is_Function})
    low, high = bound.enclosure
    assert low <= high < 0
    slack = Fraction(1, 10**30)
    assert low - slack <= Fraction(str(N(value, 40))) <= high + slack


def test_invariant_is_inductive():
    m_next, v_next = b * m + (1 - b) * g, b * v + (1 - b) * g**2
    assert decide_nonneg(v_next - m_next**2, TIED).status == "proved"
    assert decide_nonneg(sqrt(v_next) - Abs(m_next), TIED).status == "proved"
    assert decide_nonneg(v_next - m_next**2, DOMAIN).status == "refuted"


def test_adam_first_moment_bound():
    # (1-b1)**2/((1-b2)*(1-b1**2/b2)) bounds m**2/v for these rates, and nothing smaller does.
    b1, b2 = Rational(1, 2), Rational(1, 2)
    sharp = (1 - b1) ** 2 / ((1 - b2) * (1 - b1**2 / b2))
    m_next, v_next = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    holds = Domain.where(m**2 <= sharp * v, v >= 0)
    assert decide_nonneg(sharp * v_next - m_next**2, holds).status == "proved"
    less = sharp * Rational(9, 10)
    low = Domain.where(m**2 <= less * v, v >= 0)
    assert decide_nonneg(less * v_next - m_next**2, low).status == "refuted"


def test_strict():
    assert decide_nonneg(1 - b**t, DOMAIN, strict=True).status == "proved"
    assert decide_nonneg(x**2 + c, DOMAIN, strict=True).status == "proved"
    assert decide_nonneg(x**2 + x * y + y**2 + c, DOMAIN, strict=True).status == "proved"
    assert decide_nonneg(b**t, DOMAIN, strict=True).status == "refuted"
    assert decide_nonneg(x**2, DOMAIN, strict=True).status == "refuted"
    assert decide_nonneg((x - y) ** 2, DOMAIN, strict=True).status != "proved"


def test_side_conditions_are_told():
    bound = decide_nonneg(g**2 / (sqrt(v) + eps), DOMAIN)
    assert bound.status == "proved"
    assert bound.side_conditions == ("eps + sqrt(v) != 0",)


def test_nothing_is_proved_from_contradictions():
    assert decide_nonneg(-x, Domain.where(x > y, y > x, x > 0)).status != "proved"


def test_floats_are_rejected():
    with pytest.raises(TypeError, match="float"):
        decide_nonneg(x**2 + 0.1)


def test_inequalities_are_fast():
    assert statistics.median(decide_nonneg(e, DOMAIN).seconds for e in PROVED.values()) < 0.05


def test_z3_is_asked_last():
    pytest.importorskip("z3")
    motzkin = x**4 * y**2 + x**2 * y**4 + 1 - 3 * x**2 * y**2
    bound = decide_nonneg(motzkin)
    assert bound.status == "proved" and "z3" in bound.certificate[-1]
    assert decide_nonneg(motzkin - Rational(1, 1000)).status == "refuted"


def test_without_a_proof_nothing_is_claimed():
    # Non-negative, but no sum of squares: beyond the elementary steps.
    motzkin = x**4 * y**2 + x**2 * y**4 + 1 - 3 * x**2 * y**2
    assert decide_nonneg(motzkin).status in ("undecided", "proved")
    assert decide_nonneg(-motzkin).status == "refuted"
