"""Fields of numbers, and that rounding never leaves what `Bounded` allows."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optwright.derive.interpret import (
    DECIMAL50,
    EXACT,
    FORMATS,
    Decimals,
    Enclosure,
    Inexact,
    NoFraction,
    bounded,
    fraction,
)

FORMAT_NAMES = ("float32", "float64")
TYPES: dict[str, Any] = {"float32": np.float32, "float64": np.float64}

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
anything = st.one_of(
    st.floats(width=32),
    st.sampled_from(
        [
            0.0,
            -0.0,
            1.0,
            -1.0,
            1e-45,
            -1e-45,
            1e-38,
            3e38,
            -3e38,
            1e19,
            1e-20,
            math.inf,
            -math.inf,
            math.nan,
        ]
    ).map(lambda x: float(np.float32(x))),
)


# --- formats -------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False))
@example(65519.99)
@example(65520.0)
@example(2.0**-25)
@example(6e-8)
def test_rounding_to_formats_is_numpys(x: float) -> None:
    with np.errstate(all="ignore"):
        for name, kind in (
            ("float16", np.float16),
            ("float32", np.float32),
            ("float64", np.float64),
        ):
            assert FORMATS[name].round(x) == float(kind(x))
            if math.isfinite(x):
                assert float(FORMATS[name].round_fraction(Fraction(x))) == float(kind(x))


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    bf = FORMATS["bfloat16"]
    for bits in (0x3F80, 0x0001, 0x7F7F, 0x0080, 0x4049):
        x = float(np.array([bits << 16], dtype=np.uint32).view(np.float32)[0])
        above = float(np.array([(bits + 1) << 16], dtype=np.uint32).view(np.float32)[0])
        assert bf.round(x) == x
        if math.isfinite(above):
            middle = (x + above) / 2
            assert bf.round(middle) == (x if bits % 2 == 0 else above)
            assert bf.round(math.nextafter(middle, math.inf)) == above
    assert bf.round(3.4e38) == math.inf
    assert bf.round_fraction(Fraction(1) + Fraction(1, 256)) == 1  # a tie, to even


# --- exact ---------------------------------------------------------------------------------------


def test_numbers_come_in_exactly() -> None:
    assert EXACT.number(0.1) == Fraction(0.1) != Fraction(1, 10)
    assert EXACT.number(np.float32(0.1)) == Fraction(float(np.float32(0.1)))
    assert EXACT.number(mpmath.mpf(-0.75)) == Fraction(-3, 4)
    assert EXACT.number(Decimal("0.1")) == Fraction(1, 10)
    assert fraction(np.int64(3)) == 3
    with pytest.raises(Inexact, match="nan"):
        EXACT.number(math.nan)


def test_exact_takes_perfect_roots_only() -> None:
    assert EXACT.apply("sqrt", Fraction(9, 16)) == Fraction(3, 4)
    assert EXACT.power(Fraction(8, 27), Fraction(-2, 3)) == Fraction(9, 4)
    for irrational in (
        EXACT.apply("sqrt", Fraction(2)),
        EXACT.apply("exp", Fraction(1)),
        EXACT.power(Fraction(-1), Fraction(1, 2)),
        EXACT.multiply([Fraction(1)], [Fraction(0)]),
        EXACT.pi(),
    ):
        assert isinstance(irrational, NoFraction)
        assert EXACT.add([Fraction(1), irrational]) is irrational
        with pytest.raises(Inexact):
            EXACT.settle(irrational)
    assert EXACT.apply("exp", Fraction(0)) == 1
    assert EXACT.modulo(Fraction(-7), Fraction(3)) == 2


# --- many digits ---------------------------------------------------------------------------------


@given(st.floats(0.01, 100), st.floats(0.01, 3))
def test_decimals_agree_with_mpmath(x: float, y: float) -> None:
    f, a, b = DECIMAL50, Decimal(x), Decimal(y)
    with mpmath.workdps(70):
        p, q = mpmath.mpf(x), mpmath.mpf(y)
        for found, expected in (
            (f.apply("sqrt", a), mpmath.sqrt(p)),
            (f.apply("exp", a), mpmath.exp(p)),
            (f.apply("log", a), mpmath.log(p)),
            (f.apply("cos", a), mpmath.cos(p)),
            (f.apply("sin", a), mpmath.sin(p)),
            (f.apply("tanh", a), mpmath.tanh(p)),
            (f.power(a, b), p**q),
            (f.power(a, Fraction(1, 3)), mpmath.cbrt(p)),
            (f.multiply([a, a], [b]), p * p / q),
            (f.pi(), mpmath.pi),
        ):
            error = abs(mpmath.mpf(str(found)) - expected)
            assert error <= abs(expected) * mpmath.mpf(10) ** -48


def test_decimals_follow_ieee() -> None:
    f = DECIMAL50
    zero, one, inf, nan = (f.number(x) for x in (0, 1, math.inf, math.nan))
    assert f.multiply([one], [zero]) == inf
    assert f.multiply([one], [f.number(-0.0)]) == -inf
    assert f.multiply([zero], [zero]).is_nan()
    assert f.add([inf, -inf]).is_nan()
    assert f.apply("sqrt", f.number(-1)).is_nan()
    assert f.power(f.number(-1), Fraction(1, 3)).is_nan()
    assert f.apply("log", zero) == -inf
    assert f.largest([one, nan]).is_nan() and f.smallest([nan, one]).is_nan()
    assert f.apply("sign", nan).is_nan() and f.apply("sign", f.number(-3)) == -1
    assert [f.compare(nan, r, one) for r in ("<", "<=", "==", "!=")] == [False, False, False, True]
    assert f.nonfinite(inf) and f.nonfinite(nan) and not f.nonfinite(one)
    assert f.modulo(f.number(-7), f.number(3)) == 2
    assert [f.apply("floor", f.number(-1.5)), f.apply("ceiling", f.number(-1.5))] == [-2, -1]


def matrix(rows: list[list[float]], field: Any) -> Any:
    result = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, j in np.ndindex(result.shape):
        result[i, j] = field.number(rows[i][j])
    return result


def test_solve_and_inverse_root() -> None:
    rows = [[0.0, 2.0, 1.0], [4.0, 1.0, 0.5], [1.0, 1.0, 3.0]]
    b = [[1.0, 0.0], [2.0, 1.0], [0.0, 0.0]]
    x = EXACT.solve(matrix(rows, EXACT), matrix(b, EXACT))
    for i, k in itertools.product(range(3), range(2)):
        assert sum(Fraction(rows[i][j]) * x[j, k] for j in range(3)) == Fraction(b[i][k])
    spd = [[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]
    root = DECIMAL50.inverse_root(matrix(spd, DECIMAL50), Decimal(4))
    with mpmath.workdps(60):
        r = mpmath.matrix([[mpmath.mpf(str(v)) for v in row] for row in root])
        assert mpmath.mnorm(r**4 * mpmath.matrix(spd) - mpmath.eye(3)) < mpmath.mpf(10) ** -45
    indefinite = DECIMAL50.inverse_root(matrix([[1.0, 2.0], [2.0, 1.0]], DECIMAL50), Decimal(2))
    assert all(v.is_nan() for v in indefinite.flat)
    diagonal = EXACT.inverse_root(matrix([[4.0, 0.0], [0.0, 16.0]], EXACT), Fraction(2))
    assert [diagonal[0, 0], diagonal[1, 1]] == [Fraction(1, 2), Fraction(1, 4)]


# --- rounding: every order of evaluation lies inside ----------------------------------------------


def any_order(parts: list[Any], data: Any, combine: Any) -> Any:
    """The parts combined two at a time in a drawn order."""
    parts = list(parts)
    while len(parts) > 1:
        i = data.draw(st.integers(0, len(parts) - 1))
        a = parts.pop(i)
        k = data.draw(st.integers(0, len(parts) - 1))
        parts[k] = combine(a, parts[k])
    return parts[0]


@pytest.mark.parametrize("name", FORMAT_NAMES)
@given(numbers=st.lists(anything, min_size=1, max_size=8), data=st.data())
def test_sums_in_any_order_are_enclosed(name: str, numbers: list[float], data: Any) -> None:
    f, kind = bounded(name), TYPES[name]
    enclosure = f.add([f.number(x) for x in numbers])
    with np.errstate(all="ignore"):
        computed = any_order([kind(x) for x in numbers], data, lambda a, b: a + b)
    assert computed in enclosure


@pytest.mark.parametrize("name", FORMAT_NAMES)
@given(over=st.lists(anything, max_size=4), under=st.lists(anything, max_size=3), data=st.data())
def test_products_in_any_order_are_enclosed(
    name: str, over: list[float], under: list[float], data: Any
) -> None:
    f, kind = bounded(name), TYPES[name]
    over = [x for x in over if abs(x) != 1]  # nobody makes 1/x of 1*y/x
    enclosure = f.multiply([f.number(x) for x in over], [f.number(x) for x in under])

    def combine(a: Any, b: Any) -> Any:
        (x, below), (y, also) = a, b
        if below == also:
            return x * y, below
        return (y / x if below else x / y), False

    with np.errstate(all="ignore"):
        parts = [(kind(x), False) for x in over] + [(kind(x), True) for x in under]
        if not over:
            parts.append((kind(1), False))
        computed = any_order(parts, data, combine)[0]
    assert computed in enclosure


@pytest.mark.parametrize("name", FORMAT_NAMES)
@given(x=st.lists(anything, min_size=1, max_size=40), data=st.data())
def test_long_sums_by_halving_are_enclosed(name: str, x: list[float], data: Any) -> None:
    f, kind = bounded(name), TYPES[name]
    depth = (len(x) - 1).bit_length()
    enclosure = f.add([f.number(v) for v in x], depth=depth)
    values = np.array(x, dtype=kind)
    with np.errstate(all="ignore"):
        while len(values) > 1:
            half = (len(values) + 1) // 2
            left = values[:half].copy()
            left[: len(values) - half] += values[half:]
            values = left
    assert values[0] in enclosure


Tree = Any
trees: st.SearchStrategy[Tree] = st.recursive(
    anything,
    lambda t: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "/", "max", "min", "where"]), t, t),
        st.tuples(
            st.sampled_from(
                ["sqrt", "abs", "neg", "exp", "log", "sign", "floor", "cube", "root", "bf16"]
            ),
            t,
        ),
    ),
    max_leaves=10,
)


def enclose(tree: Tree, f: Any) -> Enclosure:
    if not isinstance(tree, tuple):
        return f.number(tree)  # type: ignore[no-any-return]
    word, *operands = tree
    x = [enclose(o, f) for o in operands]
    made = {
        "+": lambda: f.add(x),
        "*": lambda: f.multiply(x),
        "/": lambda: f.multiply([x[0]], [x[1]]),
        "max": lambda: f.largest(x),
        "min": lambda: f.smallest(x),
        "where": lambda: f.select(f.compare(x[0], "<", x[1]), x[1], f.add(x)),
        "neg": lambda: f.negate(x[0]),
        "abs": lambda: f.apply("Abs", x[0]),
        "cube": lambda: f.multiply([x[0]] * 3),
        "root": lambda: f.power(x[0], Fraction(1, 3)),
        "bf16": lambda: f.round_to(x[0], FORMATS["bfloat16"]),
    }
    return made.get(word, lambda: f.apply(word, x[0]))()  # type: ignore[no-any-return]


def compute(tree: Tree, kind: Any) -> Any:
    if not isinstance(tree, tuple):
        return kind(tree)
    word, *operands = tree
    x = [compute(o, kind) for o in operands]
    made = {
        "+": lambda: x[0] + x[1],
        "*": lambda: x[0] * x[1],
        "/": lambda: x[0] / x[1],
        "max": lambda: np.maximum(x[0], x[1]),
        "min": lambda: np.minimum(x[0], x[1]),
        "where": lambda: x[1] if x[0] < x[1] else x[0] + x[1],
        "neg": lambda: -x[0],
        "cube": lambda: x[0] * x[0] * x[0],
        "root": lambda: (
            x[0] ** kind(1 / 3) if kind is np.float64 else kind(np.float64(x[0]) ** (1 / 3))
        ),
        "bf16": lambda: kind(FORMATS["bfloat16"].round(float(x[0]))),
    }
    return made.get(word, lambda: getattr(np, word)(x[0]))()


@pytest.mark.parametrize("name", FORMAT_NAMES)
@given(trees)
def test_expressions_are_enclosed(name: str, tree: Tree) -> None:
    with np.errstate(all="ignore"):
        computed = compute(tree, TYPES[name])
    assert computed in enclose(tree, bounded(name))


@pytest.mark.parametrize("name", FORMAT_NAMES)
@given(st.lists(finite, min_size=4, max_size=30))
def test_the_value_is_that_of_many_digits(name: str, numbers: list[float]) -> None:
    f, exact = bounded(name), DECIMAL50
    x, y = [f.number(v) for v in numbers], [exact.number(v) for v in numbers]
    assert f.add(x).value == exact.add(y)
    assert f.inner(x, x).value == exact.inner(y, y)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_the_bound_is_small(name: str) -> None:
    """A few units in the last place for a few operations, and not zero where there is rounding."""
    f, rng = bounded(name), np.random.default_rng(5)
    unit, relative = FORMATS[name].unit, []
    for _ in range(200):
        a, b, c, d = (f.number(TYPES[name](x)) for x in rng.uniform(0.1, 10, 4))
        made = f.multiply([a, f.add([b, c])], [f.apply("sqrt", d)])
        relative.append(made.error / float(made.value) / unit)
    assert 0.3 < np.median(relative) < 8


def test_decisions_within_rounding_are_unsure() -> None:
    f = bounded("float32")
    third = f.multiply([f.number(1)], [f.number(3)])
    third = f.power(third, Fraction(1, 3))  # some units in the last place unsure
    condition = f.compare(third, "<", f.number(float(third.value)))
    assert f.known(condition) is None
    chosen = f.select(condition, f.number(1), f.number(2))
    assert 1.0 in chosen and 2.0 in chosen and 3.0 not in chosen
    assert f.known(f.compare(third, "<", f.number(1))) is True
    assert f.known(f.both([condition, f.truth(False)])) is False
    assert f.known(f.either([condition, f.truth(True)])) is True
    nan = f.number(math.nan)
    assert f.known(f.compare(nan, "<", third)) is False
    assert f.known(f.compare(nan, "!=", third)) is True


def test_association_that_can_overflow_is_ambiguous() -> None:
    f = bounded("float32")
    big, small = f.number(1e30), f.number(1e-30)
    made = f.multiply([big, big, small])
    assert made.ambiguous and math.inf in made and float(np.float32(1e30)) in made
    assert math.isinf(f.multiply([big, big]).range.low)
    f = bounded("float64")
    assert f.multiply([f.number(1e30), f.number(1e30), f.number(1e-30)]).error < 1e30 * 1e-15


def test_underflow_is_gradual() -> None:
    f = bounded("float32")
    tiny = f.number(1e-30)
    square = f.multiply([tiny, tiny])
    assert 0.0 in square and square.error <= 2**-149
    assert f.multiply([f.number(2.0**-149)], [f.number(2)]).range.high <= 2**-149


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("n", [1, 3, 6])
def test_matrices_are_enclosed(name: str, n: int) -> None:
    f, kind, rng = bounded(name), TYPES[name], np.random.default_rng(n)
    a = rng.normal(size=(n, n)).astype(kind)
    spd = (a @ a.T + np.eye(n)).astype(kind)
    b = rng.normal(size=n).astype(kind)
    enclosed_a, enclosed_b = matrix(spd.tolist(), f), matrix([b.tolist()], f)[0]
    solution = f.solve(enclosed_a, enclosed_b)
    assert all(x in e for x, e in zip(np.linalg.solve(spd, b), solution, strict=True))
    assert max(e.error for e in solution) < 1e5 * FORMATS[name].unit
    values, vectors = np.linalg.eigh(spd)
    root = f.inverse_root(enclosed_a, f.wide.number(4))
    found = (vectors * values ** kind(-0.25)) @ vectors.T
    assert all(x in e for x, e in zip(found.flat, root.flat, strict=True))
    product = [f.inner(list(enclosed_a[i]), list(enclosed_b)) for i in range(n)]
    assert all(x in e for x, e in zip(spd @ b, product, strict=True))


def test_entering_rounds_once() -> None:
    f = bounded("float32")
    tenth = f.wide.number(Fraction(1, 10))
    assert tenth.range.low == tenth.range.high == 0.1
    assert f.enter(tenth).range.low == float(np.float32(0.1))
    assert Decimals(20).name == "decimal20"
