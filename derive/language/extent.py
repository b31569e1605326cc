"""How far a value extends: one number per step, per tensor, per entry, a matrix, …

    host        a number known from hyperparameters, the clock and host state alone (float64)
    all         one number over all tensors, found from data
    tensor      one number per tensor
    axes(…)     an array with the named axes reduced to length one (Adafactor's row means)
    each_axis   one array per axis of the tensor, the other axes of length one (SM3)
    coordinate  one number per parameter entry
    matrix(…)   an array of its own shape, given as named lengths ("n", "n")

Reductions coarsen, broadcasting refines: `join` is the extent of an entrywise operation.
`infer` finds the extent of an expression and refuses what does not fit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import sympy
from sympy import Expr

from optwright.derive.language import operation as op
from optwright.derive.language.symbol import Value

Kind = Literal["host", "all", "tensor", "axes", "each_axis", "coordinate", "matrix"]
_ORDER: tuple[Kind, ...] = ("host", "all", "tensor", "axes", "coordinate")

Shape = Literal["any", "matrix", "vector"]
"""What the tensors of a declaration are: anything, two-dimensional, or one concatenated vector."""

_DIMS: dict[str, tuple[str, ...]] = {"matrix": ("rows", "columns"), "vector": ("n",)}


class ExtentError(ValueError):
    """Values that do not fit together; the text says which and why."""


@dataclass(frozen=True)
class Extent:
    """One of the extents above. `axes` lists reduced axes (negative), `dims` a matrix's lengths."""

    kind: Kind
    axes: tuple[int, ...] = ()
    dims: tuple[str, ...] = ()

    @property
    def scalar(self) -> bool:
        """One number, at least per tensor."""
        return self.kind in ("host", "all", "tensor")

    def __str__(self) -> str:
        if self.kind == "axes":
            return f"axes({', '.join(map(str, self.axes))})"
        if self.kind == "matrix":
            return f"matrix({', '.join(self.dims)})"
        return self.kind


HOST = Extent("host")
ALL = Extent("all")
TENSOR = Extent("tensor")
COORDINATE = Extent("coordinate")
EACH_AXIS = Extent("each_axis")


def axes(*reduced: int) -> Extent:
    """The extent of an array whose named axes (-1 the last) are reduced to length one."""
    return Extent("axes", axes=tuple(sorted(set(reduced))))


def matrix(*dims: str) -> Extent:
    """The extent of an array with its own shape, of named lengths.

    "n" is the number of parameters (scope "all"), "rows" and "columns" those of the tensor (shape
    "matrix").
    """
    return Extent("matrix", dims=dims)


def join(first: Extent, second: Extent) -> Extent:
    """The extent of an entrywise operation on two values. Raises ExtentError if they do not fit."""
    if first == second:
        return first
    for a, b in ((first, second), (second, first)):
        if a.kind in ("each_axis", "matrix"):
            if b.scalar:
                return a
            raise ExtentError(f"a value of extent {a} does not combine entrywise with one of {b}")
    if first.kind == second.kind == "axes":
        common = tuple(axis for axis in first.axes if axis in second.axes)
        return axes(*common) if common else COORDINATE
    return max(first, second, key=lambda extent: _ORDER.index(extent.kind))


def _dims(extent: Extent, shape: Shape, what: str) -> tuple[str, ...]:
    """The named lengths of an operand of a matrix operation."""
    if extent.kind == "matrix":
        return extent.dims
    if extent.kind == "coordinate":
        if shape == "any":
            raise ExtentError(
                f"{what} needs matrices: declare shape='matrix' (two-dimensional tensors)"
                " or scope='all' (one vector)"
            )
        return _DIMS[shape]
    raise ExtentError(f"{what} needs a matrix or a vector, not a value of extent {extent}")


def _extent(dims: tuple[str, ...], shape: Shape) -> Extent:
    return COORDINATE if dims == _DIMS.get(shape) else matrix(*dims)


def infer(expr: Expr, known: Mapping[str, Extent], shape: Shape = "any") -> Extent:
    """The extent of an expression, given those of the sequences in it.

    Raises ExtentError for operands that do not fit, KeyError for an unknown sequence.
    """
    return _Inference(known, shape).visit(sympy.sympify(expr))


@dataclass(frozen=True)
class _Inference:
    """Extents of expressions, where those of sequences are known and tensors have a shape."""

    known: Mapping[str, Extent]
    shape: Shape

    def visit(self, node: Expr) -> Extent:
        if isinstance(node, Value):
            return self.known[node.name]
        if isinstance(node, op.Operation) and (found := self.operation(node)):
            return found
        extent = HOST
        for arg in node.args:
            extent = join(extent, self.visit(arg))
        return extent

    def operation(self, node: op.Operation) -> Extent | None:
        """The extent of an operation, None for one that works entrywise."""
        if isinstance(node, op.Oracle):
            return self.oracle(node)
        if isinstance(node, op.Reduction):
            return self.reduction(node)
        if isinstance(node, op.MatrixOperation):
            return self.matrix(node)
        if isinstance(node, op.dim):
            return TENSOR
        if isinstance(node, op.evaluations):
            return self.evaluations(node)
        if isinstance(node, op.max_per_axis):
            return self.want(node.args[0], "coordinate", node, EACH_AXIS)
        if isinstance(node, op.min_over_axes):
            return self.want(node.args[0], "each_axis", node, COORDINATE)
        return None

    def want(self, arg: Expr, kind: str, node: Expr, result: Extent) -> Extent:
        """The result, if the argument is of the kind that the operation needs."""
        found = self.visit(arg)
        if found.kind != kind:
            name = type(node).__name__
            raise ExtentError(f"{name} needs a value of extent {kind}, {arg} is of {found}")
        return result

    def evaluations(self, node: op.evaluations) -> Extent:
        if not isinstance(node.args[0], op.line_search):
            reason = f"counts the evaluations of a line search, {node.args[0]} is none"
            raise ExtentError(f"{node} {reason}")
        return ALL

    def oracle(self, node: op.Oracle) -> Extent:
        if isinstance(node, op.noise):
            return COORDINATE
        for arg in node.args[: 2 if isinstance(node, (op.hvp, op.line_search)) else 1]:
            found = self.visit(arg)
            if found.kind != "coordinate":
                reason = "a point has one entry per parameter"
                raise ExtentError(f"{node} asks at {arg}, which is of extent {found}: {reason}")
        if isinstance(node, op.hessian):
            if self.shape != "vector":
                raise ExtentError("hessian needs scope='all': it is one matrix over all parameters")
            return matrix("n", "n")
        return ALL if isinstance(node, (op.value, op.line_search)) else COORDINATE

    def reduction(self, node: op.Reduction) -> Extent:
        inner = HOST
        for operand in node.operands:
            inner = join(inner, self.visit(operand))
        if node.over == "all":
            return ALL
        if inner.scalar:
            raise ExtentError(f"{node} reduces {inner}, which is one number already")
        if node.over == "tensor":
            return ALL if self.shape == "vector" else TENSOR
        if inner.kind == "matrix":
            raise ExtentError(f"{node} reduces an axis of a matrix")
        assert isinstance(node.over, int)
        if node.over >= 0:
            raise ExtentError(f"{node} names axis {node.over}: axes count from the last, -1")
        return axes(*inner.axes, node.over)

    def matrix(self, node: op.MatrixOperation) -> Extent:
        what, shape = type(node).__name__, self.shape
        found = [extent for arg in node.args if (extent := self.visit(arg)) != HOST]
        dims = [_dims(extent, shape, what) for extent in found]
        if not dims:
            raise ExtentError(f"{what} needs a matrix or a vector, not a value of extent host")
        if isinstance(node, op.transpose):
            return _extent(dims[0][::-1], shape)
        if isinstance(node, op.identity):
            return matrix(dims[0][0], dims[0][0])
        if isinstance(node, op.inverse_root):
            return _extent(_square(dims[0], what), shape)
        if len(dims) != 2:
            raise ExtentError(f"{what} needs two matrices or vectors")
        left, right = dims
        if isinstance(node, op.outer):
            if len(left) != 1 or len(right) != 1:
                raise ExtentError(f"{what} needs two vectors, not {left} and {right}")
            return _extent((left[0], right[0]), shape)
        if left[-1] != right[0]:
            raise ExtentError(f"{what} of shapes {left} and {right}: {left[-1]} is not {right[0]}")
        if isinstance(node, op.solve):
            _square(left, what)
            return _extent(right, shape)
        result = left[:-1] + right[1:]
        if not result:
            raise ExtentError(f"{what} of two vectors is a number: write dot(a, b)")
        return _extent(result, shape)


def _square(dims: tuple[str, ...], what: str) -> tuple[str, ...]:
    if len(dims) != 2 or dims[0] != dims[1]:
        raise ExtentError(f"{what} needs a square matrix, not {dims}")
    return dims
