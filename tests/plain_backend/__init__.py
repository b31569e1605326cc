"""A backend that prints plain Python loops over single entries: the example of CONTRIBUTING.

Entrywise work is a loop of scalar arithmetic; whole arrays, steps and modules are as NumPy has
them, so this backend is a table of leaves, a way to arrange its lines, and `backend()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sympy import Expr

from optwright.derive.language.declaration import Declaration
from optwright.derive.lower.node import Name
from optwright.derive.lower.program import Pass
from optwright.templates.entry_form import EntryCode, EntryPass
from optwright.templates.numpy.module import NumpyBackend
from optwright.templates.numpy.printer import UFUNCS, literal
from optwright.templates.numpy.rule import Function, Printers, RulePrinter


class PlainEntry(EntryCode):
    """One entry, `x[i]`, in Python; `real` is the compute type."""

    language: ClassVar[str] = "plain"
    functions: ClassVar[Mapping[str, str]] = {**UFUNCS, "power": "np.power"}
    words: ClassVar[tuple[str, str, str]] = ("and", "or", "not ")

    def number(self, number: Expr) -> str:
        return f"real({literal(number)})"

    def name(self, name: Name) -> str:
        return self.place(self.variable(name))

    def place(self, variable: str) -> str:
        """An entry of an array, or a variable."""
        return f"{variable}[i]" if variable in self.entries else variable

    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        return f"{arm} if {condition} else {otherwise}"

    def assignment(self, variable: str, text: str, new: bool) -> str:
        return f"{self.place(variable)} = {text}"

    def comment(self, text: str) -> str:
        return f"# {text}"


class PlainRule(RulePrinter):
    """The functions of one program, with loops in blocked passes."""

    def blocked(self, phase: Pass) -> None:
        entry = EntryPass(self.program, phase, PlainEntry(self.program.variable))
        arrays, reduced = self.sorted(entry.arrays), entry.reduced
        lines, flags = self.printed(entry.code)
        body = [f"real = {arrays[0]}.dtype.type"]
        body += [f"{name} = np.empty_like({arrays[0]})" for name in reduced]
        body += [f"for i in range({arrays[0]}.size):", *(f"    {line}" for line in lines)]
        body += [f"return {', '.join(reduced)},"] if reduced else []
        rows = ", ".join(f'("{r.name.name}", "{r.kind}", "{r.name.extent}")' for r in phase.reduces)
        name = self.prefix + phase.name
        self.functions.append(
            Function(
                name,
                (*arrays, *self.sorted(entry.scalars), *flags),
                "Entrywise work on one block, entry by entry.",
                tuple(body),
                f'@blocked(stores="{" ".join(entry.stored)}", reductions=[{rows}])',
            )
        )
        self.helpers.add("blocked")
        self.step([f"step.blocks({name})"], phase)


class PlainBackend(NumpyBackend):
    """Declarations as Python loops."""

    name = "plain"
    title = "NumPy"

    def printer(self, declaration: Declaration) -> Printers:
        return PlainRule


def backend() -> PlainBackend:
    """The backend of this folder."""
    return PlainBackend()
