"""How SymPy becomes a tree of the certificates' format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Basic, E
from sympy.core.symbol import Str

from optwright.derive.certificate.form import Tree
from optwright.derive.language import operation as op
from optwright.derive.language.symbol import Value

_NAMES: dict[type, str] = {
    sympy.Add: "+",
    sympy.Mul: "*",
    sympy.Abs: "abs",
    sympy.sign: "sign",
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.cos: "cos",
    sympy.sin: "sin",
    sympy.Max: "max",
    sympy.Min: "min",
    sympy.And: "and",
    sympy.Or: "or",
    sympy.Not: "not",
    sympy.Gt: ">",
    sympy.Ge: ">=",
    sympy.Eq: "==",
    sympy.Ne: "!=",
}


_CONSTANTS: dict[Basic, list[Tree]] = {
    sympy.true: ["true"],
    sympy.false: ["false"],
    sympy.pi: ["pi"],
    sympy.E: ["exp", "1"],
}


class NoTree(ValueError):
    """An expression that the format cannot say."""


def tree(expr: Any, atom: Callable[[Basic], bool] | None = None) -> Tree:
    """The tree of a SymPy expression; `atom` says what is one unknown.

    Raises NoTree for what the format cannot say, floats among it.
    """
    expr = sympy.sympify(expr)
    if expr.is_Rational:
        return f"{expr.p}/{expr.q}" if expr.q != 1 else str(expr.p)
    if (atom or _unknown)(expr):
        return ["x", str(expr)]
    if expr in _CONSTANTS:
        return list(_CONSTANTS[expr])

    def sub(x: Any) -> Tree:
        return tree(x, atom)

    if expr.is_Pow:
        base, exponent = expr.args
        return ["exp", sub(exponent)] if base is E else ["^", sub(base), sub(exponent)]
    if isinstance(expr, (sympy.Lt, sympy.Le)):
        return [">" if isinstance(expr, sympy.Lt) else ">=", *map(sub, reversed(expr.args))]
    if isinstance(expr, (sympy.re, sympy.conjugate)):  # all unknowns are real
        return sub(expr.args[0])
    if isinstance(expr, op.cases):
        arms = [x for value, condition in expr.arms for x in (sub(value), sub(condition))]
        return ["cases", *arms, sub(expr.otherwise)]
    if isinstance(expr, sympy.Piecewise) and expr.args[-1].args[1] == sympy.true:
        arms = [sub(x) for pair in expr.args[:-1] for x in pair.args]
        return ["cases", *arms, sub(expr.args[-1].args[0])]
    return [*_head(expr), *(sub(x) for x in expr.args if not isinstance(x, Str))]


def _head(expr: Any) -> list[Tree]:
    """What stands before the operands of an expression."""
    for kind, name in _NAMES.items():
        if isinstance(expr, kind):
            return [name]
    if isinstance(expr, op.Operation):
        words = [str(x) for x in expr.args if isinstance(x, Str)]
        return ["call", "_".join([expr.word, *words])]
    if isinstance(expr, sympy.Function):
        return ["call", str(expr.func)]
    raise NoTree(f"{type(expr).__name__} has no tree: {expr}")


def _unknown(expr: Basic) -> bool:
    return bool(expr.is_Symbol) or isinstance(expr, Value)


__all__ = ["NoTree", "tree"]
