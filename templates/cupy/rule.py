"""From a step program to kernels: `KernelPrinter` prints blocked passes and numbers as CUDA C."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from optwright.derive.language.extent import ALL, HOST, TENSOR, Extent
from optwright.derive.lower.flag import ALWAYS, Only
from optwright.derive.lower.node import Apply, Name, Node, is_host, mapped, read
from optwright.derive.lower.phase import fresh
from optwright.derive.lower.program import (
    Ask,
    Line,
    Numbers,
    Pass,
    Program,
    made,
    nodes,
    operations,
)
from optwright.derive.lower.scalar import word
from optwright.templates.cupy.printer import CudaEntry, CudaNumbers, CupyForm, c_name, is_inexact
from optwright.templates.entry_form import EntryPass
from optwright.templates.flagged import C, constant
from optwright.templates.numpy.printer import NumpyForm
from optwright.templates.numpy.rule import Part, RulePrinter, RuleText


@dataclass(frozen=True)
class Layout:
    """The numbers that a program keeps on the device: those over all tensors lie first, then those
    of each tensor in turn. `name` is the Python object's, `adopted` are numbers of the program
    before this one."""

    name: str
    all: tuple[str, ...]
    tensor: tuple[str, ...]
    adopted: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        """What the object is told."""
        return _told(all=self.all, tensor=self.tensor, adopted=self.adopted)

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
    optional    those that may be absent in a step (an oracle that is not always asked)
    guards      conditions, in C, on which arrays are there that are not in every member or step
    groups      numbers of each parameter group, `numbers` those found on the device
    stores      arrays made for later passes
    reductions  (name, kind, extent) of the arrays that are reduced afterwards
    body        the lines for one entry; `flags` are the constants on which they depend
    layout      where numbers lie on the device
    """

    name: str
    symbol: str
    arrays: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    optional: tuple[str, ...]
    guards: Mapping[str, str]
    groups: tuple[str, ...]
    numbers: tuple[str, ...]
    stores: tuple[str, ...]
    reductions: tuple[tuple[str, str, str], ...]
    body: tuple[str, ...]
    flags: tuple[str, ...]
    layout: Layout
    kind: ClassVar[str] = "Kernel"

    @property
    def options(self) -> list[str]:
        """What the object is told."""
        told = _told(
            arrays=self.arrays,
            optional=self.optional,
            groups=self.groups,
            flags=self.flags,
            stores=self.stores,
        )
        rows = ", ".join(f'("{name}", "{kind}", "{e}")' for name, kind, e in self.reductions)
        told += [f"reductions=({rows},)"] if rows else []
        told += [f"layout={self.layout.name}"] if self.uses_layout else []
        return ["SOURCE", f'"{self.symbol}"', *told]

    @property
    def parameters(self) -> list[str]:
        """The parameters of the function of one entry."""
        return [
            f"real_t &{c_name(n)}" if n in self.writes else f"const real_t {c_name(n)}"
            for n in self.arrays
        ]

    @property
    def addresses(self) -> list[str]:
        return [f"row[{k}]" for k in range(len(self.arrays))]

    @property
    def pointers(self) -> list[str]:
        """Where each array begins, in the chunk."""
        return [
            f"*{n}_at = place_any(row[{k}], start)"
            if n in self.optional
            else f"*{n}_at = {self.guarded(n, f'place(row[{k}], start)', '(real_t *)0')}"
            for k, n in enumerate(self.arrays)
        ]

    def guarded(self, name: str, text: str, otherwise: str) -> str:
        """A text for an array that is there, else another."""
        return f"{self.guards[name]} ? {text} : {otherwise}" if name in self.guards else text

    @property
    def given(self) -> list[str]:
        """The numbers of the group."""
        return [f"{c_name(n)} = of_group[{k}]" for k, n in enumerate(self.groups)]

    @property
    def found(self) -> list[str]:
        """The numbers found on the device, from their places in the row."""
        return [f"{c_name(n)} = numbers[{self.layout.place(n, 'tensor')}]" for n in self.numbers]

    @property
    def uses_layout(self) -> bool:
        """Whether it reads numbers from the device or leaves some there."""
        return bool(self.numbers or self.reductions)

    @property
    def lacking(self) -> list[str]:
        """The arrays that are written and may be absent."""
        return [n for n in self.writes if n in self.guards]

    @property
    def ones(self) -> list[str]:
        """One entry of each of those."""
        return [f"{n}_one = {self.guarded(n, f'{n}_at[i]', 'real_t(0)')}" for n in self.lacking]

    @property
    def loads(self) -> list[str]:
        """The packs of a thread, loaded where they are read."""
        return [
            f"{n}_pack = {self.guarded(n, f'load({n}_at, i)', 'pack()')}"
            if n in self.reads
            else f"{n}_pack"
            for n in self.arrays
        ]

    @property
    def stored(self) -> list[str]:
        """The statements that store packs."""
        return [
            f"{f'if ({self.guards[n]}) ' if n in self.guards else ''}store({n}_at, i, {n}_pack);"
            for n in self.writes
        ]

    @property
    def packed(self) -> list[str]:
        """The arguments for entry k of a pack."""
        return [f"{n}_pack.at[k]" for n in self.arrays]

    @property
    def single(self) -> list[str]:
        """The arguments for entry i of a chunk."""
        return [
            f"{n}_one" if n in self.lacking else self.guarded(n, f"{n}_at[i]", "real_t(0)")
            for n in self.arrays
        ]


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
    flags: tuple[str, ...]
    layout: Layout
    uses_layout: ClassVar[bool] = True
    kind: ClassVar[str] = "NumberKernel"

    @property
    def options(self) -> list[str]:
        """What the object is told."""
        told = [f'extent="{self.extent}"', *_told(groups=self.groups, flags=self.flags)]
        facts = "".join(f"{f!r}, ".replace("'", '"') for _, f in self.facts)
        told += [f"facts=({facts.strip()})"] if facts else []
        return ["NUMBERS_SOURCE", f'"{self.symbol}"', *told, f"layout={self.layout.name}"]

    @property
    def given(self) -> list[str]:
        """The numbers that are read only: of the group, of the shape, found on the device."""
        found = [(n, f"of_group[{k}]") for k, n in enumerate(self.groups)]
        found += [(n, f"real_t(row[{k}])") for k, (n, _) in enumerate(self.facts, start=1)]
        found += [(n, f"wide[{self.layout.place(n, 'i')}]") for n in self.reads]
        return [f"{c_name(n)} = {text}" for n, text in found]

    @property
    def made(self) -> list[str]:
        """The numbers that are made, where they lie."""
        return [f"&{c_name(n)} = wide[{self.layout.place(n, 'i')}]" for n in self.writes]

    @property
    def rounded(self) -> list[str]:
        """What is kept rounded to single too."""
        places = [(n, self.layout.place(n, "i")) for n in self.writes]
        return [f"single[{place}] = float({c_name(n)});" for n, place in places]


def _told(**names: Sequence[str]) -> list[str]:
    """Arguments that are names separated by blanks, those that there are."""
    return [f'{word}="{" ".join(found)}"' for word, found in names.items() if found]


def lifted(program: Program) -> Program:
    """The program with the host giving, of the numbers that are made on the device, the parts that
    libraries round differently, where they need no data."""
    if program.style != "blocked":
        return program
    made_: dict[Node, Name] = {}
    taken = {*program.extents, *(h.name for h in program.flags.hyper)}

    def change(node: Node) -> Node | None:
        if not (isinstance(node, Apply) and is_inexact(node) and is_host(node)):
            return None
        if node not in made_:
            made_[node] = Name(fresh(word(node) or "host_number", taken), HOST)
        return made_[node]

    phases = [
        replace(p, lines=tuple(replace(x, value=mapped(x.value, change)) for x in p.lines))
        if isinstance(p, Numbers) and p.extent != HOST
        else p
        for p in program.phases
    ]
    if not made_:
        return program
    lines = tuple(Line(name, node) for node, name in made_.items())
    first = phases[0]
    if isinstance(first, Numbers) and first.extent == HOST:
        phases[0] = replace(first, lines=(*first.lines, *lines))
    else:
        phases.insert(0, Numbers("host", HOST, lines))
    extents = {**program.extents, **{name.name: HOST for name in made_.values()}}
    return replace(program, phases=tuple(phases), extents=extents)


class KernelPrinter(RulePrinter):
    """Prints the functions and kernels of one program; `owner` begins the kernels' names in C."""

    form: ClassVar[type[NumpyForm]] = CupyForm

    def __init__(self, program: Program, prefix: str, owner: str) -> None:
        super().__init__(lifted(program), prefix)
        self.owner = owner
        self.layout = self._layout()
        self.values: dict[str, str] = {}
        """Flags that kernels know as truth values, and how they are found."""

    # --- where numbers lie -----------------------------------------------------------------------

    def _layout(self) -> Layout:
        """Numbers of blocked programs lie on the device; whole passes keep theirs on the host."""
        program = self.program
        names: dict[str, Extent] = {}
        adopted: tuple[str, ...] = ()
        if program.style == "blocked":
            for s in self.flags.states:
                names[s.name] = program.extents[s.name]
            for name, extent in program.numbers.items():
                if extent != HOST:
                    names[program.variable(Name(name, extent))] = extent
            adopted = self._adopted(set(names))
        names |= {name: program.extents[name] for name in adopted}
        return Layout(
            f"{self.prefix}layout".upper(),
            tuple(n for n, e in names.items() if e == ALL),
            tuple(n for n, e in names.items() if e == TENSOR),
            adopted,
        )

    def _adopted(self, known: Collection[str]) -> tuple[str, ...]:
        """Numbers that depend on data and that a program before this one has made."""
        known = {*known, "size", "total_size"}
        used: set[str] = set()
        for phase in self.program.phases:
            if isinstance(phase, Ask):
                known |= {phase.name.name, f"{phase.name.name}_evaluations"}
            elif isinstance(phase, (Numbers, Pass)):
                known |= set(made(phase))
                used |= set(read(x for o in operations(phase) for x in nodes(o)))
        found = {n for n in used - known if self.program.extents.get(n) in (ALL, TENSOR)}
        return tuple(self.sorted(sorted(found)))

    # --- phases ----------------------------------------------------------------------------------

    def written(self, parts: Sequence[Part]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Lines in C with what some members carry out under constants, and these."""
        used: dict[str, None] = {}
        lines = C.written(parts, self.flags, used=used)
        return tuple(lines), tuple(self._known(used))

    def _known(self, constants: Iterable[str]) -> list[str]:
        """Constants of C, noted where they are no flags themselves."""
        names = list(constants)
        for flag, choices in self.flags.choices.items():
            for value in choices:
                if (name := constant(flag, value)) in names and name not in self.flags.choices:
                    shown = f'"{value}"' if isinstance(value, str) else repr(value)
                    self.values[name] = f"{flag} == {shown}"
        return names

    def constants(self) -> list[tuple[str, str]]:
        return list(self.values.items())

    def numbers(self, phase: Numbers) -> None:
        """A kernel with one thread for each tensor, or one for all; host numbers as NumPy has."""
        if phase.extent == HOST or self.program.style != "blocked":
            super().numbers(phase)
            return
        form = CudaNumbers(self.program.variable)
        parts: list[Part] = []
        for line in phase.lines:
            variable = c_name(self.program.variable(line.name))
            remark = [f"// {line.equation}"] if line.equation else []
            parts.append(([*remark, f"{variable} = {form.show(line.value)};"], line.only))
        writes = list(dict.fromkeys(self.program.variable(x.name) for x in phase.lines))
        # What is read before it is made anew is renewed in its place.
        needed = self.sorted([n for n in form.names if n not in writes])
        reads = [n for n in needed if n in self.layout]
        facts: list[tuple[str, str | int]] = [("size", "size")] if "size" in needed else []
        facts += list(form.axes.items())
        known = {*reads, *(n for n, _ in facts)}
        name = self.prefix + phase.name
        body, flags = self.written(parts)
        self.kernels.append(
            NumberKernel(
                name,
                f"{self.owner}_{name}",
                str(phase.extent),
                tuple(n for n in needed if n not in known),
                tuple(facts),
                tuple(reads),
                tuple(writes),
                body,
                flags,
                self.layout,
            )
        )
        self.helpers |= {"NumberKernel"}
        self.step([f"step.numbers({name.upper()})"], phase)

    def blocked(self, phase: Pass) -> None:
        """A kernel that carries a blocked pass over many tensors."""
        form = CudaEntry(self.program.variable)
        entry = EntryPass(self.program, phase, form)
        outputs = self.sorted(entry.outputs)
        arrays = self.sorted([*entry.loaded, *outputs]) + entry.reduced
        scalars = self.sorted(entry.scalars)
        name = self.prefix + phase.name
        body, flags = self.written(entry.code)
        guards, more = self._guards()
        self.kernels.append(
            Kernel(
                name,
                f"{self.owner}_{name}",
                tuple(arrays),
                tuple(n for n in arrays if n in entry.loaded),
                (*outputs, *entry.reduced),
                tuple(n for n in arrays if guards.get(n) == f"{n}_at"),
                {n: guard for n, guard in guards.items() if n in arrays},
                tuple(n for n in scalars if n not in self.layout),
                tuple(n for n in scalars if n in self.layout),
                entry.stored,
                tuple((r.name.name, r.kind, str(r.name.extent)) for r in phase.reduces),
                body,
                tuple(dict.fromkeys((*flags, *(f for n in arrays for f in more.get(n, ()))))),
                self.layout,
            )
        )
        self.helpers.add("Kernel")
        self.step([f"step.blocks({name.upper()})"], phase)

    def _guards(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """For arrays that may be absent, when they are there, and the constants that decide it."""
        guards: dict[str, str] = {}
        constants: dict[str, list[str]] = {}
        members: dict[str, Only] = {
            s.name: self.flags.having(lambda x, n=s.name: n in {y.name for y in x.states})
            for s in self.flags.states
        }
        for phase in self.program.phases:
            if isinstance(phase, Ask):
                members[phase.name.name] = phase.only
                if phase.when is not None:
                    guards[phase.name.name] = f"{phase.name.name}_at"
        for name, only in members.items():
            if only != ALWAYS and name not in guards:
                condition = self.flags.condition(only)
                guards[name] = C.condition(condition)
                constants[name] = self._known(C.constants(condition))
        return guards, constants

    def _with_like(self) -> None:
        """Numbers take the type of theta where they join arrays, so it must be at hand."""
        for k, f in enumerate(self.functions):
            if any("weak(" in line for line in f.body):
                self.helpers.add("weak")
                if "theta" not in f.parameters:
                    self.functions[k] = replace(f, parameters=("theta", *f.parameters))

    def text(self, label: str, commits: bool = True) -> RuleText:
        text = super().text(label, commits)
        self._with_like()
        code = "\n".join([*text.states, *(line for f in text.functions for line in f.body)])
        helpers = self.helpers | ({"cp"} if "cp." in code else set())
        helpers |= {"Layout"} if any(k.uses_layout for k in self.kernels) else set()
        return replace(
            text,
            functions=tuple(self.functions),
            helpers=text.helpers | frozenset(helpers),
            kernels=tuple(self._with_constants()),
        )

    def _with_constants(self) -> Iterator[Kernel | NumberKernel]:
        """Kernels of one text are compiled together, so each has the constants of all."""
        for kernel in self.kernels:
            beside = (k.flags for k in self.kernels if type(k) is type(kernel))
            flags = tuple(dict.fromkeys(flag for flags in beside for flag in flags))
            yield replace(kernel, flags=flags)
