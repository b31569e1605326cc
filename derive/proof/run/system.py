"""A declaration as a one-step map: next state from state, hyperparameters, clock and answers.

`advance` executes a step symbolically (or with numbers, the same code): intermediates are
eliminated, oracles are asked of a caller who answers with any expression. Answers are therefore
uninterpreted when the caller gives fresh symbols, and exact when he gives numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, Symbol, sympify
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from optwright.derive.error import Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Loop, Optimizer, Push
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable, t

THETA = "theta"


@dataclass(frozen=True)
class Question:
    """A question to an oracle: its kind ("grad", "value", …) and its arguments, the point first."""

    kind: str
    args: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(map(str, self.args))})"


Answer = Callable[[Question], Expr]


@dataclass(frozen=True)
class Step:
    """What a step has found: the state after it, theta included, all it assigned, questions."""

    state: Mapping[str, Expr]
    assigned: Mapping[str, Expr]
    questions: tuple[tuple[Question, Expr], ...]


def state_names(system: Optimizer) -> tuple[str, ...]:
    """What is kept from step to step, theta first. Raises Unsupported for histories."""
    if system.histories:
        raise Unsupported(f"{system.id} keeps a history")
    return (THETA, *(s.name for s in system.states))


def initial(system: Optimizer, theta: Expr, hyper: Mapping[str, Expr]) -> dict[str, Expr]:
    """The state before step 1, given theta[0] and the hyperparameters."""
    values: dict[Basic, Expr] = {Variable(THETA)[0]: theta}
    start = {THETA: theta}
    for s in system.states:
        start[s.name] = evaluate(sympify(s.init), values, hyper, Integer(0))
    return start


def advance(
    system: Optimizer,
    state: Mapping[str, Expr],
    hyper: Mapping[str, Expr],
    clock: Expr,
    ask: Answer,
    start: Expr | None = None,
    least: int = 1,
) -> Step:
    """Run one step.

    state: the values before the step by name; hyper: hyperparameters by name; clock: the step's
    number, maybe symbolic and then known to be at least `least`; start: theta[0] if the rule
    reads it. Raises Unsupported for what it cannot execute.
    """
    if system.repeat:
        raise Unsupported(f"{system.id} repeats its step within one call")
    before: dict[Basic, Expr] = {Variable(name)[t - 1]: x for name, x in state.items()}
    if start is not None:
        before[Variable(THETA)[0]] = start
    questions: list[tuple[Question, Expr]] = []

    def asked(question: Question) -> Expr:
        for known, answer in questions:
            if known == question:
                return answer
        answer = ask(question)
        questions.append((question, answer))
        return answer

    def run(expr: Any) -> Expr:
        return evaluate(expr, before, hyper, clock, asked, least)

    assigned: dict[str, Expr] = {}
    for statement in system.step:
        if isinstance(statement, Push):
            raise Unsupported(f"{system.id} keeps a history")
        if isinstance(statement, Loop):
            _unroll(statement, before, run)
            continue
        name = statement.lhs.name
        assigned[name] = before[Variable(name)[t]] = run(statement.rhs)
    after = {name: assigned.get(name, x) for name, x in state.items()}
    return Step(after, assigned, tuple(questions))


def _unroll(loop: Loop, values: dict[Basic, Expr], run: Callable[[Any], Expr]) -> None:
    first, last = run(sympify(loop.first)), run(sympify(loop.last))
    if not (first.is_Integer and last.is_Integer):
        raise Unsupported(f"the loop over {loop.index} has symbolic bounds {first} … {last}")
    turn_of = loop.index

    def member(value: Value, at: Integer | None) -> Value:
        index = value.index if at is None else value.index.subs(turn_of, at)
        return Variable(value.name)[run(index) if index.free_symbols else index]

    for e in loop.init:
        values[member(e.lhs, None)] = run(e.rhs)
    turns = (
        range(int(first), int(last) - 1, -1) if loop.downward else range(int(first), int(last) + 1)
    )
    for number in turns:
        at = Integer(number)
        for e in loop.body:
            values[member(e.lhs, at)] = run(e.rhs.subs(turn_of, at))


def evaluate(
    expr: Any,
    values: Mapping[Basic, Expr],
    hyper: Mapping[str, Expr],
    clock: Expr,
    ask: Answer | None = None,
    least: int = 1,
) -> Expr:
    """An expression with sequences, hyperparameters and the clock replaced, oracles asked in order.

    Conditions on the clock alone are decided for every clock >= `least`.
    """
    memo: dict[Basic, Any] = {}

    def visit(node: Any) -> Any:
        if isinstance(node, (Str, sympy.Rational)):
            return node
        found = memo.get(node)
        if found is None:
            found = memo[node] = _visit(node)
        return found

    def _visit(node: Any) -> Any:
        if isinstance(node, Value):
            return _member(node, values, clock)
        if node == t:
            return clock
        if isinstance(node, Parameter):
            if node.name not in hyper:
                raise Unsupported(f"hyperparameter {node} has no value here")
            return hyper[node.name]
        if not node.args:
            return node
        if isinstance(node, op.cases):
            return _choice(node, visit)
        args = [visit(arg) for arg in node.args]
        if isinstance(node, op.Oracle):
            if ask is None:
                raise Unsupported(f"{node} asks an oracle where none may be asked")
            return ask(Question(node.word, tuple(args)))
        if isinstance(node, Relational):
            return _decide(node.func(*args), clock, least)
        return node.func(*args)

    return visit(sympify(expr))


def _member(node: Value, values: Mapping[Basic, Expr], clock: Expr) -> Expr:
    """The value of a member of a sequence, by its index as it stands or at the clock."""
    moved = node if node in values else Variable(node.name)[node.index.subs(t, clock)]
    if moved not in values:
        raise Unsupported(f"{node} has no value here")
    return values[moved]


def _choice(node: op.cases, visit: Callable[[Any], Any]) -> Any:
    """The arm that is chosen, or the arms that may be."""
    arms: list[Any] = []
    last = node.otherwise
    for value, condition in node.arms:
        truth = visit(condition)
        if truth == sympy.true:
            last = value
            break
        if truth != sympy.false:
            arms.append((visit(value), truth))
    return op.cases(*arms, visit(last)) if arms else visit(last)


def _decide(condition: Any, clock: Expr, least: int) -> Any:
    """A condition on the clock alone, decided if it holds, or fails, from `least` on."""
    if (
        not isinstance(condition, Relational)
        or not clock.is_Symbol
        or condition.free_symbols != {clock}
    ):
        return condition
    later = Symbol("later", integer=True, nonnegative=True)
    moved = condition.subs(clock, later + least)
    return moved if moved in (sympy.true, sympy.false) else condition


def at(expr: Any, index: Expr, varying: Iterable[str] = ()) -> Expr:
    """An expression at t moved to another step; varying hyperparameters become lr[index]."""
    names = frozenset(varying)
    expr = sympify(expr)
    plain = {
        s: Variable(s.name)[t]
        for s in expr.free_symbols
        if isinstance(s, Parameter) and s.name in names
    }
    table: dict[Basic, Basic] = {t: index}
    return (
        expr.xreplace(plain).subs(table, simultaneous=True) if index != t else expr.xreplace(plain)
    )


def hyper_values(hyper: Iterable[Hyper], varying: Iterable[str], index: Expr) -> dict[str, Expr]:
    """The hyperparameters as symbols, or as members lr[index] where they vary."""
    names = frozenset(varying)
    return {h.name: Variable(h.name)[index] if h.name in names else h.symbol for h in hyper}
