"""From a step program to the functions of a module, and to what is said of its rule.

`rule_text` prints one plain system or a family, `route_texts` the rules of a route; the template
`module.py.j2` arranges them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar

import sympy
from sympy import Expr

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Family, History, Optimizer, Route, State
from optwright.derive.language.extent import COORDINATE, HOST
from optwright.derive.language.text import order_of
from optwright.derive.lower.block import listed
from optwright.derive.lower.flag import ALWAYS, Flags, Only, joined
from optwright.derive.lower.node import Apply, Member, Name, Node, Number, read, walk
from optwright.derive.lower.phase import lower, lower_family, lower_route
from optwright.derive.lower.program import (
    Append,
    Ask,
    Line,
    LoopLine,
    Numbers,
    Pass,
    Phase,
    Program,
    assignments,
    made,
    operations,
)
from optwright.templates.flagged import PYTHON
from optwright.templates.numpy.hyper import hyper_call, number_text
from optwright.templates.numpy.printer import HELPERS, NumpyBlocks, NumpyForm, literal

Part = tuple[Sequence[str], Only]


@dataclass(frozen=True)
class Function:
    """A function of the generated module: decorator lines, name, parameters, doc, body lines."""

    name: str
    parameters: tuple[str, ...]
    doc: str
    body: tuple[str, ...]
    decorator: str = ""


@dataclass(frozen=True)
class RuleText:
    """Everything that the template prints for one program; `label` begins its names.

    hyper, states   the constructor calls of what all members have between them
    fields          what `Rule(…)` is told besides, by name
    function        of a family, the lines before the rule of a member is made
    """

    label: str
    hyper: tuple[str, ...]
    states: tuple[str, ...]
    functions: tuple[Function, ...]
    fields: tuple[tuple[str, str], ...]
    helpers: frozenset[str]
    oracles: tuple[str, ...]
    flags: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    kernels: tuple[Any, ...] = ()


class RulePrinter:
    """Prints the functions of one program; `prefix` keeps several rules of a module apart.

    Other array libraries subclass it: `form` prints numbers and work on whole arrays, `blocked` a
    blocked pass.
    """

    form: ClassVar[type[NumpyForm]] = NumpyForm

    def __init__(self, program: Program, prefix: str) -> None:
        self.program, self.prefix = program, prefix
        self.optimizer, self.flags = program.optimizer, program.flags
        self.helpers: set[str] = set()
        self.functions: list[Function] = []
        self.kernels: list[Any] = []
        self.advance: list[Part] = []
        self.known: set[str] = set()
        """Numbers and arrays that phases before have given."""
        self.given: dict[str, Only] = {}
        """What phases give, and the members that have it."""
        ranked = ["theta", "g", "raw_g", *(s.name for s in self.flags.states), "t", "turn"]
        ranked += [h.name for h in self.flags.hyper]
        self.rank = {name: k for k, name in enumerate(ranked)}

    def sorted(self, names: Iterable[str]) -> list[str]:
        """Names in the order of a signature: θ, gradient, state, clock, hyperparameters, others."""
        seen = list(dict.fromkeys(names))
        return sorted(seen, key=lambda n: self.rank.get(n, len(self.rank)))

    def variables(self, *nodes: Node) -> list[str]:
        """The variables that some operations read, in order, with `dim` where lengths are."""
        found: dict[str, None] = {}
        for node in nodes:
            for part in walk(node):
                if isinstance(part, Name):
                    found.setdefault(self.program.variable(part))
                elif isinstance(part, Member):
                    found.update(dict.fromkeys(read([part])))
                elif isinstance(part, Apply) and part.function == "dim":
                    found.setdefault("dim")
        return list(found)

    def printed(self, parts: Iterable[Part]) -> tuple[list[str], list[str]]:
        """Lines with what some members carry out under their flags, and those flags."""
        used: dict[str, None] = {}
        lines = PYTHON.written(parts, self.flags, used=used)
        return lines, list(used)

    def step(self, lines: Sequence[str], phase: Phase) -> None:
        """A phase among those of a step, for the members that have it."""
        only = [o.only for o in operations(phase)]
        found = only[0]
        for other in only[1:]:
            found = joined(found, other)
        found = self.flags.normal(found) if found else ALWAYS
        self.advance.append((lines, found))
        for name in self._given(phase):
            self.given[name] = joined(self.given.get(name, found), found)

    def _given(self, phase: Phase) -> Iterator[str]:
        """The variables that a phase gives."""
        if isinstance(phase, Ask):
            yield self.program.variable(phase.name)
            if phase.oracle == "line_search":
                yield f"{self.program.variable(phase.name)}_evaluations"
        elif isinstance(phase, (Numbers, Pass)):
            names = (
                (*phase.stores, *(r.name.name for r in phase.reduces))
                if isinstance(phase, Pass)
                else made(phase)
            )
            extents = self.program.extents
            yield from (self.program.variable(Name(n, extents[n])) for n in names)

    # --- numbers ---------------------------------------------------------------------------------

    def numbers(self, phase: Numbers) -> None:
        form = self.form(self.program.variable)
        needed: list[str] = []
        assigned: dict[str, Only] = {}
        rows: list[tuple[Line, str, str]] = []
        for line in phase.lines:
            needed += [n for n in self.variables(line.value) if self._unset(n, assigned)]
            variable = self.program.variable(line.name)
            assigned[variable] = joined(assigned.get(variable, line.only), line.only)
            rows.append((line, variable, form.show(line.value)))
        plain = not any(line.equation or line.only for line, _, _ in rows)
        if plain and not set(assigned) & {n for x in phase.lines for n in self.variables(x.value)}:
            body = returned([f'"{name}": {text}' for _, name, text in rows])
            flags: list[str] = []
        else:
            parts = self._begun(assigned, needed, "np.nan")
            for line, name, text in rows:
                remark = [f"# {line.equation}"] if line.equation else []
                parts.append(([*remark, f"{name} = {text}"], line.only))
            parts += self._results([f'"{name}": {name}' for name in assigned], assigned)
            body, flags = self.printed(parts)
        self.known |= set(assigned)
        self.helpers |= set(form.used) & set(HELPERS)
        name, host = self.prefix + phase.name, phase.extent == HOST
        scope = "over all tensors" if phase.extent.kind == "all" else "per tensor"
        doc = "Numbers of this step that need no data, in float64."
        if not host:
            doc = f"Numbers found from reductions, in float64: one set {scope}."
        parameters = (*self.sorted(needed), *flags)
        self.functions.append(Function(name, parameters, doc, tuple(body)))
        call = f"step.host({name})" if host else f'step.numbers({name}, "{phase.extent}")'
        self.step([call], phase)

    def _unset(self, name: str, assigned: dict[str, Only]) -> bool:
        """Whether a value is needed from outside a function, by some members at least."""
        if name not in assigned:
            return True
        return name in self.known and self.flags.normal(assigned[name]) != ALWAYS != assigned[name]

    def _begun(self, assigned: dict[str, Only], needed: Sequence[str], nothing: str) -> list[Part]:
        """What is given by some members only is nothing at first."""
        some = (n for n, only in assigned.items() if self.flags.normal(only) != ALWAYS and only)
        lines = [f"{n} = {nothing}" for n in some if n not in needed and n not in self.known]
        return [(lines, ALWAYS)]

    def _results(self, entries: Sequence[str], assigned: dict[str, Only]) -> list[Part]:
        """The results by name; what others have given before is left to those that give it anew."""
        names = [entry.partition(":")[0].strip('"') for entry in entries]
        late = {
            n: assigned[n]
            for n in names
            if n in self.known and self.flags.normal(assigned.get(n, ALWAYS)) != ALWAYS
        }
        if not late:
            return [(returned(entries), ALWAYS)]
        first = [e for e, n in zip(entries, names, strict=True) if n not in late]
        parts: list[Part] = [(dictionary("found = ", first), ALWAYS)]
        parts += [([f'found["{n}"] = {n}'], only) for n, only in late.items()]
        return [*parts, (["return found"], ALWAYS)]

    # --- passes ----------------------------------------------------------------------------------

    def blocked(self, phase: Pass) -> None:
        """Entrywise work as calls on blocks."""
        pass_ = listed(self.program, phase)
        number = self.form(self.program.variable)
        form = NumpyBlocks(self.program.variable, number.show)
        body = form.lines(pass_, self.flags)
        results = [form.operand(x) for x in pass_.results]
        body += [f"return {', '.join(results)}" + "," * (len(results) == 1)] if results else []
        stores = [n for n in self.program.stored(phase) if n not in self.known]
        self.known |= set(stores)
        rows = ", ".join(f'("{r.name.name}", "{r.kind}", "{r.name.extent}")' for r in phase.reduces)
        options = [f'stores="{" ".join(stores)}"'] if stores else []
        options += [f'work="{" ".join(pass_.work)}"'] if pass_.work else []
        options += [f'masks="{" ".join(pass_.masks)}"'] if pass_.masks else []
        options += [f"reductions=[{rows}]"] if rows else []
        self.helpers |= {"blocked", *form.used}
        name = self.prefix + phase.name
        doc = "Entrywise work on one block, in place"
        self.functions.append(
            Function(
                name,
                (*self.sorted(pass_.arrays), *self.sorted(pass_.scalars), *pass_.work,
                 *pass_.masks, *form.flags),
                f"{doc}; returns what is to be reduced." if results else f"{doc}.",
                tuple(body),
                f"@blocked({', '.join(options)})",
            )
        )  # fmt: skip
        self.step([f"step.blocks({name})"], phase)

    def whole(self, phase: Pass) -> None:
        """Work on whole arrays, infix."""
        form = self.form(self.program.variable)
        parts: list[Part] = []
        needed: list[str] = []
        assigned: dict[str, Only] = {}

        def assignment(line: Line, own: Collection[str] = ()) -> list[str]:
            found = (n for n in self.variables(line.value) if n not in own)
            needed.extend(n for n in found if self._unset(n, assigned))
            variable = self.program.variable(line.name)
            assigned[variable] = joined(assigned.get(variable, line.only), line.only)
            target = variable
            if line.index is not None:
                target = form.member(Member(variable, line.index, line.name.extent))
            remark = [f"# {line.equation}"] if line.equation else []
            return [*remark, f"{target} = {form.show(line.value)}"]

        for line in phase.lines:
            if isinstance(line, Line):
                parts.append((assignment(line), line.only))
                continue
            every = dict.fromkeys(x.name.name for x in assignments(line))
            recorded = [name for name in every if name in line.recorded]
            lines = [f"{name} = {{}}" for name in recorded]
            assigned.update(dict.fromkeys(recorded, line.only))
            lines += [text for start in line.init for text in assignment(start)]
            needed += [n for n in self.variables(line.first, line.last) if n not in assigned]
            lines.append(self._range(line, form))
            for e in line.body:
                lines += [f"    {text}" for text in assignment(e, {line.index})]
            parts.append((lines, line.only))
        parts[:0] = self._begun(assigned, needed, "None")
        kept = {"theta", *(s.name for system in self.flags.systems for s in system.state)}
        results = [n for n in made(phase) if n in kept or n in phase.stores]
        shown = [self.program.variable(Name(n, self.program.extents[n])) for n in results]
        entries = [f'"{n}": {n}' for n in shown]
        for r in phase.reduces:
            needed.extend(n for n in self.variables(r.value) if n not in assigned)
            entries.append(f'"{r.name.name}": {form.show(r.value)}')
        parts += self._results(entries, assigned)
        body, flags = self.printed(parts)
        self.known |= set(assigned)
        name = self.prefix + phase.name
        self.helpers |= set(form.used) & set(HELPERS)
        parameters = (*self.sorted(needed), *flags)
        self.functions.append(Function(name, parameters, "Work on whole arrays.", tuple(body)))
        rows = ", ".join(f'("{r.name.name}", "{r.kind}", "{r.name.extent}")' for r in phase.reduces)
        options = f", reductions=[{rows}]" if rows else ""
        self.step([f"step.arrays({name}{options})"], phase)

    @staticmethod
    def _range(line: LoopLine, form: NumpyForm) -> str:
        first, last = form.show(line.first), form.show(line.last)
        beyond = -1 if line.downward else 1
        if isinstance(line.last, Number):
            stop = literal(line.last.value + beyond)
        else:
            stop = f"{last} - 1" if line.downward else f"{last} + 1"
        span = f"range({first}, {stop}, -1)" if line.downward else f"range({first}, {stop})"
        return f"for {line.index} in {span}:  # {line.index} = {first}, ..., {last}"

    # --- questions -------------------------------------------------------------------------------

    def ask(self, phase: Ask) -> None:
        def place(name: Name | None) -> str:
            return "None" if name is None else f'"{self.program.variable(name)}"'

        def argument(node: Node) -> str:
            return literal(node.value) if isinstance(node, Number) else place(node)  # type: ignore[arg-type]

        name = self.program.variable(phase.name)
        at = f", at={place(phase.at)}" if phase.at else ""
        when = f", when={place(phase.when)}" if phase.when else ""
        if phase.oracle == "noise":
            call = f'step.noise("{name}", {phase.draw})'
        elif phase.oracle == "line_search":
            assert phase.start is not None
            constants = "".join(f"{argument(c)}, " for c in phase.constants).strip()
            arguments = [f'"{name}"', f'"{phase.contract}"', place(phase.at), place(phase.vector)]
            arguments += [argument(phase.start), f"({constants})"]
            arguments += [f"when={place(phase.when)}"] if phase.when else []
            self.step(calling("step.search", arguments), phase)
            return
        else:
            vector = f", vector={place(phase.vector)}" if phase.vector else ""
            call = f'step.ask("{name}", "{phase.oracle}"{at}{vector}{when})'
        self.step([call], phase)

    def append(self, phase: Append) -> None:
        rows = ", ".join(f'"{h}": "{self.program.variable(x)}"' for h, x in phase.values)
        when = f', when="{self.program.variable(phase.when)}"' if phase.when else ""
        self.step([f"step.push({{{rows}}}{when})"], phase)

    # --- the whole rule --------------------------------------------------------------------------

    def text(self, label: str, commits: bool = True) -> RuleText:
        """The rule's text; it `commits` unless others follow."""
        for phase in self.program.phases:
            if isinstance(phase, Numbers):
                self.numbers(phase)
            elif isinstance(phase, Ask):
                self.ask(phase)
            elif isinstance(phase, Append):
                self.append(phase)
            elif phase.style == "blocked":
                self.blocked(phase)
            else:
                self.whole(phase)
        views = self._views()
        self._advance(commits)
        return RuleText(
            label,
            tuple(hyper_call(h) for h in self.flags.hyper),
            self.states(),
            tuple(self.functions),
            self._fields(label, views),
            frozenset(self.helpers),
            tuple(dict.fromkeys(o for s in self.flags.systems for o in s.oracles)),
            tuple(self.flags.choices),
            tuple(self._choosing()),
            tuple(self.kernels),
        )

    def _advance(self, commits: bool) -> None:
        """The function of a step."""
        parts = self.advance
        if self.program.until:
            parts.append(([f'step.stop_if("{self.program.until.name}")'], ALWAYS))
        last = next((p for p in self.program.phases[::-1] if isinstance(p, Pass)), None)
        late = self.program.late(last) if last and last.style == "blocked" else {}
        moves = {old: new for old, new in self.program.moves.items() if new not in late}
        if commits:
            rows = [f'"{old}": "{new}"' for old, new in moves.items()]
            *begin, last_line = dictionary("step.commit(", rows) if rows else ["step.commit("]
            parts.append(([*begin, f"{last_line})"], ALWAYS))
        body = PYTHON.written(parts, self.flags, 'step.flags["{}"]')
        if (at_most := self.program.at_most) is not None:
            name = f'"{"".join(read([at_most]))}"'
            limit = literal(at_most.value) if isinstance(at_most, Number) else name
            body = [f"for _ in step.turns({limit}):", *("    " + line for line in body)]
        name = f"{self.prefix}advance"
        self.functions.append(Function(name, ("step: Step",), "", tuple(body)))

    def _views(self) -> list[tuple[str, str]]:
        """The functions of views, by view."""
        views = []
        for view, node in self.program.views.items():
            form = self.form(self.program.variable)
            name, doc = f"{self.prefix}view_{view}", f"The parameters of the view {view!r}."
            body = (f"return {form.show(node)}",)
            parameters = tuple(self.sorted(self.variables(node)))
            self.functions.append(Function(name, parameters, doc, body))
            self.helpers |= set(form.used) & set(HELPERS)
            views.append((view, name))
        return views

    def _fields(self, label: str, views: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """What `Rule` is told, as text; what differs between members is chosen by their flags."""
        o = self.optimizer
        fields = [("name", f'"{o.name}"'), ("dialect", f'"{o.dialect}"')]
        changed = [line.partition(" = ")[0] for line in self._choosing()]
        for what, table in (("hyper", "HYPER"), ("state", "STATES")):
            known = self.flags.hyper if what == "hyper" else self.states()
            fields.append((what, what if what in changed else f"{label}{table}" if known else "()"))
        fields += [("oracles", self.chosen(lambda k, s: tuple(s.oracles)))]
        fields += [("advance", f"{self.prefix}advance")]
        fields += [("scope", f'"{o.scope}"')] * (o.scope != "tensor")
        shape = self.chosen(lambda k, s: s.shape if o.scope != "all" else "any")
        fields += [("shape", shape)] * (shape != "'any'")
        elsewhere = self.chosen(lambda k, s: self._asks_elsewhere(k))
        fields += [("elsewhere", elsewhere)] * (elsewhere != "False")
        shared = tuple(self.program.shared)
        fields += [("shared", repr(shared))] * bool(shared)
        rows = ", ".join(f'"{view}": {name}' for view, name in views)
        fields += [("views", f"{{{rows}}}")] * bool(views)
        fields += [("flags", "flags")] * bool(self.flags.choices)
        fields += [("absent", "absent")] * ("absent" in changed)
        return tuple((name, text.replace("'", '"')) for name, text in fields)

    def chosen(self, value: Callable[[int, Optimizer], Any]) -> str:
        """A value of each member as an expression in the flags."""
        found: dict[Any, set[int]] = {}
        for k, system in enumerate(self.flags.systems):
            found.setdefault(value(k, system), set()).add(k)
        if set(found) == {True, False} and all(isinstance(x, bool) for x in found):
            return PYTHON.condition(self.flags.condition(frozenset(found[True])))
        *others, (last, _) = sorted(found.items(), key=lambda item: -len(item[1]))[::-1]
        text = repr(last)
        for other, members in others:
            condition = PYTHON.condition(self.flags.condition(frozenset(members)))
            text = f"{other!r} if {condition} else {text}"
        return text

    def _asks_elsewhere(self, member: int) -> bool:
        """Whether a member asks at other points than the current parameters."""
        return any(
            isinstance(p, Ask)
            and (p.only == ALWAYS or member in p.only)
            and (p.at is not None or p.oracle == "line_search")
            for p in self.program.phases
        )

    def _choosing(self) -> list[str]:
        """The lines that find what differs between the members of a family."""
        flags = self.flags
        if not flags.choices:
            return []
        lines = self._excluded()
        lines += self._absent()
        lines += dictionary("flags = ", [f'"{flag}": {flag}' for flag in flags.choices])
        for flag, value in self.constants():
            lines.append(f'flags["{flag}"] = {value}')
        hyper = {h.name for h in flags.hyper}
        lacking = {
            name: flags.having(lambda s, n=name: n not in {h.name for h in s.hyper})
            for name in sorted(hyper)
        }
        for name, only in lacking.items():
            if only != frozenset():
                lines.append(f"if {PYTHON.condition(flags.condition(only))}:")
                lines.append(f'    flags["{name}"] = np.nan  # there is none')
        own = [{h.name: hyper_call(h) for h in s.hyper} for s in flags.systems]
        lines += self._changed("hyper", own)
        lines += self._changed("state", [self._state_calls(s) for s in flags.systems])
        return [line.replace("'", '"') for line in lines]

    def _absent(self) -> list[str]:
        """The lines that name what a member lacks: states, answers, what its phases do not give."""
        flags = self.flags
        known: dict[str, Only] = {}
        for k, system in enumerate(flags.systems):
            for s in system.state:
                known[s.name] = known.get(s.name, ALWAYS) | {k}
        known = {name: flags.normal(only) for name, only in known.items()}
        lacking: dict[Only, list[str]] = {}
        for name, only in {**self.given, **known}.items():
            if only != ALWAYS:
                lacking.setdefault(flags.others(only), []).append(name)
        groups = [
            (PYTHON.condition(flags.condition(only)), f"{tuple(names)!r}")
            for only, names in lacking.items()
        ]
        if len(groups) == 1:
            return ["absent = {1} if {0} else ()".format(*groups[0])]
        lines = ["absent = ()"] if groups else []
        for condition, names in groups:
            lines += [f"if {condition}:", f"    absent += {names}"]
        return lines

    def _excluded(self) -> list[str]:
        """The flags for which there is no member."""
        flags = self.flags
        known = [tuple(member.items()) for member, _ in flags.members]
        every = Flags(flags.choices, tuple((m, self.optimizer) for m in _combinations(flags)))
        missing = frozenset(
            k for k, (member, _) in enumerate(every.members) if tuple(member.items()) not in known
        )
        if not missing:
            return []
        return [f"if {PYTHON.condition(every.condition(missing))}:", "    return None"]

    def constants(self) -> list[tuple[str, str]]:
        """Flags that kernels need besides, with their values."""
        return []

    def _changed(self, what: str, tables: list[dict[str, str]]) -> list[str]:
        """Hyperparameters or states of members that are not as in the table of all."""
        table = f"{what.upper()}{'S' * (what == 'state')}"
        full: dict[str, str] = {}
        for own in sorted(tables, key=lambda x: -len(x)):
            for name, call in own.items():
                full.setdefault(name, call)
        lines = [f"{what} = {table}"]
        lacks = "flags" if what == "hyper" else "absent"
        if any(len(own) < len(full) for own in tables):
            lines = [f"{what} = tuple(x for x in {table} if x.name not in {lacks})"]
        for name, call in full.items():
            for other in dict.fromkeys(own[name] for own in tables if own.get(name, call) != call):
                only = frozenset(k for k, own in enumerate(tables) if own.get(name) == other)
                lines.append(f"if {PYTHON.condition(self.flags.condition(only))}:")
                lines.append(f"    {name} = {other}")
                lines.append(
                    f'    {what} = tuple({name} if x.name == "{name}" else x for x in {what})'
                )
        return lines if len(lines) > 1 or "tuple" in lines[0] else []

    # --- states ----------------------------------------------------------------------------------

    def states(self) -> tuple[str, ...]:
        """The constructor calls of what is kept; a repeating rule keeps its own clock."""
        found: dict[str, str] = {}
        for system in sorted(self.flags.systems, key=lambda s: -len(s.state)):
            for name, call in self._state_calls(system).items():
                found.setdefault(name, call)
        calls = tuple(found.values())
        return (*calls, 'State("clock", "all")') if self.optimizer.repeat else calls

    def _state_calls(self, system: Optimizer) -> dict[str, str]:
        return {s.name: self.state(s) for s in system.state}

    def state(self, s: State | History) -> str:
        """The constructor call of a state."""
        if isinstance(s, State):
            kept = self.program.extents.get(s.name, s.extent)
            extent = "" if kept == COORDINATE else f', "{kept}"'
            start = self.start(sympy.sympify(s.init))
            begin = f", start={start}" if start else ""
            return f'State("{s.name}"{extent}{begin})'
        length = sympy.sympify(s.length)
        bound = str(int(length)) if length.is_Integer else f'"{length}"'
        return f'State("{s.name}", length={bound})'

    def start(self, init: Expr) -> str:
        if init == 0:
            return ""
        if init.is_number:
            return literal(init)
        if isinstance(init, op.identity):
            return '"identity"'
        text, names, helpers = number_text(init, order_of(self.optimizer), self.optimizer.shape)
        self.helpers |= helpers
        return f"lambda {', '.join(names)}: {text}"


def returned(entries: Sequence[str]) -> list[str]:
    """A return statement of a dict."""
    return dictionary("return ", entries)


def dictionary(begin: str, entries: Sequence[str]) -> list[str]:
    """A dict, on one line where it fits."""
    line = f"{begin}{{{', '.join(entries)}}}"
    if len(line) <= 92:
        return [line]
    rows = [""]
    for entry in entries:
        if rows[-1] and len(rows[-1]) + len(entry) > 88:
            rows.append("")
        rows[-1] += f"{' ' * bool(rows[-1])}{entry},"
    return [f"{begin}{{", *(f"    {row}" for row in rows), "}"]


def calling(function: str, arguments: Sequence[str]) -> list[str]:
    """A call, on one line where it fits."""
    line = f"{function}({', '.join(arguments)})"
    return [line] if len(line) <= 92 else [f"{function}(", *(f"    {a}," for a in arguments), ")"]


def _combinations(flags: Flags) -> list[dict[str, Any]]:
    return [dict(zip(flags.choices, v, strict=True)) for v in product(*flags.choices.values())]


Printers = Callable[[Program, str], RulePrinter]


def rule_text(declaration: Optimizer | Family, printer: Printers = RulePrinter) -> RuleText:
    """The functions and data of one system. Raises `Refused` for what NumPy cannot run."""
    program = lower_family(declaration) if isinstance(declaration, Family) else lower(declaration)
    return printer(program, "").text("")


def route_texts(
    route: Route, labels: Sequence[str], printer: Printers = RulePrinter
) -> tuple[RuleText, list[RuleText]]:
    """What a route's branches share, as a rule of its own, and the rule of each branch."""
    shared, programs = lower_route(route)
    first = printer(shared, "shared_").text("SHARED_", commits=False)
    fields = dict(first.fields) | {"name": f'"{route.name}"', "dialect": f'"{route.dialect}"'}
    for name in ("shape", "views"):
        fields.pop(name, None)
    fields |= {"hyper": "()", "state": "()"}
    first = replace(first, hyper=(), states=(), fields=tuple(fields.items()))
    return first, [
        printer(program, label.lower()).text(label)
        for program, label in zip(programs, labels, strict=True)
    ]
