"""From a step program to kernels: `KernelPrinter` prints blocked passes as CUDA C."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import ClassVar

from optwright.derive.extent import TENSOR
from optwright.derive.program import Ask, Pass, Program
from optwright.templates.cupy.printer import CudaPrinter, CupyPrinter, c_name
from optwright.templates.entry import Places
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
        kept = {"theta", *(s.name for s in self.optimizer.states if not extents[s.name].scalar)}
        places = Places(phase, before, kept, extents, self.program.moves, self.is_last(phase))
        printer = CudaPrinter(self.order, places.arrays, ())
        reduced = places.print(printer, phase)
        outputs = [*places.written, *places.stores, *places.moves.values()]
        arrays = self.sorted([*printer.reads, *outputs]) + reduced
        scalars = self.sorted(list(printer.scalars))
        per_tensor = [n for n in scalars if extents.get(n) == TENSOR]
        asked = {p.name for p in self.program.phases if isinstance(p, Ask) and p.when is not None}
        name = self.prefix + phase.name
        self.kernels.append(
            Kernel(
                name,
                f"{self.owner}_{name}",
                tuple(arrays),
                tuple(n for n in arrays if n in printer.reads),
                tuple([*self.sorted(outputs), *reduced]),
                tuple(n for n in arrays if n in asked),
                tuple(n for n in scalars if n not in per_tensor),
                tuple(per_tensor),
                tuple(places.stores),
                tuple((r.name, r.kind, str(r.extent)) for r in phase.reduces),
                tuple(printer.code),
            )
        )
        self.helpers.add("Kernel")
        self.advance.append(f"step.blocks({name.upper()})")
        self.moved_inside |= set(places.moves)

    def text(self, label: str, known: Collection[str] = (), commits: bool = True) -> RuleText:
        text = super().text(label, known, commits)
        code = "\n".join([*text.states, *(line for f in text.functions for line in f.body)])
        return replace(text, helpers=text.helpers | {"cp"}) if "cp." in code else text
