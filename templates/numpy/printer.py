"""The leaves of NumPy code: infix for numbers and whole arrays, `out=` calls for blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import sympy
from sympy import Expr
from sympy.logic.boolalg import BooleanAtom

from optwright.derive.language.order import Order
from optwright.derive.language.text import Infix
from optwright.derive.lower.block import ArrayCall, Made
from optwright.derive.lower.node import Apply, Member, Name, Node, Number, is_number
from optwright.templates.entry_form import (
    ATOM,
    COMPARISON,
    POWER,
    PRODUCT,
    SUM,
    EntryForm,
    Refused,
    as_float,
    product_power,
)
from optwright.templates.list_form import ListForm

UFUNCS: Mapping[str, str] = {
    "absolute": "np.absolute",
    "sign": "np.sign",
    "maximum": "np.maximum",
    "minimum": "np.minimum",
    "exp": "np.exp",
    "log": "np.log",
    "cos": "np.cos",
    "sin": "np.sin",
    "tanh": "np.tanh",
    "floor": "np.floor",
    "ceil": "np.ceil",
    "remainder": "np.mod",
    "sqrt": "np.sqrt",
    "cbrt": "np.cbrt",
}
"""Functions of entries."""

CALLS: Mapping[str, str] = {
    **UFUNCS,
    "add": "np.add",
    "subtract": "np.subtract",
    "multiply": "np.multiply",
    "divide": "np.divide",
    "negative": "np.negative",
    "power": "np.power",
    "equal": "np.equal",
    "not_equal": "np.not_equal",
    "less": "np.less",
    "less_equal": "np.less_equal",
    "greater": "np.greater",
    "greater_equal": "np.greater_equal",
    "and": "np.logical_and",
    "or": "np.logical_or",
    "not": "np.logical_not",
}
"""Functions with a place for the result."""

HELPERS: Mapping[str, str] = {
    name: name
    for name in (
        "solve outer inverse_root round_to max_per_axis min_over_axes identity total mean norm dot "
        "largest count_nonfinite"
    ).split()
}
"""Operations that the runtime carries out, by the name of its function."""


def literal(number: Expr) -> str:
    """A number as Python text."""
    if number in (sympy.oo, -sympy.oo):
        return "np.inf" if number == sympy.oo else "-np.inf"
    return str(bool(number)) if isinstance(number, BooleanAtom) else as_float(number)


class NumpyForm(EntryForm):
    """Infix NumPy, for numbers and for whole arrays."""

    language: ClassVar[str] = "NumPy"
    functions: ClassVar[Mapping[str, str]] = {**UFUNCS, **HELPERS}
    words: ClassVar[tuple[str, str, str]] = ("and", "or", "not ")
    kind: ClassVar[str] = "function"

    def number(self, number: Expr) -> str:
        return literal(number)

    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        return f"{arm} if {condition} else {otherwise}"

    def member(self, member: Member) -> str:
        index = Infix(Order()).show(member.index)
        index = re.sub(r"count_(\w+)", r"len(\1)", index)
        return f"{member.name}[{index}]"

    def place(self, name: str, node: Apply) -> str:
        """The function of that name for these operands: other libraries have their own."""
        return name

    def power(self, node: Apply) -> tuple[str, int]:
        if exponent := product_power(node):
            return "*".join([self.show(node.operands[0])] * exponent), PRODUCT
        return f"{self.operand(node, 0, ATOM)}**{self.operand(node, 1, ATOM)}", POWER

    def entering(self, number: Node, level: int) -> str:
        """A number found from data, as a Python float: so it takes the arrays' type."""
        return f"float({self.show(number)})"

    def visit(self, node: Node) -> tuple[str, int]:
        if isinstance(node, Apply) and node.function == "matmul":
            return f"{self.operand(node, 0, PRODUCT)} @ {self.operand(node, 1, POWER)}", PRODUCT
        return super().visit(node)

    def call(self, node: Apply) -> str:
        if node.function == "transpose":
            return f"{self.show(node.operands[0], ATOM)}.T"
        if node.function == "copy":
            return f"{self.show(node.operands[0], ATOM)}.copy()"
        if node.function == "dim":
            return f"dim[{node.option}]"
        if node.function == "count":
            return f"len({self.show(node.operands[0])})"
        if node.function == "spread":
            value, like = map(self.show, node.operands)
            return f"{self.place('np.full_like', node)}({like}, {value})"
        if node.function not in self.functions:
            raise Refused(f"the {self.language} backend has no {self.kind} {node.function}")
        name = self.place(self.functions[node.function], node)
        self.used.setdefault(name)
        options = "" if node.option is None else f", axis={node.option}"
        options = f", {node.option!r}" if node.function == "round_to" else options
        return f"{name}({', '.join(map(self.show, node.operands))}{options})"

    def selected(self, node: Apply) -> str:
        condition, arm, otherwise = node.operands
        if is_number(condition):
            return super().selected(node)
        where = self.place("np.where", node)
        return f"{where}({self.show(condition)}, {self.show(arm)}, {self.show(otherwise)})"

    def logic(self, node: Apply) -> tuple[str, int]:
        if is_number(node):
            return super().logic(node)
        parts = map(self.show, node.operands)
        return f"{self.place(CALLS[node.function], node)}({', '.join(parts)})", ATOM


class NumpyBlocks(ListForm):
    """Calls of ufuncs with `out=`."""

    def number(self, number: Expr) -> str:
        return literal(number)

    def __init__(self, variable: Callable[[Name], str], condition: Callable[[Node], str]) -> None:
        super().__init__(variable, condition)
        self.used: dict[str, None] = {}

    def call(self, call: ArrayCall, operands: Sequence[str]) -> list[str]:
        out = call.out
        if call.function == "alias":
            return [f"{out.variable} = {operands[0]}"]
        if call.function in CALLS:
            bound = "" if out.variable == out.place else f"{out.variable} = "
            return [f"{bound}{CALLS[call.function]}({', '.join(operands)}, out={out.place})"]
        lies = next(
            (x for k, x in enumerate(operands) if _place(call, k, operands) == out.place), out.place
        )
        bound_first = [] if out.variable in (out.place, lies) else [f"{out.variable} = {lies}"]
        return bound_first + self._into(call, operands, out.variable)

    def _into(self, call: ArrayCall, operands: Sequence[str], out: str) -> list[str]:
        """What has no ufunc, in a place that is known."""
        if call.function == "fill":
            return [f"{out}.fill({operands[0]})"]
        if call.function == "copy":
            same = _place(call, 0, operands) == call.out.place
            return [] if same else [f"np.copyto({out}, {operands[0]})"]
        if call.function == "round_to":
            self.used.setdefault("round_to")
            return [f"np.copyto({out}, round_to({operands[0]}, {call.option!r}))"]
        if call.function == "select":
            mask, arm, otherwise = operands
            if _place(call, 2, operands) == call.out.place:
                begin = []
            elif isinstance(call.operands[2], Number) or _is_scalar(call.operands[2]):
                begin = [f"{out}.fill({otherwise})"]
            else:
                begin = [f"np.copyto({out}, {otherwise})"]
            return [*begin, f"np.copyto({out}, {arm}, where={mask})"]
        raise Refused(f"the NumPy backend has no entrywise function {call.function}")


def _place(call: ArrayCall, k: int, operands: Sequence[str]) -> str:
    """Where an operand lies."""
    operand = call.operands[k]
    if isinstance(operand, Made):
        return "" if operand.alias else operand.place
    return operands[k]


def _is_scalar(operand: object) -> bool:
    return isinstance(operand, Name) and operand.extent.scalar


__all__ = [
    "CALLS",
    "COMPARISON",
    "HELPERS",
    "SUM",
    "UFUNCS",
    "NumpyBlocks",
    "NumpyForm",
    "Refused",
    "literal",
]
