"""The operations of one system: a walk through its statements, in order.

Answers and reductions are named where an equation first needs them. A value that would be another
name for kept memory, and one that is narrower than the state it is given to, are made arrays of
their own: `copy` and `spread` are operations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

import sympy
from sympy import Eq, Expr, Symbol
from sympy.logic.boolalg import And, Boolean, Not

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    Loop,
    Optimizer,
    Push,
    Statement,
    expressions,
    turn,
)
from optwright.derive.language.extent import ALL, COORDINATE, HOST, TENSOR, Extent
from optwright.derive.language.symbol import Value, t
from optwright.derive.language.text import Infix, order_of, show_equation
from optwright.derive.lower.node import Apply, Member, Name, Node, Number, is_number, walk
from optwright.derive.lower.program import (
    Append,
    Ask,
    Line,
    LoopLine,
    Operation,
    Reduce,
    Style,
)
from optwright.derive.lower.translate import Translator, apply, select

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


class Walk(Translator):
    """One walk; `host` are the host's numbers, `ops` what else is to be done, in order.

    `known` is the walk before it, whose values are at hand (the shared part of a route). Names that
    are `assigned` are given their answers by an assignment, as other members of a family assign
    them something else.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        statements: Iterable[Statement],
        style: Style,
        known: Walk | None = None,
        assigned: Collection[str] = (),
    ) -> None:
        histories = [h.name for h in optimizer.histories]
        super().__init__(
            optimizer.id, optimizer.extents, order_of(optimizer), optimizer.shape, histories
        )
        self.optimizer = optimizer
        self.assigned = frozenset(assigned)
        self.statements, self.style = tuple(statements), style
        self.extents.setdefault("theta", COORDINATE)
        if optimizer.repeat:
            self.extents.setdefault(turn.name, HOST)
        if optimizer.scope == "all":  # one tensor: what is one number of it is one over all
            self.extents = {n: ALL if e == TENSOR else e for n, e in self.extents.items()}
        if known is not None:
            self.extents = {**known.extents, **self.extents}
            self.answers = dict(known.answers)
        self.names = {h.name for h in optimizer.hyper} | set(self.extents) | {"t", "theta"}
        self.host: list[Line] = []
        self.ops: list[Operation] = []
        self.sink: list[Line] | None = None
        """The lines of the loop at hand."""
        self.guard: Boolean = sympy.true
        """Under which condition the part at hand is evaluated, as far as that matters."""
        loops = [s for s in self.statements if isinstance(s, Loop)]
        self.loops = {e.lhs.name for s in loops for e in (*s.init, *s.body)}
        self.recorded = _recorded(loops)
        self.until: Name | None = None
        self.aliases: set[str] = set()
        """Names that may lie in the memory of something kept."""
        self.kept = {"theta", *(s.name for s in optimizer.states)}

    def run(self) -> Walk:
        """Walk through all statements."""
        for statement in self.statements:
            if isinstance(statement, Eq):
                self.equation(statement)
            elif isinstance(statement, Loop):
                self.loop(statement)
            elif isinstance(statement, Push):
                self.push(statement)
        repeat = self.optimizer.repeat
        if repeat and repeat.until != sympy.false:
            self.target = "repeat"
            until = sympy.sympify(repeat.until)
            self.until = self.number(self.fresh("done"), self.node(until), self.shown(until), ALL)
        return self

    @property
    def made(self) -> tuple[str, ...]:
        """The names that the statements assign."""
        return tuple(s.lhs.name for s in self.statements if isinstance(s, Eq))

    # --- names -----------------------------------------------------------------------------------

    def fresh(self, base: str) -> str:
        """`base`, or `base2`, … where that is taken."""
        name, k = base, 2
        while name in self.names:
            name, k = f"{base}{k}", k + 1
        self.names.add(name)
        return name

    def known(self, name: str, extent: Extent) -> Name:
        """A new name of an extent."""
        self.extents[name] = extent
        return Name(name, extent)

    def shown(self, expr: Expr) -> str:
        return Infix(self.order).show(expr)

    def emit(self, line: Line) -> None:
        """Put a line among those of the loop at hand, or of the step."""
        (self.ops if self.sink is None else self.sink).append(line)

    def named(self, base: str, node: Node) -> Node:
        name = self.known(self.fresh(base), node.extent)
        self.emit(Line(name, node))
        return name

    def number(self, name: str, node: Node, equation: str = "", extent: Extent = HOST) -> Name:
        """Assign a number where it belongs: with the host's, or in the order of the step.

        `extent` is at least that; a number that needs data is not the host's.
        """
        wider = max(node.extent, extent, key=[HOST, ALL, TENSOR].index)
        line = Line(self.known(name, wider), node, equation)
        (self.host if wider == HOST else self.ops).append(line)
        return line.name

    # --- statements ------------------------------------------------------------------------------

    def equation(self, statement: Eq) -> None:
        name = self.target = statement.lhs.name
        text = show_equation(statement, self.order)
        if isinstance(statement.rhs, op.Oracle) and name not in self.assigned:
            self.question(statement.rhs, name)
            return
        node, extent = self.node(statement.rhs), self.extents[name]
        if extent.scalar:
            self.number(name, node, text, extent)
        else:
            self.ops.append(Line(Name(name, extent), self.own(node, name), text))

    def own(self, node: Node, name: str) -> Node:
        """A value that is kept as an array of its own and of its state's extent, if made whole."""
        extent = self.extents[name]
        if self.style == "blocked":
            return node
        if name not in self.kept:
            self.aliases |= {name} if self.is_alias(node) else set()
            return node
        if node.extent != extent:
            if extent.kind == "each_axis":
                self.refuse(name, "keeps one array per axis and cannot be given one number")
            return Apply("spread", (node, Name(name, extent, old=True)), extent)
        return self.copied(node)

    def copied(self, node: Node) -> Node:
        """A value in memory of its own."""
        if isinstance(node, Apply) and node.function == "select" and is_number(node.operands[0]):
            condition, *arms = node.operands
            return Apply("select", (condition, *map(self.copied, arms)), node.extent)
        return apply("copy", node) if self.is_alias(node) else node

    def is_alias(self, node: Node) -> bool:
        """Whether a value may lie in the memory of something kept."""
        if isinstance(node, Apply) and node.function in ("select", "transpose"):
            return any(map(self.is_alias, node.operands))
        if isinstance(node, Member):
            return not node.history
        return (
            isinstance(node, Name)
            and not node.extent.scalar
            and (node.old or node.name in self.aliases or node.name in self.loops)
        )

    def loop(self, statement: Loop) -> None:
        def lines(equations: Iterable[Eq]) -> tuple[Line, ...]:
            self.sink = []
            for e in equations:
                self.target = name = e.lhs.name
                index = e.lhs.index if name in self.recorded else None
                value = self.node(e.rhs)
                text = show_equation(e, self.order)
                self.sink.append(Line(Name(name, self.extents[name]), value, text, index))
            found, self.sink = tuple(self.sink), None
            return found

        first, last = sympy.sympify(statement.first), sympy.sympify(statement.last)
        self.target = f"loop over {statement.index}"
        bounds = self.node(first), self.node(last)
        init, body = lines(statement.init), lines(statement.body)
        own = {line.name.name for line in (*init, *body)}
        recorded = frozenset(own & set(self.recorded))
        self.ops.append(
            LoopLine(str(statement.index), *bounds, statement.downward, init, body, recorded)
        )

    def push(self, statement: Push) -> None:
        values = []
        for history, x in statement.values:
            self.target = history.name
            if isinstance(x, Value) and x.index == t and x.name not in self.loops:
                values.append((history.name, Name(x.name, self.extents[x.name])))
                continue
            name = self.known(self.fresh(f"{history.name}_new"), history.extent)
            text = f"{history.name} << {self.shown(x)}"
            self.ops.append(Line(name, self.node(x), text))
            values.append((history.name, name))
        when = None
        if statement.when != sympy.true:
            base = self.fresh(f"{statement.values[0][0].name}_kept")
            when = self.number(base, self.node(statement.when), self.shown(statement.when), ALL)
        self.ops.append(Append(tuple(values), when))

    # --- choices ---------------------------------------------------------------------------------

    def arms(self, node: op.cases) -> Node:
        if not node.has(op.Oracle):
            return super().arms(node)
        before, rest, arms = self.guard, self.guard, []
        for arm, condition in node.arms:
            self.guard = And(rest, condition) if arm.has(op.Oracle) else rest
            value = self.node(arm)
            self.guard = rest
            arms.append((value, self.node(condition)))
            rest = And(rest, Not(condition))
        self.guard = rest
        otherwise = self.node(node.otherwise)
        self.guard = before
        return select(arms, otherwise)

    # --- reductions ------------------------------------------------------------------------------

    def reduce(self, node: op.Reduction) -> Node | None:
        """The number that a reduction over tensors or over all gives, where it ends a pass."""
        if isinstance(node.over, int) or self.optimizer.scope == "all":
            return None
        if self.style == "whole" and node.over != "all":
            return None
        if self.sink is not None:
            self.refuse(node, "reduces over all tensors inside a loop")
        extent = ALL if node.over == "all" else TENSOR
        operands = [self.node(x) for x in node.operands]
        first, label = operands[0], _label(operands[0])

        def found(base: str, kind: Literal["sum", "max", "nonfinite"], value: Node) -> Name:
            for known in self.ops:
                if isinstance(known, Reduce) and (known.kind, known.value, known.name.extent) == (
                    kind, value, extent
                ):  # fmt: skip
                    return known.name
            name = self.known(self.fresh(base), extent)
            self.ops.append(Reduce(name, kind, value))
            return name

        if isinstance(node, op.norm):
            if isinstance(first, Apply):
                first = self.named("base", first)
            return apply(
                "sqrt", found(f"sum_{label}_squared", "sum", apply("multiply", first, first))
            )
        if isinstance(node, op.dot):
            base = f"dot_{label}_{_label(operands[1])}"
            return found(base, "sum", apply("multiply", *operands))
        if isinstance(node, op.mean):
            size = Name("total_size" if extent == ALL else "size", extent)
            return apply("divide", found(f"sum_{label}", "sum", first), size)
        kinds: dict[Any, tuple[str, Any]] = {
            op.total: ("sum", "sum"),
            op.largest: ("largest", "max"),
            op.count_nonfinite: ("nonfinite", "nonfinite"),
        }
        word, kind = kinds[type(node)]
        return found(f"{word}_{label}", kind, first)

    # --- questions -------------------------------------------------------------------------------

    def ask(self, node: Expr) -> Node:
        if node in self.answers:
            return self.answers[node]
        if isinstance(node, op.evaluations):
            length = self.ask(node.args[0])
            assert isinstance(length, Name)
            return self.known(f"{length.name}_evaluations", ALL)
        if self.sink is not None:
            self.refuse(node, "is asked inside a loop")
        base = ANSWER[node.word]
        if base in self.names and (raw := f"raw_{self.target}") not in self.names:
            base = raw
        return self.question(node, self.fresh(base))

    def question(self, node: op.Oracle, name: str) -> Node:
        """Ask, and keep the answer under a name; what was asked before is not asked again."""
        if node in self.answers:
            answer = self.answers[node]
            value = Name(name, self.extents[name])
            self.ops.append(Line(value, answer))
            return answer
        when = self.condition_of(node, name) if self.guard != sympy.true else None
        self.extents.setdefault(name, self.extent(node))
        answer = Name(name, self.extents[name])
        if isinstance(node, op.noise):
            self.ops.append(Ask(answer, node.word, when=when, draw=int(node.args[0])))
        else:
            at = self.point(node.args[0])
            vector = None
            if isinstance(node, (op.hvp, op.line_search)):
                vector = self.point(node.args[1]) or Name("theta", COORDINATE, old=True)
            if isinstance(node, op.line_search):
                bases = ["start", *(f"constant{k}" for k in range(1, len(node.args)))]
                start, *constants = (
                    self.plain(a, f"{name}_{base}")
                    for a, base in zip(node.args[3:], bases, strict=False)
                )
                ask = Ask(
                    answer, node.word, at, vector, when, node.contract, start, tuple(constants)
                )
            else:
                ask = Ask(answer, node.word, at, vector, when)
            self.ops.append(ask)
        self.answers[node] = answer
        return answer

    def condition_of(self, node: op.Oracle, name: str) -> Name:
        """The number that decides whether a question in the arm of a choice is asked."""
        guard, self.guard = self.guard, sympy.true
        if self.extent(guard) not in (HOST, ALL):
            self.refuse(
                node,
                f"is asked where {self.shown(guard)}, which is decided for each"
                f" {'tensor' if self.extent(guard) == TENSOR else 'entry'}: ask in an equation"
                " before, and choose between the answers",
            )
        when = self.number(self.fresh(f"ask_{name}"), self.node(guard), self.shown(guard))
        self.guard = guard
        return when

    def plain(self, expr: Expr, base: str) -> Node:
        """A number or a name for it."""
        found = self.node(expr)
        if isinstance(found, (Number, Name)):
            return found
        return self.number(self.fresh(base), found, f"{base} = {self.shown(expr)}")

    def point(self, expr: Expr) -> Name | None:
        """The name of the array at which a question is asked; None for the current parameters."""
        if isinstance(expr, Value) and expr.name == "theta" and expr.index == t - 1:
            return None
        found = self.node(expr)
        if isinstance(found, Name):
            return found
        name = self.known(self.fresh("point"), self.extent(expr))
        self.ops.append(Line(name, found, f"{name.name} = {self.shown(expr)}"))
        return name

    # --- besides the step ------------------------------------------------------------------------

    def view(self, name: str, expr: Expr) -> Node:
        """A view in the names of what is kept: it is taken between steps."""
        self.target = f"view {name}"
        now = {v: Value(v.args[0], t - 1) for v in expr.atoms(Value)}
        for v in expr.atoms(Value):
            if v.name not in self.kept:
                self.refuse(v, "is not kept between steps: add it to the state")
        return self.node(expr.xreplace(now))

    def move(self) -> Node | None:
        """θ[t] - θ[t - 1], where θ[t - 1] is a term of the sum that makes θ[t]."""
        theta = Value(Symbol("theta", real=True), t - 1)
        for e in self.statements:
            if isinstance(e, Eq) and e.lhs.name == "theta" and isinstance(e.rhs, sympy.Add):
                rest = sympy.Add(*(a for a in e.rhs.args if a != theta))
                if theta in e.rhs.args and not rest.has(op.Oracle, op.Reduction):
                    return self.node(rest)
        return None


def _recorded(loops: Iterable[Loop]) -> frozenset[str]:
    """Sequences of loops that keep all members: those read outside their own loop at its index,
    and those whose neighbour is read after their own member is made."""
    loops = list(loops)
    names = {e.lhs.name for s in loops for e in (*s.init, *s.body)}
    recorded: set[str] = set()
    for loop in loops:
        own = {e.lhs.name for e in (*loop.init, *loop.body)}
        for expr in expressions(loop):
            for v in expr.atoms(Value):
                if v.name in names - own and v.index == loop.index:
                    recorded.add(v.name)
        done: set[str] = set()
        for e in loop.body:
            recorded |= {
                v.name for v in e.rhs.atoms(Value) if v.name in done and v.index != loop.index
            }
            done.add(e.lhs.name)
    return frozenset(recorded)


def _label(node: Node) -> str:
    """A short word for an operand of a reduction."""
    if isinstance(node, (Name, Member)):
        return node.name
    kept = {x.name for x in walk(node) if isinstance(x, Name) and not x.extent.scalar}
    return "_".join(sorted(kept)[:2]) if kept else "entries"
