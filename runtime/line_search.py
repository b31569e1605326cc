"""Step lengths along a direction: pure procedures, for any kind of real number.

Each takes `phi`, a function of the step length a that gives (value, slope) of the loss along the
direction, its value `phi0` and slope `slope0` at a = 0, the first trial `start`, and constants in
the order shown. Only + − × ÷, comparisons and (in `strong_wolfe_torch`) a power ½ are used, so
floats, mpmath's mpf and, without the root, fractions all work. A value that is NaN or infinite
counts as too high.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Phi = Callable[[Any], tuple[Any, Any]]


def armijo(
    phi: Phi,
    phi0: Any,
    slope0: Any,
    start: Any,
    c1: Any = 1e-4,
    shrink: Any = 0.5,
    at_most: int = 60,
) -> Any:
    """The first of start, start·shrink, start·shrink², … with sufficient decrease.

    Contract: phi(a) ≤ phi0 + c1·a·slope0 (Nocedal & Wright 2006, algorithm 3.1), 0 < c1 < 1,
    0 < shrink < 1. Slopes at trials are not used. Gives 0, no step, if the direction does not
    descend (slope0 < 0 fails) or none of `at_most` trials holds.
    """
    a = start
    if not slope0 < 0:
        return 0 * a
    for _ in range(int(at_most)):
        if phi(a)[0] <= phi0 + c1 * a * slope0:
            return a
        a = a * shrink
    return 0 * start


def strong_wolfe(
    phi: Phi,
    phi0: Any,
    slope0: Any,
    start: Any,
    c1: Any = 1e-4,
    c2: Any = 0.9,
    at_most: int = 60,
) -> Any:
    """A step that decreases enough and is flat enough.

    Contract: phi(a) ≤ phi0 + c1·a·slope0 and |phi'(a)| ≤ c2·|slope0|, 0 < c1 < c2 < 1 (Nocedal &
    Wright 2006, algorithms 3.5 and 3.6). Trials double until they bracket such a step; then the
    bracket is cut at the minimum of the parabola through the lower end's value and slope and the
    upper end's value, moved to the middle if it falls within a tenth of an end.

    Gives 0 if the direction does not descend. If `at_most` evaluations do not find a step, gives
    the one of lowest value among those that fulfil the first condition, else 0.
    """
    zero = 0 * start
    if not slope0 < 0:
        return zero
    low, value_low, slope_low = zero, phi0, slope0
    a = start
    trials = 0
    while True:
        if trials >= at_most:
            return low
        value, slope = phi(a)
        trials += 1
        if not value <= phi0 + c1 * a * slope0 or (low > 0 and value >= value_low):
            high, value_high = a, value
            break
        if abs(slope) <= -c2 * slope0:
            return a
        if not slope < 0:
            high, value_high = low, value_low
            low, value_low, slope_low = a, value, slope
            break
        low, value_low, slope_low = a, value, slope
        a = a + a
    while trials < at_most:
        a = _parabola(low, value_low, slope_low, high, value_high)
        if a in (low, high):
            break  # The bracket is as narrow as these numbers are.
        value, slope = phi(a)
        trials += 1
        if not value <= phi0 + c1 * a * slope0 or not value < value_low:
            high, value_high = a, value
            continue
        if abs(slope) <= -c2 * slope0:
            return a
        if slope * (high - low) >= 0:
            high, value_high = low, value_low
        low, value_low, slope_low = a, value, slope
    return low


def _parabola(low: Any, value_low: Any, slope_low: Any, high: Any, value_high: Any) -> Any:
    """Where the parabola is least, kept from both ends by a tenth of the bracket."""
    width = high - low
    rise = value_high - value_low - slope_low * width
    if rise > 0:
        share = -slope_low * width / (2 * rise)
        if 10 * share >= 1 and 10 * share <= 9:
            return low + share * width
    return low + width / 2


def strong_wolfe_torch(
    phi: Phi,
    phi0: Any,
    slope0: Any,
    start: Any,
    c1: Any = 1e-4,
    c2: Any = 0.9,
    tolerance_change: Any = 1e-9,
    at_most: int = 25,
    largest: Any = 1,
) -> Any:
    """The search that torch.optim.LBFGS makes with line_search_fn="strong_wolfe".

    Contract: as `strong_wolfe`, when it succeeds. Trials lie at the minimum of the cubic through
    both ends' values and slopes: between 1.01 and 10 times the last while looking for a bracket
    (the lower bound counts from the last increase), within the bracket afterwards, and a tenth
    from its ends if progress was poor twice. It stops without success after `at_most` further
    evaluations, or when the bracket times `largest` (the direction's largest magnitude) is below
    `tolerance_change`, and gives the end of lower value, which may be 0. It neither asks for a
    descent direction nor treats NaN apart, as torch does not.
    """
    at_most = int(at_most)
    ends, turns = _bracket_torch(phi, phi0, slope0, start, c1, c2, at_most)
    if len(ends) == 1:
        return ends[0][0]
    low, high = (0, 1) if ends[0][1] <= ends[1][1] else (1, 0)
    poor = False
    while turns < at_most:
        lower, upper = sorted((ends[0][0], ends[1][0]))
        if (upper - lower) * largest < tolerance_change:
            break
        a = _cubic(ends[0], ends[1], (lower, upper))
        margin = (upper - lower) / 10
        if min(upper - a, a - lower) < margin:
            if poor or a >= upper or a <= lower:
                a = upper - margin if abs(a - upper) < abs(a - lower) else lower + margin
                poor = False
            else:
                poor = True
        else:
            poor = False
        value, slope = phi(a)
        turns += 1
        if value > phi0 + c1 * a * slope0 or value >= ends[low][1]:
            ends[high] = (a, value, slope)
            low, high = (0, 1) if ends[0][1] <= ends[1][1] else (1, 0)
            continue
        if abs(slope) <= -c2 * slope0:
            return a
        if slope * (ends[high][0] - ends[low][0]) >= 0:
            ends[high] = ends[low]
        ends[low] = (a, value, slope)
    return ends[low][0]


def _bracket_torch(
    phi: Phi, phi0: Any, slope0: Any, start: Any, c1: Any, c2: Any, at_most: int
) -> tuple[list[tuple[Any, Any, Any]], int]:
    """(the ends of a bracket, or one step that fulfils the contract; evaluations after the first).

    An end is (length, value, slope).
    """
    zero = 0 * start
    last = (zero, phi0, slope0)
    trial = (start, *phi(start))
    for turns in range(at_most):
        a, value, slope = trial
        if value > phi0 + c1 * a * slope0 or (turns > 1 and value >= last[1]):
            return [last, trial], turns
        if abs(slope) <= -c2 * slope0:
            return [trial], turns
        if slope >= 0:
            return [last, trial], turns
        following = _cubic(last, trial, (a + (a - last[0]) / 100, a * 10))
        last, trial = trial, (following, *phi(following))
    return [(zero, phi0, slope0), trial], at_most


def _cubic(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any], bounds: tuple[Any, Any]) -> Any:
    """The minimum of the cubic through two (place, value, slope), clamped; else the middle."""
    (x1, f1, g1), (x2, f2, g2) = sorted((one, other), key=lambda end: end[0])
    low, high = bounds
    if x1 != x2:
        d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
        square = d1 * d1 - g1 * g2
        if square >= 0:
            d2 = square ** (type(square)(1) / 2)
            below = g2 - g1 + 2 * d2
            if below != 0:
                return min(max(x2 - (x2 - x1) * ((g2 + d2 - d1) / below), low), high)
    return (low + high) / 2


CONTRACTS: dict[str, Callable[..., Any]] = {
    "armijo": armijo,
    "strong_wolfe": strong_wolfe,
    "strong_wolfe_torch": strong_wolfe_torch,
}
"""The procedures by the name of their contract."""

VALUE_ONLY = frozenset({"armijo"})
"""Contracts that use no slope at trial points."""
