"""The leaves of CUDA C, and of CuPy's array code.

`CudaPrinter` writes one entry in C; `CupyPrinter` writes work on whole arrays, `cp.` for arrays and
`np.` for numbers. The operations and their order are those of NumPy's code, so that the results of
+ - * / sqrt, comparisons, absolute values, signs, minima, maxima and choices have the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import sympy
from sympy import Expr

from optwright.templates.entry import EntryPrinter
from optwright.templates.numpy.backend import WholePrinter
from optwright.templates.numpy.printer import literal

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


class CupyPrinter(WholePrinter):
    """Infix CuPy on whole arrays; numbers stay NumPy's."""

    def place(self, name: str, args: Sequence[Expr]) -> str:
        arrays = not all(self.scalar(a) for a in args)
        return name.replace("np.", "cp.", 1) if arrays else name
