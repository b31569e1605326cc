"""What rounding may do: for each number its many digits, and a range of floats around them.

`Bounded` is a running error analysis for float32 or float64. A range holds whatever a
straightforward evaluation in the format may give, in any order of its sums and products; and of
functions and powers, every float within some units in the last place of the exact value. Always it
holds the exact value, rounded to the format.

Which overflow is allowed? A sum, a product or a square that leaves the format's range does so in
any straightforward evaluation, so its range has infinity or zero in it, and so have the results
that are computed from it. A *norm* is not allowed to: where it is an ordinary number of the format,
it is computed as one, by scaling or in a wider type. `ordinary=True` holds it to that; without, a
norm may also be the root of a sum of squares that overflowed or vanished.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, reduce
from typing import Any, ClassVar

import numpy as np

from optwright.derive.interpret.bounds import (
    ANYTHING,
    NAN,
    Bounds,
    Rounded,
    around,
    increasing,
    powers,
)
from optwright.derive.interpret.decimals import Decimals
from optwright.derive.interpret.field import Array, Field
from optwright.derive.interpret.format import FORMATS, Format


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A number in `Bounded` arithmetic: its many-digit value, and what a format may make of it."""

    value: Decimal
    range: Bounds

    def __contains__(self, computed: float) -> bool:
        """Whether a floating-point result is one that the analysis allows."""
        return float(computed) in self.range

    @property
    def error(self) -> float:
        """A bound on the absolute error; infinite if the result may be infinite or NaN."""
        r = self.range
        if r.nan or r.empty or r.unbounded or not self.value.is_finite():
            return math.inf
        return max(float(self.value - Decimal(r.low)), float(Decimal(r.high) - self.value), 0.0) * (
            1 + 1e-15
        )

    @property
    def ambiguous(self) -> bool:
        """Whether the result may be infinite or NaN without being so for sure."""
        return (
            not self.range.empty
            and (self.range.nan or self.range.unbounded)
            and not self.range.point
        )

    def __float__(self) -> float:
        return float(self.value)

    def as_integer_ratio(self) -> tuple[int, int]:
        """The many-digit value as a fraction; raises as a Decimal does where there is none."""
        return self.value.as_integer_ratio()


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a condition holds of the many-digit values, and of the computed (None: unsure)."""

    holds: bool
    sure: bool | None


class Bounded(Field):
    """Running error analysis for float32 or float64, by ranges whose ends are rounded alike.

    Sums and products of up to five operands are enclosed over every order of evaluation, subset by
    subset; longer ones by the sum of magnitudes (Higham 2002, section 4.2). Functions and powers
    are allowed `ulps` units in the last place, and an exponent its rounding to the format.
    """

    ORDERS: ClassVar[int] = 5

    def __init__(
        self,
        format: str = "float64",
        digits: int = 50,
        scalars: bool = False,
        ordinary: bool = False,
    ) -> None:
        self.format = FORMATS[format]
        self.name = f"bounded {format}"
        self.exact = Decimals(digits)
        self.ordinary = ordinary
        self.rounded = Rounded(self.format)
        # The C library's functions on scalars are better than vectorized ones on arrays.
        self.ulps = 2 if scalars else 4
        self._wide: Bounded = self if scalars else Bounded("float64", digits, True, ordinary)

    @property
    def wide(self) -> Field:
        return self._wide

    def enter(self, x: Enclosure) -> Enclosure:
        return Enclosure(x.value, self.rounded.round(x.range))

    def number(self, x: Any) -> Enclosure:
        if isinstance(x, Enclosure):
            return x
        value = self.exact.number(x)
        if value.is_nan():
            return Enclosure(value, NAN)
        nearest = self.format.round(float(value))
        return Enclosure(value, Bounds(nearest, nearest))

    # --- sums and products -------------------------------------------------------------------

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Enclosure:
        value = self.exact.add([x.value for x in terms])
        ranges = [x.range for x in terms if not (x.range.point and x.range.low == 0)]
        if not ranges:
            return Enclosure(value, Bounds(0.0, 0.0))
        if len(ranges) == 1:
            return Enclosure(value, ranges[0])
        if depth is None and len(ranges) <= self.ORDERS:
            found: Bounds = _over_orders(ranges, self.rounded.add, Bounds.hull)
            if len(ranges) > 2 and not found.empty and not found.unbounded:
                low, high = (
                    _around_sum([r.low for r in ranges]),
                    _around_sum([r.high for r in ranges]),
                )
                found = found.hull(self.rounded.round(Bounds(low[0], high[1])))
            return Enclosure(value, found)
        return Enclosure(value, self._long_sum(ranges, len(ranges) - 1 if depth is None else depth))

    def _long_sum(self, ranges: Sequence[Bounds], depth: int) -> Bounds:
        """A sum in which no term is rounded more than `depth` times."""
        if any(r.empty for r in ranges):
            return NAN
        if not ranges:
            return Bounds(0.0, 0.0)
        lows, highs = [r.low for r in ranges], [r.high for r in ranges]
        if math.inf in lows and -math.inf in highs:
            return NAN
        up, down = _fsum([x for x in highs if x > 0]), _fsum([-x for x in lows if x < 0])
        whole = all(r.point and r.low.is_integer() for r in ranges)
        if whole and up + down <= 1 / self.format.unit:
            return Bounds(sum(lows), sum(lows))  # every partial sum is a number of the format
        growth = self._growth(depth)
        error = growth * (up + down)
        # No partial sum exceeds the sum of magnitudes of one sign.
        limit = self.format.largest / (1 + growth)
        above, below = up > limit, down > limit
        low = -math.inf if below else _down(_fsum(lows) - error)
        high = math.inf if above else _up(_fsum(highs) + error)
        low = math.inf if math.inf in lows else max(low, 0.0) if min(lows) >= 0 else low
        high = -math.inf if -math.inf in highs else min(high, 0.0) if max(highs) <= 0 else high
        return Bounds(low, high, any(r.nan for r in ranges) or (above and below))

    def _growth(self, roundings: float) -> float:
        """The relative error that so many roundings may make, and some: Higham's gamma."""
        error = roundings * self.format.unit
        return error / (1 - error) * (1 + 1e-9)

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Enclosure:
        value = self.exact.multiply([x.value for x in over], [x.value for x in under])
        negative = False
        parts: list[_Factor] = []
        for x, below in [(x, False) for x in over] + [(x, True) for x in under]:
            if x.range.point and abs(x.range.low) == 1:
                negative ^= x.range.low < 0
            else:
                parts.append((x.range, below))
        if all(below for _, below in parts):
            parts.insert(0, (Bounds(1.0, 1.0), False))
        if len(parts) <= self.ORDERS:
            found = _over_orders(parts, self._factors, _hull_factors)[0]
            if len(parts) > 2 and not any(r.unbounded or (b and r.zero) for r, b in parts):
                sides = [[r for r, below in parts if below is side] for side in (False, True)]
                found = found if found.empty else found.hull(self.rounded.exact_product(*sides))
        else:
            found = self._long_product(parts)
        found = found.negated() if negative else found
        return Enclosure(value, self.rounded.widen(found, slack) if slack else found)

    def _factors(self, a: _Factor, b: _Factor) -> _Factor:
        """Two factors, each with whether it stands below the line, made one."""
        (x, x_below), (y, y_below) = a, b
        if x_below == y_below:
            return self.rounded.multiply(x, y), x_below
        return (self.rounded.divide(y, x) if x_below else self.rounded.divide(x, y)), False

    def _long_product(self, parts: Sequence[_Factor]) -> Bounds:
        """Many factors: from left to right, if no order can leave the range, else anything."""
        logs: list[float] = []
        for r, below in parts:
            if r.empty:
                return NAN
            if r.nan or r.zero or r.unbounded:
                return ANYTHING
            ends = [math.log2(abs(r.low)), math.log2(abs(r.high))]
            logs += [
                max((-e if below else e) for e in ends),
                min((-e if below else e) for e in ends),
            ]
        if (
            sum(e for e in logs if e > 0) > self.format.emax - 1
            or sum(e for e in logs if e < 0) < self.format.emin + 1
        ):
            return ANYTHING
        return self.rounded.widen(reduce(self._factors, parts)[0], 2 * len(parts))

    def inner(self, a: Sequence[Any], b: Sequence[Any]) -> Enclosure:
        products = [self.multiply([x, y]) for x, y in zip(a, b, strict=True)]
        value = self.exact.add([x.value for x in products])
        # Further roundings, as a fused multiply-add does not round the product.
        total = self._long_sum([x.range for x in products], len(products) + 2)
        return Enclosure(value, self.rounded.widen(total, 0 if total.point else len(products)))

    def norm(self, entries: Sequence[Any], depth: int) -> Enclosure:
        naive: Enclosure = super().norm(entries, depth)
        scaled = self._scaled_norm([x.range for x in entries], depth)
        if self.ordinary:
            return Enclosure(naive.value, scaled)
        within = naive.range.within(scaled)
        return naive if within else Enclosure(naive.value, naive.range.hull(scaled))

    def _scaled_norm(self, ranges: Sequence[Bounds], depth: int) -> Bounds:
        """A norm whose squares stay in range: scaled by the largest entry, or in a wider type."""
        if any(r.empty for r in ranges):
            return NAN
        nan = any(r.nan for r in ranges)
        lows, highs = zip(*(r.magnitudes for r in ranges), strict=True) if ranges else ((), ())
        # Half of the roundings before the root, those of scaling, and what the ends here lose.
        growth = self._growth(depth / 2 + 6)
        low, high = _root_of_squares(lows) * (1 - growth), _root_of_squares(highs) * (1 + growth)
        return self.rounded.widen(Bounds(low, high, nan), 1 if high else 0)

    # --- functions ---------------------------------------------------------------------------

    def power(self, base: Any, exponent: Any) -> Enclosure:
        if not isinstance(exponent, Fraction):
            e, value = exponent.range, self.exact.power(base.value, exponent.value)
        else:
            e, value = self._exponent(exponent), self.exact.power(base.value, exponent)
        r = base.range
        exactly = (r.point and r.low in (0, 1)) or (e.point and e.low == 0)
        return Enclosure(value, self.rounded.widen(powers(r, e), 0 if exactly else self.ulps))

    def _exponent(self, x: Fraction) -> Bounds:
        """An exponent as it stands, and rounded to float64, and then to the format."""
        near = float(x)
        beyond = near if near == x else _up(near) if near < x else _down(near)
        ends = near, beyond, self.format.round(near)
        return Bounds(min(ends), max(ends))

    def apply(self, function: str, x: Any) -> Enclosure:
        value, r = self.exact.apply(function, x.value), x.range
        if function == "Abs":
            low, high = r.magnitudes
            return Enclosure(value, r if r.empty else Bounds(low, high, r.nan))
        if function == "sqrt":
            return Enclosure(value, self._root(r))
        if function in _UNROUNDED:
            return Enclosure(value, increasing(r, _UNROUNDED[function]))
        found = self.rounded.widen(around(function, r), self.ulps)
        if function in ("cos", "sin", "tanh") and not found.empty:
            found = Bounds(max(found.low, -1.0), min(found.high, 1.0), found.nan)
        return Enclosure(value, found)

    def _root(self, r: Bounds) -> Bounds:
        """The square root, which every format rounds correctly."""
        if r.empty or r.high < 0:
            return NAN
        low = math.sqrt(max(r.low, 0.0))
        return self.rounded.round(Bounds(low, math.sqrt(r.high), r.nan or r.low < 0))

    def largest(self, values: Sequence[Any]) -> Enclosure:
        value = self.exact.largest([x.value for x in values])
        if any(x.range.empty for x in values):
            return Enclosure(value, NAN)
        if not values:
            return Enclosure(value, Bounds(-math.inf, -math.inf))
        nan = any(x.range.nan for x in values)
        low, high = max(x.range.low for x in values), max(x.range.high for x in values)
        return Enclosure(value, Bounds(low, high, nan))

    def negate(self, x: Enclosure) -> Enclosure:
        return Enclosure(x.value.copy_negate(), x.range.negated())

    def modulo(self, a: Any, b: Any) -> Enclosure:
        value = self.exact.modulo(a.value, b.value)
        return Enclosure(value, self.rounded.modulo(a.range, b.range))

    def round_to(self, x: Any, format: Format) -> Enclosure:
        return Enclosure(self.exact.round_to(x.value, format), Rounded(format).round(x.range))

    def pi(self) -> Enclosure:
        return Enclosure(self.exact.pi(), self.rounded.round(Bounds(math.pi, math.pi)))

    # --- conditions --------------------------------------------------------------------------

    def compare(self, a: Any, relation: str, b: Any) -> Condition:
        holds = self.exact.compare(a.value, relation, b.value)
        return Condition(holds, a.range.related(relation, b.range))

    def nonfinite(self, x: Any) -> Condition:
        r = x.range
        sure = None if x.ambiguous else r.empty or r.unbounded
        return Condition(not x.value.is_finite(), sure)

    def both(self, conditions: Sequence[Any]) -> Condition:
        sures = [c.sure for c in conditions]
        sure = False if False in sures else None if None in sures else True
        return Condition(all(c.holds for c in conditions), sure)

    def either(self, conditions: Sequence[Any]) -> Condition:
        return self.invert(self.both([self.invert(c) for c in conditions]))

    def invert(self, condition: Any) -> Condition:
        return Condition(
            not condition.holds, None if condition.sure is None else not condition.sure
        )

    def known(self, condition: Any) -> bool | None:
        return condition.sure  # type: ignore[no-any-return]

    def truth(self, holds: bool) -> Condition:
        return Condition(holds, holds)

    def select(self, condition: Any, a: Any, b: Any) -> Enclosure:
        value = a.value if condition.holds else b.value
        if condition.sure is None:
            return Enclosure(value, a.range.hull(b.range))
        return Enclosure(value, a.range if condition.sure else b.range)

    def hull(self, a: Any, b: Any) -> Enclosure:
        return Enclosure(a.value, a.range.hull(b.range))

    def size(self, x: Any) -> Any:
        return self.exact.size(x.value)

    # --- matrices: a perturbation bound around the many digits, of first order, doubled --------

    def solve(self, a: Array, b: Array) -> Array:
        n, values = len(a), _values(a)
        x = self.exact.solve(values, _values(b))
        eye = np.array(
            [[Decimal(int(i == j)) for j in range(n)] for i in range(n)], dtype=object
        ).reshape(n, n)
        inverse = abs(self.exact.solve(values, eye).astype(float))
        columns = abs(x.astype(float)).reshape(n, -1)
        with np.errstate(all="ignore"):
            backward = 8 * n * n * self.format.unit * abs(values.astype(float)).max(initial=0.0)
            moved = (_errors(a) + backward) @ columns + _errors(b).reshape(n, -1)
            return self._around(x, 2 * (inverse @ moved).reshape(b.shape))

    def inverse_root(self, a: Array, p: Any) -> Array:
        values = _values(a)
        order = p.value if isinstance(p, Enclosure) else self.exact.number(p)
        x = self.exact.inverse_root(values, order)
        n, exponent = len(a), 1 / float(order)
        numbers, moved = values.astype(float), float(np.linalg.norm(_errors(a)))
        spread = math.inf
        if n and np.isfinite(numbers).all() and math.isfinite(moved):
            # Frobenius norms: the derivative of x**-exponent is largest at the least eigenvalue.
            roundoff = 32 * n * self.format.unit
            moved += roundoff * float(np.linalg.norm(numbers))
            least = float(np.linalg.eigvalsh(numbers).min())
            if least > 2 * moved:
                spread = exponent * (least - moved) ** (-exponent - 1) * moved
                spread = 2 * (spread + roundoff * float(np.linalg.norm(x.astype(float))))
        return self._around(x, np.full(a.shape, spread))

    def _around(self, x: Array, error: Array) -> Array:
        """Many-digit values with ranges of the errors on both sides."""
        result = np.empty(x.shape, dtype=object)
        for index in np.ndindex(x.shape):
            value: Any = x[index]
            centre, e = float(value), float(error[index])
            found = ANYTHING
            if math.isfinite(centre) and math.isfinite(e):
                e += self.format.spacing(centre)
                found = self.rounded.round(Bounds(_down(centre - e), _up(centre + e)))
            result[index] = Enclosure(value, found)
        return result


_Factor = tuple[Bounds, bool]
"""A factor, and whether it stands below the line."""


def _hull_factors(a: _Factor, b: _Factor) -> _Factor:
    return a[0].hull(b[0]), a[1]


def _over_orders(
    parts: Sequence[Any], combine: Callable[[Any, Any], Any], join: Callable[[Any, Any], Any]
) -> Any:
    """The hull of combining the parts in every order, found subset by subset."""
    best: dict[int, Any] = {1 << i: part for i, part in enumerate(parts)}
    full = (1 << len(parts)) - 1
    for subset in range(1, full + 1):
        if subset in best:
            continue
        found = None
        part = (subset - 1) & subset
        while part:
            rest = subset ^ part
            if part > rest:
                made = combine(best[part], best[rest])
                found = made if found is None else join(found, made)
            part = (part - 1) & subset
        best[subset] = found
    return best[full]


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x)) if math.isfinite(x) else x


_UNROUNDED: dict[str, Callable[[float], float]] = {
    "floor": _whole(math.floor),
    "ceiling": _whole(math.ceil),
    "sign": _sign,
}


def _root_of_squares(magnitudes: Sequence[float]) -> float:
    """The norm of magnitudes, to a few units in the last place of float64, without overflow."""
    scale = max(magnitudes, default=0.0)
    if scale == 0 or math.isinf(scale):
        return scale
    exponent = math.frexp(scale)[1]
    squares = [math.ldexp(x, -exponent) ** 2 for x in magnitudes]
    root = math.sqrt(math.fsum(squares))
    try:
        return math.ldexp(root, exponent)
    except OverflowError:
        return math.inf


def _values(a: Array) -> Array:
    result = np.empty(a.shape, dtype=object)
    for index in np.ndindex(a.shape):
        x: Any = a[index]
        result[index] = x.value
    return result


def _errors(a: Array) -> Array:
    return np.array([x.error for x in a.flat], dtype=float).reshape(a.shape)


def _fsum(numbers: Sequence[float]) -> float:
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


def _around_sum(numbers: Sequence[float]) -> tuple[float, float]:
    """Floats around an exact sum: the sum itself where it is one."""
    near = _fsum(numbers)
    rest = _fsum([*numbers, -near])
    return _down(near) if rest < 0 else near, _up(near) if rest > 0 else near


def _down(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _up(x: float) -> float:
    return math.nextafter(x, math.inf)


@cache
def bounded(format: str, ordinary: bool = False) -> Bounded:
    """The error analysis of a format by its name, "float32" or "float64".

    ordinary: norms may neither overflow nor vanish where they are ordinary numbers of the format.
    Raises ValueError for other formats.
    """
    if format not in ("float32", "float64"):
        raise ValueError(
            f"format {format!r} is not 'float32' or 'float64', the types that are computed in"
        )
    return Bounded(format, ordinary=ordinary)


__all__ = ["Bounded", "Condition", "Enclosure", "bounded"]
