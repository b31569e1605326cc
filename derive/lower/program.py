"""A step program: named, typed, ordered operations, cut into phases.

A program says what is computed in which pass over the data, in the author's order and with the
author's names. A pass is cut where the answer of an oracle or of a reduction is consumed:

    Numbers   host values, or scalars found from reductions, in float64
    Ask       a question to an oracle
    Pass      array work on each tensor, with the reductions that end it
    Append    finite histories grow

Two styles of pass. *Blocked*: purely entrywise work, run over cache-sized pieces, temporaries and
all. *Whole*: work that needs whole arrays (matrix products, axes, loops, histories).

Every name is assigned once: what is kept, `m`, has one name for its value before the step and
another for the value that the step makes. Where a new value may lie is decided last, by what is
still read (`optwright.derive.lower.phase`): `moves` lists those that need a place of their own
until the end, so that nothing is overwritten while it is read or an oracle can still fail.

A family is one program. `only` on an operation are the members that carry it out, by their place
in `flags.members`; none said, all do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal, TypeAlias

from sympy import Expr

from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.extent import ALL, Extent
from optwright.derive.lower.flag import ALWAYS, Flags, Only, joined
from optwright.derive.lower.node import Name, Node, read

Style = Literal["blocked", "whole"]


@dataclass(frozen=True)
class Line:
    """One assignment, made from an equation that is shown as a comment.

    `index` is that of a member of a loop whose members are all kept.
    """

    name: Name
    value: Node
    equation: str = ""
    index: Expr | None = None
    only: Only = ALWAYS


@dataclass(frozen=True)
class LoopLine:
    """A bounded recurrence inside a whole pass. `recorded` names keep every member."""

    index: str
    first: Node
    last: Node
    downward: bool
    init: tuple[Line, ...]
    body: tuple[Line, ...]
    recorded: frozenset[str]
    only: Only = ALWAYS


@dataclass(frozen=True)
class Reduce:
    """A reduction that ends a pass: the sum or the maximum of the entries of `value`."""

    name: Name
    kind: Literal["sum", "max", "nonfinite"]
    value: Node
    only: Only = ALWAYS


@dataclass(frozen=True)
class Ask:
    """A question: `name` is the answer, `at` the point (None: the current parameters)."""

    name: Name
    oracle: str
    at: Name | None = None
    vector: Name | None = None
    when: Name | None = None
    contract: str = ""
    start: Node | None = None
    constants: tuple[Node, ...] = ()
    draw: int = 1
    only: Only = ALWAYS


@dataclass(frozen=True)
class Numbers:
    """Scalars of one extent, in float64; `extent` host is the pass that opens a step."""

    name: str
    extent: Extent
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Pass:
    """Array work on each tensor. `stores` are arrays that later passes or oracles read."""

    name: str
    style: Style
    lines: tuple[Line | LoopLine, ...]
    reduces: tuple[Reduce, ...]
    stores: tuple[str, ...]


@dataclass(frozen=True)
class Append:
    """Histories grow by the named arrays, where `when` (the name of a number) is true."""

    values: tuple[tuple[str, Name], ...]
    when: Name | None
    only: Only = ALWAYS


Phase: TypeAlias = Numbers | Ask | Pass | Append
Operation: TypeAlias = Line | LoopLine | Reduce | Ask | Append


@dataclass(frozen=True)
class Program:
    """A lowered plain system, or family of systems.

    optimizer  the system, of a family the default member
    moves      what is kept and whose new value lies elsewhere until the end: name and place
    extents    of every sequence, answer and number
    until      the number that ends the repetition, if the system repeats
    views      the views of each member, in names of what is kept
    step       θ[t] - θ[t - 1], where θ[t - 1] is a term of the sum and all members agree on it
    """

    optimizer: Optimizer
    style: Style
    phases: tuple[Phase, ...]
    moves: Mapping[str, str]
    extents: Mapping[str, Extent]
    flags: Flags
    at_most: Node | None = None
    until: Name | None = None
    views: Mapping[str, Node] = field(default_factory=dict)
    step: Node | None = None

    def variable(self, name: Name) -> str:
        """The variable in which a value lies."""
        return name.name if name.old else self.moves.get(name.name, name.name)

    @property
    def kept(self) -> tuple[str, ...]:
        """θ and what else is kept as arrays or numbers, histories aside."""
        return ("theta", *(s.name for s in self.flags.states))

    @property
    def arrays(self) -> tuple[str, ...]:
        """θ and what else is kept as arrays."""
        return tuple(n for n in self.kept if not self.extents[n].scalar)

    @property
    def numbers(self) -> dict[str, Extent]:
        """The numbers that a step computes, in order, with their extents."""
        found = {}
        for phase in self.phases:
            if isinstance(phase, Numbers):
                found.update({line.name.name: phase.extent for line in phase.lines})
            elif isinstance(phase, Pass):
                found.update({r.name.name: r.name.extent for r in phase.reduces})
        return found

    @property
    def shared(self) -> tuple[str, ...]:
        """Hyperparameters that enter a number over all tensors."""
        hyper = [h.name for h in self.flags.hyper]
        used: set[str] = set()
        for phase in self.phases:
            if isinstance(phase, Numbers) and phase.extent == ALL:
                used.update(read(line.value for line in phase.lines))
        return tuple(h for h in hyper if h in used or self.optimizer.scope == "all")

    def late(self, phase: Pass) -> dict[str, str]:
        """New values that lie apart until the end of this pass, and where each belongs."""
        own = [n for n in made(phase) if n in self.moves and n in self.arrays]
        return {self.moves[n]: n for n in own} if self.is_last(phase) else {}

    def only(self, phase: Pass, name: str) -> Only:
        """The members to which a pass gives a new value of that name."""
        lines = [x for line in phase.lines for x in assignments(line) if x.name.name == name]
        return reduce(joined, (x.only for x in lines))

    def stored(self, phase: Pass) -> tuple[str, ...]:
        """The arrays that a pass makes besides those that are kept, for what follows."""
        late, kept = self.late(phase), self.arrays
        made_here = (Name(n, self.extents[n]) for n in phase.stores)
        variables = (self.variable(x) for x in made_here)
        return tuple(v for v in variables if v not in late and v not in kept)

    def is_last(self, phase: Pass) -> bool:
        """Whether nothing is asked or computed after this pass."""
        following = self.phases[self.phases.index(phase) + 1 :]
        return not any(isinstance(p, (Ask, Pass, Append)) for p in following)


def assignments(operation: Line | LoopLine) -> tuple[Line, ...]:
    """The lines of an operation, those of a loop with its start."""
    if isinstance(operation, LoopLine):
        return (*operation.init, *operation.body)
    return (operation,)


def nodes(operation: Operation) -> Iterator[Node]:
    """What an operation reads."""
    if isinstance(operation, (Line, Reduce)):
        yield operation.value
    elif isinstance(operation, LoopLine):
        yield from (operation.first, operation.last)
        yield from (line.value for line in assignments(operation))
    elif isinstance(operation, Append):
        yield from (x for _, x in operation.values)
        if operation.when is not None:
            yield operation.when
    else:
        parts = (operation.at, operation.vector, operation.when, operation.start)
        yield from (x for x in parts if x is not None)
        yield from operation.constants


def operations(phase: Phase) -> tuple[Operation, ...]:
    """What a phase carries out, in order."""
    if isinstance(phase, Pass):
        return (*phase.lines, *phase.reduces)
    return phase.lines if isinstance(phase, Numbers) else (phase,)


def made(phase: Pass | Numbers) -> tuple[str, ...]:
    """The names that a pass assigns, in order."""
    lines: tuple[Line | LoopLine, ...] = phase.lines
    return tuple(dict.fromkeys(x.name.name for line in lines for x in assignments(line)))


def reads(phase: Phase) -> tuple[str, ...]:
    """The names that a phase reads, each once."""
    return read(x for o in operations(phase) for x in nodes(o))
