"""Declarations run on whole arrays, and the same losses seen in other coordinates.

The losses are f(x) = x'Ax/2 + b.x + d on all entries as one vector, one for each step. The
reference interpreter runs the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from optwright.derive import interpret as reference
from optwright.derive.certificate.form import Tree
from optwright.derive.interpret import Field, Inexact
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import Table, inverse, multiplied
from optwright.derive.judge.point.value import Number, Point, Unvalued

Vector = tuple[Fraction, ...]


def applied(a: Table, x: Sequence[Fraction]) -> Vector:
    """A matrix times a vector."""
    return tuple(_dot(row, x) for row in a)


def turned(a: Table) -> Table:
    """The transpose."""
    return tuple(zip(*a, strict=True))


def kron(a: Table, b: Table) -> Table:
    """The matrix of theta -> a theta b' on entries by rows."""
    return tuple(tuple(x * y for x in r for y in s) for r in a for s in b)


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


@dataclass(frozen=True)
class Change:
    """Other coordinates: theta' = matrix theta + shift, and losses `loss` times as large.

    letters: the matrices that forms name. factor: the number c of scalings. noise: whether draws
    of noise change as theta does.
    """

    matrix: Table
    shift: Vector
    loss: Fraction = Fraction(1)
    letters: Mapping[str, Table] = field(default_factory=dict)
    factor: Fraction = Fraction(1)
    noise: bool = False

    @property
    def back(self) -> Table:
        """The inverse of the matrix; raises Rejected if there is none."""
        found = inverse(self.matrix)
        if found is None:
            raise Rejected("a change of coordinates that is not invertible")
        return found


@dataclass(frozen=True)
class Loss:
    """x'Ax/2 + b.x + d with A the curvature, b the slope and d the offset."""

    curvature: Table
    slope: Vector
    offset: Fraction = Fraction(0)

    def seen(self, change: Change) -> Loss:
        """The same loss in other coordinates: k f(M**-1 (x - s))."""
        back = change.back
        bent = multiplied(multiplied(turned(back), self.curvature), back)
        slope = applied(turned(back), self.slope)
        moved = applied(bent, change.shift)
        offset = self.offset + _dot(change.shift, moved) / 2 - _dot(slope, change.shift)
        k = change.loss
        return Loss(
            tuple(tuple(k * x for x in row) for row in bent),
            tuple(k * (a - b) for a, b in zip(slope, moved, strict=True)),
            k * offset,
        )


@dataclass(frozen=True)
class Trial:
    """What determines a run on one tensor: entries by rows, its shape, the losses of its steps.

    noise: a matrix on the draws of noise, if they are turned.
    """

    system: Any
    theta: Sequence[Any]
    shape: tuple[int, ...]
    hyper: Mapping[str, Any]
    losses: Sequence[Loss]
    noise: Table | None = None

    def run(
        self, f: Field, steps: int, state: Mapping[str, Any] | None = None, clock: int = 0
    ) -> list[reference.Snapshot]:
        """The snapshots before the first step, or with this state at `clock`, and after each."""
        theta = [boxed(self.theta, f).reshape(self.shape)]
        if state is None:
            before = reference.start(self.system, theta, self.hyper, f)
        else:
            before = reference.load(self.system, clock, theta, state, f)
        found = [before]
        for step in range(1, steps + 1):
            loss = self.losses[min(step, len(self.losses)) - 1]
            oracles = self.oracles(loss, step, f)
            found.append(reference.advance(self.system, found[-1], self.hyper, oracles))
        return found

    def oracles(self, loss: Loss, step: int, f: Field) -> dict[str, Any]:
        """The answers of a loss, by the rules of calculus; line searches find the minimum."""
        size = len(self.theta)
        table = [[f.number(x) for x in row] for row in loss.curvature]
        slope = [f.number(x) for x in loss.slope]

        def flat(arrays: Any) -> list[Number]:
            return [f.settle(x) for array in arrays for x in array.flat]

        def inner(a: Sequence[Number], b: Sequence[Number]) -> Number:
            return f.settle(f.add([f.multiply([x, y]) for x, y in zip(a, b, strict=True)]))

        def times(x: Sequence[Number]) -> list[Number]:
            return [inner(row, x) for row in table]

        def gradient(x: Sequence[Number]) -> list[Number]:
            return [f.add([a, b]) for a, b in zip(times(x), slope, strict=True)]

        def value(points: Any) -> Number:
            x = flat(points)
            half = f.multiply([inner(x, times(x)), f.number(Fraction(1, 2))])
            return f.add([half, inner(x, slope), f.number(loss.offset)])

        def search(contract: str, points: Any, directions: Any, *rest: Any) -> Number:
            d = flat(directions)
            fall, bend = inner(gradient(flat(points)), d), inner(d, times(d))
            if fall >= 0 or bend <= 0:
                raise Inexact("no minimum along the line")
            return f.multiply([f.negate(fall)], [bend])

        def drawn(k: Any) -> list[Any]:
            plain = tuple(noise(step, int(k), i) for i in range(size))
            return shaped(applied(self.noise, plain) if self.noise else plain)

        def shaped(x: Sequence[Any]) -> list[Any]:
            return [boxed(x, f).reshape(self.shape)]

        return {
            "grad": lambda points: shaped(gradient(flat(points))),
            "value": value,
            "hessian": lambda points: np.array(table, dtype=object),
            "hessian_diagonal": lambda points: shaped([table[i][i] for i in range(size)]),
            "hvp": lambda points, vectors: shaped(times(flat(vectors))),
            "noise": drawn,
            "line_search": search,
        }


def noise(step: int, draw: int, place: int) -> Fraction:
    """One entry of the noise that runs hear: a fixed sequence."""
    return Fraction((3 * step + 5 * draw + 2 * place) % 7 - 3, 2)


def boxed(xs: Sequence[Any], f: Field) -> np.ndarray[Any, Any]:
    """Numbers as a vector of a field."""
    made = np.empty(len(xs), dtype=object)
    for k, x in enumerate(xs):
        made[k] = f.number(x)
    return made


def plain(data: Any) -> Any:
    """What a snapshot holds for one tensor, without tuples of one member."""
    while isinstance(data, tuple) and len(data) == 1:
        data = data[0]
    return data


def flat(data: Any) -> list[Number]:
    """All numbers in what a snapshot holds."""
    if isinstance(data, np.ndarray):
        return list(data.flat)
    if isinstance(data, tuple):
        return [x for part in data for x in flat(part)]
    return [data]


def vector(text: str) -> Vector:
    """The numbers of "(1, 2/3)"; raises Unvalued for one that was rounded."""
    inner = text.strip().removeprefix("(").removesuffix(")")
    try:
        return tuple(Fraction(x.strip()) for x in inner.split(",") if x.strip())
    except ValueError as error:
        raise Unvalued(f"{text} has a rounded number") from error


def truth(condition: Tree, snapshot: reference.Snapshot, f: Field) -> bool:
    """Whether a condition on numbers of one step held in it; raises Unvalued."""
    values: dict[str, Any] = {"t": Fraction(snapshot.t)}
    for name, data in snapshot.values.items():
        one = data if isinstance(data, dict) else plain(data)
        if not isinstance(one, (dict, tuple, np.ndarray)):
            values[f"{name}[t]"] = one
    return Point(values, f).truth(condition)


__all__ = [
    "Change",
    "Loss",
    "Trial",
    "applied",
    "boxed",
    "flat",
    "kron",
    "noise",
    "plain",
    "truth",
    "turned",
    "vector",
]
