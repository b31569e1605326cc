"""Expressions as plain data, and their value at a point: the format of certificates.

A tree is a number as text ("3/4"), or a list of an operator and its operands:
    ["x", name]                                 an unknown: "lr", "v[t - 1]"
    ["+", …] ["*", …] ["^", base, exponent]
    ["abs" | "sign" | "exp" | "log" | "cos" | "sin", x]   ["max" | "min", …]   ["pi"]
    ["cases", value, condition, …, otherwise]
    ["call", name, …]                           an operation on arrays, or a function not known
    [">" | ">=" | "==" | "!=", a, b]   ["and" | "or", …]   ["not", c]   ["true"] ["false"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import sympy
from sympy import Basic, E

from optwright.derive.interpret import Field
from optwright.derive.language import operation as op
from optwright.derive.language.symbol import Value

Tree = Any
"""A JSON value in the format above."""

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
    if expr in (sympy.true, sympy.false):
        return ["true" if expr == sympy.true else "false"]

    def sub(x: Any) -> Tree:
        return tree(x, atom)

    if expr is sympy.pi:
        return ["pi"]
    if expr is E:
        return ["exp", "1"]
    if expr.is_Pow:
        base, exponent = expr.args
        return ["exp", sub(exponent)] if base is E else ["^", sub(base), sub(exponent)]
    if isinstance(expr, (sympy.Lt, sympy.Le)):
        return [">" if isinstance(expr, sympy.Lt) else ">=", sub(expr.args[1]), sub(expr.args[0])]
    if isinstance(expr, (sympy.re, sympy.conjugate)):  # all unknowns are real
        return sub(expr.args[0])
    if isinstance(expr, op.cases):
        arms = [x for value, condition in expr.arms for x in (sub(value), sub(condition))]
        return ["cases", *arms, sub(expr.otherwise)]
    if isinstance(expr, sympy.Piecewise) and expr.args[-1].args[1] == sympy.true:
        arms = [sub(x) for pair in expr.args[:-1] for x in pair.args]
        return ["cases", *arms, sub(expr.args[-1].args[0])]
    operands = list(expr.args)
    for kind, name in _NAMES.items():
        if isinstance(expr, kind):
            return [name, *map(sub, operands)]
    if isinstance(expr, op.Operation):
        words = [str(a) for a in expr.args if not isinstance(a, sympy.Expr)]
        operands = [a for a in expr.args if isinstance(a, sympy.Expr)]
        return ["call", "_".join([expr.word, *words]), *map(sub, operands)]
    if isinstance(expr, sympy.Function):
        return ["call", str(expr.func), *map(sub, expr.args)]
    raise NoTree(f"{type(expr).__name__} has no tree: {expr}")


def _unknown(expr: Basic) -> bool:
    return bool(expr.is_Symbol) or isinstance(expr, Value)


def unknowns(node: Tree) -> Iterator[str]:
    """The names of the unknowns of a tree."""
    if isinstance(node, list):
        if node[0] == "x":
            yield node[1]
        else:
            for x in node[1:]:
                yield from unknowns(x)


def renamed(node: Tree, name: Callable[[str], Tree]) -> Tree:
    """The tree with each unknown replaced by the tree that `name` gives."""
    if not isinstance(node, list):
        return node
    if node[0] == "x":
        return name(node[1])
    return [node[0], *(x if k == 0 and node[0] == "call" else renamed(x, name)
                       for k, x in enumerate(node[1:]))]  # fmt: skip


class Unvalued(ArithmeticError):
    """A tree has no value at this point, or none that this evaluation knows."""


class Near(Unvalued):
    """Two irrational numbers agree to all digits that were computed."""


_constant = cache(Fraction)
"""The number that a leaf says; trees say the same few again and again."""

Number = Any
"""A number of a `Field`."""


class Point:
    """Values of the unknowns of a tree, each one number or a list of one number per coordinate.

    size: the number of coordinates.
    """

    def __init__(self, values: Mapping[str, Any], field: Field, size: int = 1) -> None:
        self.values, self.field, self.size = values, field, size

    def __call__(self, node: Tree, place: int = 0) -> Number:
        """The value of a tree at one coordinate; raises Unvalued."""
        with self.field.arithmetic():
            return self._settled(node, place)

    def _settled(self, node: Tree, place: int) -> Number:
        """The value, inside the field's arithmetic."""
        f, found = self.field, self._value(node, place)
        try:
            found = f.settle(found)
        except ArithmeticError as error:
            raise Unvalued(str(error)) from error
        if f.nonfinite(found):
            raise Unvalued("no finite value")
        return found

    def _value(self, node: Tree, place: int) -> Number:
        f = self.field
        if isinstance(node, str):
            return f.number(_constant(node))
        head, *args = node
        if head == "x":
            if args[0] not in self.values:
                raise Unvalued(f"{args[0]} has no value")
            x = self.values[args[0]]
            return f.number(x[place] if isinstance(x, list) else x)
        if head == "cases":
            for value, condition in zip(args[:-1:2], args[1::2], strict=True):
                if self.truth(condition, place):
                    return self._value(value, place)
            return self._value(args[-1], place)
        if head == "call":
            return self._call(args[0], args[1:], place)
        if head == "pi":
            return f.pi()
        xs = [self._settled(x, place) for x in args]
        match head:
            case "+":
                return f.add(xs)
            case "*":
                return f.multiply(xs)
            case "^":
                return self._power(xs[0], xs[1], args[1])
            case "max":
                return f.largest(xs)
            case "min":
                return f.negate(f.largest([f.negate(x) for x in xs]))
            case "abs" | "sign":
                return f.apply({"abs": "Abs"}.get(head, head), xs[0])
        if head in ("exp", "log", "cos", "sin"):
            return f.apply(head, xs[0])
        raise Unvalued(f"{head} has no value")

    def _power(self, base: Number, exponent: Number, said: Tree) -> Number:
        if isinstance(exponent, Fraction):
            return self.field.power(base, exponent)
        whole = int(exponent) if exponent == int(exponent) else None
        if whole is not None:
            return self.field.power(base, Fraction(whole))
        if isinstance(said, str):
            return self.field.power(base, Fraction(said))
        return self.field.power(base, exponent)

    def truth(self, node: Tree, place: int = 0) -> bool:
        """Whether a condition holds; raises Unvalued."""
        head, *args = node
        if head in ("true", "false"):
            return bool(head == "true")
        if head == "and":
            return all(self.truth(x, place) for x in args)
        if head == "or":
            return any(self.truth(x, place) for x in args)
        if head == "not":
            return not self.truth(args[0], place)
        a, b = (self(x, place) for x in args)
        if a != b and near(a, b):
            raise Near("two numbers are too near to compare")
        return bool({">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[head])

    def _call(self, name: str, args: list[Tree], place: int) -> Number:
        f, word = self.field, name.split("_")[0]
        rows = [[self(x, k) for k in range(self.size)] for x in args]
        match word:
            case "norm":
                return f.apply("sqrt", f.add([f.multiply([x, x]) for x in rows[0]]))
            case "dot":
                return f.inner(*rows)
            case "total":
                return f.add(rows[0])
            case "mean":
                return f.multiply([f.add(rows[0])], [f.number(self.size)])
            case "largest":
                return f.largest(rows[0])
        if self.size == 1:
            match word:
                case "matmul" | "outer":
                    return f.multiply([rows[0][0], rows[1][0]])
                case "transpose" | "max" | "min":
                    return rows[0][0]
                case "solve":
                    return f.multiply([rows[1][0]], [rows[0][0]])
                case "identity" | "dim":
                    return f.number(1)
                case "inverse":
                    power = f.multiply([f.number(-1)], [rows[1][0]])
                    return self._power(rows[0][0], power, "")
        raise Unvalued(f"{name} has no value here")


def near(a: Number, b: Number) -> bool:
    """Whether two numbers are the same: exactly for fractions, else to forty digits."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    try:
        x, y = Fraction(a), Fraction(b)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unvalued("a number that is not finite, or not defined") from error
    return abs(x - y) <= Fraction(1, 10**38) * (1 + abs(x) + abs(y))


__all__ = [
    "Near",
    "NoTree",
    "Point",
    "Tree",
    "Unvalued",
    "near",
    "renamed",
    "tree",
    "unknowns",
]
