"""What reductions and matrix operations mean: norms, sums, maxima, products, solutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from sympy import Expr

from optwright.derive.interpret.evaluation import Evaluator, meaning
from optwright.derive.interpret.field import Array, Field
from optwright.derive.interpret.quantity import KINDS, Kind, Quantity, boxed, each, full, reduced
from optwright.derive.language import operation as op


def _operands(run: Evaluator, expr: op.Reduction) -> list[Quantity]:
    """What a reduction reduces, two operands made alike."""
    operands = list(map(run.evaluate, expr.operands))
    if len(operands) == 1:
        return operands
    kind: Kind = max((x.kind for x in operands), key=KINDS.index)
    if kind in ("host", "all"):
        operands = [Quantity(kind, x.items) for x in operands]
    pairs = [
        np.broadcast_arrays(*map(boxed, _entered_row(run, row)))
        for row in zip(*map(run.per_tensor, operands), strict=True)
    ]
    sides = [tuple(pair[i] for pair in pairs) for i in (0, 1)]
    if kind != "array":
        sides = [tuple(x.item() for x in side) for side in sides]
    return [Quantity(kind, side) for side in sides]


@meaning.register(op.Reduction)
def _reduction(expr: op.Reduction, run: Evaluator) -> Quantity:
    operands = _operands(run, expr)
    reduce = _REDUCTIONS[type(expr)]
    parts = [x.items for x in operands]
    if isinstance(expr.over, int):
        f, axis = run.field, expr.over
        return Quantity(
            "array",
            tuple(
                reduced(_paired(row), [axis], lambda line: reduce(f, line))
                for row in zip(*parts, strict=True)
            ),
        )
    f = run.field if operands[0].kind in ("array", "each_axis") else run.wide
    if expr.over == "tensor":
        made = tuple(reduce(f, list(_paired(row).flat)) for row in zip(*parts, strict=True))
        return Quantity("all" if run.together else "tensor", made)
    rows = [
        row
        for peer in run.peers
        for row in zip(*(x.items for x in _operands(peer, expr)), strict=True)
    ]
    return Quantity("all", (reduce(f, [x for row in rows for x in _paired(row).flat]),))


def _entered_row(run: Evaluator, row: Sequence[Any]) -> list[Any]:
    array = any(isinstance(x, np.ndarray) for x in row)
    return [run.field.enter(x) if array and not isinstance(x, np.ndarray) else x for x in row]


@meaning.register(op.max_per_axis)
def _axis_maxima(expr: Expr, run: Evaluator) -> Quantity:
    def maxima(x: Array) -> tuple[Array, ...]:
        if x.ndim < 2:
            return (x.reshape(x.shape or (1,)),)
        return tuple(
            reduced(x, [a for a in range(x.ndim) if a != k], partial(_largest, run.field))
            for k in range(x.ndim)
        )

    return Quantity("each_axis", tuple(map(maxima, run.evaluate(expr.args[0]).items)))


@meaning.register(op.min_over_axes)
def _axis_minimum(expr: Expr, run: Evaluator) -> Quantity:
    smallest = run.field.smallest
    items = run.evaluate(expr.args[0]).items
    made = [each(lambda *x: smallest(x), *arrays) for arrays in items]
    shapes = [tensor.shape for tensor in run.tensors.items]
    return Quantity("array", tuple(x.reshape(n) for x, n in zip(made, shapes, strict=True)))


@meaning.register(op.dim)
def _length(expr: op.dim, run: Evaluator) -> Quantity:
    axis = int(expr.args[0])
    for tensor in run.tensors.items:
        if not -tensor.ndim <= axis < tensor.ndim:
            raise ValueError(f"{run.id}: {expr} of a tensor of shape {tensor.shape}")
    return Quantity("tensor", tuple(run.wide.number(x.shape[axis]) for x in run.tensors.items))


# --- matrices


def _matrix(run: Evaluator, function: Callable[..., Array], *operands: Quantity) -> Quantity:
    return Quantity(
        "array",
        tuple(function(*row) for row in zip(*map(run.per_tensor, operands), strict=True)),
    )


@meaning.register(op.matmul)
def _matmul(expr: Expr, run: Evaluator) -> Quantity:
    def product(a: Array, b: Array) -> Array:
        rows = [a[index] for index in np.ndindex(a.shape[:-1])]
        columns = [b[:, *index] for index in np.ndindex(b.shape[1:])]
        made = np.empty((len(rows), len(columns)), dtype=object)
        for i, j in np.ndindex(made.shape):
            made[i, j] = run.field.inner(list(rows[i]), list(columns[j]))
        return made.reshape(a.shape[:-1] + b.shape[1:])

    return _matrix(run, product, *map(run.evaluate, expr.args))


@meaning.register(op.transpose)
def _transpose(expr: Expr, run: Evaluator) -> Quantity:
    return _matrix(run, lambda a: a.T, run.evaluate(expr.args[0]))


@meaning.register(op.solve)
def _solve(expr: Expr, run: Evaluator) -> Quantity:
    return _matrix(run, run.field.solve, *map(run.evaluate, expr.args))


@meaning.register(op.outer)
def _outer(expr: Expr, run: Evaluator) -> Quantity:
    def product(a: Array, b: Array) -> Array:
        return each(lambda x, y: run.field.multiply([x, y]), a[:, None], b[None, :])

    return _matrix(run, product, *map(run.evaluate, expr.args))


@meaning.register(op.identity)
def _identity(expr: Expr, run: Evaluator) -> Quantity:
    zero, one = run.field.number(0), run.field.number(1)

    def unit(a: Array) -> Array:
        result = full((len(a), len(a)), zero)
        for i in range(len(a)):
            result[i, i] = one
        return result

    return _matrix(run, unit, run.evaluate(expr.args[0]))


@meaning.register(op.inverse_root)
def _inverse_root(expr: Expr, run: Evaluator) -> Quantity:
    return _matrix(run, run.field.inverse_root, *map(run.evaluate, expr.args))


def _paired(row: Sequence[Any]) -> Array:
    """One operand as it is; the entries of two as pairs."""
    if len(row) == 1:
        return boxed(row[0])
    a, b = boxed(row[0]), boxed(row[1])
    result = np.empty(a.shape, dtype=object)
    for index in np.ndindex(a.shape):
        result[index] = (a[index], b[index])
    return result


def _depth(n: int) -> int:
    """How often a term is rounded: sums are made by a tree, of about log2(n) floors."""
    return min(max(n - 1, 0), n.bit_length() + 2)


def _total(f: Field, entries: list[Any], roundings: int = 0) -> Any:
    return f.add(entries, depth=_depth(len(entries)) + roundings) if entries else f.number(0)


def _mean(f: Field, entries: list[Any]) -> Any:
    return f.multiply([_total(f, entries)], [f.number(len(entries))], slack=1)


def _norm(f: Field, entries: list[Any]) -> Any:
    return f.norm(entries, _depth(len(entries)) + 1)


def _dot(f: Field, pairs: list[Any]) -> Any:
    return _total(f, [f.multiply(pair) for pair in pairs], 1)


def _largest(f: Field, entries: list[Any]) -> Any:
    return f.largest(entries) if entries else f.number(-math.inf)


def _count_nonfinite(f: Field, entries: list[Any]) -> Any:
    one, zero = f.wide.number(1), f.wide.number(0)
    return (
        f.wide.add([f.wide.select(f.nonfinite(x), one, zero) for x in entries]) if entries else zero
    )


_REDUCTIONS: dict[Any, Callable[[Field, list[Any]], Any]] = {
    op.total: _total,
    op.mean: _mean,
    op.norm: _norm,
    op.dot: _dot,
    op.largest: _largest,
    op.count_nonfinite: _count_nonfinite,
}
