"""Every range of the interpreter holds what it promises, measured with 200 digits.

Arguments are drawn with fixed seeds: ordinary, huge, tiny, subnormal, near whole numbers, near
powers of two and multiples of pi, negative, and the ends of the format.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from selection import tiered

from optwright.derive.interpret import CERTAIN, EXACT, FORMATS, Enclosed, Enclosure, bounded
from optwright.derive.interpret.bounds import Bounds

FORMAT_NAMES = ("float32", "float64")
DIGITS = 200
COUNT = 250


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    with mpmath.workdps(DIGITS):
        yield


def arguments(name: str, seed: int, count: int = COUNT) -> list[float]:
    """Numbers of a format, of every size and in every awkward place."""
    rng, f = np.random.default_rng(seed), FORMATS[name]
    low, high = f.emin - f.precision, f.emax
    special = [f.largest, f.smallest, f.smallest - f.spacing(0.0), f.spacing(0.0), 1.0, 0.5, 2.0]
    made = [x * s for x in special for s in (1, -1)]
    made += [f.round(k * math.pi / 2) for k in (1, 2, 3, 4, 22, 355)]
    while len(made) < count:
        sign = rng.choice([-1.0, 1.0])
        drawn = [
            rng.normal(),
            math.ldexp(rng.uniform(1, 2), int(rng.integers(low, high))),
            math.ldexp(rng.uniform(0, 1), f.emin),
            float(rng.integers(-9, 9)) + float(rng.integers(-2, 3)) * 4 * f.unit,
            math.ldexp(1.0, int(rng.integers(-9, 9))) * (1 + float(rng.integers(-2, 3)) * f.unit),
            rng.uniform(-90, 90),
        ]
        made += [f.round(float(sign * x)) for x in drawn]
    return [x for x in made if x][:count]


def exactly(x: float) -> Any:
    return mpmath.mpf(x)


def nearest(exact: Any, name: str) -> float:
    """The number of a format that is nearest to an exact one."""
    f = FORMATS[name]
    if exact == 0 or mpmath.mag(exact) < f.emin - f.precision - 2:
        return 0.0
    if mpmath.mag(exact) > f.emax + 2:
        return math.inf if exact > 0 else -math.inf
    sign, mantissa, exponent, _ = exact._mpf_
    number = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return float(f.round_fraction(-number if sign else number))


def allowed(exact: Any, name: str, ulps: int) -> set[float]:
    """The exact number rounded, and the last numbers of the format within so many units of it."""
    f, found = FORMATS[name], {nearest(exact, name)}
    if math.isinf(next(iter(found))) or exact == 0:
        return found
    unit = mpmath.ldexp(1, max(mpmath.mag(exact) - 1, f.emin) - f.precision + 1)
    for shift in (ulps, ulps - mpmath.mpf(1) / 2, ulps - 1):
        for moved in (exact + shift * unit, exact - shift * unit):
            y = nearest(moved, name)
            if abs(exactly(y) - exact) <= ulps * unit and y * mpmath.sign(exact) >= 0:
                found.add(y)
    return found


def narrow(enclosure: Enclosure, exact: Any, name: str, ulps: int) -> bool:
    """Whether a range around an ordinary number ends within some units of it."""
    f = FORMATS[name]
    if not f.smallest * 2 < abs(exact) < f.largest / 2:
        return True
    unit = mpmath.ldexp(1, mpmath.mag(exact) - f.precision)
    r = enclosure.range
    return not r.nan and max(exact - r.low, r.high - exact) <= ulps * unit


FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[float], bool]]] = {
    "exp": (mpmath.exp, lambda x: abs(x) < 1e4),
    "log": (mpmath.log, lambda x: x > 0),
    "sin": (mpmath.sin, lambda x: abs(x) < 1e60),
    "cos": (mpmath.cos, lambda x: abs(x) < 1e60),
    "tanh": (mpmath.tanh, lambda x: True),
}
ROUNDED: dict[str, Callable[[Any], Any]] = {
    "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else None,
    "floor": mpmath.floor,
    "ceiling": mpmath.ceil,
    "Abs": abs,
    "sign": mpmath.sign,
}


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_enclosed_with_their_units(function: str, name: str) -> None:
    f, (exact, defined) = bounded(name), FUNCTIONS[function]
    for field in (f, f.wide):
        kind = name if field is f else "float64"
        for x in filter(defined, arguments(kind, 1)):
            made, value = field.apply(function, field.number(x)), exact(exactly(x))
            for y in allowed(value, kind, field.ulps):
                assert (abs(y) > 1 and function in ("sin", "cos", "tanh")) or y in made, (x, y)
            assert narrow(made, value, kind, 4 * field.ulps), (x, made)


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("function", ROUNDED)
def test_exact_functions_are_rounded_once(function: str, name: str) -> None:
    f = bounded(name)
    for x in arguments(name, 2):
        made, value = f.apply(function, f.number(x)), ROUNDED[function](exactly(x))
        if value is None:
            assert made.range.empty
        else:
            assert made.range == Bounds(*[nearest(value, name)] * 2), x


EXPONENTS = [
    Fraction(p, q) for p, q in ((1, 3), (-2, 3), (5, 7), (-1, 4), (3, 2), (12, 1), (-7, 1))
]


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("exponent", tiered(EXPONENTS, lambda e: e in EXPONENTS[::3]), ids=str)
def test_powers_are_enclosed_whatever_their_exponent_is_rounded_to(
    exponent: Fraction, name: str
) -> None:
    f = bounded(name)
    near = float(exponent)
    for x in arguments(name, 3):
        if x < 0 and exponent.denominator != 1:
            assert f.power(f.number(x), exponent).range.empty
            continue
        made = f.power(f.number(x), exponent)
        true = mpmath.mpf(exponent.numerator) / exponent.denominator
        for e in (true, exactly(near), exactly(f.format.round(near))):
            value = exactly(x) ** e
            ulps = f.ulps if x != 1 else 0  # 1**e is 1
            assert all(y in made for y in allowed(value, name, ulps)), (x, e)
        spread = 4 * f.ulps + 4 * abs(math.log(abs(x)) * near)
        assert narrow(made, exactly(x) ** true, name, int(spread)), (x, made)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_powers_of_two_numbers_are_enclosed(name: str) -> None:
    f = bounded(name)
    for x, y in zip(arguments(name, 4), arguments(name, 5), strict=True):
        made, whole = f.power(f.number(x), f.number(y)), float(y).is_integer()
        if x < 0 and not whole:
            assert made.range.empty
        elif abs(y * math.log2(abs(x))) < 1e5:
            value = exactly(x) ** (int(y) if whole else exactly(y))
            ulps = f.ulps if x != 1 else 0
            assert all(z in made for z in allowed(value, name, ulps)), (x, y)


def test_the_cube_root_of_a_large_square() -> None:
    """(1 + g²)^(1/3) at g = 1e10, with the exponent rounded to a double and exactly."""
    f = bounded("float64")
    square = f.add([f.number(1), f.multiply([f.number(1e10)] * 2)])
    made = f.power(square, Fraction(1, 3))
    true = mpmath.cbrt(1 + mpmath.mpf(10) ** 20)
    assert nearest(true, "float64") in made and (1 + 1e10**2) ** (1 / 3) in made
    assert nearest(true, "float64") != (1 + 1e10**2) ** (1 / 3)
    assert narrow(made, true, "float64", 16)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_operations_on_two_numbers_are_rounded_once(name: str) -> None:
    f = bounded(name)
    pairs = list(zip(arguments(name, 6), arguments(name, 7)[::-1], strict=True))
    for x, y in pairs + [(x, x * (1 + 3 * f.format.unit)) for x, _ in pairs]:
        y = f.format.round(y)
        if not y or math.isinf(y):
            continue
        a, b, p, q = f.number(x), f.number(y), exactly(x), exactly(y)
        for made, value in (
            (f.add([a, b]), p + q),
            (f.subtract(a, b), p - q),
            (f.multiply([a, b]), p * q),
            (f.multiply([a], [b]), p / q),
            (f.largest([a, b]), max(p, q)),
            (f.smallest([a, b]), min(p, q)),
        ):
            assert made.range == Bounds(*[nearest(value, name)] * 2), (x, y)
        rest = Fraction(x) % Fraction(y)
        assert float(f.format.round_fraction(rest)) in f.modulo(a, b), (x, y)
        assert abs(Fraction(f.modulo(a, b).value) - rest) <= abs(rest) * Fraction(1, 10**49)


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("n", tiered([3, 4, 5, 12], lambda n: n in (3, 12)))
def test_sums_products_and_norms_hold_the_exact_value(name: str, n: int) -> None:
    """Whatever the order, the exact value rounded is among what is allowed."""
    f, given = bounded(name), arguments(name, 8, 600)
    strict = bounded(name, ordinary=True)
    for k in range(0, len(given) - n, 3):
        part = given[k : k + n]
        x, p = [f.number(v) for v in part], [exactly(v) for v in part]
        cancelling = [*p[:-1], -p[0]]
        assert nearest(mpmath.fsum(p), name) in f.add(x), part
        assert nearest(mpmath.fsum(cancelling), name) in f.add([*x[:-1], f.negate(x[0])]), part
        over, under = mpmath.fprod(p[: n - 1]), p[-1]
        assert nearest(over / under, name) in f.multiply(x[:-1], x[-1:]), part
        assert nearest(mpmath.fsum(a * a for a in p), name) in f.inner(x, x), part
        norm = mpmath.sqrt(mpmath.fsum(a * a for a in p))
        depth = n.bit_length() + 3
        assert nearest(norm, name) in f.norm(x, depth), part
        assert nearest(norm, name) in strict.norm(x, depth), part
        assert narrow(strict.norm(x, depth), norm, name, depth + 16), part
        values = np.array(part, name)
        scale = np.max(np.abs(values))
        with np.errstate(all="ignore"):
            scaled = scale * np.sqrt(np.sum((values / scale) ** 2))
        assert scaled in strict.norm(x, depth) and scaled in f.norm(x, depth), part


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("count", tiered([COUNT // 5, COUNT], (COUNT // 5).__eq__))
def test_ranges_hold_the_values_of_all_numbers_in_them(count: int, name: str) -> None:
    f, rng = bounded(name), np.random.default_rng(9)
    for x in arguments(name, 10, count):
        reach = abs(x) * 10.0 ** rng.uniform(-6, 1)
        ends = sorted((f.format.round(x - reach), f.format.round(x + reach)))
        if math.isinf(ends[0]) or math.isinf(ends[1]):
            continue
        r = Enclosure(Decimal(x), Bounds(*ends))
        inside = [x, *ends, *(f.format.round(float(v)) for v in rng.uniform(*ends, 3))]
        third, cube = f.power(r, Fraction(1, 3)), f.power(r, Fraction(3))
        rest = f.modulo(r, f.number(3))
        for v in inside:
            for function, (exact, defined) in FUNCTIONS.items():
                if defined(v) and v:
                    assert nearest(exact(exactly(v)), name) in f.apply(function, r), (function, v)
            for function, rule in ROUNDED.items():
                value = rule(exactly(v))
                found = math.nan if value is None else nearest(value, name)
                assert found in f.apply(function, r), (function, v)
            root = math.nan if v < 0 else nearest(mpmath.cbrt(v), name)
            assert root in third, v
            assert nearest(exactly(v) ** 3, name) in cube, v
            assert float(f.format.round_fraction(Fraction(v) % 3)) in rest, v


@pytest.mark.parametrize("storage", ["bfloat16", "float16", "float32"])
def test_storage_is_rounded_once(storage: str) -> None:
    f = bounded("float64")
    for x in arguments("float64", 11):
        made = f.round_to(f.number(x), FORMATS[storage])
        assert float(FORMATS[storage].round_fraction(Fraction(x))) in made


# --- norms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, size", [("float32", 3e20), ("float32", 1e-25), ("float64", 1e160)])
def test_an_ordinary_norm_neither_overflows_nor_vanishes(name: str, size: float) -> None:
    """Squares may leave the format's range; that excuses a norm only where it is asked to."""
    kind: Any = np.float32 if name == "float32" else np.float64
    x = np.array([3 * size, 4 * size], kind)
    with np.errstate(all="ignore"):
        naive = np.sqrt(np.sum(x * x))
    scaled = kind(np.max(np.abs(x))) * np.sqrt(np.sum((x / np.max(np.abs(x))) ** 2))
    loose, strict = bounded(name), bounded(name, ordinary=True)
    entries = [loose.number(v) for v in x]
    assert float(naive) in (0.0, math.inf)
    assert naive in loose.norm(entries, 3) and naive not in strict.norm(entries, 3)
    assert scaled in loose.norm(entries, 3) and scaled in strict.norm(entries, 3)
    assert math.inf in strict.norm([strict.number(FORMATS[name].largest)] * 4, 3)  # it is too large


# --- spans ---------------------------------------------------------------------------------------


def test_spans_hold_the_exact_value() -> None:
    """Operations on fractions that are none hold the true value, to some fifty digits."""
    rng = np.random.default_rng(12)
    for _ in range(COUNT):
        x = Fraction(int(rng.integers(-(10**9), 10**9)), int(rng.integers(1, 10**6)))
        y = abs(x) + Fraction(1, int(rng.integers(1, 10**9)))
        p, q = (mpmath.mpf(v.numerator) / v.denominator for v in (x, y))
        small = Fraction(x / 10**6)
        s = mpmath.mpf(small.numerator) / small.denominator
        root = CERTAIN.apply("sqrt", y)
        for found, value in (
            (root, mpmath.sqrt(q)),
            (CERTAIN.power(y, Fraction(-2, 7)), q ** (mpmath.mpf(-2) / 7)),
            (CERTAIN.power(root, Fraction(-3)), mpmath.sqrt(q) ** -3),
            (CERTAIN.apply("log", y), mpmath.log(q)),
            *((CERTAIN.apply(w, small), getattr(mpmath, w)(s)) for w in ("exp", "sin", "tanh")),
            (CERTAIN.apply("cos", x), mpmath.cos(p)),
            (CERTAIN.add([root, x]), mpmath.sqrt(q) + p),
            (CERTAIN.multiply([x, root], [y]), p * mpmath.sqrt(q) / q),
            (CERTAIN.modulo(root, Fraction(1, 3)), mpmath.sqrt(q) % (mpmath.mpf(1) / 3)),
            (CERTAIN.largest([root, x]), max(mpmath.sqrt(q), p)),
            (CERTAIN.multiply([CERTAIN.pi()], [y]), mpmath.pi / q),
        ):
            if isinstance(found, Fraction):
                assert abs(mpmath.mpf(found.numerator) / found.denominator - value) < 1e-190
                continue
            assert isinstance(found, Enclosed)
            low, high = (mpmath.mpf(e.numerator) / e.denominator for e in (found.low, found.high))
            error = mpmath.mpf(10) ** -(DIGITS - 20) * abs(value)
            assert low - error <= value <= high + error
            assert high - low <= (abs(value) + 1) * mpmath.mpf(10) ** -50
        for word in ("floor", "ceiling", "sign"):
            expected = {"floor": mpmath.floor, "ceiling": mpmath.ceil, "sign": mpmath.sign}[word]
            found = CERTAIN.apply(word, root)
            assert found == EXACT.number(int(expected(mpmath.sqrt(q))))
        assert CERTAIN.compare(root, "<", y) == (mpmath.sqrt(q) < q)
