"""The operations of the language beyond SymPy's own arithmetic.

Oracles ask the problem: `grad(point)`, `value(point)`, `hessian(point)`, `hvp(point, vector)`,
`hessian_diagonal(point)`, `noise(k)` (the k-th draw of a step), `line_search(point, direction)`.
Reductions coarsen: `norm`, `dot`, `mean`, `total`, `largest`, each over one tensor, over all
tensors together or over an axis. Matrix operations work on whole arrays: `matmul`, `transpose`,
`solve`, `outer`, `identity`, `inverse_root`. Elementwise functions are SymPy's `sqrt`, `Abs`,
`sign`, `Max`, `Min`, `exp`, `log`; choices between expressions are `cases`.

Each is a SymPy function, so substitution, comparison and hashing are SymPy's; none evaluates by
itself. What each computes is defined once, by `optwright.derive.interpret`.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Function, Integer, Max, Min, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from optwright.derive.language.symbol import MatrixOperation, Operation, matmul, transpose

SCOPES = ("tensor", "all")
"""Over what a reduction goes, besides an axis."""

DTYPES = ("bfloat16", "float16", "float32", "float64")
"""The types that a number may be rounded to."""


# --- oracles -------------------------------------------------------------------------------------


class Oracle(Operation):
    """A question to the problem; the point at which it is asked is its first argument.

    A point has one entry per parameter entry. The answer is asked once per step and point.
    """


class grad(Oracle):
    """The gradient of the loss at a point: `grad(x)`, shaped like the parameters."""

    form, nargs = "g[t], or grad(theta[t - 1])", 1


class value(Oracle):
    """The loss at a point: `value(x)`, one number over all tensors (a host value in a schedule)."""

    form, nargs = "value(theta[t - 1])", 1


class hessian(Oracle):
    """The Hessian at a point: `hessian(x)`, symmetric, n × n over the concatenated parameters.

    For rules of `scope="all"` only.
    """

    form, nargs = "hessian(theta[t - 1])", 1


class hvp(Oracle):
    """The Hessian at a point times a vector: `hvp(x, u)`, u and the result like the parameters."""

    form, nargs = "hvp(theta[t - 1], u[t])", 2


class hessian_diagonal(Oracle):
    """The diagonal of the Hessian at a point, or its estimate, shaped like the parameters."""

    form, nargs = "hessian_diagonal(theta[t - 1])", 1


class noise(Oracle):
    """Standard normal noise shaped like the parameters: `noise(k)`, the k-th draw of a step.

    Draws of different k, tensors and steps are independent. The generator belongs to the optimizer
    and is saved with its state.
    """

    form, nargs = "noise(1)", 1


class line_search(Oracle):
    """A step length along a direction: `line_search(x, d, contract, start, *constants)`.

    `contract` names the conditions that the answer fulfils ("armijo", "strong_wolfe",
    "strong_wolfe_torch"); `start` is the first trial, further arguments are the contract's
    constants in its documented order. d is like the parameters; the answer is one positive number
    over all tensors (Nocedal & Wright 2006, ch. 3).
    """

    form = 'line_search(theta[t - 1], d[t], "armijo")'

    def __new__(
        cls, point: Any, direction: Any, contract: str = "armijo", start: Any = 1, *constants: Any
    ) -> Expr:
        name = contract if isinstance(contract, Str) else Str(contract)
        return Function.__new__(cls, point, direction, name, sympify(start), *constants)

    @property
    def contract(self) -> str:
        return str(self.args[2].name)


class evaluations(Operation):
    """How many points a line search asked: `evaluations(line_search(…))`, one whole number.

    The search is asked once for its length and its evaluations.
    """

    form, nargs = "evaluations(line_search(…))", 1


# --- reductions ----------------------------------------------------------------------------------


class Reduction(Operation):
    """A reduction: its last argument says over what, "tensor", "all" or an axis (negative integer).

    Over "tensor" (unless said) the result is one number per tensor, over "all" one over all
    tensors. Over an axis the result keeps that axis with length one, so that it broadcasts; axes
    count from the last, -1. Raises NoExpression for another scope. What is one number already is
    refused when the declaration is made.
    """

    def __new__(cls, x: Any, scope: Any = "tensor") -> Expr:
        return Function.__new__(cls, x, _over(scope))

    @property
    def over(self) -> str | int:
        last = self.args[-1]
        return str(last.name) if isinstance(last, Str) else int(last)

    @property
    def operands(self) -> tuple[Expr, ...]:
        return tuple(self.args[:-1])


def _over(scope: str | int | Str | Integer) -> Expr:
    if isinstance(scope, str):
        if scope not in SCOPES:
            raise TypeError(f"scope {scope!r} is not 'tensor', 'all' or a negative axis")
        return Str(scope)
    return sympify(scope)


class total(Reduction):
    """The sum of the entries: `total(x)`, 0 of none."""

    form = 'total(x), total(x, "all") or total(x, -1)'


class mean(Reduction):
    """The arithmetic mean of the entries: `mean(x)`."""

    form = 'mean(x), mean(x, "all") or mean(x, -1)'


class largest(Reduction):
    """The largest entry: `largest(x)`; NaN if any entry is, -inf of none."""

    form = 'largest(x), largest(x, "all") or largest(x, -1)'


class norm(Reduction):
    """The Euclidean (Frobenius) norm: `norm(x)`, at least 0."""

    form = 'norm(x), norm(x, "all") or norm(x, -1)'

    def _eval_is_nonnegative(self) -> bool:
        return True


class dot(Reduction):
    """The sum of the entrywise products of two arrays: `dot(x, y)`."""

    form = 'dot(x, y), dot(x, y, "all") or dot(x, y, -1)'

    def __new__(cls, x: Any, y: Any, scope: Any = "tensor") -> Expr:
        return Function.__new__(cls, x, y, _over(scope))


class count_nonfinite(Reduction):
    """How many entries are infinite or NaN: `count_nonfinite(x)`, over all tensors unless said."""

    form = 'count_nonfinite(x), count_nonfinite(x, "all") or count_nonfinite(x, -1)'

    def __new__(cls, x: Any, scope: Any = "all") -> Expr:
        return Function.__new__(cls, x, _over(scope))


class max_per_axis(Operation):
    """One array per axis of x: the maximum over all the other axes, each kept with length one.

    The extent is `EACH_AXIS` (Anil et al. 2019, SM3).
    """

    form, nargs = "max_per_axis(x)", 1


class min_over_axes(Operation):
    """The entrywise minimum of one array per axis (`EACH_AXIS`), broadcast against each other.

    One number per entry (Anil et al. 2019, SM3).
    """

    form, nargs = "min_over_axes(x)", 1


# --- matrices ------------------------------------------------------------------------------------


class solve(MatrixOperation):
    """The solution x of A x = b: `solve(A, b)`, A square, b a vector or matrix."""

    form, nargs = "solve(A, b)", 2


class outer(MatrixOperation):
    """The outer product of two vectors of lengths n: `outer(a, b)`, n × n."""

    form, nargs = "outer(a, b)", 2


class identity(MatrixOperation):
    """The identity matrix with as many rows as the matrix or vector given: `identity(A)`."""

    form, nargs = "identity(A)", 1


class inverse_root(MatrixOperation):
    """A**(-1/p) of a symmetric positive definite matrix: `inverse_root(A, p)`, shaped like A."""

    form, nargs = "inverse_root(A, 4)", 2


class dim(Operation):
    """The length of one axis of a tensor: `dim(-1)` columns, `dim(-2)` rows; a whole number."""

    form, nargs = "dim(-1)", 1


# --- choices and rounding ------------------------------------------------------------------------


class cases(Operation):
    """A choice: `cases((a, cond), (b, cond2), otherwise)`, the first whose condition holds.

    On a condition of extent host only the chosen arm is evaluated; elsewhere all arms are, and one
    is selected per entry. A comparison with NaN is false. Raises NoExpression where a condition is
    none, or the last expression has one.
    """

    form = "cases((a, condition), b)"

    is_select = True

    def __new__(cls, *arms: Any) -> Expr:
        flat: list[Any] = []
        if arms and isinstance(arms[0], (tuple, sympy.Tuple)):
            for arm in arms[:-1]:
                if not isinstance(arm, (tuple, sympy.Tuple)) or len(arm) != 2:
                    raise TypeError(
                        f"cases takes (expression, condition) pairs and a last expression, not "
                        f"{arm!r}"
                    )
                flat += arm
            if isinstance(arms[-1], (tuple, sympy.Tuple)):
                raise TypeError("it ends with an expression without a condition")
            flat.append(arms[-1])
        else:
            flat = list(arms)
        args = [sympify(a) for a in flat]
        if len(args) % 2 == 0:
            raise TypeError("it ends with an expression without a condition")
        kept: list[Any] = []
        for expression, condition in zip(args[:-1:2], args[1::2], strict=True):
            if not isinstance(condition, Boolean):
                raise TypeError(f"{condition} is no condition, such as x > 0")
            if condition == sympy.false:
                continue
            if condition == sympy.true:
                kept.append(expression)
                break
            kept += [expression, condition]
        else:
            kept.append(args[-1])
        if len(kept) == 1:
            return kept[0]
        return Function.__new__(cls, *kept)

    @property
    def arms(self) -> tuple[tuple[Expr, Boolean], ...]:
        """The (expression, condition) pairs, without the last expression."""
        return tuple(zip(self.args[:-1:2], self.args[1::2], strict=True))

    @property
    def otherwise(self) -> Expr:
        return self.args[-1]

    @property
    def conditions(self) -> tuple[Boolean, ...]:
        return tuple(self.args[1::2])


class round_to(Operation):
    """A number rounded to a storage type and back, ties to even: `round_to(x, "bfloat16")`.

    The types are float16, bfloat16, float32 and float64; NoExpression is raised for another.
    """

    form = 'round_to(x, "bfloat16")'

    def __new__(cls, x: Any, dtype: Any) -> Expr:
        if str(dtype) not in DTYPES:
            raise TypeError(f"{dtype!r} is not one of {', '.join(DTYPES)}")
        return Function.__new__(cls, sympify(x), dtype if isinstance(dtype, Str) else Str(dtype))


def clip(x: Any, low: Any, high: Any) -> Expr:
    """x limited to [low, high], entry by entry: `Min(Max(x, low), high)`."""
    return Min(Max(x, low), high)


__all__ = [
    "DTYPES",
    "SCOPES",
    "MatrixOperation",
    "Operation",
    "Oracle",
    "Reduction",
    "cases",
    "clip",
    "count_nonfinite",
    "dim",
    "dot",
    "evaluations",
    "grad",
    "hessian",
    "hessian_diagonal",
    "hvp",
    "identity",
    "inverse_root",
    "largest",
    "line_search",
    "matmul",
    "max_per_axis",
    "mean",
    "min_over_axes",
    "noise",
    "norm",
    "outer",
    "round_to",
    "solve",
    "total",
    "transpose",
    "value",
]
