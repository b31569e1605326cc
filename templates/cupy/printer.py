"""The leaves of CUDA C code: one entry at a time, in the operations and the order of NumPy's code.

`CudaPrinter` prints what `optwright.templates.numpy.printer.BlockPrinter` prints as ufunc calls on
blocks: the same operations on the same operands in the same order, so that the results of
+ - * / sqrt, comparisons, absolute values, signs, minima, maxima and choices have the same bits.
`CupyPrinter` prints work on whole arrays, `cp.` for arrays and `np.` for numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from optwright.derive import operation as op
from optwright.derive.order import Order
from optwright.derive.program import Line
from optwright.derive.text import ATOM, COMPARISON, POWER, PRODUCT, SUM
from optwright.templates.numpy.backend import WholePrinter
from optwright.templates.numpy.printer import Refused, literal

FUNCTIONS = {
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
}
"""SymPy's functions and those of CUDA C, or of `optwright.runtime.device.source`."""

RESERVED = frozenset(
    """alignas alignof asm auto bool break case catch char class concept const constexpr continue
    decltype default delete do double else enum explicit export extern false float for friend goto
    if inline int long mutable namespace new noexcept nullptr operator private protected public
    register requires return short signed sizeof static struct switch template this throw true try
    typedef typeid typename union unsigned using virtual void volatile while
    fabs sign maximum minimum exp log cos sin tanh floor ceil modulo sqrt cbrt pow infinity
    nonfinite round_bfloat16 real_t pack place place_any load store LANES""".split()
)
"""Words that cannot be the name of a variable."""


def c_name(name: str) -> str:
    """A name as a variable of C."""
    return f"{name}_" if name in RESERVED else name


def typed(number: Expr) -> str:
    """A number of the compute type: the nearest double, rounded once."""
    if number in (sympy.oo, -sympy.oo):
        return "infinity()" if number == sympy.oo else "-infinity()"
    return f"real_t({literal(number)})"


class CudaPrinter:
    """Prints the lines of a blocked pass for one entry.

    `arrays` are the names of arrays that exist before the pass. What a line assigns is a variable
    of the function, unless it is in `outputs`: these are the function's references.
    """

    def __init__(self, order: Order, arrays: Collection[str], outputs: Collection[str]) -> None:
        self.order = order
        self.arrays = set(arrays)
        self.outputs = set(outputs)
        self.declared: set[str] = set()
        self.scalars: dict[str, None] = {}
        self.reads: dict[str, None] = {}
        self.code: list[str] = []

    # --- lines ---------------------------------------------------------------------------------

    def line(self, line: Line) -> None:
        """One assignment, its equation as a comment above."""
        if line.equation:
            self.code.append(f"// {line.equation}")
        self.assign(line.name, self.show(line.expr))
        self.arrays.add(line.name)

    def assign(self, name: str, text: str) -> None:
        """Give a variable, or an output, its value."""
        new = name not in self.outputs and name not in self.declared
        self.declared.add(name)
        self.code.append(f"{'real_t ' if new else ''}{c_name(name)} = {text};")

    def temporary(self, base: str, text: str) -> str:
        """A variable for a value that is needed several times."""
        name, k = base, 2
        while name in self.declared | self.outputs | self.arrays | set(self.scalars):
            name, k = f"{base}{k}", k + 1
        self.assign(name, text)
        return c_name(name)

    # --- expressions ---------------------------------------------------------------------------

    def is_array(self, expr: Expr) -> bool:
        return any(s.name in self.arrays for s in expr.free_symbols)

    def show(self, expr: Expr, level: int = COMPARISON) -> str:
        """The text, in parentheses where it binds looser than `level`."""
        text, own = self.visit(expr)
        return f"({text})" if own < level else text

    def visit(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, Boolean) and not isinstance(expr, Symbol):
            return self.condition(expr)
        if expr.is_Number:
            return typed(expr), SUM if expr == -sympy.oo else ATOM
        if isinstance(expr, Symbol):
            name = str(expr.name)
            if name in self.arrays:
                if name not in self.declared:
                    self.reads.setdefault(name)
            else:
                self.scalars.setdefault(name)
            return c_name(name), ATOM
        if isinstance(expr, Add):
            return self.sum(expr)
        if isinstance(expr, Mul):
            return self.product(expr)
        if isinstance(expr, Pow):
            return self.power(expr)
        return self.function(expr)

    def sum(self, expr: Expr) -> tuple[str, int]:
        terms = self.order.terms(expr, lambda e: not self.is_array(e))
        sign, first = terms[0]
        if sign < 0:
            later = next((i for i, (s, _) in enumerate(terms) if s > 0), None)
            if later is None:
                first = -first
            else:
                terms.insert(0, terms.pop(later))
                first = terms[0][1]
        text = self.show(first, SUM)
        for s, e in terms[1:]:
            text += f" {'-' if s < 0 else '+'} {self.show(e, PRODUCT)}"
        return text, SUM

    def product(self, expr: Expr) -> tuple[str, int]:
        parts = self.order.product(expr)
        arrays = [f for f in parts.above if self.is_array(f)]
        scalars = [f for f in parts.above if not self.is_array(f)]
        number = abs(parts.number)
        if number != 1:
            scalars.insert(0, number)
        below = sorted(parts.below, key=lambda f: not self.is_array(f))
        if not arrays:
            arrays = [scalars.pop(0) if scalars else sympy.S.One]
        text = self.show(arrays[0], PRODUCT)
        for f in (*scalars, *arrays[1:]):
            text += f"*{self.show(f, POWER)}"
        for f in below:
            text += f"/{self.show(f, POWER)}"
        if not parts.number.is_negative:
            return text, PRODUCT
        alone = len(arrays) == 1 and not scalars and not below
        return f"-{self.show(arrays[0], POWER)}" if alone else f"-({text})", SUM

    def power(self, expr: Expr) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent == Rational(1, 2):
            return self.call("sqrt", [base])
        if exponent == Rational(1, 3):
            return self.call("cbrt", [base])
        if exponent == Rational(1, 4):
            return f"sqrt(sqrt({self.show(base)}))", ATOM
        if exponent.is_Integer and exponent.is_positive:
            factor = self.show(base, ATOM)
            if not isinstance(base, Symbol):
                factor = self.temporary("base", self.show(base))
            return "*".join([factor] * int(exponent)), PRODUCT
        if exponent.is_number and exponent.is_negative:
            return f"real_t(1)/{self.show(Pow(base, -exponent), POWER)}", PRODUCT
        return self.call("pow", [base, exponent])

    def function(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, op.cases):
            text = self.show(expr.otherwise)
            for arm, condition in reversed(expr.arms):
                text = f"({self.truth(condition, SUM)} ? {self.show(arm)} : {text})"
            return text, ATOM
        if isinstance(expr, op.round_to):
            kind = str(expr.args[1].name)
            if kind != "bfloat16":
                raise Refused(f"the CuPy backend has no rounding to {kind}")
            return self.call("round_bfloat16", [expr.args[0]])
        name = type(expr).__name__
        if isinstance(expr, op.Operation) or name not in FUNCTIONS:
            word = expr.word if isinstance(expr, op.Operation) else name
            raise Refused(f"the CuPy backend has no entrywise function {word}")
        if name in ("Max", "Min"):
            args = sorted(expr.args, key=lambda a: (not self.is_array(a), str(a)))
            text = self.show(args[0])
            for a in args[1:]:
                text = f"{FUNCTIONS[name]}({text}, {self.show(a)})"
            return text, ATOM
        return self.call(FUNCTIONS[name], list(expr.args))

    def call(self, name: str, args: Sequence[Expr]) -> tuple[str, int]:
        return f"{name}({', '.join(self.show(a) for a in args)})", ATOM

    # --- choices ---------------------------------------------------------------------------------

    def condition(self, expr: Boolean) -> tuple[str, int]:
        if isinstance(expr, BooleanAtom):
            return ("true" if expr else "false"), ATOM
        if isinstance(expr, Not):
            return f"!{self.truth(expr.args[0], ATOM)}", POWER
        if isinstance(expr, (And, Or)):
            sign = " && " if isinstance(expr, And) else " || "
            return sign.join(self.truth(a, SUM) for a in sorted(expr.args, key=str)), COMPARISON
        if isinstance(expr, Relational):
            sign = {"Eq": "==", "Ne": "!="}.get(type(expr).__name__, expr.rel_op)
            return f"{self.show(expr.lhs, SUM)} {sign} {self.show(expr.rhs, SUM)}", COMPARISON
        raise Refused(f"the CuPy backend has no condition {expr}")

    def truth(self, expr: Boolean, level: int) -> str:
        """A condition; numbers that are true or false come as 1 and 0."""
        if isinstance(expr, Symbol):
            return f"({self.show(expr)} != real_t(0))"
        return self.show(expr, level)


class CupyPrinter(WholePrinter):
    """Infix CuPy on whole arrays; numbers stay NumPy's."""

    def place(self, name: str, args: Sequence[Expr]) -> str:
        arrays = not all(self.scalar(a) for a in args)
        return name.replace("np.", "cp.", 1) if arrays else name
