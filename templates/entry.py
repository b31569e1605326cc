"""Entrywise work printed for one entry, for backends whose code loops over entries.

`EntryPrinter` fixes the operations and their order: those of NumPy's `out=` calls, so results have
the same bits. A language subclasses it and gives its leaves: how a number, a function, a choice and
a condition are written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.extent import COORDINATE, Extent
from optwright.derive.language.order import Order
from optwright.derive.language.text import ATOM, COMPARISON, POWER, PRODUCT, SUM
from optwright.derive.lower.program import Line, Pass, made
from optwright.templates.numpy.printer import Refused


class EntryPrinter(ABC):
    """Prints the lines of a blocked pass for one entry.

    `arrays` are the names of arrays that exist before the pass. What a line assigns is a local
    variable, unless it is in `outputs`.
    """

    language: ClassVar[str]
    """The backend's name in messages."""
    functions: ClassVar[Mapping[str, str]]
    """SymPy's functions, "sqrt", "cbrt", "pow", "nonfinite" and "round_to", as the language has
    them; an operation that is missing here is refused."""
    equal: ClassVar[tuple[str, str]] = ("==", "!=")
    words: ClassVar[tuple[str, str, str]]
    """And, or and not."""

    def __init__(self, order: Order, arrays: Collection[str], outputs: Collection[str]) -> None:
        self.order = order
        self.arrays = set(arrays)
        self.outputs = set(outputs)
        self.declared: set[str] = set()
        self.scalars: dict[str, None] = {}
        self.reads: dict[str, None] = {}
        self.code: list[str] = []

    # --- leaves --------------------------------------------------------------------------------

    @abstractmethod
    def number(self, number: Expr) -> str:
        """A number of the compute type: the nearest double, rounded once."""

    @abstractmethod
    def name(self, name: str) -> str:
        """A variable, an entry of an array, or a number that enters the pass."""

    @abstractmethod
    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        """One of two values."""

    @abstractmethod
    def truth(self, name: str) -> str:
        """Whether a number that enters the pass is true."""

    @abstractmethod
    def assignment(self, name: str, text: str, new: bool) -> str:
        """A statement; `new` variables are not known before."""

    @abstractmethod
    def comment(self, text: str) -> str:
        """A remark on a line of its own."""

    # --- lines ---------------------------------------------------------------------------------

    def line(self, line: Line) -> None:
        """One assignment, its equation as a comment above."""
        if line.equation:
            self.code.append(self.comment(line.equation))
        self.assign(line.name, self.show(line.expr))
        self.arrays.add(line.name)

    def assign(self, name: str, text: str) -> None:
        """Give a variable, or an output, its value."""
        new = name not in self.outputs and name not in self.declared
        self.declared.add(name)
        self.code.append(self.assignment(name, text, new))

    def temporary(self, base: str, text: str) -> str:
        """A variable for a value that is needed several times."""
        name, k = base, 2
        while name in self.declared | self.outputs | self.arrays | set(self.scalars):
            name, k = f"{base}{k}", k + 1
        self.assign(name, text)
        return self.name(name)

    # --- expressions ---------------------------------------------------------------------------

    def is_array(self, expr: Expr) -> bool:
        return any(s.name in self.arrays for s in expr.free_symbols)

    def show(self, expr: Expr, level: int = COMPARISON) -> str:
        """The text, in parentheses where it binds looser than `level`."""
        text, own = self.visit(expr)
        return f"({text})" if own < level else text

    def visit(self, expr: Expr) -> tuple[str, int]:
        """The text and how tightly it binds."""
        if isinstance(expr, Boolean) and not isinstance(expr, Symbol):
            return self.condition(expr)
        if expr.is_Number:
            text = self.number(expr)
            return text, SUM if text.startswith("-") else ATOM
        if isinstance(expr, Symbol):
            return self.symbol(expr), ATOM
        if isinstance(expr, Add):
            return self.sum(expr)
        if isinstance(expr, Mul):
            return self.product(expr)
        if isinstance(expr, Pow):
            return self.power(expr)
        return self.function(expr)

    def symbol(self, expr: Symbol) -> str:
        name = str(expr.name)
        if name not in self.arrays:
            self.scalars.setdefault(name)
        elif name not in self.declared:
            self.reads.setdefault(name)
        return self.name(name)

    def sum(self, expr: Expr) -> tuple[str, int]:
        """Terms from the left, a positive one first where there is one."""
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
        """The first array, then numbers, then the other arrays, then quotients."""
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
        """Roots by their functions, integer powers as repeated products."""
        base, exponent = expr.args
        if exponent == Rational(1, 2):
            return self.call("sqrt", [base])
        if exponent == Rational(1, 3):
            return self.call("cbrt", [base])
        if exponent == Rational(1, 4):
            return self.call("sqrt", [sympy.sqrt(base, evaluate=False)])
        if exponent.is_Integer and exponent.is_positive:
            factor = self.show(base, ATOM)
            if not isinstance(base, Symbol):
                factor = self.temporary("base", self.show(base))
            return "*".join([factor] * int(exponent)), PRODUCT
        if exponent.is_number and exponent.is_negative:
            one = self.number(sympy.S.One)
            return f"{one}/{self.show(Pow(base, -exponent), POWER)}", PRODUCT
        return self.call("pow", [base, exponent])

    def function(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, op.cases):
            text = self.show(expr.otherwise)
            for arm, condition in reversed(expr.arms):
                text = f"({self.choice(self.decided(condition, SUM), self.show(arm), text)})"
            return text, ATOM
        if isinstance(expr, op.round_to):
            kind = str(expr.args[1].name)
            if kind != "bfloat16":
                raise Refused(f"the {self.language} backend has no rounding to {kind}")
            return self.call("round_to", [expr.args[0]])
        if isinstance(expr, op.Operation):
            raise Refused(f"the {self.language} backend has no entrywise function {expr.word}")
        name = type(expr).__name__
        if name in ("Max", "Min"):
            args = sorted(expr.args, key=lambda a: (not self.is_array(a), str(a)))
            text = self.show(args[0])
            for a in args[1:]:
                text = f"{self.functions[name]}({text}, {self.show(a)})"
            return text, ATOM
        return self.call(name, list(expr.args))

    def call(self, name: str, args: Sequence[Expr]) -> tuple[str, int]:
        if name not in self.functions:
            raise Refused(f"the {self.language} backend has no entrywise function {name}")
        return f"{self.functions[name]}({', '.join(self.show(a) for a in args)})", ATOM

    # --- choices ---------------------------------------------------------------------------------

    def condition(self, expr: Boolean) -> tuple[str, int]:
        both, either, no = self.words
        if isinstance(expr, BooleanAtom):
            return self.decided(expr, ATOM), ATOM
        if isinstance(expr, Not):
            return f"{no}{self.decided(expr.args[0], ATOM)}", SUM
        if isinstance(expr, (And, Or)):
            word = both if isinstance(expr, And) else either
            parts = (self.decided(a, SUM) for a in sorted(expr.args, key=str))
            return f" {word} ".join(parts), COMPARISON
        if isinstance(expr, Relational):
            sign = {"Eq": self.equal[0], "Ne": self.equal[1]}.get(type(expr).__name__, expr.rel_op)
            return f"{self.show(expr.lhs, SUM)} {sign} {self.show(expr.rhs, SUM)}", COMPARISON
        raise Refused(f"the {self.language} backend has no condition {expr}")

    def decided(self, expr: Boolean, level: int) -> str:
        """A condition; numbers that enter the pass may be conditions too."""
        if isinstance(expr, BooleanAtom):
            raise Refused(f"the {self.language} backend has no condition {expr}")
        if isinstance(expr, Symbol):
            self.symbol(expr)
            return self.truth(str(expr.name))
        text, own = self.condition(expr)
        return f"({text})" if own < level else text


class Places:
    """Where the names of a blocked pass lie: which arrays exist, are written, stored, moved."""

    def __init__(
        self,
        phase: Pass,
        before: Collection[str],
        kept: Collection[str],
        extents: Mapping[str, Extent],
        moves: Mapping[str, str],
        last: bool,
    ) -> None:
        lines = [line for line in phase.lines if isinstance(line, Line)]
        names = {s.name for line in lines for s in line.expr.free_symbols}
        names |= {s.name for r in phase.reduces for s in r.expr.free_symbols}
        here = made(phase)
        self.arrays = {
            n for n in names if (n in before or n in kept) and not extents.get(n, COORDINATE).scalar
        }
        self.moves = {
            new: old
            for old, new in moves.items()
            if new in here and last and not extents[old].scalar
        }
        self.stores = [n for n in phase.stores if n not in self.moves and n not in kept]
        self.written = [n for n in here if n in kept]

    def print(self, printer: EntryPrinter, phase: Pass) -> list[str]:
        """Print the pass; the names of what is to be reduced are returned."""
        printer.outputs |= {*self.written, *self.stores, *self.moves.values()}
        for line in phase.lines:
            assert isinstance(line, Line)
            printer.line(line)
        for r in phase.reduces:
            text = printer.show(r.expr)
            if r.kind == "nonfinite" and "nonfinite" in printer.functions:
                text = f"{printer.functions['nonfinite']}({text})"
            printer.outputs.add(r.name)
            printer.assign(r.name, text)
        for new, old in self.moves.items():
            printer.assign(old, printer.name(new))
        return [r.name for r in phase.reduces]
