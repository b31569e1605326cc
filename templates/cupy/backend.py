"""From a step program to kernels: `KernelPrinter` prints blocked passes as CUDA C."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import ClassVar

from optwright.derive.extent import COORDINATE, TENSOR
from optwright.derive.program import Ask, Line, Pass, Program, made
from optwright.templates.cupy.printer import CudaPrinter, CupyPrinter, c_name
from optwright.templates.numpy.backend import RulePrinter, RuleText, WholePrinter


@dataclass(frozen=True)
class Kernel:
    """What the template prints for one blocked pass.

    name        of the Python object; `symbol` is the kernel's name in C
    arrays      all arrays, in the order of the table's columns
    reads       those that are loaded, `writes` those that are stored
    optional    those that may be absent (an oracle that is not always asked)
    groups      numbers of each parameter group, `tensors` numbers of each tensor
    stores      arrays made for later passes
    reductions  (name, kind, extent) of the arrays that are reduced afterwards
    body        the lines for one entry
    """

    name: str
    symbol: str
    arrays: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    optional: tuple[str, ...]
    groups: tuple[str, ...]
    tensors: tuple[str, ...]
    stores: tuple[str, ...]
    reductions: tuple[tuple[str, str, str], ...]
    body: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the function of one entry."""
        arrays = [
            f"real_t &{c_name(n)}" if n in self.writes else f"const real_t {c_name(n)}"
            for n in self.arrays
        ]
        return (*arrays, *(f"const real_t {c_name(n)}" for n in (*self.groups, *self.tensors)))

    @property
    def packed(self) -> list[str]:
        """The arguments for entry k of a pack."""
        return self._arguments("{0}_pack.at[k]", "{0}_pack.at[k]")

    @property
    def single(self) -> list[str]:
        """The arguments for entry i of a chunk."""
        return self._arguments("{0}_at[i]", "{0}_at ? {0}_at[i] : real_t(0)")

    def _arguments(self, entry: str, optional: str) -> list[str]:
        arrays = [(optional if n in self.optional else entry).format(n) for n in self.arrays]
        return [*arrays, *(f"{n}_value" for n in (*self.groups, *self.tensors))]


class KernelPrinter(RulePrinter):
    """Prints the functions and kernels of one program; `owner` begins the kernels' names in C."""

    whole_printer: ClassVar[type[WholePrinter]] = CupyPrinter

    def __init__(self, program: Program, prefix: str, owner: str) -> None:
        super().__init__(program, prefix)
        self.owner = owner

    def blocked(self, phase: Pass, before: set[str]) -> None:
        """A kernel that carries a blocked pass over many tensors."""
        extents = self.program.extents
        names = {
            s.name for line in phase.lines if isinstance(line, Line) for s in line.expr.free_symbols
        }
        names |= {s.name for r in phase.reduces for s in r.expr.free_symbols}
        kept = {"theta", *(s.name for s in self.optimizer.states if not extents[s.name].scalar)}
        made_here = made(phase)
        moves = {new: old for old, new in self.program.moves.items() if new in made_here}
        moves = {
            new: old
            for new, old in moves.items()
            if self.is_last(phase) and not extents[old].scalar
        }
        stores = [n for n in phase.stores if n not in moves and n not in kept]
        written = [n for n in made_here if n in kept]
        arrays = {n for n in names if (n in before or n in kept)}
        arrays = {n for n in arrays if not extents.get(n, COORDINATE).scalar}
        printer = CudaPrinter(self.order, arrays, {*written, *stores, *moves.values()})
        for line in phase.lines:
            assert isinstance(line, Line)
            printer.line(line)
        reduced = []
        for r in phase.reduces:
            text = printer.show(r.expr)
            reduced.append(r.name)
            printer.outputs.add(r.name)
            printer.assign(r.name, f"nonfinite({text})" if r.kind == "nonfinite" else text)
        for new, old in moves.items():
            printer.assign(old, c_name(new))
        writes = self.sorted([*written, *stores, *moves.values()]) + reduced
        places = self.sorted([*printer.reads, *written, *moves.values(), *stores]) + reduced
        scalars = self.sorted(list(printer.scalars))
        per_tensor = [n for n in scalars if extents.get(n) == TENSOR]
        asked = {
            p.name for p in self.program.phases if isinstance(p, Ask) and p.when is not None
        }
        name = self.prefix + phase.name
        self.kernels.append(
            Kernel(
                name,
                f"{self.owner}_{name}",
                tuple(places),
                tuple(n for n in places if n in printer.reads),
                tuple(writes),
                tuple(n for n in places if n in asked),
                tuple(n for n in scalars if n not in per_tensor),
                tuple(per_tensor),
                tuple(stores),
                tuple((r.name, r.kind, str(r.extent)) for r in phase.reduces),
                tuple(printer.code),
            )
        )
        self.helpers.add("Kernel")
        self.advance.append(f"step.blocks({name.upper()})")
        self.moved_inside |= set(moves)

    def text(self, label: str, known: Collection[str] = (), commits: bool = True) -> RuleText:
        text = super().text(label, known, commits)
        code = "\n".join([*text.states, *(line for f in text.functions for line in f.body)])
        return replace(text, helpers=text.helpers | {"cp"}) if "cp." in code else text
