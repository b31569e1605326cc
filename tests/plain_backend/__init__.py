"""A backend that prints plain Python loops over single entries: the example of CONTRIBUTING.

Entrywise work is a loop of scalar arithmetic; whole arrays, steps and modules are as NumPy has
them, so this backend is a printer, a way to arrange its lines, and `backend()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sympy import Expr

from optwright.derive.language.declaration import Declaration
from optwright.derive.lower.program import Pass
from optwright.templates.entry import EntryPrinter, Places
from optwright.templates.numpy import NumpyBackend
from optwright.templates.numpy.backend import Function, Printers, RulePrinter
from optwright.templates.numpy.printer import UFUNCS, literal


class PlainPrinter(EntryPrinter):
    """One entry, `x[i]`, in Python; `real` is the compute type."""

    language: ClassVar[str] = "plain"
    functions: ClassVar[Mapping[str, str]] = {**UFUNCS, "cbrt": "np.cbrt", "pow": "np.power"}
    words: ClassVar[tuple[str, str, str]] = ("and", "or", "not ")

    def number(self, number: Expr) -> str:
        return f"real({literal(number)})"

    def name(self, name: str) -> str:
        entry = name in self.outputs or (name in self.arrays and name not in self.declared)
        return f"{name}[i]" if entry else name

    def choice(self, condition: str, arm: str, otherwise: str) -> str:
        return f"{arm} if {condition} else {otherwise}"

    def truth(self, name: str) -> str:
        return name

    def assignment(self, name: str, text: str, new: bool) -> str:
        return f"{self.name(name) if name in self.outputs else name} = {text}"

    def comment(self, text: str) -> str:
        return f"# {text}"


class PlainRule(RulePrinter):
    """The functions of one program, with loops in blocked passes."""

    def blocked(self, phase: Pass, before: set[str]) -> None:
        extents = self.program.extents
        kept = {"theta", *(s.name for s in self.optimizer.states if not extents[s.name].scalar)}
        places = Places(phase, before, kept, extents, self.program.moves, self.is_last(phase))
        printer = PlainPrinter(self.order, places.arrays, ())
        reduced = places.print(printer, phase)
        outputs = [*places.written, *places.stores, *places.moves.values()]
        arrays = self.sorted([*printer.reads, *outputs])
        body = [f"real = {arrays[0]}.dtype.type"]
        body += [f"{name} = np.empty_like({arrays[0]})" for name in reduced]
        body += [f"for i in range({arrays[0]}.size):", *(f"    {line}" for line in printer.code)]
        body += [f"return {', '.join(reduced)},"] if reduced else []
        rows = ", ".join(f'("{r.name}", "{r.kind}", "{r.extent}")' for r in phase.reduces)
        name = self.prefix + phase.name
        self.functions.append(
            Function(
                name,
                (*arrays, *self.sorted(list(printer.scalars))),
                "Entrywise work on one block, entry by entry.",
                tuple(body),
                f'@blocked(stores="{" ".join(places.stores)}", reductions=[{rows}])',
            )
        )
        self.helpers.add("blocked")
        self.advance.append(f"step.blocks({name})")
        self.moved_inside |= set(places.moves)


class PlainBackend(NumpyBackend):
    """Declarations as Python loops."""

    name = "plain"
    title = "NumPy"

    def printer(self, declaration: Declaration) -> Printers:
        return PlainRule


def backend() -> PlainBackend:
    """The backend of this folder."""
    return PlainBackend()
