"""The NumPy backend: from a step program to the text of a module.

`rule_text` prints the functions of one plain system; the template `module.py.j2` arranges them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sympy
from sympy import Eq, Expr, Symbol
from sympy.core.symbol import Str

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import History, Hyper, Optimizer, Route, Schedule, State
from optwright.derive.language.extent import ALL, COORDINATE, HOST, TENSOR, Extent
from optwright.derive.language.order import Order
from optwright.derive.language.symbol import Value
from optwright.derive.language.text import POWER, PRODUCT, order_of, show_equation
from optwright.derive.lower.program import (
    Append,
    Ask,
    Line,
    LoopLine,
    Numbers,
    Pass,
    Program,
    lower,
    lower_route,
    made,
)
from optwright.templates.numpy.printer import BlockPrinter, NumpyInfix, literal


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
    """Everything that the template prints for one plain system; `label` begins its names."""

    name: str
    dialect: str
    label: str
    hyper: tuple[Hyper, ...]
    states: tuple[str, ...]
    functions: tuple[Function, ...]
    views: tuple[tuple[str, str], ...]
    oracles: tuple[str, ...]
    scope: str
    shape: str
    elsewhere: bool
    shared: tuple[str, ...]
    helpers: frozenset[str]
    kernels: tuple[Any, ...] = ()


class WholePrinter(NumpyInfix):
    """Infix NumPy on whole arrays: numbers found from data enter arrays as Python floats."""

    def __init__(self, program: Program) -> None:
        histories = [h.name for h in program.optimizer.histories]
        super().__init__(order_of(program.optimizer), program.is_number, histories)
        self.program = program

    def _weak(self, expr: Expr) -> str:
        """A number as a Python float, so that it takes the arrays' type."""
        if expr.is_number or (self.program.extent(expr) == HOST and not _counts(expr)):
            return self.show(expr, POWER)
        return f"float({super().show(expr)})"

    def sum(self, expr: Expr) -> tuple[str, int]:
        return super().sum(self._split(expr))

    def product(self, expr: Expr) -> tuple[str, int]:
        return super().product(self._split(expr))

    def _split(self, expr: Expr) -> Expr:
        """The same sum or product with its numbers found from data as one symbol."""
        if self.scalar(expr):
            return expr
        scalars = [a for a in expr.args if self.scalar(a)]
        joined = expr.func(*scalars) if scalars else None
        if (
            joined is None
            or joined.is_number
            or self.program.extent(joined) == HOST
            and not _counts(joined)
        ):
            return expr
        sign = -1 if joined.could_extract_minus_sign() else 1
        if isinstance(expr, sympy.Mul) and joined.as_numer_denom()[0] in (1, -1):
            weak: Expr = 1 / _Weak(self._weak(sign / joined))
        else:
            weak = _Weak(self._weak(sign * joined))
        return expr.func(*(a for a in expr.args if not self.scalar(a)), sign * weak)

    def visit(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, _Weak):
            return expr.text, 4
        return super().visit(expr)


class _Weak(Symbol):  # type: ignore[misc]
    """A number already printed."""

    def __new__(cls, text: str) -> _Weak:
        self = Symbol.__xnew__(cls, text, real=True)
        self.text = text
        return self  # type: ignore[no-any-return]


def returned(entries: Sequence[str]) -> list[str]:
    """A return statement of a dict, on one line where it fits."""
    line = "return {" + ", ".join(entries) + "}"
    return [line] if len(line) <= 96 else ["return {", *(f"    {e}," for e in entries), "}"]


def _counts(expr: Expr) -> bool:
    return any(s.name.startswith("count_") for s in expr.free_symbols)


def _names(expr: Expr) -> list[str]:
    """The names that an expression reads, in a fixed order."""
    found = {v.name for v in expr.atoms(Value)}
    inner = {s for v in expr.atoms(Value) for s in v.free_symbols}
    for s in expr.free_symbols - inner:
        if not isinstance(s, Str):
            found.add(s.name.removeprefix("count_"))
    if expr.has(op.dim):
        found.add("dim")
    return sorted(found)


class RulePrinter:
    """Prints the functions of one program; `prefix` keeps several rules of a module apart.

    Other array libraries subclass it: `whole_printer` prints work on whole arrays.
    """

    whole_printer: ClassVar[type[WholePrinter]] = WholePrinter

    def __init__(self, program: Program, prefix: str) -> None:
        self.program, self.prefix = program, prefix
        self.optimizer = program.optimizer
        self.order: Order = order_of(self.optimizer)
        self.helpers: set[str] = set()
        self.functions: list[Function] = []
        self.kernels: list[Any] = []
        self.advance: list[str] = []
        self.rank = {
            name: k
            for k, name in enumerate(
                [
                    "theta",
                    "g",
                    *(s.name for s in self.optimizer.state),
                    "t",
                    "turn",
                    *(h.name for h in self.optimizer.hyper),
                ]
            )
        }

    def sorted(self, names: Sequence[str] | set[str]) -> list[str]:
        """Names in the order of a signature: θ, gradient, state, clock, hyperparameters, others."""
        seen = dict.fromkeys(names)
        return sorted(seen, key=lambda n: (self.rank.get(n, len(self.rank)), list(seen).index(n)))

    # --- numbers -------------------------------------------------------------------------------

    def numbers(self, phase: Numbers) -> None:
        printer = NumpyInfix(self.order, lambda e: True)
        body: list[str] = []
        needed: list[str] = []
        assigned: set[str] = set()
        for line in phase.lines:
            needed += [n for n in _names(line.expr) if n not in assigned]
            if line.equation:
                body.append(f"# {line.equation}")
            body.append(f"{line.name} = {printer.show(line.expr)}")
            assigned.add(line.name)
        body += returned([f'"{line.name}": {line.name}' for line in phase.lines])
        name = self.prefix + phase.name
        host = phase.extent == HOST
        doc = (
            "Numbers of this step that need no data, in float64."
            if host
            else f"Numbers found from reductions, in float64: one set "
            f"{'over all tensors' if phase.extent == ALL else 'per tensor'}."
        )
        self.functions.append(Function(name, tuple(self.sorted(needed)), doc, tuple(body)))
        self.advance.append(
            f"step.host({name})" if host else f'step.numbers({name}, "{phase.extent}")'
        )

    # --- passes ----------------------------------------------------------------------------------

    def blocked(self, phase: Pass, before: set[str]) -> None:
        names = {
            s.name for line in phase.lines if isinstance(line, Line) for s in line.expr.free_symbols
        }
        names |= {s.name for r in phase.reduces for s in r.expr.free_symbols}
        kept = {
            "theta",
            *(s.name for s in self.optimizer.states if not self.program.extents[s.name].scalar),
        }
        made_here = made(phase)
        arrays = {n for n in names if n in before or n in kept}
        arrays = {n for n in arrays if not self.program.extents.get(n, COORDINATE).scalar}
        printer = BlockPrinter(self.order, arrays, names | set(made_here))
        finals: list[str] = []
        for line in phase.lines:
            assert isinstance(line, Line)
            printer.line(line)
        local_moves = {new: old for old, new in self.program.moves.items() if new in made_here}
        last = self.is_last(phase)
        for new, old in local_moves.items():
            if last and not self.program.extents[old].scalar:
                printer.say(f"np.copyto({old}, {new})")
                finals.append(new)
        operands = [printer.operand(r.expr) for r in phase.reduces]
        if operands:
            printer.say(f"return {', '.join(operands)}" + ("," if len(operands) == 1 else ""))
        stores = [n for n in phase.stores if n not in finals and n not in kept]
        places = [n for n in made_here if n not in kept and n not in stores]
        work = [*places, *printer.work]
        masks = list(printer.masks)
        written = [n for n in made_here if n in kept]
        params = self.sorted(
            [*printer.reads, *written, *(local_moves[n] for n in finals), *stores, *printer.scalars]
        )
        params = [n for n in params if n not in work]
        ordered = [
            *[n for n in params if n not in printer.scalars],
            *[n for n in params if n in printer.scalars],
        ]
        options = []
        if stores:
            options.append(f'stores="{" ".join(stores)}"')
        if work:
            options.append(f'work="{" ".join(work)}"')
        if masks:
            options.append(f'masks="{" ".join(masks)}"')
        if phase.reduces:
            rows = ", ".join(f'("{r.name}", "{r.kind}", "{r.extent}")' for r in phase.reduces)
            options.append(f"reductions=[{rows}]")
        self.helpers |= printer.used | {"blocked"}
        name = self.prefix + phase.name
        doc = "Entrywise work on one block, in place."
        if operands:
            doc = "Entrywise work on one block, in place; returns what is to be reduced."
        self.functions.append(
            Function(
                name,
                (*ordered, *work, *masks),
                doc,
                tuple(printer.code),
                f"@blocked({', '.join(options)})",
            )
        )
        self.advance.append(f"step.blocks({name})")
        self.moved_inside |= set(finals)

    def is_last(self, phase: Pass) -> bool:
        """Whether nothing is asked or computed after this pass."""
        following = self.program.phases[self.program.phases.index(phase) + 1 :]
        return not any(isinstance(p, (Ask, Pass, Append)) for p in following)

    def whole(self, phase: Pass) -> None:
        printer = self.whole_printer(self.program)
        body: list[str] = []
        needed: list[str] = []
        assigned: set[str] = set()

        def assign(
            line: Line, indent: str = "", index: str | None = None, loop: LoopLine | None = None
        ) -> None:
            needed.extend(
                n
                for n in _names(line.expr)
                if n not in assigned and n != (loop.index if loop else None)
            )
            if line.equation:
                body.append(f"{indent}# {line.equation}")
            target = line.name
            if loop and line.name in loop.recorded:
                target = f"{line.name}[{index}]"
            body.append(f"{indent}{target} = {printer.show(line.expr)}")
            assigned.add(line.name)

        for line in phase.lines:
            if isinstance(line, Line):
                assign(line)
                continue
            for start in line.init:
                assign(start)
            recorded = [e.name for e in line.body if e.name in line.recorded]
            for name in recorded:
                body.append(f"{name} = {{}}")
                assigned.add(name)
            for bound in (line.first, line.last):
                needed.extend(n for n in _names(bound) if n not in assigned)
            first, last = printer.show(line.first), printer.show(line.last)
            stop = printer.show(line.last - 1) if line.downward else printer.show(line.last + 1)
            span = f"range({first}, {stop}, -1)" if line.downward else f"range({first}, {stop})"
            body.append(f"for {line.index} in {span}:  # {line.index} = {first}, ..., {last}")
            for e in line.body:
                assign(e, "    ", line.index, line)
        kept = {"theta", *(s.name for s in self.optimizer.state)}
        results = [n for n in made(phase) if n in kept or n in phase.stores]
        entries = [f'"{n}": {n}' for n in results]
        for r in phase.reduces:
            needed.extend(n for n in _names(r.expr) if n not in assigned)
            entries.append(f'"{r.name}": {printer.show(r.expr)}')
        body += returned(entries)
        name = self.prefix + phase.name
        self.helpers |= printer.used
        self.functions.append(
            Function(name, tuple(self.sorted(needed)), "Work on whole arrays.", tuple(body))
        )
        options = ""
        if phase.reduces:
            rows = ", ".join(f'("{r.name}", "{r.kind}", "{r.extent}")' for r in phase.reduces)
            options = f", reductions=[{rows}]"
        self.advance.append(f"step.arrays({name}{options})")

    # --- questions -------------------------------------------------------------------------------

    def ask(self, phase: Ask) -> None:
        def argument(x: Expr) -> str:
            return literal(x) if x.is_Number else f'"{x.name}"'

        at = f', at="{phase.at}"' if phase.at else ""
        when = f', when="{phase.when}"' if phase.when else ""
        if phase.oracle == "noise":
            self.advance.append(f'step.noise("{phase.name}", {phase.draw})')
        elif phase.oracle == "line_search":
            point = f'"{phase.at}"' if phase.at else "None"
            constants = "".join(f"{argument(c)}, " for c in phase.constants)
            self.advance.append(
                f'step.search("{phase.name}", "{phase.contract}", {point}, "{phase.vector}", '
                f"{argument(phase.start)}, ({constants.strip()}){when})"
            )
        else:
            vector = f', vector="{phase.vector}"' if phase.vector else ""
            self.advance.append(f'step.ask("{phase.name}", "{phase.oracle}"{at}{vector}{when})')

    # --- the whole rule --------------------------------------------------------------------------

    def text(self, label: str, known: Collection[str] = (), commits: bool = True) -> RuleText:
        """The rule's text. `known` are arrays made before it; it `commits` unless others follow."""
        self.moved_inside: set[str] = set()
        before = set(known)
        for phase in self.program.phases:
            if isinstance(phase, Numbers):
                self.numbers(phase)
            elif isinstance(phase, Ask):
                self.ask(phase)
                before.add(phase.name)
            elif isinstance(phase, Append):
                rows = ", ".join(f'"{h}": "{x}"' for h, x in phase.values)
                when = f', when="{phase.when}"' if phase.when else ""
                self.advance.append(f"step.push({{{rows}}}{when})")
            elif phase.style == "blocked":
                self.blocked(phase, before)
                before |= set(phase.stores)
            else:
                self.whole(phase)
        if self.program.until:
            self.advance.append(f'step.stop_if("{self.program.until}")')
        moves = {
            old: new for old, new in self.program.moves.items() if new not in self.moved_inside
        }
        rows = ", ".join(f'"{old}": "{new}"' for old, new in moves.items())
        if commits:
            self.advance.append(f"step.commit({{{rows}}})" if moves else "step.commit()")
        body = self.advance
        if self.optimizer.repeat:
            at_most = self.program.at_most
            assert at_most is not None
            limit = str(int(at_most)) if at_most.is_Integer else f'"{at_most}"'
            body = [f"for _ in step.turns({limit}):", *("    " + line for line in body)]
        views = []
        for view, expr in self.program.views.items():
            printer = self.whole_printer(self.program)
            name = f"{self.prefix}view_{view}"
            self.functions.append(
                Function(
                    name,
                    tuple(self.sorted(_names(expr))),
                    f"The parameters of the view {view!r}.",
                    (f"return {printer.show(expr)}",),
                )
            )
            views.append((view, name))
            self.helpers |= printer.used
        self.functions.append(
            Function(
                f"{self.prefix}advance", ("step: Step",), "One step, pass by pass.", tuple(body)
            )
        )
        o = self.optimizer
        return RuleText(
            o.name,
            o.dialect,
            label,
            o.hyper,
            self.states(),
            tuple(self.functions),
            tuple(views),
            o.oracles,
            o.scope,
            o.shape if o.scope != "all" else "any",
            any(
                isinstance(p, Ask) and (p.at is not None or p.oracle == "line_search")
                for p in self.program.phases
            ),
            self.program.shared,
            frozenset(self.helpers),
            tuple(self.kernels),
        )

    def states(self) -> tuple[str, ...]:
        """The constructor calls of what is kept; a repeating rule keeps its own clock."""
        calls = tuple(self.state(s) for s in self.optimizer.state)
        return (*calls, 'State("clock", "all")') if self.optimizer.repeat else calls

    def state(self, s: State | History) -> str:
        """The constructor call of a state."""
        if isinstance(s, State):
            extent = "" if s.extent == COORDINATE else f', "{s.extent}"'
            start = self.start(sympy.sympify(s.init), s.extent)
            begin = f", start={start}" if start else ""
            return f'State("{s.name}"{extent}{begin})'
        length = sympy.sympify(s.length)
        bound = str(int(length)) if length.is_Integer else f'"{length}"'
        return f'State("{s.name}", length={bound})'

    def start(self, init: Expr, extent: Extent) -> str:
        if init == 0:
            return ""
        if init.is_number:
            return literal(init)
        if isinstance(init, op.identity):
            return '"identity"'
        init = init.xreplace({v: Symbol(v.name, real=True) for v in init.atoms(Value)})
        printer = NumpyInfix(self.order, lambda e: True)
        text = printer.show(init)
        self.helpers |= printer.used
        return f"lambda {', '.join(_names(init))}: {text}"


Printers = Callable[[Program, str], RulePrinter]


def rule_text(optimizer: Optimizer, label: str = "", printer: Printers = RulePrinter) -> RuleText:
    """The functions and data of one plain system. Raises `Refused` for what NumPy cannot run."""
    return printer(lower(optimizer), label.lower()).text(label)


def route_texts(
    route: Route, labels: Sequence[str], printer: Printers = RulePrinter
) -> tuple[RuleText, list[RuleText]]:
    """What a route's branches share, as a rule of its own, and the rule of each branch."""
    shared, programs = lower_route(route)
    known = {p.name for p in shared.phases if isinstance(p, Ask)}
    known |= {n for p in shared.phases if isinstance(p, Pass) for n in p.stores}
    first = printer(shared, "shared_").text("SHARED_", commits=False)
    first = replace(
        first, name=route.name, hyper=(), states=(), views=(), dialect=route.dialect, shape="any"
    )
    return first, [
        printer(program, label.lower()).text(label, known)
        for program, label in zip(programs, labels, strict=True)
    ]


@dataclass(frozen=True)
class ScheduleText:
    """What the template prints for a schedule."""

    hyper: tuple[Hyper, ...]
    states: tuple[str, ...]
    oracles: tuple[str, ...]
    advance: Function


def schedule_text(schedule: Schedule) -> ScheduleText:
    """The advance function of a schedule: numbers only."""
    order = order_of(schedule)
    printer = NumpyInfix(order, lambda e: True)
    loss = Symbol("value", real=True)
    read_later: set[str] = set()
    statements = [e for e in schedule.step if isinstance(e, Eq)]
    moved: dict[str, str] = {}
    for k, e in enumerate(statements):
        name = e.lhs.name
        later = [x.rhs for x in statements[k + 1 :]] + [schedule.output]
        if any(v.name == name and v.index != e.lhs.index for x in later for v in x.atoms(Value)):
            moved[name] = f"{name}_next"
            read_later.add(name)

    def plain(expr: Expr) -> Expr:
        expr = expr.replace(lambda n: isinstance(n, op.value), lambda n: loss)
        now = {
            v: Symbol(
                moved.get(v.name, v.name)
                if v.index == sympy.Symbol("t", integer=True, positive=True)
                else v.name,
                real=True,
            )
            for v in expr.atoms(Value)
        }
        return expr.xreplace(now)

    body: list[str] = []
    needed: list[str] = []
    assigned: set[str] = set()
    for e in statements:
        expr = plain(e.rhs)
        needed += [n for n in _names(expr) if n not in assigned]
        name = moved.get(e.lhs.name, e.lhs.name)
        body += [f"# {show_equation(e, order)}", f"{name} = {printer.show(expr)}"]
        assigned.add(name)
    output = plain(schedule.output)
    needed += [n for n in _names(output) if n not in assigned]
    kept = ", ".join(f'"{s.name}": {moved.get(s.name, s.name)}' for s in schedule.state)
    body.append(f"return {printer.show(output)}, {{{kept}}}")
    every = ["t", *(h.name for h in schedule.hyper), *(s.name for s in schedule.state)]
    if schedule.needs_value:
        every.append("value")
    rule = RulePrinter.__new__(RulePrinter)
    rule.order, rule.helpers = order, set()
    states = tuple(rule.state(State(s.variable, s.init, HOST)) for s in schedule.state)
    return ScheduleText(
        schedule.hyper,
        states,
        ("value",) if schedule.needs_value else (),
        Function(
            "advance", tuple(every), "The number at step t, and the state after it.", tuple(body)
        ),
    )


__all__ = [
    "PRODUCT",
    "TENSOR",
    "Function",
    "RulePrinter",
    "RuleText",
    "ScheduleText",
    "route_texts",
    "rule_text",
    "schedule_text",
]
