"""Zero decisions: true identities, near misses with replayed witnesses, randomized soundness."""

import random
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Eq,
    Expr,
    Function,
    Integer,
    Max,
    Min,
    N,
    Piecewise,
    Rational,
    Symbol,
    cos,
    exp,
    log,
    root,
    sign,
    sin,
    sqrt,
    symbols,
)

from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.sign.sample import sample
from optwright.derive.proof.sign.zero import decide_zero, factor_defect

lr, beta1, beta2, eps, t, c, b = symbols("lr beta1 beta2 eps t c b")
m, v, u, g, x, y, z, a, mu, lr_prev = symbols("m v u g x y z a mu lr_prev")
G = Function("G")

DOMAIN = Domain.where(
    lr > 0, lr_prev > 0, 0 <= beta1, beta1 < 1, 0 <= beta2, beta2 < 1, eps >= 0, t >= 1, v >= 0,
    c > 0, 0 <= b, b < 1, integers=[t],
)  # fmt: skip

k1, k2 = 1 - beta1**t, 1 - beta2**t
alg1 = lr * (m / k1) / (sqrt(v / k2) + eps)


def eps_hat_form(eps_hat: Expr) -> Expr:
    return lr * sqrt(k2) / k1 * m / (sqrt(v) + eps_hat)


class cases(Function):
    """A select in the style of the language of declarations."""

    is_select = True


class oracle(Expr):
    """An opaque atom with arguments of its own."""

    def __new__(cls, *args):
        return Expr.__new__(cls, *map(Integer, args))


ZERO = {
    "bias correction inside root": sqrt(v / k2) - sqrt(v) / sqrt(k2),
    "Adam Alg.1 and eps-hat form": alg1 - eps_hat_form(eps * sqrt(k2)),
    "product of roots": sqrt(c * v) - sqrt(c) * sqrt(v),
    "square out of root": sqrt(c**2 * v) - c * sqrt(v),
    "root of square": sqrt(x**2) - Abs(x),
    "root of a complete square": sqrt(v + 2 * sqrt(v) + 1) - sqrt(v) - 1,
    "rationalised denominator": x / (sqrt(v) + eps) - x * (sqrt(v) - eps) / (v - eps**2),
    "fourth root": root(v**2, 4) - sqrt(v),
    "cube roots": root(8 * v, 3) - 2 * root(v, 3),
    "roots of numbers": sqrt(2) * sqrt(15) / sqrt(5) - sqrt(6),
    "nested roots": sqrt(sqrt(v)) ** 2 - sqrt(v),
    "root of a power": sqrt(b ** (2 * t)) - b**t,
    "root of unknown signs": sqrt(x * y) ** 2 - x * y,
    "conjugates": sqrt(c + sqrt(v)) * sqrt(c - sqrt(v)) - sqrt(c**2 - v),
    "abs of product": Abs(x * y) - Abs(x) * Abs(y),
    "abs of quotient": Abs(x / y) - Abs(x) / Abs(y),
    "max scaled": Max(c * x, c * y) - c * Max(x, y),
    "max by abs": Max(x, y) - (x + y + Abs(x - y)) / 2,
    "max and min": Max(x, y) + Min(x, y) - x - y,
    "max of three": Max(x, Max(y, z)) + Min(-x, -y, -z),
    "antisymmetric sign": sign(x - y) + sign(y - x),
    "sign times abs": sign(x) * Abs(x) - x,
    "sign as quotient": x / Abs(x) - sign(x),
    "sign invariant": sign(c * x) - sign(x),
    "soft threshold": sign(x) * Max(Abs(x) - c, 0)
    - Piecewise((x - c, x > c), (x + c, x < -c), (0, True)),
    "soft threshold by clipping": sign(x) * Max(Abs(x) - c, 0) - (x - Max(-c, Min(x, c))),
    "select": cases(x, x > 0, -x, x < 0, Integer(0)) - Abs(x),
    "select on the clock": cases(g, Eq(t, 1), b * g, t < 1, g) - g,
    "binomial": (x + y) ** 2 - x**2 - 2 * x * y - y**2,
    "geometric sum": (1 - b) * sum(b**i for i in range(6)) - (1 - b**6),
    "power recurrence": b ** (t + 2) - b**2 * b**t,
    "power of product": (b * c) ** t - b**t * c**t,
    "power of sum": (b * c + b * x) ** t - b**t * (c + x) ** t,
    "power of number": (b / 6) ** t * 2**t * 3**t - b**t,
    "power of negative": (-b) ** t - (-1) ** t * b**t,
    "double power": b ** (2 * t) - (b**t) ** 2,
    "zero base": b * (b ** (t - 1) - b ** (t - 1) * b) - b**t * (1 - b),
    "power of power": (c**x * 2**x) ** (1 / x) - 2 * c,
    "power of exp": exp(x) ** y * exp(-x * y) - 1,
    "exp of sum": exp(x - 2 * y + 1) - exp(x) * exp(1) / exp(y) ** 2,
    "exp positive": sqrt(exp(2 * x)) - exp(x),
    "log of equal": log(2 * c + c) - log(3 * c),
    "pythagoras": sin(x) ** 2 * y + y * cos(x) ** 2 - y,
    "same argument": G((x + y) ** 2) - G(x**2 + 2 * x * y + y**2),
    "same radical argument": G(sqrt(v / k2)) - G(sqrt(v) / sqrt(k2)),
    "nested application": G(x + G(x * y)) - G(G(y * x) + x),
    "QHM is Nesterov": (x - lr * ((1 - b) * g + b * (b * (1 - b) * u + (1 - b) * g)) / (1 - b))
    - (x - lr * (g + b * (b * u + g))),
    "opaque atoms": (oracle(1) + oracle(2)) ** 2 - oracle(1) ** 2
    - oracle(2) * (2 * oracle(1) + oracle(2)),
}  # fmt: skip

NONZERO = {
    "Adam with constant eps": alg1 - eps_hat_form(eps),
    "max scaled by any sign": Max(a * x, a * y) - a * Max(x, y),
    "root of sum": sqrt(v + c) - sqrt(v) - sqrt(c),
    "abs of sum": Abs(x + y) - Abs(x) - Abs(y),
    "root of square without abs": sqrt(x**2) - x,
    "smooth sign": sign(x) - x / sqrt(x**2 + eps),
    "varying learning rate": mu * u * (lr - lr_prev),
    "one power too many": b ** (t + 1) - b**t,
    "bias correction off by one": (1 - b ** (t - 1)) - (1 - b**t),
    "power at the first step only": b**t - b,
    "uninterpreted": G(x) - G(y),
    "uninterpreted is not linear": G(2 * x) - 2 * G(x),
    "uninterpreted is not even": G(x**2) - G(Abs(x)),
    "root differs beyond a point": sqrt(v) - v,
    "strictness at zero": cases(Integer(1), x >= 0, Integer(-1)) - sign(x),
    "soft threshold, wrong side": sign(x) * Max(Abs(x) - c, 0)
    - Piecewise((x - c, x > c), (x - c, x < -c), (0, True)),
    "exp": exp(x + y) - exp(x) - exp(y),
    "nearly": x / Integer(10) ** 20,
}  # fmt: skip


@pytest.mark.parametrize("name", ZERO)
def test_identity_is_proved(name):
    decision = decide_zero(ZERO[name], DOMAIN)
    assert decision.status == "zero", decision
    assert decision.normal_form in ("0", "0; no such point", "0; not defined", "not defined; 0")


@pytest.mark.parametrize("name", ZERO)
def test_perturbed_identity_is_refuted(name):
    expr = ZERO[name] + lr * Rational(1, 1000)
    decision = decide_zero(expr, DOMAIN)
    assert decision.status == "nonzero", decision
    replay(expr, decision)


@pytest.mark.parametrize("name", NONZERO)
def test_near_miss_is_refuted(name):
    decision = decide_zero(NONZERO[name], DOMAIN)
    assert decision.status == "nonzero", decision
    replay(NONZERO[name], decision)


def replay(expr, decision):
    """Evaluate the witness with SymPy's own substitution."""
    for atom, value in decision.witness.items():
        if not atom.is_Function:
            assert value.is_Rational
            assert value in DOMAIN.interval(atom), atom
    value = expr.xreplace({k: w for k, w in decision.witness.items() if not k.is_Function})
    for _ in range(3):
        value = value.xreplace({k: w for k, w in decision.witness.items() if k.is_Function}).doit()
    if isinstance(value, cases) or value.has(cases):
        value = value.replace(cases, chosen)
    low, high = decision.enclosure
    assert low <= high and not low <= 0 <= high
    if low == high:
        assert low == Fraction(int(value.p), int(value.q)) != 0
    else:
        number = Fraction(str(N(value, 40)))
        slack = Fraction(1, 10**30)
        assert low - slack <= number <= high + slack


def chosen(*args):
    *pairs, last = args
    for choice, condition in zip(pairs[::2], pairs[1::2], strict=True):
        if condition == True:  # noqa: E712
            return choice
    return last


def test_decisions_are_fast():
    times = [decide_zero(e, DOMAIN).seconds for e in [*ZERO.values(), *NONZERO.values()]]
    assert statistics.median(times) < 0.05


def test_statement_about_undefined_points_carries_side_condition():
    decision = decide_zero((x**2 - c**2) / (x - c) - (x + c), DOMAIN)
    assert decision.status == "zero"
    assert any("x" in s and "!= 0" in s for s in decision.side_conditions)
    assert decide_zero(m / (sqrt(v) + c) - m / (c + sqrt(v) + 0 * x), DOMAIN).side_conditions == ()
    decision = decide_zero(x / Abs(x) - sign(x))
    assert decision.status == "zero" and decision.side_conditions == ("not (x = 0)",)


def test_never_defined_is_undecided():
    for nowhere in (1 / (Abs(x) - sqrt(x**2)), sqrt(-1 - v), log(-c) - log(-c - v)):
        decision = decide_zero(nowhere, DOMAIN)
        assert decision.status == "undecided" and decision.witness is None


def test_contradictory_facts_prove_nothing():
    empty = Domain.where(x > y, y > x)
    assert decide_zero(x - y - 1, empty).status == "undecided"


def test_facts_are_used():
    domain = Domain.where(m**2 <= v, x >= y)
    assert decide_zero(Max(m**2, v) - v, domain).status == "zero"
    assert decide_zero(Abs(x - y) - x + y, domain).status == "zero"
    assert decide_zero(sqrt((v - m**2) ** 2) - v + m**2, domain).status == "zero"
    decision = decide_zero(Max(m**2, v) - v, Domain())
    assert decision.status == "nonzero"
    tied = Domain.where(Eq(x + y, 1))
    assert decide_zero(x**2 - y**2 - x + y, tied).status == "zero"


def test_max_over_three_needs_no_impossible_region():
    e = Max(x, y) * 0 + Max(Max(x, y), Max(y, z)) - Max(x, y, z)
    assert decide_zero(e).status == "zero"
    spread = Abs(x - y) + Abs(y - z) + Abs(z - x) - 2 * (Max(x, y, z) - Min(x, y, z))
    assert decide_zero(spread).status == "zero"


def test_counter_region_is_substituted():
    first = Piecewise((g, Eq(t, 1)), ((b - b**t) / (b - b**t) * g, True))
    assert decide_zero(first - g, Domain.where(0 < b, b < 1, t >= 1, integers=[t])).status == "zero"


def test_floats_are_rejected():
    with pytest.raises(TypeError, match="float"):
        decide_zero(0.1 * x + 0.2 * x - 0.3 * x)


def test_budget_gives_undecided():
    total = x + y + z + a + 1
    e = total**30 - total**29 * (total - 1) - total**29
    decision = decide_zero(e, budget_s=0.05)
    assert decision.status in ("undecided", "zero")
    assert decision.seconds < 5


def test_defect_is_factored():
    difference = (mu * (-lr_prev * u) - lr * g) - (-lr * (mu * u + g))
    defect = factor_defect(difference, DOMAIN)
    assert {f for f, _ in defect.factors} <= {mu, u, lr - lr_prev, lr_prev - lr}
    assert decide_zero(defect.numerator - mu * u * (lr - lr_prev), DOMAIN).status == "zero"
    adam = factor_defect(alg1 - eps_hat_form(x), DOMAIN)
    last = next(f for f, _ in adam.factors if f.has(x))
    assert decide_zero(last.subs(x, eps * sqrt(k2)), DOMAIN).status == "zero"
    assert factor_defect(x - x, DOMAIN).numerator == 0
    assert factor_defect(Abs(x) * y - Abs(x) * z).numerator.has(Abs(x))


def test_same_call_gives_same_answer():
    first, second = (decide_zero(NONZERO["exp"], DOMAIN) for _ in range(2))
    assert (first.witness, first.value) == (second.witness, second.value)


def test_domain_samples_stay_inside():
    rng = random.Random(3)
    domain = Domain.where(m**2 <= v, x + y < 3, 0 <= b, b < 1, t >= 2, integers=[t])
    for index in range(40):
        point = sample(domain, rng, index=index)
        assert point[m] ** 2 <= point[v] and point[x] + point[y] < 3
        assert 0 <= point[b] < 1 and point[t].is_Integer and point[t] >= 2
    assert len({tuple(sample(domain, rng, index=i).values()) for i in range(20)}) > 10


def test_bad_domains_are_refused():
    with pytest.raises(ValueError, match="empty"):
        Domain.where(x > 1, x < 0)
    with pytest.raises(TypeError, match="float"):
        Interval(0.1)
    with pytest.raises(TypeError, match="relation"):
        Domain.where(x)


# ---- randomized soundness: two ways of writing one value, by rewritings valid on the domain

POSITIVES = [c, lr, 1 - b**t, 1 - beta2**t, 1 + v, Integer(2)]
LEAVES = [x, y, g, c, b, v, m, b**t, Integer(3), Rational(-1, 2), sqrt(v)]


def pair(rng, depth):
    if depth == 0:
        leaf = rng.choice(LEAVES)
        return leaf, leaf
    p, q = pair(rng, depth - 1)
    r, s = pair(rng, rng.randrange(depth))
    k, j = rng.choice(POSITIVES), rng.choice(POSITIVES)
    rules = [
        lambda: ((p + r) * k, q * k + s * k),
        lambda: ((p - r) * (p + r), q**2 - s**2),
        lambda: (p / k + r / j, (q * j + s * k) / (k * j)),
        lambda: (sqrt(p**2), Abs(q)),
        lambda: (Abs(p * k * r), Abs(q) * k * Abs(s)),
        lambda: (Max(p, r), (q + s + Abs(q - s)) / 2),
        lambda: (Min(k * p, k * r), -k * Max(-q, -s)),
        lambda: (sign(k * p / j), sign(q)),
        lambda: (p * sqrt(k / j), q * sqrt(k) / sqrt(j)),
        lambda: (p * sqrt(k * j), q * sqrt(k) * sqrt(j)),
        lambda: (p * (k * b) ** (t + 1), q * k * b * k**t * b**t),
        lambda: (G(p + r), G(s + q)),
        lambda: (p * root(k**4, 6), q * root(k, 3) ** 2),
        lambda: (Piecewise((p, r > 0), (0, True)), Piecewise((0, k * s <= 0), (q, True))),
    ]
    return rng.choice(rules)()


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=2))
def test_rewritten_expression_is_equal_and_perturbed_is_not(seed, depth):
    rng = random.Random(seed)
    left, right = pair(rng, depth)
    if rng.random() < 0.2:  # a rationalised denominator
        k, j = rng.choice(POSITIVES), rng.choice(POSITIVES)
        left, right = left / (sqrt(k) + sqrt(j)) * (k - j), right * (sqrt(k) - sqrt(j))
    decision = decide_zero(left - right, DOMAIN, budget_s=10)
    assert decision.status == "zero", (left, right, decision)
    off = left - right + rng.choice([lr, c * lr / 7, sqrt(lr), Symbol("fresh")])
    decision = decide_zero(off, DOMAIN, budget_s=10)
    assert decision.status == "nonzero", (left, right, decision)
    replay(off, decision)
