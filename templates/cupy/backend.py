"""From a step program to kernels: `KernelPrinter` prints blocked passes and numbers as CUDA C."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import ClassVar

from sympy import Expr

from optwright.derive.language.extent import ALL, HOST, TENSOR, Extent
from optwright.derive.lower.program import Ask, Line, LoopLine, Numbers, Pass, Program
from optwright.derive.lower.scalar import word
from optwright.templates.cupy.printer import CudaPrinter, CupyPrinter, NumberPrinter, c_name
from optwright.templates.entry import Places
from optwright.templates.numpy.backend import RulePrinter, RuleText, WholePrinter


@dataclass(frozen=True)
class Layout:
    """The numbers that a program keeps on the device: those over all tensors lie first, then those
    of each tensor in turn. `name` is the Python object's, `adopted` are numbers of the program
    before this one."""

    name: str
    all: tuple[str, ...]
    tensor: tuple[str, ...]
    adopted: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.all or name in self.tensor

    def place(self, name: str, tensor: str) -> str:
        """The index of a number in C; `tensor` is the index of the tensor."""
        if name in self.all:
            return str(self.all.index(name))
        start = len(self.all) + self.tensor.index(name)
        return f"{start} + {len(self.tensor)}*{tensor}"


@dataclass(frozen=True)
class Kernel:
    """What the template prints for one blocked pass.

    name        of the Python object; `symbol` is the kernel's name in C
    arrays      all arrays, in the order of the table's columns
    reads       those that are loaded, `writes` those that are stored
    optional    those that may be absent (an oracle that is not always asked)
    groups      numbers of each parameter group, `numbers` those found on the device
    stores      arrays made for later passes
    reductions  (name, kind, extent) of the arrays that are reduced afterwards
    body        the lines for one entry
    layout      where numbers lie on the device
    """

    name: str
    symbol: str
    arrays: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    optional: tuple[str, ...]
    groups: tuple[str, ...]
    numbers: tuple[str, ...]
    stores: tuple[str, ...]
    reductions: tuple[tuple[str, str, str], ...]
    body: tuple[str, ...]
    layout: Layout

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the function of one entry."""
        arrays = [
            f"real_t &{c_name(n)}" if n in self.writes else f"const real_t {c_name(n)}"
            for n in self.arrays
        ]
        return (*arrays, *(f"const real_t {c_name(n)}" for n in (*self.groups, *self.numbers)))

    @property
    def places(self) -> list[tuple[str, str]]:
        """The numbers found on the device with their places in the row."""
        return [(n, self.layout.place(n, "tensor")) for n in self.numbers]

    @property
    def uses_layout(self) -> bool:
        """Whether it reads numbers from the device or leaves some there."""
        return bool(self.numbers or self.reductions)

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
        return [*arrays, *(f"{n}_value" for n in (*self.groups, *self.numbers))]


@dataclass(frozen=True)
class NumberKernel:
    """What the template prints for numbers of extent "all" or "tensor".

    groups    the host's numbers, `facts` ("size", or an axis) those of each tensor's shape
    reads     numbers on the device that are read only, `writes` those that are made
    """

    name: str
    symbol: str
    extent: str
    groups: tuple[str, ...]
    facts: tuple[tuple[str, str | int], ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    body: tuple[str, ...]
    layout: Layout
    uses_layout: ClassVar[bool] = True

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the function of one tensor's numbers."""
        given = (*self.groups, *(n for n, _ in self.facts), *self.reads)
        return (
            *(f"const real_t {c_name(n)}" for n in given),
            *(f"real_t &{c_name(n)}" for n in self.writes),
        )

    @property
    def arguments(self) -> list[str]:
        """Their arguments."""
        facts = range(1, 1 + len(self.facts))
        return [
            *(f"of_group[{k}]" for k in range(len(self.groups))),
            *(f"real_t(row[{k}])" for k in facts),
            *(f"wide[{self.layout.place(n, 'k')}]" for n in (*self.reads, *self.writes)),
        ]

    @property
    def rounded(self) -> list[str]:
        """The places of what is kept rounded to single too."""
        return [self.layout.place(n, "k") for n in self.writes]


class KernelPrinter(RulePrinter):
    """Prints the functions and kernels of one program; `owner` begins the kernels' names in C."""

    whole_printer: ClassVar[type[WholePrinter]] = CupyPrinter

    def __init__(self, program: Program, prefix: str, owner: str) -> None:
        super().__init__(program, prefix)
        self.owner = owner
        self.layout = self._layout()
        self.lifted: dict[Expr, str] = {}
        self._lift_all()

    # --- where numbers lie -----------------------------------------------------------------------

    def _layout(self) -> Layout:
        """Numbers of blocked programs lie on the device; whole passes keep theirs on the host."""
        extents = self.program.extents
        names: dict[str, Extent] = {}
        if self.program.style == "blocked":
            for s in self.optimizer.states:
                names[s.name] = extents[s.name]
            for phase in self.program.phases:
                if isinstance(phase, Numbers) and phase.extent != HOST:
                    names |= {line.name: phase.extent for line in phase.lines}
                elif isinstance(phase, Pass):
                    names |= {r.name: r.extent for r in phase.reduces}
        adopted = self._adopted(set(names)) if self.program.style == "blocked" else ()
        names |= {name: extents[name] for name in adopted}
        return Layout(
            f"{self.prefix}layout".upper(),
            tuple(n for n, e in names.items() if e == ALL),
            tuple(n for n, e in names.items() if e == TENSOR),
            adopted,
        )

    def _adopted(self, made: set[str]) -> tuple[str, ...]:
        """Numbers that depend on data and that a program before this one has made."""
        made |= {"size", "total_size"}
        read: set[str] = set()
        for phase in self.program.phases:
            if isinstance(phase, Ask):
                made |= {phase.name, f"{phase.name}_evaluations"}
            elif isinstance(phase, (Numbers, Pass)):
                made |= {line.name for line in phase.lines if isinstance(line, Line)}
                parts = [*phase.lines, *(phase.reduces if isinstance(phase, Pass) else ())]
                read |= {
                    s.name
                    for x in parts
                    if not isinstance(x, LoopLine)
                    for s in x.expr.free_symbols
                }
        found = {n for n in read - made if self.program.extents.get(n) in (ALL, TENSOR)}
        return tuple(self.sorted(sorted(found)))

    def _lift_all(self) -> None:
        """Give the host the parts of numbers that libraries round differently, where it can."""
        for phase in self.program.phases:
            if isinstance(phase, Numbers) and self._on_device(phase):
                printer = NumberPrinter(self.order, self._lift)
                for line in phase.lines:
                    printer.show(line.expr)
        if not self.lifted:
            return
        lines = tuple(Line(name, expr, HOST, "") for expr, name in self.lifted.items())
        first, *rest = self.program.phases
        if isinstance(first, Numbers) and first.extent == HOST:
            phases = (replace(first, lines=(*first.lines, *lines)), *rest)
        else:
            phases = (Numbers("host", HOST, lines), first, *rest)
        self.program = replace(self.program, phases=phases)

    def _lift(self, expr: Expr) -> str | None:
        if self.program.extent(expr) != HOST:
            return None
        if expr not in self.lifted:
            base = word(expr, self.order) or "host_number"
            taken = {*self.program.extents, *self.lifted.values(), *self.rank}
            name, k = base, 2
            while name in taken:
                name, k = f"{base}{k}", k + 1
            self.lifted[expr] = name
        return self.lifted[expr]

    def _on_device(self, phase: Numbers) -> bool:
        return phase.extent != HOST and self.program.style == "blocked"

    # --- phases ----------------------------------------------------------------------------------

    def numbers(self, phase: Numbers) -> None:
        """A kernel with one thread for each tensor, or one for all; host numbers as NumPy has."""
        if not self._on_device(phase):
            super().numbers(phase)
            return
        printer = NumberPrinter(self.order, self._lift)
        body: list[str] = []
        for line in phase.lines:
            body += [f"// {line.equation}"] if line.equation else []
            body.append(f"{c_name(line.name)} = {printer.show(line.expr)};")
        writes = list(dict.fromkeys(line.name for line in phase.lines))
        # What is read before it is made anew is renewed in its place.
        needed = self.sorted([n for n in printer.names if n not in writes])
        reads = [n for n in needed if n in self.layout]
        facts: list[tuple[str, str | int]] = [("size", "size")] if "size" in needed else []
        facts += list(printer.axes.items())
        known = {*reads, *(n for n, _ in facts)}
        name = self.prefix + phase.name
        self.kernels.append(
            NumberKernel(
                name,
                f"{self.owner}_{name}",
                str(phase.extent),
                tuple(n for n in needed if n not in known),
                tuple(facts),
                tuple(reads),
                tuple(writes),
                tuple(body),
                self.layout,
            )
        )
        self.helpers |= {"NumberKernel"}
        self.advance.append(f"step.numbers({name.upper()})")

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
                tuple(n for n in scalars if n not in self.layout),
                tuple(n for n in scalars if n in self.layout),
                tuple(places.stores),
                tuple((r.name, r.kind, str(r.extent)) for r in phase.reduces),
                tuple(printer.code),
                self.layout,
            )
        )
        self.helpers.add("Kernel")
        self.advance.append(f"step.blocks({name.upper()})")
        self.moved_inside |= set(places.moves)

    def _with_like(self) -> None:
        """Numbers take the type of theta where they join arrays, so it must be at hand."""
        for k, f in enumerate(self.functions):
            if any("weak(" in line for line in f.body):
                self.helpers.add("weak")
                if "theta" not in f.parameters:
                    self.functions[k] = replace(f, parameters=("theta", *f.parameters))

    def text(self, label: str, known: Collection[str] = (), commits: bool = True) -> RuleText:
        text = super().text(label, known, commits)
        self._with_like()
        code = "\n".join([*text.states, *(line for f in text.functions for line in f.body)])
        helpers = self.helpers | ({"cp"} if "cp." in code else set())
        helpers |= {"Layout"} if any(k.uses_layout for k in self.kernels) else set()
        return replace(
            text, functions=tuple(self.functions), helpers=text.helpers | frozenset(helpers)
        )
