"""Exact runs of a declaration on arrays, and the same seen from other coordinates.

A problem is a quadratic loss per step, f_t(x) = x'Ax/2 + c_t.x, on all entries as one vector. A
`Change` of coordinates theta' = M theta + c, with a factor of the loss, turns it into the problem
that another observer has. Numbers are fractions; where a rule takes an irrational root they become
numbers between ends, which hold them for sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from optwright.derive import interpret as reference
from optwright.derive.interpret import DECIMAL50, Inexact, fraction
from optwright.derive.interpret.interval import CERTAIN, Enclosed, fraction_ends
from optwright.derive.language.declaration import Optimizer

Vector = tuple[Fraction, ...]
Table = tuple[Vector, ...]
"""A matrix by rows."""


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
        slopes = ", ".join(listed(c) for c in self.slopes)
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
            "theta": listed(self.theta),
            "shape": list(self.shape),
            "hyper": [{name: str(x) for name, x in self.hyper.items()}],
            "objective": {
                "curvature": [list(map(str, row)) for row in self.problem.curvature],
                "slope": [list(map(str, c)) for c in self.problem.slopes],
                "offset": list(map(str, self.problem.offsets)),
            },
            "noise": self.noise and [list(map(str, row)) for row in self.noise],
            "states": [
                {"theta": listed(s.theta[0].flat)}
                | {name: listed(_flat(x)) for name, x in s.state.items()}
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
    low, high = fraction_ends(wanted)
    x = Fraction(Decimal(found))
    slack = Fraction(1, 10**40) * (1 + abs(x))
    return low - slack <= x <= high + slack


def vector(entries: Iterable[Any]) -> tuple[Fraction, ...]:
    """Numbers, or their texts, as fractions."""
    return tuple(map(Fraction, entries))


def listed(x: Any) -> str:
    """The entries as "(1, 2)"."""
    return "(" + ", ".join(map(str, x)) + ")"


def _texts(rows: Table) -> str:
    return "(" + ", ".join(map(listed, rows)) + ")"


__all__ = [
    "ArrayObjective",
    "ArrayRun",
    "Change",
    "Table",
    "Vector",
    "apply",
    "inner",
    "kron",
    "listed",
    "product",
    "unit",
    "vector",
]
