"""From equations to a step program: named, typed, ordered assignments, cut into phases.

A program says what is computed in which pass over the data, in the author's order and with the
author's names. A pass is cut where the answer of an oracle or of a reduction is consumed:

    Numbers   host values, or scalars found from reductions, in float64
    Ask       a question to an oracle
    Pass      array work on each tensor, with the reductions that end it
    Append    finite histories grow

Two styles of pass. *Blocked*: purely entrywise work, run over cache-sized pieces, temporaries and
all. *Whole*: work that needs whole arrays (matrix products, axes, loops, histories).

A value before the step (`m[t - 1]`) and after it (`m[t]`) share one name where the old one is never
read after the new one is made and no oracle is asked afterwards; else the new one is `m_next` and
moves to its place at the end. So nothing is overwritten while an oracle can still fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import sympy
from sympy import Eq, Expr, Integer, Symbol
from sympy.logic.boolalg import And, Boolean, Not

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    DeclarationError,
    Loop,
    Optimizer,
    Push,
    Route,
    Statement,
    expressions,
    turn,
)
from optwright.derive.language.extent import ALL, HOST, TENSOR, Extent, infer
from optwright.derive.language.symbol import Value, t
from optwright.derive.language.text import Infix, order_of, show_equation
from optwright.derive.lower.scalar import Scalars

Style = Literal["blocked", "whole"]

ANSWER = {
    "grad": "g",
    "value": "loss",
    "hessian": "hess",
    "hvp": "hess_vector",
    "hessian_diagonal": "hess_diagonal",
    "noise": "xi",
    "line_search": "length",
}
"""The name of an oracle's answer where the author has not named it."""


@dataclass(frozen=True)
class Line:
    """One assignment: `name = expr`, made from an equation that is shown as a comment."""

    name: str
    expr: Expr
    extent: Extent
    equation: str = ""


@dataclass(frozen=True)
class LoopLine:
    """A bounded recurrence inside a whole pass. `recorded` names keep every member."""

    index: str
    first: Expr
    last: Expr
    downward: bool
    init: tuple[Line, ...]
    body: tuple[Line, ...]
    recorded: frozenset[str]


@dataclass(frozen=True)
class Reduce:
    """A reduction that ends a pass: the sum or the maximum of the entries of `expr`."""

    name: str
    kind: Literal["sum", "max", "nonfinite"]
    expr: Expr
    extent: Extent


@dataclass(frozen=True)
class Ask:
    """A question: `name` is the answer, `at` the point (None: the current parameters)."""

    name: str
    oracle: str
    at: str | None = None
    vector: str | None = None
    when: str | None = None
    contract: str = ""
    start: Expr = Integer(1)
    constants: tuple[Expr, ...] = ()
    draw: int = 1


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

    values: tuple[tuple[str, str], ...]
    when: str | None


Phase = Numbers | Ask | Pass | Append


@dataclass(frozen=True)
class Program:
    """A lowered plain system.

    `moves` maps a state to the name of its new value where that is not the state's own name.
    `until` is the name of the number that ends the repetition, if the system repeats.
    """

    optimizer: Optimizer
    style: Style
    phases: tuple[Phase, ...]
    moves: Mapping[str, str]
    extents: Mapping[str, Extent]
    at_most: Expr | None = None
    until: str | None = None
    views: Mapping[str, Expr] = field(default_factory=dict)

    def extent(self, expr: Expr) -> Extent:
        """The extent of an expression in the program's names."""
        return infer(_as_values(expr, self.extents), self.extents, self.optimizer.shape)

    def is_number(self, expr: Expr) -> bool:
        """Whether an expression is one number, at least per tensor."""
        return bool(expr.is_number) or self.extent(expr).scalar

    @property
    def shared(self) -> tuple[str, ...]:
        """Hyperparameters that enter a number over all tensors."""
        names = {h.name for h in self.optimizer.hyper}
        used: set[str] = set()
        for phase in self.phases:
            if isinstance(phase, Numbers) and phase.extent == ALL:
                used |= {s.name for line in phase.lines for s in line.expr.free_symbols}
        if self.optimizer.scope == "all":
            used = names
        return tuple(h.name for h in self.optimizer.hyper if h.name in used)


def lower(optimizer: Optimizer) -> Program:
    """The step program of a plain system. Raises DeclarationError for what no backend can run."""
    lowering = _Lowering(optimizer, optimizer.step)
    lowering.walk()
    return lowering.assemble()


def lower_route(route: Route) -> tuple[Program, tuple[Program, ...]]:
    """The program of what a route's branches share, and one program for each branch after it.

    The shared program runs over the tensors of all branches; its values are known to the branches.
    """
    systems = [branch for _, branch in route.branches]
    shared = _Lowering(systems[0], route.shared)
    shared.walk()
    kept = {s.name for branch in systems for s in branch.state}
    for name in sorted(kept & set(shared.made)):
        raise DeclarationError(
            route.id, name, "is state that a route's branches share: keep it in one branch"
        )
    programs = []
    for branch in systems:
        lowering = _Lowering(branch, route.own(branch), shared)
        lowering.walk()
        programs.append(lowering.assemble())
    needed = {name for program in programs for phase in program.phases for name in _reads(phase)}
    return shared.assemble(needed), tuple(programs)


_WHOLE = (op.MatrixOperation, op.max_per_axis, op.min_over_axes, op.hessian)


def style_of(optimizer: Optimizer, statements: Iterable[Statement]) -> Style:
    """Whole if any statement needs whole arrays, else blocked."""
    statements = tuple(statements)
    if optimizer.scope == "all" or any(isinstance(s, (Loop, Push)) for s in statements):
        return "whole"
    for statement in statements:
        for expr in expressions(statement):
            for node in sympy.preorder_traversal(expr):
                if isinstance(node, _WHOLE):
                    return "whole"
                if isinstance(node, op.Reduction) and isinstance(node.over, int):
                    return "whole"
    names = {s.lhs.name for s in statements if isinstance(s, Eq)}
    kinds = {e.kind for name, e in optimizer.extents.items() if name in names}
    return "whole" if kinds & {"axes", "each_axis", "matrix"} else "blocked"


class _Lowering:
    """One walk through the statements; `ops` collects what is to be done, in order."""

    def __init__(
        self,
        optimizer: Optimizer,
        statements: Iterable[Statement],
        known: _Lowering | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.statements = tuple(statements)
        self.style: Style = style_of(optimizer, self.statements)
        self.extents = dict(optimizer.extents)
        self.names = {h.name for h in optimizer.hyper} | set(self.extents) | {"t", "theta"}
        self.answers: dict[Expr, Expr] = {}
        if known is not None:
            self.extents = {**known.extents, **self.extents}
            self.names |= known.names
            self.answers = dict(known.answers)
        self.order = order_of(optimizer)
        self.host: list[Line] = []
        self.ops: list[Line | LoopLine | Reduce | Ask | Append] = []
        self.loop_names = {
            e.lhs.name for s in self.statements if isinstance(s, Loop) for e in (*s.init, *s.body)
        }
        self.recorded = self._recorded()
        self.views: dict[str, Expr] = {}
        self.until: str | None = None
        self.new_names: tuple[str, ...] = ()

    # --- names ---------------------------------------------------------------------------------

    def fresh(self, base: str) -> str:
        """`base`, or `base2`, … where that is taken."""
        name, k = base, 2
        while name in self.names:
            name, k = f"{base}{k}", k + 1
        self.names.add(name)
        return name

    def _recorded(self) -> frozenset[str]:
        """Loop sequences whose members are read outside their own loop at its index."""
        loops = [s for s in self.statements if isinstance(s, Loop)]
        recorded: set[str] = set()
        for loop in loops:
            own = {e.lhs.name for e in (*loop.init, *loop.body)}
            for expr in expressions(loop):
                for v in expr.atoms(Value):
                    if v.name in self.loop_names - own and v.index == loop.index:
                        recorded.add(v.name)
        return frozenset(recorded)

    # --- walking -------------------------------------------------------------------------------

    @property
    def made(self) -> tuple[str, ...]:
        """The names that the statements assign."""
        return tuple(s.lhs.name for s in self.statements if isinstance(s, Eq))

    def walk(self) -> None:
        for statement in self.statements:
            if isinstance(statement, Eq):
                self.equation(statement)
            elif isinstance(statement, Loop):
                self.loop(statement)
            elif isinstance(statement, Push):
                self.push(statement)
        repeat = self.optimizer.repeat
        if repeat and repeat.until != sympy.false:
            self.until = self.fresh("done")
            self.extents[self.until] = ALL
            self.number(
                self.until,
                self.pull(sympy.sympify(repeat.until), "done"),
                Infix(self.order).show(repeat.until),
            )

    def number(self, name: str, expr: Expr, equation: str = "") -> None:
        """Assign a scalar where it belongs: with the host values, or in the order of the step."""
        extent = self.extent(expr)
        self.extents[name] = extent
        line = Line(name, expr, extent, equation)
        if extent == HOST and not _counts(expr):
            self.host.append(line)
        else:
            self.ops.append(line)

    def extent(self, expr: Expr) -> Extent:
        return infer(_as_values(expr, self.extents), self.extents, self.optimizer.shape)

    def equation(self, statement: Eq) -> None:
        name = statement.lhs.name
        text = show_equation(statement, self.order)
        rhs = statement.rhs
        if isinstance(rhs, op.Oracle):
            self.ask(rhs, name, None)
            return
        expr = self.pull(rhs, name)
        if self.extents[name].scalar:
            declared = self.extents[name]
            self.number(name, expr, text)
            self.extents[name] = declared
        else:
            self.ops.append(Line(name, expr, self.extents[name], text))

    def loop(self, statement: Loop) -> None:
        def lines(equations: Iterable[Eq]) -> tuple[Line, ...]:
            return tuple(
                Line(
                    e.lhs.name,
                    self.pull(e.rhs, e.lhs.name, inside=True),
                    self.extents[e.lhs.name],
                    show_equation(e, self.order),
                )
                for e in equations
            )

        self.ops.append(
            LoopLine(
                str(statement.index),
                sympy.sympify(statement.first),
                sympy.sympify(statement.last),
                statement.downward,
                lines(statement.init),
                lines(statement.body),
                self.recorded,
            )
        )

    def push(self, statement: Push) -> None:
        values = []
        for history, x in statement.values:
            if isinstance(x, Value) and x.index == t:
                values.append((history.name, x.name))
            else:
                name = self.fresh(f"{history.name}_new")
                self.extents[name] = history.extent
                self.ops.append(
                    Line(
                        name,
                        self.pull(x, name),
                        history.extent,
                        f"{history.name} << {Infix(self.order).show(x)}",
                    )
                )
                values.append((history.name, name))
        when = None
        if statement.when != sympy.true:
            when = self.fresh(f"{statement.values[0][0].name}_kept")
            self.number(
                when, self.pull(statement.when, when), Infix(self.order).show(statement.when)
            )
        self.ops.append(Append(tuple(values), when))

    # --- oracles and reductions ------------------------------------------------------------------

    def pull(
        self, expr: Expr, target: str, guard: Boolean = sympy.true, inside: bool = False
    ) -> Expr:
        """The expression with its questions and cutting reductions done before and named."""
        if not expr.has(op.Oracle) and not expr.has(op.Reduction):
            return expr
        if expr in self.answers:
            return self.answers[expr]
        if isinstance(expr, op.evaluations):
            length = self.pull(expr.args[0], target, guard, inside)
            counted = Symbol(f"{length.name}_evaluations", real=True)
            self.extents[counted.name] = ALL
            return counted
        if isinstance(expr, op.Oracle):
            if inside:
                self.refuse(target, f"{expr} is asked inside a loop")
            return self.ask(expr, self.fresh(ANSWER[expr.word]), guard)
        if isinstance(expr, op.cases):
            arms: list[Expr] = []
            rest = guard
            for arm, condition in expr.arms:
                here = And(rest, condition) if arm.has(op.Oracle) else rest
                arms += [
                    self.pull(arm, target, here, inside),
                    self.pull(condition, target, rest, inside),
                ]
                rest = And(rest, Not(condition)) if expr.has(op.Oracle) else rest
            arms.append(self.pull(expr.otherwise, target, rest, inside))
            return op.cases(*arms)
        args = [self.pull(a, target, guard, inside) for a in expr.args]
        node = expr.func(*args) if args != list(expr.args) else expr
        if isinstance(node, op.Reduction) and self.cuts(node):
            if inside:
                self.refuse(target, f"{expr} reduces over all tensors inside a loop")
            node = self.reduce(node, target)
            self.answers[expr] = node
        return node

    def refuse(self, where: str, reason: str) -> None:
        raise DeclarationError(f"{self.optimizer.id}, {where}", where, reason)

    def cuts(self, node: op.Reduction) -> bool:
        """Whether the result of a reduction is known only after the pass."""
        if isinstance(node.over, int) or self.optimizer.scope == "all":
            return False
        return self.style == "blocked" or node.over == "all"

    def reduce(self, node: op.Reduction, target: str) -> Expr:
        extent = ALL if node.over == "all" else TENSOR
        operand = node.operands[0]
        label = _label(operand)

        def named(base: str, kind: Literal["sum", "max", "nonfinite"], expr: Expr) -> Symbol:
            known = next(
                (
                    r
                    for r in self.ops
                    if isinstance(r, Reduce) and (r.kind, r.expr, r.extent) == (kind, expr, extent)
                ),
                None,
            )
            if known:
                return Symbol(known.name, real=True)
            name = self.fresh(base)
            self.extents[name] = extent
            self.ops.append(Reduce(name, kind, expr, extent))
            return Symbol(name, real=True)

        if isinstance(node, op.norm):
            return sympy.sqrt(named(f"sum_{label}_squared", "sum", operand**2))
        if isinstance(node, op.dot):
            other = node.operands[1]
            return named(f"dot_{label}_{_label(other)}", "sum", operand * other)
        if isinstance(node, op.total):
            return named(f"sum_{label}", "sum", operand)
        if isinstance(node, op.mean):
            size = Symbol("total_size" if extent == ALL else "size", real=True)
            self.extents[size.name] = extent
            return named(f"sum_{label}", "sum", operand) / size
        if isinstance(node, op.largest):
            return named(f"largest_{label}", "max", operand)
        if isinstance(node, op.count_nonfinite):
            return named(f"nonfinite_{label}", "nonfinite", operand)
        raise NotImplementedError(type(node).__name__)

    def ask(self, node: op.Oracle, name: str, guard: Boolean | None) -> Expr:
        key: Expr = node
        if key in self.answers:
            known = self.answers[key]
            self.ops.append(Line(name, known, self.extents[known.name], ""))
            return known
        when = None
        if guard is not None and guard != sympy.true:
            when = self.fresh(f"ask_{name}")
            self.number(when, self.pull(guard, when), Infix(self.order).show(guard))
        oracle = node.word
        self.extents.setdefault(name, infer(node, self.extents, self.optimizer.shape))
        if isinstance(node, op.noise):
            self.ops.append(Ask(name, oracle, when=when, draw=int(node.args[0])))
        else:
            at = self.point(node.args[0], name)
            vector = (
                self.point(node.args[1], name)
                if isinstance(node, (op.hvp, op.line_search))
                else None
            )
            if isinstance(node, op.line_search):
                start, *constants = (
                    self.plain(a, f"{name}_{part}")
                    for a, part in zip(
                        node.args[3:],
                        ("start", *(f"constant{k}" for k in range(1, len(node.args)))),
                        strict=False,
                    )
                )
                self.ops.append(
                    Ask(name, oracle, at, vector, when, node.contract, start, tuple(constants))
                )
            else:
                self.ops.append(Ask(name, oracle, at, vector, when))
        self.answers[key] = Symbol(name, real=True)
        return self.answers[key]

    def plain(self, expr: Expr, base: str) -> Expr:
        """A number or a name for it."""
        if expr.is_Number or isinstance(expr, Symbol):
            return expr
        if isinstance(expr, Value) and expr.index == t:
            return Symbol(expr.name, real=True)
        name = self.fresh(base)
        self.number(name, self.pull(expr, name), f"{name} = {Infix(self.order).show(expr)}")
        return Symbol(name, real=True)

    def point(self, expr: Expr, target: str) -> str | None:
        """The name of the array at which a question is asked; None for the current parameters."""
        if isinstance(expr, Value):
            if expr.name == "theta" and expr.index == t - 1:
                return None
            return _reference(expr)
        expr = self.pull(expr, target)
        name = self.fresh("point")
        self.extents[name] = infer(
            _as_values(expr, self.extents), self.extents, self.optimizer.shape
        )
        self.ops.append(
            Line(name, expr, self.extents[name], f"{name} = {Infix(self.order).show(expr)}")
        )
        return name

    # --- assembling ------------------------------------------------------------------------------

    def assemble(self, needed: Collection[str] = ()) -> Program:
        """The program; `needed` are names that others read after it."""
        self.needed = frozenset(needed)
        moves = self.moves()
        self.new_names = tuple(moves.values())
        for name, new in moves.items():
            self.extents[new] = self.extents[name]
        rename = _Renamer(moves, self.loop_names, self.recorded)
        host = tuple(rename.line(line) for line in self.host)
        phases: list[Phase] = []
        if host:
            phases.append(Numbers("host", HOST, host))
        phases += self.cut([rename.op(o) for o in self.ops])
        if self.style == "blocked":
            phases = self.name_scalars(phases)
        phases = _number_passes(phases, self.style)
        repeat = self.optimizer.repeat
        views = {n: self.view(n, sympy.sympify(x)) for n, x in self.optimizer.views.items()}
        return Program(
            self.optimizer,
            self.style,
            tuple(phases),
            moves,
            self.extents,
            repeat and sympy.sympify(repeat.at_most),
            self.until,
            views,
        )

    def view(self, name: str, expr: Expr) -> Expr:
        """A view in the names of what is kept: it is taken between steps."""
        kept = {s.name for s in self.optimizer.states} | {"theta"}
        table = {}
        for v in expr.atoms(Value):
            if v.name not in kept:
                self.refuse(f"view {name}", f"{v} is not kept between steps: add it to the state")
            table[v] = Symbol(v.name, real=True)
        return expr.xreplace(table)

    def moves(self) -> dict[str, str]:
        """State whose new value needs a name of its own; see the module's text."""
        sequence: list[Line | LoopLine | Reduce | Ask | Append] = [*self.host, *self.ops]
        last_ask = max((i for i, o in enumerate(sequence) if isinstance(o, Ask)), default=-1)
        moves: dict[str, str] = {}
        for name in ["theta", *(s.name for s in self.optimizer.states)]:
            made = next(
                (
                    i
                    for i, o in enumerate(sequence)
                    if isinstance(o, (Line, Ask)) and o.name == name
                ),
                None,
            )
            if made is None:
                continue
            is_host = made < len(self.host)
            # A host value is renewed before anything else runs, so any later reading counts.
            read_later = any(name in _previous(o) for o in sequence[made + 1 :])
            early = made < last_ask and not is_host
            if name == "theta" and not early:
                early = any(isinstance(o, Ask) and o.at is None for o in sequence[made + 1 :])
            if read_later or early or isinstance(sequence[made], Ask):
                moves[name] = self.fresh(f"{name}_next")
        return moves

    def cut(self, ops: list[Line | LoopLine | Reduce | Ask | Append]) -> list[Phase]:
        """Group the work into passes, in order; numbers wait until the pass they need has ended."""
        phases: list[Phase] = []
        lines: list[Line | LoopLine] = []
        reduces: list[Reduce] = []
        waiting: list[Line] = []

        def number(line: Line) -> None:
            last = phases[-1] if phases else None
            if isinstance(last, Numbers) and last.extent == line.extent and last.name != "host":
                phases[-1] = Numbers(last.name, last.extent, (*last.lines, line))
            else:
                phases.append(Numbers("numbers", line.extent, (line,)))

        def close() -> None:
            if lines or reduces:
                phases.append(Pass("", self.style, tuple(lines), tuple(reduces), ()))
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
            reads = {s.name for x in _line_expressions(o) for s in x.free_symbols}
            late = reads & ({r.name for r in reduces} | {x.name for x in waiting})
            if isinstance(o, Line) and o.extent.scalar and self.cut_numbers(o):
                # Known before the open pass, or only after it.
                if late:
                    waiting.append(o)
                else:
                    number(o)
                continue
            if isinstance(o, Reduce):
                if late:
                    close()
                reduces.append(o)
                continue
            # Reductions end a pass: what they read must not be renewed within it.
            reduced = {s.name for r in reduces for s in r.expr.free_symbols}
            if late or reduced & {x.name for x in _assignments(o)}:
                close()
            lines.append(o)
        close()
        needed = self.needed | set(self.new_names) | {self.until or ""}
        return _with_stores(phases, needed)

    def name_scalars(self, phases: list[Phase]) -> list[Phase]:
        """Numbers that enter entrywise work get names of their own, computed before the pass."""
        host: list[Line] = []
        ready: dict[Expr, Symbol] = {}
        result: list[Phase] = []
        first = phases[0] if phases else None
        if isinstance(first, Numbers) and first.name == "host":
            host = list(first.lines)
            phases = phases[1:]
        for phase in phases:
            if not isinstance(phase, Pass):
                result.append(phase)
                continue
            late: dict[Extent, list[Line]] = {}

            def declare(base: str, expr: Expr, late: dict[Extent, list[Line]] = late) -> Symbol:
                if expr in ready:
                    return ready[expr]
                extent = self.extent(expr)
                symbol = Symbol(self.fresh(base), real=True)
                self.extents[symbol.name] = extent
                line = Line(symbol.name, expr, extent, "")
                if extent == HOST:
                    host.append(line)
                else:
                    late.setdefault(extent, []).append(line)
                ready[expr] = symbol
                return symbol

            scalars = Scalars(self.extent, declare, self.order)
            lines = tuple(
                Line(o.name, scalars.replace(o.expr, o.name), o.extent, o.equation)
                for o in phase.lines
                if isinstance(o, Line)
            )
            reduces = tuple(
                Reduce(r.name, r.kind, scalars.replace(r.expr, r.name), r.extent)
                for r in phase.reduces
            )
            for extent in (ALL, TENSOR):
                if extent in late:
                    last = result[-1] if result else None
                    if isinstance(last, Numbers) and last.extent == extent:
                        result[-1] = Numbers("numbers", extent, (*last.lines, *late[extent]))
                    else:
                        result.append(Numbers("numbers", extent, tuple(late[extent])))
            result.append(Pass(phase.name, phase.style, lines, reduces, phase.stores))
        return [Numbers("host", HOST, tuple(host)), *result] if host else result

    def cut_numbers(self, line: Line) -> bool:
        """Whether a scalar gets a pass of its own (else it is a line of a whole pass)."""
        if self.style == "blocked":
            return True
        return line.extent == ALL and self.optimizer.scope != "all"


def _counts(expr: Expr) -> bool:
    return any(s.name.startswith("count_") for s in expr.free_symbols)


def _as_values(expr: Expr, extents: Mapping[str, Extent]) -> Expr:
    """Named answers as members of sequences, so that their extent is found."""
    table = {
        s: Value(s, t)
        for s in expr.free_symbols
        if isinstance(s, Symbol)
        and type(s) is Symbol
        and s.name in extents
        and s != t
        and not any(isinstance(v, Value) and s in v.args for v in expr.atoms(Value))
    }
    return expr.xreplace(table) if table else expr


def _reference(value: Value) -> str:
    """The provisional name of a value: `m` after the step, `m@` before it."""
    return value.name if value.index == t else f"{value.name}@"


def _label(expr: Expr) -> str:
    """A short word for an operand of a reduction."""
    if isinstance(expr, Value):
        return expr.name
    if isinstance(expr, Symbol):
        return str(expr.name)
    names = sorted({v.name for v in expr.atoms(Value)})
    return "_".join(names[:2]) if names else "entries"


def _assignments(o: Line | LoopLine) -> tuple[Line, ...]:
    return (*o.init, *o.body) if isinstance(o, LoopLine) else (o,)


def _line_expressions(o: Line | LoopLine | Reduce) -> Iterator[Expr]:
    if isinstance(o, LoopLine):
        yield o.first
        yield o.last
        for line in (*o.init, *o.body):
            yield line.expr
    else:
        yield o.expr


def _previous(o: Line | LoopLine | Reduce | Ask | Append) -> set[str]:
    """The sequences that are read at t - 1."""
    if isinstance(o, Ask):
        found = {at[:-1] for at in (o.at, o.vector) if at and at.endswith("@")}
        for x in (o.start, *o.constants):
            found |= {v.name for v in x.atoms(Value) if v.index == t - 1}
        return found
    if isinstance(o, Append):
        return set()
    return {v.name for x in _line_expressions(o) for v in x.atoms(Value) if v.index == t - 1}


class _Renamer:
    """Replaces members of sequences by the names of the program."""

    def __init__(self, moves: Mapping[str, str], loops: set[str], recorded: frozenset[str]) -> None:
        self.moves, self.loops, self.recorded = moves, loops, recorded

    def name(self, name: str) -> str:
        return self.moves.get(name, name)

    def at(self, name: str | None) -> str | None:
        if name is None:
            return None
        return name[:-1] if name.endswith("@") else self.name(name)

    def expr(self, expr: Expr, histories: bool = True) -> Expr:
        table: dict[Expr, Expr] = {}
        for v in expr.atoms(Value):
            if v.name in self.loops:
                table[v] = v if v.name in self.recorded else Symbol(v.name, real=True)
            elif v.index == t:
                table[v] = Symbol(self.name(v.name), real=True)
            elif v.index == t - 1 or (v.name == "theta" and v.index == 0):
                table[v] = Symbol(v.name, real=True)
        return expr.xreplace(table)

    def line(self, line: Line) -> Line:
        return Line(self.name(line.name), self.expr(line.expr), line.extent, line.equation)

    def op(
        self, o: Line | LoopLine | Reduce | Ask | Append
    ) -> Line | LoopLine | Reduce | Ask | Append:
        if isinstance(o, Line):
            return self.line(o)
        if isinstance(o, LoopLine):
            return LoopLine(
                o.index,
                self.expr(o.first),
                self.expr(o.last),
                o.downward,
                tuple(map(self.line, o.init)),
                tuple(map(self.line, o.body)),
                o.recorded,
            )
        if isinstance(o, Reduce):
            return Reduce(o.name, o.kind, self.expr(o.expr), o.extent)
        if isinstance(o, Append):
            return Append(tuple((h, self.name(x)) for h, x in o.values), o.when)
        return Ask(
            self.name(o.name),
            o.oracle,
            self.at(o.at),
            self.at(o.vector),
            o.when,
            o.contract,
            self.expr(o.start),
            tuple(self.expr(c) for c in o.constants),
            o.draw,
        )


def _reads(phase: Phase) -> set[str]:
    """The names that a phase needs from before it."""
    if isinstance(phase, Ask):
        names = {n for n in (phase.at, phase.vector, phase.when) if n}
        return names | {s.name for x in (phase.start, *phase.constants) for s in x.free_symbols}
    if isinstance(phase, Append):
        return {x for _, x in phase.values} | ({phase.when} if phase.when else set())
    if isinstance(phase, Numbers):
        return {s.name for line in phase.lines for s in line.expr.free_symbols}
    names = set()
    for o in (*phase.lines, *phase.reduces):
        for x in _line_expressions(o):
            names |= {s.name for s in x.free_symbols} | {v.name for v in x.atoms(Value)}
    return names


def made(phase: Pass) -> tuple[str, ...]:
    """The names that a pass assigns, in order."""
    names: dict[str, None] = {}
    for line in phase.lines:
        for inner in _assignments(line):
            names.setdefault(inner.name)
    return tuple(names)


def _with_stores(phases: list[Phase], needed: Collection[str]) -> list[Phase]:
    """Passes with the arrays named that later phases or others read."""
    result: list[Phase] = []
    for i, phase in enumerate(phases):
        if isinstance(phase, Pass):
            later = (
                set().union(*(_reads(p) for p in phases[i + 1 :])) if i + 1 < len(phases) else set()
            )
            stores = tuple(n for n in made(phase) if n in later or n in needed)
            phase = Pass(phase.name, phase.style, phase.lines, phase.reduces, stores)
        result.append(phase)
    return result


def _number_passes(phases: list[Phase], style: Style) -> list[Phase]:
    """Name passes: `update` if there is one, else `pass1`, `pass2`, …; numbers likewise."""
    passes = [i for i, p in enumerate(phases) if isinstance(p, Pass)]
    numbers = [i for i, p in enumerate(phases) if isinstance(p, Numbers) and p.name != "host"]
    result = list(phases)
    for k, i in enumerate(passes, start=1):
        p = phases[i]
        assert isinstance(p, Pass)
        name = "update" if len(passes) == 1 else f"pass{k}"
        result[i] = Pass(name, p.style, p.lines, p.reduces, p.stores)
    for k, i in enumerate(numbers, start=1):
        n = phases[i]
        assert isinstance(n, Numbers)
        result[i] = Numbers("numbers" if len(numbers) == 1 else f"numbers{k}", n.extent, n.lines)
    return result


__all__ = [
    "Append",
    "Ask",
    "Line",
    "LoopLine",
    "Numbers",
    "Pass",
    "Phase",
    "Program",
    "Reduce",
    "lower",
    "made",
    "lower_route",
    "turn",
]
