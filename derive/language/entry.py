"""Operations on arrays, of arrays with one entry."""

from __future__ import annotations

import sympy
from sympy import Expr, Integer
from sympy.core.symbol import Str

from optwright.derive.error import NotExact
from optwright.derive.language import operation as op


def one_entry(x: Expr) -> Expr:
    """The expression with the operations on arrays taken of arrays with one entry."""
    return x.replace(
        lambda node: isinstance(node, op.Operation) and not isinstance(node, op.cases),
        _single,
    )


def _single(node: Expr) -> Expr:
    """An operation on arrays, of arrays with one entry."""
    a, *rest = [x for x in node.args if not isinstance(x, Str)]
    match node.word:
        case "norm":
            return sympy.Abs(a)
        case "total" | "mean" | "largest" | "transpose" | "max_per_axis" | "min_over_axes":
            return a
        case "dot" | "matmul" | "outer":
            return a * rest[0]
        case "solve":
            return rest[0] / a
        case "identity" | "dim":
            return Integer(1)
        case "inverse_root":
            return a ** (-1 / rest[0])
    raise NotExact(f"no exact value of {node}")


__all__ = ["one_entry"]
