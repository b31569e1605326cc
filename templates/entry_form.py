"""The entry form: operations as one infix expression, for code that sees one entry or one number.

`EntryForm` prints an expression with a language's leaves, `EntryPass` the lines of a blocked pass
for one entry, in the operations and the order of the list form, so that results have the same bits.
A language gives its leaves: how numbers, names, functions, choices and assignments are written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from sympy import Expr, Rational, S
from sympy.logic.boolalg import BooleanAtom

from optwright.derive.lower.flag import ALWAYS, Only
from optwright.derive.lower.node import Apply, Member, Name, Node, Number, is_host, is_number, names
from optwright.derive.lower.program import Line, Pass, Program

COMPARISON, SUM, PRODUCT, POWER, ATOM = range(5)
"""How tightly a text binds."""

_INFIX = {
    # function: sign, own level, levels of the operands
    "add": (" + ", SUM, SUM, PRODUCT),
    "subtract": (" - ", SUM, SUM, PRODUCT),
    "multiply": ("*", PRODUCT, PRODUCT, POWER),
    "divide": ("/", PRODUCT, PRODUCT, POWER),
    "equal": (" == ", COMPARISON, SUM, SUM),
    "not_equal": (" != ", COMPARISON, SUM, SUM),
    "less": (" < ", COMPARISON, SUM, SUM),
    "less_equal": (" <= ", COMPARISON, SUM, SUM),
    "greater": (" > ", COMPARISON, SUM, SUM),
    "greater_equal": (" >= ", COMPARISON, SUM, SUM),
}


class Refused(NotImplementedError):
    """An operation that this backend does not have; the text names it."""


class EntryForm(ABC):
    """Prints expressions; `program` tells in which variable a value lies."""

    language: ClassVar[str]
    """The backend's name in messages."""
    functions: ClassVar[Mapping[str, str]]
    """The operations as the language has them; one that is missing here is refused."""
    words: ClassVar[tuple[str, str, str]]
    """And, or and not."""
    kind: ClassVar[str] = "entrywise function"
    """What an operation that is missing is called."""

    def __init__(self, variable: Callable[[Name], str]) -> None:
        self.variable = variable
        self.used: dict[str, None] = {}
        """The functions that were called, by their names in the language."""

    # --- leaves ----------------------------------------------------------------------------------

    @abstractmethod
    def number(self, number: Expr) -> str:
        """An exact number: the nearest double, rounded once."""

    @abstractmethod
    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        """One of two values."""

    def name(self, name: Name) -> str:
        """A value by its name."""
        return self.variable(name)

    def truth(self, name: Name) -> str:
        """Whether a number is true."""
        return self.name(name)

    def member(self, member: Member) -> str:
        """A member of a loop or of a history."""
        raise Refused(f"the {self.language} backend has no members of sequences: {member.name}")

    def call(self, node: Apply) -> str:
        """A function of its operands."""
        if node.function == "round_to" and node.option != "bfloat16":
            raise Refused(f"the {self.language} backend has no rounding to {node.option}")
        if node.function not in self.functions:
            raise Refused(f"the {self.language} backend has no {self.kind} {node.function}")
        name = self.functions[node.function]
        self.used.setdefault(name)
        return f"{name}({', '.join(map(self.show, node.operands))})"

    def entering(self, number: Node, level: int) -> str:
        """A number that is found on the way, where it enters work on arrays."""
        return self.show(number, level)

    def power(self, node: Apply) -> tuple[str, int]:
        """A power that is no product and no root."""
        return self.call(node), ATOM

    # --- expressions -----------------------------------------------------------------------------

    def show(self, node: Node, level: int = COMPARISON) -> str:
        """The text, in parentheses where it binds looser than `level`."""
        text, own = self.visit(node)
        return f"({text})" if own < level else text

    def visit(self, node: Node) -> tuple[str, int]:
        """The text and how tightly it binds."""
        if isinstance(node, Number):
            text = self.number(node.value)
            return text, SUM if text.startswith("-") else ATOM
        if isinstance(node, Name):
            return self.name(node), ATOM
        if isinstance(node, Member):
            return self.member(node), ATOM
        if node.function in _INFIX:
            return self.infix(node)
        if node.function == "negative":
            return f"-{self.operand(node, 0, POWER)}", SUM
        if node.function == "power":
            return self.power(node)
        if node.function == "select":
            return self.selected(node), ATOM
        if node.function in ("and", "or", "not"):
            return self.logic(node)
        return self.call(node), ATOM

    def operand(self, node: Apply, place: int, level: int) -> str:
        """One operand; numbers that enter work on arrays are told apart."""
        operand = node.operands[place]
        known = isinstance(operand, Number) or (isinstance(operand, Name) and is_host(operand))
        if is_number(operand) and not is_number(node) and not known:
            return self.entering(operand, level)
        return self.show(operand, level)

    def infix(self, node: Apply) -> tuple[str, int]:
        sign, own, left, right = _INFIX[node.function]
        return f"{self.operand(node, 0, left)}{sign}{self.operand(node, 1, right)}", own

    def selected(self, node: Apply) -> str:
        condition, arm, otherwise = node.operands
        chosen = self.choice(
            self.decided(condition, COMPARISON), self.show(arm), self.show(otherwise)
        )
        return f"({chosen})"

    def logic(self, node: Apply) -> tuple[str, int]:
        both, either, no = self.words
        if node.function == "not":
            return f"{no}{self.decided(node.operands[0], ATOM)}", SUM
        word = both if node.function == "and" else either
        parts = [
            self.decided(x, COMPARISON if isinstance(x, Apply) and x.function == node.function
                         and k == 0 else SUM)
            for k, x in enumerate(node.operands)
        ]  # fmt: skip
        return f" {word} ".join(parts), COMPARISON

    def decided(self, node: Node, level: int) -> str:
        """A condition; numbers may be conditions too."""
        if isinstance(node, Number) and isinstance(node.value, BooleanAtom):
            return self.number(node.value)
        return self.truth(node) if isinstance(node, Name) else self.show(node, level)


def product_power(node: Apply) -> int:
    """The exponent of a power of a name that is written as a product, else 0."""
    base, exponent = node.operands
    if isinstance(base, Name) and isinstance(exponent, Number) and exponent.value.is_Integer:
        return int(exponent.value) if 2 <= exponent.value <= 4 else 0
    return 0


def as_float(number: Expr) -> str:
    """A number as Python and C write it: the shortest text that is the nearest double."""
    if isinstance(number, Rational) and number.is_Integer:
        return str(int(number))
    return repr(float(number))


class EntryCode(EntryForm):
    """An entry form with statements; `entries` are the variables that are entries of arrays."""

    def __init__(self, variable: Callable[[Name], str]) -> None:
        super().__init__(variable)
        self.entries: set[str] = set()

    @abstractmethod
    def assignment(self, variable: str, text: str, new: bool) -> str:
        """A statement; `new` variables are not known before."""

    @abstractmethod
    def comment(self, text: str) -> str:
        """A remark on a line of its own."""

    def declaration(self, variable: str) -> list[str]:
        """What makes a variable known to which several branches give values."""
        return []


class EntryPass:
    """The lines of a blocked pass for one entry.

    loaded    arrays that are read, `outputs` those that are written
    scalars   the numbers that enter
    reduced   what is to be reduced afterwards, by its reduction's name
    code      the lines, with the members that carry them out
    """

    def __init__(self, program: Program, phase: Pass, form: EntryCode) -> None:
        self.program, self.phase, self.form = program, phase, form
        self.late, self.stored = program.late(phase), program.stored(phase)
        self.loaded: dict[str, None] = {}
        self.scalars: dict[str, None] = {}
        self.outputs: dict[str, None] = {}
        self.locals: dict[str, None] = {}
        self.reduced = [r.name.name for r in phase.reduces]
        self._find()
        form.entries = {*self.loaded, *self.outputs, *self.reduced}
        self.code = [*self._lines(), *self._reductions(), *self._ends()]

    @property
    def arrays(self) -> list[str]:
        """All arrays but those that are reduced."""
        return list({**self.loaded, **self.outputs})

    def _find(self) -> None:
        """Which names are arrays from before, numbers, outputs and variables of the entry."""
        made: set[Name] = set()
        for line in self.phase.lines:
            assert isinstance(line, Line)
            self._read(line.value, made)
            made.add(line.name)
            variable = self.program.variable(line.name)
            own = line.name.name in self.program.arrays or variable in self.stored
            lies = self.outputs if own and variable not in self.late else self.locals
            lies.setdefault(variable)
        for r in self.phase.reduces:
            self._read(r.value, made)
        self.outputs.update(dict.fromkeys(self.late.values()))

    def _read(self, node: Node, made: set[Name]) -> None:
        for name in names(node):
            if is_number(name):
                self.scalars.setdefault(self.program.variable(name))
            elif name not in made:
                self.loaded.setdefault(self.program.variable(name))

    def _lines(self) -> Iterator[tuple[list[str], Only]]:
        known: set[str] = set()
        for line in self.phase.lines:
            assert isinstance(line, Line)
            variable = self.program.variable(line.name)
            new = variable in self.locals and variable not in known
            known.add(variable)
            if new and line.only != ALWAYS:
                new = False
                yield self.form.declaration(variable), ALWAYS
            text = self.form.assignment(variable, self.form.show(line.value), new)
            yield [*([self.form.comment(line.equation)] if line.equation else []), text], line.only

    def _reductions(self) -> Iterator[tuple[list[str], Only]]:
        """What is to be reduced; where a member reduces nothing, zero is."""
        for r in self.phase.reduces:
            value = r.value
            if r.kind == "nonfinite" and "nonfinite" in self.form.functions:
                value = Apply("nonfinite", (value,), value.extent)
            name = r.name.name
            yield [self.form.assignment(name, self.form.show(value), False)], r.only
            if r.only != ALWAYS:
                zero = self.form.assignment(name, self.form.number(S.Zero), False)
                yield [zero], self.program.flags.others(r.only)

    def _ends(self) -> Iterator[tuple[list[str], Only]]:
        """New values that lay apart go to their places."""
        for new, old in self.late.items():
            only = self.program.only(self.phase, old)
            yield [self.form.assignment(old, new, False)], only
