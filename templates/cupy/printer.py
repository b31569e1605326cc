"""The leaves of CUDA C, and of CuPy's array code.

`CudaEntry` writes one entry in C, `CudaNumbers` numbers found from reductions; `CupyForm` writes
work on whole arrays, `cp.` for arrays and `np.` for numbers. The operations and their order are
those of NumPy's code, so that the results of + - * / sqrt, comparisons, absolute values, signs,
minima, maxima and choices have the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import sympy
from sympy import Expr
from sympy.logic.boolalg import BooleanAtom

from optwright.derive.lower.node import COUNT, Apply, Name, Node, is_host, is_number
from optwright.templates.entry_form import (
    ATOM,
    COMPARISON,
    PRODUCT,
    EntryCode,
    EntryForm,
    as_float,
    product_power,
)
from optwright.templates.numpy.printer import NumpyForm

RESERVED = frozenset(
    """fabs sign maximum minimum exp log cos sin tanh floor ceil modulo sqrt cbrt pow infinity
    nonfinite round_bfloat16 real_t pack place place_any load store LANES nothing table chunks count
    groups numbers first stride c row chunk start length of_group tensor entry packs i k wide single
    """.split()
)
"""Names of the kernels' own. (The language of declarations refuses C's words.)"""

FUNCTIONS: Mapping[str, str] = {
    "absolute": "fabs",
    "sign": "sign",
    "maximum": "maximum",
    "minimum": "minimum",
    "exp": "exp",
    "log": "log",
    "cos": "cos",
    "sin": "sin",
    "tanh": "tanh",
    "floor": "floor",
    "ceil": "ceil",
    "remainder": "modulo",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "power": "pow",
    "nonfinite": "nonfinite",
    "round_to": "round_bfloat16",
}
"""C's functions; those beyond the language's are in `runtime.device.source`."""

INEXACT = frozenset({"exp", "log", "cos", "sin", "tanh", "cbrt"})
"""Functions whose last bit differs between libraries, besides powers."""


def c_name(name: str) -> str:
    """A name as a variable of C."""
    return f"{name}_" if name in RESERVED else name


class _Cuda(EntryForm):
    """What entries and numbers have in common."""

    language: ClassVar[str] = "CuPy"
    functions: ClassVar[Mapping[str, str]] = FUNCTIONS
    words: ClassVar[tuple[str, str, str]] = ("&&", "||", "!")

    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        return f"{condition} ? {arm} : {otherwise}"


class CudaEntry(EntryCode, _Cuda):
    """One entry in CUDA C."""

    def number(self, number: Expr) -> str:
        if number in (sympy.oo, -sympy.oo):
            return "infinity()" if number == sympy.oo else "-infinity()"
        return f"real_t({as_float(number)})"

    def name(self, name: Name) -> str:
        return c_name(self.variable(name))

    def truth(self, name: Name) -> str:
        return f"({self.name(name)} != real_t(0))"

    def assignment(self, variable: str, text: str, new: bool) -> str:
        return f"{'real_t ' if new else ''}{c_name(variable)} = {text};"

    def comment(self, text: str) -> str:
        return f"// {text}"

    def declaration(self, variable: str) -> list[str]:
        return [f"real_t {c_name(variable)};"]


class CudaNumbers(_Cuda):
    """Numbers in CUDA C, in double: the operations of NumPy's function of numbers, in its order.

    Lengths of axes become names, noted in `axes`; `names` are all that were read.
    """

    kind: ClassVar[str] = "function of numbers"

    def __init__(self, variable: Callable[[Name], str]) -> None:
        super().__init__(variable)
        self.axes: dict[str, int] = {}
        self.names: dict[str, None] = {}

    def number(self, number: Expr) -> str:
        if number in (sympy.oo, -sympy.oo):
            return "infinity()" if number == sympy.oo else "-infinity()"
        if isinstance(number, BooleanAtom):
            return str(bool(number)).lower()
        return as_float(number) + ".0" * bool(number.is_Integer)

    def name(self, name: Name) -> str:
        variable = self.variable(name)
        self.names.setdefault(variable)
        return c_name(variable)

    def power(self, node: Apply) -> tuple[str, int]:
        if exponent := product_power(node):
            return "*".join([self.show(node.operands[0])] * exponent), PRODUCT
        return self.call(node), ATOM

    def call(self, node: Apply) -> str:
        if node.function == "dim":
            name = f"length_of_axis_{node.option}".replace("-", "minus_")
            self.axes[name] = int(node.option)
            return name
        return super().call(node)


def is_inexact(node: Node) -> bool:
    """Whether libraries may differ in the last bit of a function."""
    if not isinstance(node, Apply):
        return False
    return node.function in INEXACT or (node.function == "power" and not product_power(node))


def _is_found(number: Node) -> bool:
    """Whether a number is found from data; the length of a history is known without waiting."""
    if isinstance(number, Apply):
        return number.function != COUNT and any(map(_is_found, number.operands))
    return not is_host(number)


class CupyForm(NumpyForm):
    """Infix CuPy on whole arrays; numbers are NumPy's, or CuPy's where they are found from data."""

    def entering(self, number: Node, level: int) -> str:
        return f"weak({self.show(number)}, theta)"

    def selected(self, node: Apply) -> str:
        """A choice by a number found from data says that it waits: `if bool(…)`."""
        condition, arm, otherwise = node.operands
        if not is_number(condition) or not _is_found(condition):
            return super().selected(node)
        chosen = f"bool({self.decided(condition, COMPARISON)})"
        return f"({self.choice(chosen, self.show(arm), self.show(otherwise))})"

    def place(self, name: str, node: Apply) -> str:
        arrays = not all(is_number(x) for x in node.operands)
        return name.replace("np.", "cp.", 1) if arrays else name
