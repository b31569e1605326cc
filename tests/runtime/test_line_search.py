"""The contracts hold, and are met by the procedures alone: functions of one number."""

from collections.abc import Callable
from fractions import Fraction
from math import cos, exp, inf, isfinite, log, nan, sin
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optwright.runtime.line_search import (
    CONTRACTS,
    armijo,
    strong_wolfe,
    strong_wolfe_torch,
)

Phi = Callable[[Any], tuple[Any, Any]]

FUNCTIONS: dict[str, Phi] = {
    "parabola": lambda a: ((a - 3) ** 2, 2 * (a - 3)),
    "steep": lambda a: (1e6 * (a - 1e-3) ** 2, 2e6 * (a - 1e-3)),
    "flat": lambda a: (1e-6 * (a - 500) ** 2, 2e-6 * (a - 500)),
    "quartic": lambda a: ((a - 2) ** 4, 4 * (a - 2) ** 3),
    # Moré and Thuente 1994, functions (5.1) and (5.2) with their constants.
    "fraction": lambda a: (-a / (a * a + 2), (a * a - 2) / (a * a + 2) ** 2),
    "wiggle": lambda a: (
        (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
        5 * (a + 0.004) ** 4 - 8 * (a + 0.004) ** 3,
    ),
    "waves": lambda a: (0.1 * a + cos(3 * a + 1), 0.1 - 3 * sin(3 * a + 1)),
    "wall": lambda a: (-2 * a - log(1 - a), -2 + 1 / (1 - a)) if a < 1 else (inf, nan),
    "undefined": lambda a: ((a - 0.4) ** 2, 2 * (a - 0.4)) if a < 0.7 else (nan, nan),
    "corner": lambda a: (abs(a - 0.3), 1.0 if a >= 0.3 else -1.0),
}
STARTS = [1e-4, 0.1, 1.0, 10.0, 1e3]

# A step with |slope| ≤ c2·|slope0| does not exist where the slope jumps.
SMOOTH = [name for name in FUNCTIONS if name != "corner"]


class Counted:
    def __init__(self, phi: Phi) -> None:
        self.phi, self.asked = phi, []  # type: ignore[var-annotated]

    def __call__(self, a: Any) -> tuple[Any, Any]:
        self.asked.append(a)
        return self.phi(a)


def decreases(phi: Phi, a: Any, c1: Any) -> bool:
    value0, slope0 = phi(0.0)
    return bool(phi(a)[0] <= value0 + c1 * a * slope0)


def flat_enough(phi: Phi, a: Any, c2: Any) -> bool:
    return bool(abs(phi(a)[1]) <= c2 * abs(phi(0.0)[1]))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_armijo(name: str, start: float) -> None:
    phi = FUNCTIONS[name]
    a = armijo(phi, *phi(0.0), start)
    assert a > 0
    assert decreases(phi, a, 1e-4)
    # The first that holds: the one before did not.
    assert a == start or not decreases(phi, 2 * a, 1e-4)


@pytest.mark.parametrize("constants", [(1e-4, 0.9), (1e-3, 0.1), (0.3, 0.4)])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", SMOOTH)
def test_strong_wolfe(name: str, start: float, constants: tuple[float, float]) -> None:
    phi = Counted(FUNCTIONS[name])
    a = strong_wolfe(phi, *FUNCTIONS[name](0.0), start, *constants)
    assert a > 0
    assert decreases(FUNCTIONS[name], a, constants[0])
    assert flat_enough(FUNCTIONS[name], a, constants[1])
    assert len(phi.asked) <= 60


TORCH = [(n, s) for n in SMOOTH if n not in ("wall", "undefined") for s in STARTS]


@pytest.mark.parametrize(("name", "start"), [case for case in TORCH if case != ("fraction", 1e3)])
def test_strong_wolfe_torch(name: str, start: float) -> None:
    phi = FUNCTIONS[name]
    a = strong_wolfe_torch(phi, *phi(0.0), start)
    assert decreases(phi, a, 1e-4)
    assert flat_enough(phi, a, 0.9)


def test_strong_wolfe_torch_does_not_always_succeed() -> None:
    """It keeps the lower end although that decreases too little."""
    phi = FUNCTIONS["fraction"]
    a = strong_wolfe_torch(phi, *phi(0.0), 1e3)
    assert not decreases(phi, a, 1e-4)
    assert phi(a)[0] < phi(0.0)[0]


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=5),
    st.floats(1e-3, 1e3),
)
def test_strong_wolfe_on_sums_of_waves(heights: list[float], start: float) -> None:
    def phi(a: float) -> tuple[float, float]:
        value = sum(h * sin((k + 1) * a) for k, h in enumerate(heights))
        slope = sum(h * (k + 1) * cos((k + 1) * a) for k, h in enumerate(heights))
        return value, slope

    value0, slope0 = phi(0.0)
    a = strong_wolfe(phi, value0, slope0, start)
    if not slope0 < 0:
        assert a == 0
    elif slope0 < -1e-3:
        assert a > 0
        assert decreases(phi, a, 1e-4)
        assert flat_enough(phi, a, 0.9)


def test_where_the_slope_jumps_the_best_step_is_given() -> None:
    phi = FUNCTIONS["corner"]
    a = strong_wolfe(phi, *phi(0.0), 1.0)
    assert decreases(phi, a, 1e-4)
    assert a == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("slope0", [0.0, 1.0, nan])
def test_no_step_along_a_direction_that_does_not_descend(slope0: float) -> None:
    def never(a: float) -> tuple[float, float]:
        raise AssertionError("needs no trial")

    assert armijo(never, 0.0, slope0, 1.0) == 0
    assert strong_wolfe(never, 0.0, slope0, 1.0) == 0


def test_no_step_if_nothing_decreases() -> None:
    # A wrong gradient: the value rises although the slope says otherwise.
    phi = Counted(lambda a: (a, -1.0))
    assert armijo(phi, 0.0, -1.0, 1.0, 1e-4, 0.5, 7) == 0
    assert phi.asked == [1 / 2**k for k in range(7)]
    phi = Counted(lambda a: (a, -1.0))
    assert strong_wolfe(phi, 0.0, -1.0, 1.0, 1e-4, 0.9, 9) == 0
    assert len(phi.asked) <= 9


def test_unbounded_descent_ends() -> None:
    phi = Counted(lambda a: (-a, -1.0))
    a = strong_wolfe(phi, 0.0, -1.0, 1.0, 1e-4, 0.9, 10)
    assert a == 2.0**9
    assert len(phi.asked) == 10
    assert isfinite(strong_wolfe(lambda a: (-exp(min(a, 700.0)), -1.0), -1.0, -1.0, 1.0))


def test_numbers_of_other_kinds() -> None:
    def phi(a: Any) -> tuple[Any, Any]:
        return (a - 3) ** 2, 2 * (a - 3)

    third = Fraction(1, 3)
    for name in ("armijo", "strong_wolfe"):
        constants = (third / 100,) if name == "armijo" else (third / 100, third)
        more = (Fraction(1, 2),) if name == "armijo" else ()
        a = CONTRACTS[name](phi, *phi(Fraction(0)), Fraction(20), *constants, *more)
        assert type(a) is Fraction
        assert phi(a)[0] <= 9 - constants[0] * 6 * a
    with mpmath.workdps(50):
        mpf = mpmath.mpf
        a = strong_wolfe_torch(phi, *phi(mpf(0)), mpf(20), mpf(1) / 10**4, mpf(1) / 10)
        assert isinstance(a, mpf)
        # The cubic through a parabola is that parabola.
        assert abs(a - 3) < mpf(10) ** -45


class TestTorch:
    """Facts read from torch/optim/lbfgs.py, with its constants."""

    def test_extrapolates_by_at_most_ten(self) -> None:
        phi = Counted(lambda a: ((a - 512) ** 2, 2 * (a - 512)))
        strong_wolfe_torch(phi, 512.0**2, -1024.0, 1.0)
        assert phi.asked == [1.0, 10.0, 100.0]

    def test_extrapolates_by_at_least_a_hundredth_of_the_increase(self) -> None:
        # The cubic has its minimum behind the trial, but slope and value still fall.
        def phi(a: float) -> tuple[float, float]:
            return (0.0, -1.0) if a == 0 else (-5.0 * a, -0.95)

        counted = Counted(phi)
        strong_wolfe_torch(counted, 0.0, -1.0, 1.0, 1e-4, 0.9, 1e-9, 1)
        assert counted.asked[1] > 1.0
        assert counted.asked[1] <= 10.0

    def test_evaluates_once_more_than_allowed(self) -> None:
        phi = Counted(lambda a: (-a, -1.0))
        strong_wolfe_torch(phi, 0.0, -1.0, 1.0, 1e-4, 0.9, 1e-9, 5)
        assert len(phi.asked) == 6

    def test_stops_when_the_bracket_times_the_direction_is_small(self) -> None:
        def phi(a: float) -> tuple[float, float]:
            return abs(a - 0.3), 1.0 if a >= 0.3 else -1.0

        wide, narrow = Counted(phi), Counted(phi)
        strong_wolfe_torch(wide, 0.3, -1.0, 1.0, 1e-4, 0.9, 1e-3, 25, 1.0)
        strong_wolfe_torch(narrow, 0.3, -1.0, 1.0, 1e-4, 0.9, 1e-3, 25, 1e-9)
        assert len(narrow.asked) == 1
        assert len(wide.asked) > 5

    def test_keeps_a_tenth_from_an_end_that_attracts_twice(self) -> None:
        # Each trial looks like a parabola that is least at a fortieth of the trial.
        def phi(a: float) -> tuple[float, float]:
            return 1.0 + 19 * a, 39.0

        counted = Counted(phi)
        strong_wolfe_torch(counted, 1.0, -1.0, 1.0, 1e-4, 0.9, 1e-9, 2)
        _, once, twice = counted.asked
        assert once == pytest.approx(1 / 40)
        assert twice == pytest.approx(0.1 * once)

    def test_may_give_no_step(self) -> None:
        assert strong_wolfe_torch(lambda a: (a, -1.0), 0.0, -1.0, 1.0, 1e-4, 0.9, 1e-9, 3) == 0
