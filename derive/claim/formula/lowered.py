"""A declaration's step in words.

Parameters and gradients become columns, matrix states square letters, numbers commuting scalars.
That the words say what the declaration computes is seen by the judge, at exact matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, StrictGreaterThan, Symbol
from sympy.core.symbol import Str

from optwright.derive.claim.formula.word import (
    Column,
    Matrix,
    Scalar,
    UnitMatrix,
    WordRule,
    Words,
    inverse_rules,
)
from optwright.derive.error import Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Loop, Optimizer, Push
from optwright.derive.language.symbol import Parameter, Value, t

Oracle = Callable[..., Words]


@dataclass(frozen=True)
class Lowered:
    """One step in words: values before it and after it by name, and the rules for inverses.

    positive: numbers that are positive where a refutation is looked for, from ranges and from the
    conditions given.
    """

    before: Mapping[str, Words]
    after: Mapping[str, Words]
    rules: tuple[WordRule, ...]
    positive: tuple[Words, ...] = ()

    def __getitem__(self, name: str) -> Words:
        return self.after[name]

    @property
    def move(self) -> Words:
        """What the step adds to the parameters."""
        return self.after["theta"] - self.before["theta"]


def lower(
    system: Optimizer,
    *,
    letters: Sequence[str] = (),
    symmetric: Sequence[str] = (),
    given: Mapping[Any, bool] | None = None,
    oracles: Mapping[str, Oracle] | None = None,
) -> Lowered:
    """The equations of a step in words.

    letters: assigned values that stay letters, their definition forgotten; symmetric: matrices
    that are symmetric before the step; given: the truth of the conditions that cases depend on;
    oracles: what oracles answer, as functions of the words of their arguments (a letter each
    unless said; the Hessian is symmetric). Raises Unsupported for what words cannot say.
    """
    return _Lowering(
        system, tuple(letters), tuple(symmetric), dict(given or {}), dict(oracles or {})
    ).run()


class _Lowering:
    def __init__(
        self,
        system: Optimizer,
        letters: tuple[str, ...],
        symmetric: tuple[str, ...],
        given: Mapping[Any, bool],
        oracles: Mapping[str, Oracle],
    ) -> None:
        self.system, self.letters, self.symmetric = system, letters, symmetric
        self.given, self.oracles = given, oracles
        self.before: dict[str, Words] = {}
        self.after: dict[str, Words] = {}
        self.rules: list[WordRule] = []
        self.inverses: dict[str, Words] = {}

    def run(self) -> Lowered:
        for name in ("theta", *(s.name for s in self.system.states)):
            self.before[name] = self.letter(name)
        for statement in self.system.step:
            if isinstance(statement, (Loop, Push)):
                raise Unsupported(f"{self.system.id}: loops and histories have no words")
            name = statement.lhs.name
            self.after[name] = (
                self.letter(name) if name in self.letters else self.words(statement.rhs, name)
            )
        positive = [Scalar(h.name) for h in self.system.hyper if h.range.low >= 0]
        for condition, holds in self.given.items():
            if isinstance(condition, StrictGreaterThan) and condition.rhs == 0:
                number = self.words(condition.lhs)
                positive.append(number if holds else -number)
        return Lowered(self.before, self.after, tuple(self.rules), tuple(positive))

    def letter(self, name: str) -> Words:
        extent = self.system.extents[name]
        if extent.kind == "matrix":
            return Matrix(name, symmetric=name in self.symmetric)
        return Column(name) if extent.kind == "coordinate" else Scalar(name)

    def value(self, expr: Value) -> Words:
        return self.after[expr.name] if expr.index == t else self.before[expr.name]

    def words(self, expr: Expr, name: str = "") -> Words:
        if expr.is_Rational:
            return Scalar("one") ** 0 * Fraction(int(expr.p), int(expr.q))
        if isinstance(expr, Value):
            return self.value(expr)
        if isinstance(expr, (Parameter, Symbol)):
            return Scalar(expr.name)
        if isinstance(expr, op.cases):
            return self.words(self.chosen(expr))
        if isinstance(expr, op.Oracle):
            return self.answer(expr, name or expr.word)
        if isinstance(expr, op.identity):
            return UnitMatrix()
        if isinstance(expr, op.Operation):
            return self.operation(expr)
        parts = [self.words(a) for a in expr.args]
        if expr.is_Add:
            return sum(parts[1:], parts[0])
        if expr.is_Mul:
            product = parts[0]
            for part in parts[1:]:
                product = product * part
            return product
        if expr.is_Pow and expr.exp.is_Integer:
            return parts[0] ** int(expr.exp) if expr.exp > 0 else 1 / parts[0] ** int(-expr.exp)
        raise Unsupported(f"{expr} has no words")

    def answer(self, expr: op.Oracle, name: str) -> Words:
        """What an oracle answers: as the claim says, else a letter of the given name."""
        if expr.word in self.oracles:
            args = [a for a in expr.args if isinstance(a, Expr) and not isinstance(a, Str)]
            return self.oracles[expr.word](*map(self.words, args))
        if expr.word == "hessian":
            return Matrix(name, symmetric=True)
        return Scalar(name) if expr.word in ("value", "line_search") else Column(name)

    def operation(self, expr: Expr) -> Words:
        args = [self.words(a) for a in expr.args if not isinstance(a, Str)]
        match expr.word:
            case "matmul":
                return args[0] @ args[1]
            case "transpose":
                return args[0].T
            case "dot":
                return args[0].T @ args[1]
            case "outer":
                return args[0] @ args[1].T
            case "solve":
                return self.inverse(args[0]) @ args[1]
        raise Unsupported(f"{expr} has no words")

    def inverse(self, matrix: Words) -> Words:
        """The letter that is a matrix's inverse, with its rules."""
        name = str(matrix)
        if name not in self.inverses:
            (letter,) = matrix.letters()
            found = Matrix(f"inverse_{letter.name}", symmetric=letter.symmetric)
            self.rules += inverse_rules(matrix, found)
            self.inverses[name] = found
        return self.inverses[name]

    def chosen(self, expr: Any) -> Expr:
        for arm, condition in expr.arms:
            if condition not in self.given:
                raise Unsupported(f"{self.system.id}: say whether {condition} holds")
            if self.given[condition]:
                return arm
        return expr.otherwise


def turn(system: Optimizer, loop: Loop, known: Mapping[Value, Words]) -> dict[Value, Words]:
    """What one turn of a loop assigns, in words, given the members that it reads.

    Raises Unsupported for a member that is neither given nor assigned.
    """
    members = dict(known)
    reading = _Turn(system, members)
    for equation in loop.body:
        members[equation.lhs] = reading.words(equation.rhs)
    return members


class _Turn(_Lowering):
    """Expressions in members of sequences that are known as words."""

    def __init__(self, system: Optimizer, members: Mapping[Value, Words]) -> None:
        super().__init__(system, (), (), {}, {})
        self.members = members

    def value(self, expr: Value) -> Words:
        if expr not in self.members:
            raise Unsupported(f"{expr} is not known")
        return self.members[expr]


__all__ = ["Lowered", "Oracle", "lower", "turn"]
