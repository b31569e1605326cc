"""The leaves of CUDA C, and of CuPy's array code.

`CudaPrinter` writes one entry in C, `NumberPrinter` numbers found from reductions; `CupyPrinter`
writes work on whole arrays, `cp.` for arrays and `np.` for numbers. The operations and their order
are those of NumPy's code, so that the results of + - * / sqrt, comparisons, absolute values, signs,
minima, maxima and choices have the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import sympy
from sympy import Expr, Rational, Symbol
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.extent import HOST
from optwright.derive.language.order import Order
from optwright.derive.language.text import ATOM, COMPARISON, PRODUCT, SUM
from optwright.templates.entry import EntryPrinter
from optwright.templates.numpy.backend import WholePrinter
from optwright.templates.numpy.printer import HELPERS, UFUNCS, NumpyInfix, Refused, literal

RESERVED = frozenset(
    """fabs sign maximum minimum exp log cos sin tanh floor ceil modulo sqrt cbrt pow infinity
    nonfinite round_bfloat16 real_t pack place place_any load store LANES""".split()
)
"""Names of the kernels' own. (The language of declarations refuses C's words.)"""


def c_name(name: str) -> str:
    """A name as a variable of C."""
    return f"{name}_" if name in RESERVED else name


class CudaPrinter(EntryPrinter):
    """One entry in CUDA C; functions beyond the language's are in `runtime.device.source`."""

    language: ClassVar[str] = "CuPy"
    functions: ClassVar[Mapping[str, str]] = {
        "Abs": "fabs",
        "sign": "sign",
        "Max": "maximum",
        "Min": "minimum",
        "exp": "exp",
        "log": "log",
        "cos": "cos",
        "sin": "sin",
        "tanh": "tanh",
        "floor": "floor",
        "ceiling": "ceil",
        "Mod": "modulo",
        "sqrt": "sqrt",
        "cbrt": "cbrt",
        "pow": "pow",
        "nonfinite": "nonfinite",
        "round_to": "round_bfloat16",
    }
    words: ClassVar[tuple[str, str, str]] = ("&&", "||", "!")

    def number(self, number: Expr) -> str:
        if number in (sympy.oo, -sympy.oo):
            return "infinity()" if number == sympy.oo else "-infinity()"
        return f"real_t({literal(number)})"

    def name(self, name: str) -> str:
        return c_name(name)

    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        return f"{condition} ? {arm} : {otherwise}"

    def truth(self, name: str) -> str:
        return f"({c_name(name)} != real_t(0))"

    def assignment(self, name: str, text: str, new: bool) -> str:
        return f"{'real_t ' if new else ''}{c_name(name)} = {text};"

    def comment(self, text: str) -> str:
        return f"// {text}"


_INEXACT = frozenset({"exp", "log", "cos", "sin", "tanh"})
"""Functions whose last bit differs between libraries, besides `pow` and `cbrt`."""


class NumberPrinter(NumpyInfix):
    """Numbers in CUDA C, in double: the operations of NumPy's function of numbers, in its order.

    What differs between libraries in its last bit and needs no data is left to the host: `lift`
    gives the name of the host's number for such a part, or None for a part that needs data.
    Lengths of axes become names too, noted in `axes`; `names` are all that were read.
    """

    def __init__(self, order: Order, lift: Callable[[Expr], str | None]) -> None:
        super().__init__(order, lambda e: True)
        self.lift = lift
        self.axes: dict[str, int] = {}
        self.names: dict[str, None] = {}

    def place(self, name: str, args: Sequence[Expr]) -> str:
        return _C_NAMES[name]

    def number(self, expr: Expr) -> tuple[str, int]:
        if expr in (sympy.oo, -sympy.oo):
            return ("infinity()", ATOM) if expr == sympy.oo else ("-infinity()", SUM)
        text = literal(expr)
        return text + ".0" * bool(expr.is_Integer), SUM if text.startswith("-") else ATOM

    def visit(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, Symbol):
            return self.named(str(expr.name)), ATOM
        if self._inexact(expr) and (name := self.lift(expr)) is not None:
            return self.named(name), ATOM
        return super().visit(expr)

    def named(self, name: str) -> str:
        """A variable of C; that it is read is noted."""
        self.names.setdefault(name)
        return c_name(name)

    def _inexact(self, expr: Expr) -> bool:
        if isinstance(expr, sympy.Pow):
            base, exponent = expr.args
            if exponent.is_Integer and isinstance(base, Symbol) and abs(exponent) <= 4:
                return False
            return exponent not in (-1, Rational(1, 2), -Rational(1, 2))
        return type(expr).__name__ in _INEXACT

    def power(self, expr: Expr) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent.is_Integer and 0 < exponent <= 4 and isinstance(base, Symbol):
            return "*".join([self.named(str(base.name))] * int(exponent)), PRODUCT
        if exponent in (Rational(1, 2), Rational(1, 3)) or (
            exponent.is_number and exponent.is_negative
        ):
            return super().power(expr)
        return f"pow({self.show(base)}, {self.show(exponent)})", ATOM

    def function(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, op.dim):
            axis = int(expr.args[0])
            name = f"length_of_axis_{axis}".replace("-", "minus_")
            self.axes[name] = axis
            return name, ATOM
        if isinstance(expr, op.round_to) and str(expr.args[1].name) == "bfloat16":
            return f"round_bfloat16({self.show(expr.args[0])})", ATOM
        if type(expr) in HELPERS or isinstance(expr, (op.matmul, op.transpose)):
            word = expr.word if isinstance(expr, op.Operation) else type(expr).__name__
            raise Refused(f"the CuPy backend has no {word} among numbers")
        return super().function(expr)

    def choice(self, expr: op.cases) -> tuple[str, int]:
        text = self.show(expr.otherwise, COMPARISON + 1)
        for arm, condition in reversed(expr.arms):
            text = f"({self.show(condition)} ? {self.show(arm, SUM)} : {text})"
        return text, ATOM

    def condition(self, expr: Boolean) -> tuple[str, int]:
        if isinstance(expr, BooleanAtom):
            return str(bool(expr)).lower(), ATOM
        if isinstance(expr, (And, Or)):
            word = " && " if isinstance(expr, And) else " || "
            return word.join(sorted(self.show(a, SUM) for a in expr.args)), COMPARISON
        if isinstance(expr, Not):
            return f"!{self.show(expr.args[0], ATOM)}", SUM
        return super().condition(expr)


_C_NAMES = {
    name: CudaPrinter.functions[kind] for kind, name in {**UFUNCS, "cbrt": "np.cbrt"}.items()
}
"""C's functions by NumPy's names."""


class CupyPrinter(WholePrinter):
    """Infix CuPy on whole arrays; numbers are NumPy's, or CuPy's where they are found from data."""

    def _weak(self, expr: Expr) -> str:
        text = super()._weak(expr)
        inner = text.removeprefix("float(")
        return text if inner == text else f"weak({inner.removesuffix(')')}, theta)"

    def choice(self, expr: op.cases) -> tuple[str, int]:
        """A choice by a number found from data says that it waits: `if bool(…)`."""
        text, level = super().choice(expr)
        if any(self.scalar(c) and self.program.extent(c) != HOST for _, c in expr.arms):
            text = self.show(expr.otherwise, COMPARISON + 1)
            for arm, condition in reversed(expr.arms):
                text = f"({self.show(arm, SUM)} if bool({self.show(condition)}) else {text})"
        return text, level

    def place(self, name: str, args: Sequence[Expr]) -> str:
        arrays = not all(self.scalar(a) for a in args)
        return name.replace("np.", "cp.", 1) if arrays else name
