"""From operations to a program: joined, cut into passes, numbers named, new values placed.

`lower` does it for a plain system, `lower_family` for all members of a family at once,
`lower_route` for what a route's branches share and for each branch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import sympy

from optwright.derive.language.declaration import (
    DeclarationError,
    Family,
    Optimizer,
    Route,
)
from optwright.derive.language.extent import ALL, HOST, TENSOR, Extent
from optwright.derive.lower.flag import ALWAYS, Flags, Only, marked, meets, merged
from optwright.derive.lower.node import Apply, Name, Node, is_number, mapped, names, read
from optwright.derive.lower.program import (
    Append,
    Ask,
    Line,
    LoopLine,
    Numbers,
    Operation,
    Pass,
    Phase,
    Program,
    Reduce,
    Style,
    assignments,
    made,
    nodes,
    operations,
    reads,
)
from optwright.derive.lower.scalar import word
from optwright.derive.lower.walk import Walk, style_of


def lower(optimizer: Optimizer) -> Program:
    """The step program of a plain system. Raises DeclarationError for what no backend can run."""
    walk = Walk(optimizer, optimizer.step, style_of(optimizer, optimizer.step)).run()
    return _assembled([walk], Flags({}, (({}, optimizer),)))


def lower_family(family: Family) -> Program:
    """The program of all members of a family; what differs stands under its flag.

    Raises DeclarationError for members that differ in what flags cannot say: their scope, or what
    extent a name has.
    """
    systems = [system for _, system in family.members]
    for what in ("scope", "repeat"):
        if len({str(getattr(s, what)) for s in systems}) > 1:
            raise DeclarationError(family.id, what, "differs between members: make two families")
    styles = {style_of(s, s.step) for s in systems}
    style: Style = "whole" if "whole" in styles else "blocked"
    walks = [Walk(s, s.step, style).run() for s in systems]
    asked = {o.name.name for w in walks for o in w.ops if isinstance(o, Ask)}
    given = {o.name.name for w in walks for o in (*w.host, *w.ops) if isinstance(o, Line)}
    if both := asked & given:
        walks = [Walk(s, s.step, style, assigned=both).run() for s in systems]
    return _assembled(walks, Flags(family.choices, family.members))


def lower_route(route: Route) -> tuple[Program, tuple[Program, ...]]:
    """The program of what a route's branches share, and one program for each branch after it.

    The shared program runs over the tensors of all branches; its values are known to the branches.
    """
    systems = [branch for _, branch in route.branches]
    first = Walk(systems[0], route.shared, style_of(systems[0], route.shared)).run()
    kept = {s.name for branch in systems for s in branch.state}
    for name in sorted(kept & set(first.made)):
        raise DeclarationError(
            route.id, name, "is state that a route's branches share: keep it in one branch"
        )
    programs = []
    for branch in systems:
        own = route.own(branch)
        walk = Walk(branch, own, style_of(branch, own), first).run()
        programs.append(_assembled([walk], Flags({}, (({}, branch),))))
    needed = {name for program in programs for phase in program.phases for name in reads(phase)}
    return _assembled([first], Flags({}, (({}, systems[0]),)), needed), tuple(programs)


def _assembled(walks: Sequence[Walk], flags: Flags, needed: Collection[str] = ()) -> Program:
    """The program of some members' operations; `needed` are names that others read after it."""
    first = walks[0]
    extents = dict(first.extents)
    for walk in walks[1:]:
        for name, extent in walk.extents.items():
            if extents.setdefault(name, extent) != extent:
                raise DeclarationError(
                    walk.optimizer.id,
                    name,
                    f"is {extents[name]} in one member of the family and {extent} in another:"
                    " use two names",
                )
    host = [marked(x, only) for x, only in merged([w.host for w in walks])]
    ops = [marked(x, only) for x, only in merged([w.ops for w in walks])]
    taken = set().union(*(w.names for w in walks))
    phases = _cut(ops, first.style, first.optimizer.scope)
    if host:
        phases.insert(0, Numbers("host", HOST, tuple(host)))
    if first.style == "blocked":
        phases = _Hoist(extents, taken, first, flags).phases(phases)
    phases = _numbered(phases)
    kept = ["theta", *(s.name for s in flags.states)]
    moves = {}
    for name in _displaced(phases, kept):
        moves[name] = fresh(f"{name}_next", taken)
        extents[moves[name]] = extents[name]
    needed = {*needed, *moves, *([first.until.name] if first.until else [])}
    repeat = first.optimizer.repeat
    steps = {w.move() for w in walks}
    return Program(
        first.optimizer,
        first.style,
        tuple(_with_stores(phases, needed)),
        moves,
        extents,
        flags,
        first.node(sympy.sympify(repeat.at_most)) if repeat else None,
        first.until,
        {n: first.view(n, sympy.sympify(x)) for n, x in first.optimizer.views.items()},
        steps.pop() if len(steps) == 1 else None,
    )


def fresh(base: str, taken: set[str]) -> str:
    """`base`, or `base2`, … where that is taken; it is taken then."""
    name, k = base, 2
    while name in taken:
        name, k = f"{base}{k}", k + 1
    taken.add(name)
    return name


# --- passes --------------------------------------------------------------------------------------


def _cut(ops: Sequence[Operation], style: Style, scope: str) -> list[Phase]:
    """Group the work into passes, in order; numbers wait until the pass they need has ended."""
    phases: list[Phase] = []
    lines: list[Line | LoopLine] = []
    reduces: list[Reduce] = []
    waiting: list[Line] = []

    def number(line: Line) -> None:
        last = phases[-1] if phases else None
        extent = line.name.extent
        if isinstance(last, Numbers) and last.extent == extent:
            phases[-1] = replace(last, lines=(*last.lines, line))
        else:
            phases.append(Numbers("numbers", extent, (line,)))

    def close() -> None:
        if lines or reduces:
            phases.append(Pass("", style, tuple(lines), tuple(reduces), ()))
        for line in waiting:
            number(line)
        lines.clear()
        reduces.clear()
        waiting.clear()

    for o in ops:
        if isinstance(o, (Ask, Append)):
            close()
            phases.append(o)
            continue
        late = set(read(nodes(o))) & {
            *(r.name.name for r in reduces),
            *(w.name.name for w in waiting),
        }
        if isinstance(o, Line) and _is_apart(o, style, scope):
            # Known before the open pass, or only after it.
            if late:
                waiting.append(o)
            else:
                number(o)
            continue
        if late:
            close()
        if isinstance(o, Reduce):
            reduces.append(o)
        else:
            lines.append(o)
    close()
    return phases


def _is_apart(line: Line, style: Style, scope: str) -> bool:
    """Whether a number gets a pass of its own (else it is a line of a whole pass)."""
    if not line.name.extent.scalar:
        return False
    return style == "blocked" or (line.name.extent == ALL and scope != "all")


def _numbered(phases: list[Phase]) -> list[Phase]:
    """Name passes: `update` if there is one, else `pass1`, `pass2`, …; numbers likewise."""
    passes = [p for p in phases if isinstance(p, Pass)]
    numbers = [p for p in phases if isinstance(p, Numbers) and p.name != "host"]
    result: list[Phase] = []
    for phase in phases:
        if isinstance(phase, Pass):
            k = next(k for k, p in enumerate(passes, start=1) if p is phase)
            phase = replace(phase, name="update" if len(passes) == 1 else f"pass{k}")
        elif isinstance(phase, Numbers) and phase.name != "host":
            k = next(k for k, p in enumerate(numbers, start=1) if p is phase)
            phase = replace(phase, name="numbers" if len(numbers) == 1 else f"numbers{k}")
        result.append(phase)
    return result


def _with_stores(phases: Sequence[Phase], needed: Collection[str]) -> Iterator[Phase]:
    """Passes with the arrays named that later phases or others read."""
    for i, phase in enumerate(phases):
        if isinstance(phase, Pass):
            later = {name for p in phases[i + 1 :] for name in reads(p)}
            stores = tuple(n for n in made(phase) if n in later or n in needed)
            phase = replace(phase, stores=stores)
        yield phase


# --- numbers in entrywise work -------------------------------------------------------------------


class _Hoist:
    """Numbers that enter entrywise work get names of their own, computed before the pass.

    Each is computed once in float64 and enters the arrays' arithmetic rounded once.
    """

    def __init__(
        self, extents: dict[str, Extent], taken: set[str], walk: Walk, flags: Flags
    ) -> None:
        self.extents, self.taken, self.walk, self.flags = extents, taken, walk, flags
        self.host: list[Line] = []
        self.late: list[Line] = []
        self.ready: dict[Node, Name] = {}
        self.users: dict[str, set[int]] = {}

    def phases(self, phases: Sequence[Phase]) -> list[Phase]:
        """The phases with the new numbers in their places."""
        result: list[Phase] = []
        for phase in phases:
            if not isinstance(phase, Pass):
                result.append(phase)
                continue
            self.late = []
            lines = tuple(
                replace(o, value=self.replaced(o.value, o.name.name, o.only))
                for o in phase.lines
                if isinstance(o, Line)
            )
            reduces = tuple(
                replace(r, value=self.replaced(r.value, r.name.name, r.only)) for r in phase.reduces
            )
            for extent in (ALL, TENSOR):
                found = tuple(x for x in self.late if x.name.extent == extent)
                last = result[-1] if result else None
                if found and isinstance(last, Numbers) and last.extent == extent:
                    result[-1] = replace(last, lines=(*last.lines, *found))
                elif found:
                    result.append(Numbers("numbers", extent, found))
            result.append(replace(phase, lines=lines, reduces=reduces))
        if self.host:
            if not (result and isinstance(result[0], Numbers) and result[0].name == "host"):
                result.insert(0, Numbers("host", HOST, ()))
            opening = result[0]
            assert isinstance(opening, Numbers)
            result[0] = replace(opening, lines=(*opening.lines, *self.host))
        return [self._limited(p) if isinstance(p, Numbers) else p for p in result]

    def replaced(self, node: Node, target: str, only: Only) -> Node:
        """A value with every number in it named."""

        def change(part: Node) -> Node | None:
            if isinstance(part, Apply) and is_number(part):
                if part.function == "negative":
                    return replace(part, operands=tuple(mapped(o, change) for o in part.operands))
                return self.named(part, target, only)
            return None

        if isinstance(node, Apply) and is_number(node):
            return self.named(node, target, only)
        return mapped(node, change)

    def named(self, node: Apply, target: str, only: Only) -> Name:
        if node not in self.ready:
            base = word(node) or f"{target}_{'case' if _is_condition(node) else 'factor'}"
            name = Name(fresh(base, self.taken), node.extent)
            self.extents[name.name] = node.extent
            (self.host if node.extent == HOST else self.late).append(Line(name, node))
            self.ready[node] = name
        name = self.ready[node]
        self.users.setdefault(name.name, set()).update(only or range(len(self.flags.members)))
        return name

    def _limited(self, phase: Numbers) -> Numbers:
        """Numbers for those members that use them, where others lack what they are made of."""
        return replace(phase, lines=tuple(map(self._only, phase.lines)))

    def _only(self, line: Line) -> Line:
        users = self.flags.normal(self.users.get(line.name.name, ()))
        if line.name.name not in self.users or users == ALWAYS:
            return line
        for name in names(line.value):
            lacking = self.flags.having(lambda s, n=name.name: n not in _own(s))
            known = name.name in {h.name for h in self.flags.hyper} or name.old
            if known and lacking != frozenset():
                return replace(line, only=users)
            if not known and name.name not in ("t", "turn", "size", "total_size"):
                return replace(line, only=users)
        return line


def _own(system: Optimizer) -> set[str]:
    return {h.name for h in system.hyper} | {s.name for s in system.state} | {"theta"}


def _is_condition(node: Apply) -> bool:
    return node.function in {
        "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "and", "or", "not",
    }  # fmt: skip


# --- places --------------------------------------------------------------------------------------


def _displaced(phases: Sequence[Phase], kept: Sequence[str]) -> list[str]:
    """What is kept and whose new value cannot lie where the old one does.

    The old value is still read, or an oracle is still asked (which can fail, or asks at the
    parameters), after the new one is made. A host value is no memory of its own: only reading
    counts.
    """
    order = [(phase, o) for phase in phases for o in operations(phase)]
    found: dict[str, None] = {}
    for at, (phase, operation) in enumerate(order):
        after = [o for _, o in order[at + 1 :] if meets(operation.only, o.only)]
        host = isinstance(phase, Numbers) and phase.extent == HOST
        asked = [o for o in after if isinstance(o, Ask)]
        old = {x.name for o in after for x in names(*nodes(o)) if x.old}
        for name in (n for n in _given(operation) if n in kept):
            parameters = name == "theta" and any(o.at is None for o in asked)
            if name in old or parameters or (asked and not host) or isinstance(operation, Ask):
                found.setdefault(name)
    return [name for name in kept if name in found]


def _given(operation: Operation) -> tuple[str, ...]:
    """The names to which an operation gives values."""
    if isinstance(operation, (Line, LoopLine)):
        return tuple(line.name.name for line in assignments(operation))
    return () if isinstance(operation, Append) else (operation.name.name,)
