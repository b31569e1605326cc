"""Formulas as obligations keep them, as text: taken apart, and evaluated at an exact point.

What an obligation says is SymPy's text (`lr*v[t - 1]`) or that of words over matrices
(`s @ s.T - H`). Both are read as Python's expressions, so that nothing is simplified on the way,
and computed by the reference interpreter's numbers, which share no code with the prover.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from optwright.derive.interpret import DECIMAL50, EXACT, Field, Inexact, NoFraction, fraction

MARGIN = Fraction(1, 10**40)
"""By how much numbers that are not exact must differ to be different."""

_RELATIONS = {"Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!="}


class Unreadable(ValueError):
    """A text that is no formula, or one that cannot be evaluated; says what and why."""


@dataclass(frozen=True)
class FormulaRelation:
    """Two formulas and what stands between them: `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    left: ast.expr
    sign: str
    right: ast.expr


def parse(text: str) -> ast.expr:
    """The formula of a text. Raises Unreadable."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise Unreadable(f"{text!r} is no formula") from None


def relation(text: str) -> FormulaRelation:
    """The relation of a text: `a = b`, `a <= b`, `Ne(a, b)`. Raises Unreadable."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and text.startswith(" = ", k):
            return FormulaRelation(parse(text[:k]), "=", parse(text[k + 3 :]))
    found = related(parse(text))
    if found is None:
        raise Unreadable(f"{text!r} is no relation")
    return found


def related(node: ast.expr) -> FormulaRelation | None:
    """A formula as a relation, if it is one."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign = _COMPARED.get(type(node.ops[0]))
        return FormulaRelation(node.left, sign, node.comparators[0]) if sign else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 2:
        sign = _RELATIONS.get(node.func.id)
        return FormulaRelation(node.args[0], sign, node.args[1]) if sign else None
    return None


@dataclass(frozen=True)
class Found:
    """Both sides of a relation at a point, and whether it certainly fails there."""

    left: Any
    right: Any
    fails: bool
    exact: bool


def refuted_at(said: FormulaRelation, point: Mapping[str, str]) -> Found:
    """A relation at an exact point, its numbers and matrices given as text by name.

    Exactly where all numbers are fractions, else to fifty digits. Raises Unreadable for a name
    that the point does not give and for what has no value there.
    """
    for field in (EXACT, DECIMAL50):
        try:
            values = Values(field, point)
            left, right = values(said.left), values(said.right)
            return Found(left, right, _fails(left, said.sign, right, field), field is EXACT)
        except Inexact:
            continue
    raise Unreadable(f"{ast.unparse(said.left)} {said.sign} … has no value there")


def unnamed(said: FormulaRelation, point: Mapping[str, str]) -> list[str]:
    """The sequences and symbols of a relation of which a point says nothing."""
    known = {ast.unparse(parse(name)) for name in point if _readable(name)}
    found: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, (ast.Subscript, ast.Name)):
            name = ast.unparse(node)
            if name not in known and name != "I":
                found[name] = None
            return
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.Call) and child is node.func):
                visit(child)

    visit(said.left)
    visit(said.right)
    return list(found)


def _readable(name: str) -> bool:
    try:
        parse(name)
    except Unreadable:
        return False
    return True


class Values:
    """Evaluates formulas at a point in a field; a matrix with one entry is a number."""

    def __init__(self, field: Field, point: Mapping[str, str]) -> None:
        self.field = field
        self.known: dict[str, Any] = {}
        for name, text in point.items():
            if _readable(name):
                try:
                    self.known[ast.unparse(parse(name))] = self(parse(text))
                except Unreadable:
                    continue  # a loss in words, several values
        sizes = [max(x.shape) for x in self.known.values() if isinstance(x, np.ndarray)]
        self.size = max(sizes, default=1)

    def __call__(self, node: ast.expr) -> Any:
        """The number, or the matrix as an array of numbers. Raises Inexact and Unreadable."""
        return self._settled(self._visit(node))

    def _visit(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() | int() as number):
                return self.field.number(number)
            case ast.Name() | ast.Subscript():
                return self._named(ast.unparse(node))
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return self._each(self.field.negate, self(x))
            case ast.Attribute(value=x, attr="T"):
                inner = self(x)
                return inner.T if isinstance(inner, np.ndarray) else inner
            case ast.List(elts=rows):
                return self._matrix(rows)
            case ast.BinOp(left=a, op=operation, right=b):
                return self._binary(operation, self(a), self(b))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise Unreadable(f"{ast.unparse(node)} cannot be evaluated")

    def _named(self, name: str) -> Any:
        if name in self.known:
            return self.known[name]
        if name == "I":
            unit = np.empty((self.size, self.size), dtype=object)
            for i, j in np.ndindex(unit.shape):
                unit[i, j] = self.field.number(int(i == j))
            return unit if self.size > 1 else unit[0, 0]
        raise Unreadable(f"the point gives no {name}")

    def _matrix(self, rows: list[ast.expr]) -> Any:
        cells = [[self(x) for x in row.elts] for row in rows if isinstance(row, ast.List)]
        made = np.empty((len(cells), len(cells[0]) if cells else 0), dtype=object)
        for i, j in np.ndindex(made.shape):
            made[i, j] = cells[i][j]
        return made[0, 0] if made.shape == (1, 1) else made

    def _binary(self, operation: ast.operator, a: Any, b: Any) -> Any:
        field = self.field
        match operation:
            case ast.Add():
                return self._each(lambda x, y: field.add([x, y]), a, b)
            case ast.Sub():
                return self._each(field.subtract, a, b)
            case ast.Mult():
                return self._each(lambda x, y: field.multiply([x, y]), a, b)
            case ast.Div():
                return self._each(lambda x, y: field.multiply([x], [y]), a, b)
            case ast.Pow():
                return self._each(field.power, a, b)
            case ast.MatMult() if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
                made = np.empty((a.shape[0], b.shape[1]), dtype=object)
                for i, j in np.ndindex(made.shape):
                    made[i, j] = field.inner(list(a[i]), list(b[:, j]))
                return made[0, 0] if made.shape == (1, 1) else made
            case ast.MatMult():
                return self._each(lambda x, y: field.multiply([x, y]), a, b)
        raise Unreadable(f"{type(operation).__name__} cannot be evaluated")

    def _call(self, name: str, args: list[ast.expr]) -> Any:
        if name == "cases":
            *arms, otherwise = args
            for x, condition in zip(arms[::2], arms[1::2], strict=True):
                if self._holds(condition):
                    return self(x)
            return self(otherwise)
        numbers = [self(x) for x in args]
        if name in ("Max", "Min"):
            return (self.field.largest if name == "Max" else self.field.smallest)(numbers)
        if name in ("sqrt", "exp", "log", "cos", "floor", "ceiling", "Abs", "sign"):
            return self.field.apply(name, numbers[0])
        raise Unreadable(f"{name} cannot be evaluated")

    def _holds(self, condition: ast.expr) -> bool:
        said = related(condition)
        if said is None:
            raise Unreadable(f"{ast.unparse(condition)} is no condition")
        return not _fails(self(said.left), said.sign, self(said.right), self.field)

    def _each(self, function: Callable[..., Any], *operands: Any) -> Any:
        """A function of numbers, entry by entry; a number meets every entry."""
        if not any(isinstance(x, np.ndarray) for x in operands):
            return function(*operands)
        arrays = np.broadcast_arrays(*(_boxed(x) for x in operands))
        made = np.empty(arrays[0].shape, dtype=object)
        for place in np.ndindex(made.shape):
            made[place] = function(*(x[place] for x in arrays))
        return made

    def _settled(self, x: Any) -> Any:
        for entry in x.flat if isinstance(x, np.ndarray) else (x,):
            if isinstance(entry, NoFraction):
                raise Inexact(entry.reason)
            if isinstance(entry, Decimal) and not entry.is_finite():
                raise Inexact(f"{entry} is no real number")
        return x


def _boxed(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return x
    box = np.empty((1, 1), dtype=object)
    box[0, 0] = x
    return box


def _fails(a: Any, sign: str, b: Any, field: Field) -> bool:
    """Whether a relation certainly fails; of matrices, in one entry."""
    pairs = np.broadcast_arrays(_boxed(a), _boxed(b))
    gaps = [
        Fraction(fraction(x)) - Fraction(fraction(y))
        for x, y in zip(pairs[0].flat, pairs[1].flat, strict=True)
    ]
    margin = 0 if field is EXACT else MARGIN * (1 + max(abs(g) for g in gaps))
    match sign:
        case "=":
            return any(abs(g) > margin for g in gaps)
        case "!=":
            return all(g == 0 for g in gaps) and margin == 0
        case "<=":
            return any(g > margin for g in gaps)
        case "<":
            return any(g >= 0 if margin == 0 else g > margin for g in gaps)
        case ">=":
            return any(-g > margin for g in gaps)
    return any(g <= 0 if margin == 0 else -g > margin for g in gaps)


def shown(x: Any) -> str:
    """A number or a matrix as text; decimals to twelve digits."""
    if isinstance(x, np.ndarray):
        rows = ("[" + ", ".join(shown(entry) for entry in row) + "]" for row in x)
        return f"[{', '.join(rows)}]"
    return str(x) if isinstance(x, Fraction) else f"{x:.12g}"


__all__ = ["FormulaRelation", "Found", "Unreadable", "parse", "refuted_at", "related", "relation"]
__all__ += ["shown", "unnamed"]
