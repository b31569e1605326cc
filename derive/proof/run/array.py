"""Exact runs of a declaration on arrays, and the same seen from other coordinates.

A problem is a quadratic loss per step, f_t(x) = x'Ax/2 + c_t.x, on all entries as one vector. A
`Change` of coordinates theta' = M theta + c, with a factor of the loss, turns it into the problem
that another observer has. Numbers are fractions; where a rule takes an irrational root they become
spans between fractions, which hold the number for sure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from optwright.derive.interpret import reference
from optwright.derive.interpret.number import DECIMAL50, Exact, Inexact, Undefined, fraction
from optwright.derive.language.declaration import Optimizer

Vector = tuple[Fraction, ...]
Table = tuple[Vector, ...]
"""A matrix by rows."""

_DIGITS = 10**60


@dataclass(frozen=True)
class Enclosed:
    """A number between two fractions."""

    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        return f"{float(self.low):.12g}…"


Number = Fraction | Enclosed


def _span(x: Number) -> Enclosed:
    return x if isinstance(x, Enclosed) else Enclosed(x, x)


def _wide(low: Fraction, high: Fraction) -> Number:
    """The span, its ends moved outwards to sixty digits."""
    if low == high:
        return low
    return Enclosed(
        Fraction(math.floor(low * _DIGITS), _DIGITS), Fraction(math.ceil(high * _DIGITS), _DIGITS)
    )


class Certain(Exact):
    """Fractions, and spans where a root is irrational; what a span cannot decide is refused."""

    name = "certain"

    def number(self, x: Any) -> Any:
        return x if isinstance(x, (Enclosed, Undefined)) else super().number(x)

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        if not _spans(terms):
            return super().add(terms, depth)
        parts = [_span(x) for x in terms]
        return _wide(
            sum((p.low for p in parts), Fraction(0)), sum((p.high for p in parts), Fraction(0))
        )

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        if not _spans([*over, *under]):
            return super().multiply(over, under, slack)
        total: Number = Fraction(1)
        for x in over:
            total = _times(total, x)
        for x in under:
            p = _span(x)
            if p.low <= 0 <= p.high:
                return Undefined("division by what may be zero")
            total = _times(total, Enclosed(1 / p.high, 1 / p.low))
        return total

    def power(self, base: Any, exponent: Any) -> Any:
        if isinstance(base, Undefined) or isinstance(exponent, (Undefined, Enclosed)):
            return Undefined("a power that is not known")
        if isinstance(base, Fraction):
            found = super().power(base, exponent)
            if not isinstance(found, Undefined) or base <= 0:
                return found
        p = _span(base)
        if exponent.denominator == 1 and exponent > 0:
            total: Number = Fraction(1)
            for _ in range(int(exponent)):
                total = _times(total, p)
            return total
        if p.low < 0 or (p.low == 0 and exponent < 0):
            return Undefined(f"({p})**({exponent}) may not be real")
        ends = (
            _root(p.low, exponent.denominator)[0] ** abs(exponent.numerator),
            _root(p.high, exponent.denominator)[1] ** abs(exponent.numerator),
        )
        if exponent > 0:
            return _wide(*ends)
        if ends[0] == 0:
            return Undefined("division by what may be zero")
        return _wide(1 / ends[1], 1 / ends[0])

    def apply(self, function: str, x: Any) -> Any:
        if function == "sqrt":
            return self.power(x, Fraction(1, 2))
        if not isinstance(x, Enclosed):
            return super().apply(function, x)
        if x.low > 0 and function in ("Abs", "sign"):
            return x if function == "Abs" else Fraction(1)
        if x.high < 0 and function in ("Abs", "sign"):
            return Enclosed(-x.high, -x.low) if function == "Abs" else Fraction(-1)
        return Undefined(f"{function} of a number known to sixty digits")

    def largest(self, values: Sequence[Any]) -> Any:
        if not _spans(values):
            return super().largest(values)
        return _wide(max(_span(x).low for x in values), max(_span(x).high for x in values))

    def modulo(self, a: Any, b: Any) -> Any:
        if _spans([a, b]):
            return Undefined("a remainder of a number known to sixty digits")
        return super().modulo(a, b)

    def compare(self, a: Any, relation: str, b: Any) -> bool:
        if not _spans([a, b]):
            return super().compare(a, relation, b)
        p, q = _span(a), _span(b)
        if p.high < q.low:
            return relation != "=="
        if q.high < p.low:
            return relation == "!="
        raise Inexact(f"whether {a} {relation} {b} is not known")

    def inverse_root(self, a: Any, p: Any) -> Any:
        """Of two by two by roots of roots: the root of A is (A + s I)/r, s**2 = det A."""
        diagonal = all(a[i, j] == 0 for i, j in np.ndindex(a.shape) if i != j)
        if diagonal or a.shape != (2, 2) or p not in (1, 2, 4, 8):
            return super().inverse_root(a, p)
        (x, y), (_, z) = a
        while p > 1:
            side = self.apply("sqrt", self.subtract(self.multiply([x, z]), self.multiply([y, y])))
            scale = self.apply("sqrt", self.add([x, z, side, side]))
            x, z = (self.multiply([self.add([e, side])], [scale]) for e in (x, z))
            y, p = self.multiply([y], [scale]), p / 2
        det = self.subtract(self.multiply([x, z]), self.multiply([y, y]))
        result = a.copy()
        for place, e in (((0, 0), z), ((1, 1), x), ((0, 1), self.negate(y))):
            result[place] = self.multiply([e], [det])
        result[1, 0] = result[0, 1]
        return result

    def size(self, x: Any) -> Any:
        return abs(x.low) if isinstance(x, Enclosed) else super().size(x)


CERTAIN = Certain()


def _spans(values: Sequence[Any]) -> bool:
    """Whether spans occur among these, and nothing undefined."""
    return any(isinstance(x, Enclosed) for x in values) and not any(
        isinstance(x, Undefined) for x in values
    )


def _times(a: Number, b: Number) -> Number:
    p, q = _span(a), _span(b)
    ends = [x * y for x in (p.low, p.high) for y in (q.low, q.high)]
    return _wide(min(ends), max(ends))


def _root(x: Fraction, degree: int) -> tuple[Fraction, Fraction]:
    """Fractions below and above the root, 60 digits apart or nearer."""
    whole = x * _DIGITS**degree
    below, _ = sympy.integer_nthroot(math.floor(whole), degree)
    above, exact = sympy.integer_nthroot(math.ceil(whole), degree)
    return Fraction(int(below), _DIGITS), Fraction(int(above) + (not exact), _DIGITS)


def differ(a: Number, b: Number) -> bool:
    """Whether two numbers differ for sure."""
    p, q = _span(a), _span(b)
    return p.high < q.low or q.high < p.low


# --- problems, and changes of coordinates


@dataclass(frozen=True)
class ArrayObjective:
    """The losses f_t(x) = x'Ax/2 + c_t.x + d_t of steps 1, 2, …; the last ones repeat for ever.

    offsets: the numbers d_t, zero unless given.
    """

    curvature: Table
    slopes: tuple[Vector, ...]
    offsets: Vector = ()

    def slope(self, step: int) -> Vector:
        return self.slopes[min(step, len(self.slopes)) - 1]

    def offset(self, step: int) -> Fraction:
        return self.offsets[min(step, len(self.offsets)) - 1] if self.offsets else Fraction(0)

    def __str__(self) -> str:
        slopes = ", ".join(_text(c) for c in self.slopes)
        flat = not any(any(row) for row in self.curvature)
        return (
            f"gradients {slopes}, …" if flat else f"A = {_texts(self.curvature)}, c = {slopes}, …"
        )


@dataclass(frozen=True)
class Change:
    """Other coordinates: theta' = matrix theta + shift, and losses `loss` times as large.

    noise: how draws of noise change with them; not at all unless given.
    """

    matrix: Table
    shift: Vector
    loss: Fraction = Fraction(1)
    noise: Table | None = None

    @cached_property
    def inverse(self) -> Table:
        n = len(self.matrix)
        found = CERTAIN.solve(_array(self.matrix), _array(unit(n)))
        return tuple(tuple(row) for row in found)

    def point(self, x: Sequence[Any]) -> tuple[Any, ...]:
        """A point in the other coordinates."""
        f = CERTAIN
        return tuple(
            f.add([c, *(f.multiply([a, e]) for a, e in zip(row, x, strict=True))])
            for row, c in zip(self.matrix, self.shift, strict=True)
        )

    def problem(self, known: ArrayObjective) -> ArrayObjective:
        """The losses as they look in the other coordinates."""
        back = self.inverse
        turned = tuple(zip(*back, strict=True))
        curvature = product(product(turned, known.curvature), back)
        bent = apply(curvature, self.shift)
        slopes, offsets = [], []
        for step, c in enumerate(known.slopes, 1):
            slope = apply(turned, c)
            slopes.append(tuple(self.loss * (x - y) for x, y in zip(slope, bent, strict=True)))
            offsets.append(
                self.loss
                * (known.offset(step) + inner(bent, self.shift) / 2 - inner(slope, self.shift))
            )
        scaled = tuple(tuple(self.loss * x for x in row) for row in curvature)
        return ArrayObjective(scaled, tuple(slopes), tuple(offsets))


def unit(n: int, *signs: int) -> Table:
    """The identity, or a diagonal matrix of the numbers given."""
    diagonal = signs or (1,) * n
    return tuple(tuple(Fraction(diagonal[i]) * (i == j) for j in range(n)) for i in range(n))


def product(a: Table, b: Table) -> Table:
    """The matrix product."""
    columns = list(zip(*b, strict=True))
    return tuple(tuple(inner(row, column) for column in columns) for row in a)


def inner(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    """The sum of the products of two vectors' entries."""
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def apply(a: Table, x: Sequence[Fraction]) -> Vector:
    """The matrix times a vector."""
    return tuple(inner(row, x) for row in a)


def kron(a: Table, b: Table) -> Table:
    """The Kronecker product: theta -> a theta b' on matrices stored by rows."""
    return tuple(tuple(x * y for x in r for y in s) for r in a for s in b)


# --- runs


@dataclass(frozen=True)
class ArrayRun:
    """One run of a system on one tensor: everything that determines it.

    theta: the entries by rows; shape: of the tensor; line searches answer with the minimum along
    the line, and noise is `noise` times a fixed sequence.
    """

    system: Optimizer
    theta: Vector
    shape: tuple[int, ...]
    hyper: Mapping[str, Any]
    problem: ArrayObjective
    steps: int
    noise: Table | None = None
    _seen: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def snapshots(self, arithmetic: Any = CERTAIN) -> tuple[reference.Snapshot, ...]:
        """What the reference interpreter finds after 0, 1, … steps; raises Inexact."""
        if arithmetic.name not in self._seen:
            before = reference.start(
                self.system, [_array(self.theta).reshape(self.shape)], self.hyper, arithmetic
            )
            found = [before]
            for step in range(1, self.steps + 1):
                found.append(
                    reference.advance(self.system, found[-1], self.hyper, self._oracles(step))
                )
            self._seen[arithmetic.name] = tuple(found)
        return self._seen[arithmetic.name]  # type: ignore[no-any-return]

    def entries(self, step: int) -> tuple[Any, ...]:
        """The parameters after a step, by rows."""
        return tuple(self.snapshots()[step].theta[0].flat)

    def again(self) -> bool:
        """Whether fifty-digit arithmetic finds the same parameters and states."""
        try:
            pairs = zip(self.snapshots(), self.snapshots(DECIMAL50), strict=True)
            return all(
                _near(a, b)
                for mine, other in pairs
                for a, b in zip(_numbers(mine), _numbers(other), strict=True)
            )
        except Inexact:
            return False

    def as_dict(self) -> dict[str, Any]:
        """The run as plain data; exact numbers are strings."""
        return {
            "optimizer": self.system.id,
            "theta": _text(self.theta),
            "shape": list(self.shape),
            "hyper": [{name: str(x) for name, x in self.hyper.items()}],
            "objective": {
                "curvature": [list(map(str, row)) for row in self.problem.curvature],
                "slope": [list(map(str, c)) for c in self.problem.slopes],
                "offset": list(map(str, self.problem.offsets)),
            },
            "noise": self.noise and [list(map(str, row)) for row in self.noise],
            "states": [
                {"theta": _text(s.theta[0].flat)}
                | {name: _text(_flat(x)) for name, x in s.state.items()}
                for s in self.snapshots()
            ],
        }

    def _oracles(self, step: int) -> dict[str, Any]:
        matrix, slope = self.problem.curvature, self.problem.slope(step)
        linear = not any(any(row) for row in matrix)

        def flat(arrays: Any) -> tuple[Any, ...]:
            return tuple(x for array in arrays for x in array.flat)

        def sums(a: Sequence[Any], b: Sequence[Any]) -> Any:
            terms = [CERTAIN.multiply([x, y]) for x, y in zip(a, b, strict=True)]
            return CERTAIN.settle(CERTAIN.add(terms))

        def exact(x: Any) -> Any:
            return x if isinstance(x, (Fraction, Enclosed)) else fraction(x)

        def hvp(v: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(sums(row, [exact(x) for x in v]) for row in matrix)

        def shaped(x: Sequence[Any]) -> list[Any]:
            return [_array(x).reshape(self.shape)]

        def gradient(points: Any) -> tuple[Any, ...]:
            if linear:
                return slope
            return tuple(CERTAIN.add([a, c]) for a, c in zip(hvp(flat(points)), slope, strict=True))

        def loss(points: Any) -> Any:
            x = [exact(e) for e in flat(points)]
            half = CERTAIN.multiply([sums(x, hvp(x)), Fraction(1, 2)])
            return CERTAIN.add([half, sums(x, slope), self.problem.offset(step)])

        def search(contract: str, points: Any, directions: Any, start: Any, constants: Any) -> Any:
            d = [exact(e) for e in flat(directions)]
            fall, bend = sums(gradient(points), d), sums(d, hvp(d))
            if isinstance(fall, Enclosed) or isinstance(bend, Enclosed) or fall >= 0 or bend <= 0:
                raise Inexact("no minimum along the line is known")
            return -fall / bend

        def noise(draw: Any) -> list[Any]:
            n = len(self.theta)
            drawn = tuple(Fraction((3 * step + 5 * int(draw) + 2 * i) % 7 - 3, 2) for i in range(n))
            return shaped(drawn if self.noise is None else apply(self.noise, drawn))

        return {
            "grad": lambda points: shaped(gradient(points)),
            "value": loss,
            "hessian": lambda points: _array(matrix),
            "hessian_diagonal": lambda points: shaped([matrix[i][i] for i in range(len(matrix))]),
            "hvp": lambda points, vectors: shaped(hvp(flat(vectors))),
            "noise": noise,
            "line_search": search,
        }


def _array(rows: Any) -> np.ndarray[Any, Any]:
    first = rows[0]
    shape = (len(rows), len(first)) if isinstance(first, tuple) else (len(rows),)
    made = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        x = rows[place[0]]
        made[place] = x[place[1]] if len(place) == 2 else x
    return made


def _flat(data: Any) -> list[Any]:
    if isinstance(data, np.ndarray):
        return list(data.flat)
    return [x for part in data for x in _flat(part)] if isinstance(data, tuple) else [data]


def _numbers(snapshot: reference.Snapshot) -> list[Any]:
    return _flat(snapshot.theta) + [x for data in snapshot.state.values() for x in _flat(data)]


def _near(wanted: Any, found: Any) -> bool:
    p, x = _span(wanted), Fraction(Decimal(found))
    slack = Fraction(1, 10**40) * (1 + abs(x))
    return p.low - slack <= x <= p.high + slack


def _text(x: Any) -> str:
    return "(" + ", ".join(map(str, x)) + ")"


def _texts(rows: Table) -> str:
    return "(" + ", ".join(map(_text, rows)) + ")"


__all__ = [
    "CERTAIN",
    "ArrayRun",
    "Certain",
    "Change",
    "ArrayObjective",
    "Enclosed",
    "Table",
    "Vector",
    "apply",
    "differ",
    "inner",
    "kron",
    "product",
    "unit",
]
