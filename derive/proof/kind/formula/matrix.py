"""Claims about vectors and matrices of every dimension, by `optwright.derive.proof.algebra.word`.

`lower` reads a declaration's equations as words: parameters and gradients become columns, matrix
states square letters, numbers commuting scalars. What is proved of words holds for every n.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar

from sympy import Expr, StrictGreaterThan, Symbol
from sympy.core.symbol import Str

from optwright.derive.claim.verdict import Counterexample, Obligation, Status, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Loop, Optimizer, Push
from optwright.derive.language.symbol import Parameter, Value, t
from optwright.derive.proof.algebra.word import (
    Column,
    Identity,
    Matrix,
    Rule,
    Scalar,
    WordDecision,
    Words,
    decide_word,
    evaluate,
    inverse_rules,
)
from optwright.derive.proof.sign import certify

Oracle = Callable[..., Words]


@dataclass(frozen=True)
class Lowered:
    """One step in words: values before it and after it by name, and the rules for inverses.

    positive: numbers that are positive where a refutation is looked for, from ranges and from the
    conditions given.
    """

    before: Mapping[str, Words]
    after: Mapping[str, Words]
    rules: tuple[Rule, ...]
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
        self.rules: list[Rule] = []
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
            args = [
                self.words(a) for a in expr.args if isinstance(a, Expr) and not isinstance(a, Str)
            ]
            if expr.word in self.oracles:
                return self.oracles[expr.word](*args)
            if expr.word == "hessian":
                return Matrix(name or "hessian", symmetric=True)
            return (
                Scalar(name or expr.word)
                if expr.word in ("value", "line_search")
                else Column(name or expr.word)
            )
        if isinstance(expr, op.identity):
            return Identity()
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


Equations = Callable[[Lowered], Mapping[str, tuple[Words, Words]]]


@dataclass(frozen=True)
class MatrixIdentity:
    """Equations between words that follow from a declaration's step, for every n.

    system, letters, symmetric, given, oracles: as `lower` takes them. equations: from the lowered
    step to pairs of words by name. rules: further rewritings that are assumed; words say them.
    """

    kind: ClassVar[str] = "matrix identity"

    system: Optimizer
    equations: Equations
    letters: Sequence[str] = ()
    symmetric: Sequence[str] = ()
    given: Mapping[Any, bool] = field(default_factory=dict)
    oracles: Mapping[str, Oracle] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    conditions: Sequence[str] = ()

    def lowered(self) -> Lowered:
        """The step in words; raises Unsupported."""
        return lower(
            self.system,
            letters=self.letters,
            symmetric=self.symmetric,
            given=self.given,
            oracles=self.oracles,
        )

    def said(self, step: Lowered) -> Mapping[str, tuple[Words, Words]]:
        """The equations claimed of a lowered step, by name."""
        return self.equations(step)

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove for every n, or refute by small exact matrices."""
        try:
            step = self.lowered()
        except Unsupported as error:
            return undecided(str(error))
        said = tuple(f"{c} is {'true' if v else 'false'}" for c, v in self.given.items())
        said += tuple(f"{name} symmetric" for name in self.symmetric) + tuple(self.conditions)
        return decide_words(self.said(step), (*step.rules, *self.rules), said, step.positive)


def decide_words(
    equations: Mapping[str, tuple[Words, Words]],
    rules: Sequence[Rule],
    conditions: Sequence[str] = (),
    positive: Sequence[Words] = (),
    definite: Sequence[Words] = (),
) -> Verdict:
    """The verdict on equations between words, given rewriting rules.

    Refutations are exact matrices at which the numbers of `positive` are positive and the matrix
    letters of `definite` are positive definite.
    """
    obligations: list[Obligation] = []
    found: Counterexample | None = None
    for name, (left, right) in equations.items():
        status: Status = "undecided"
        for seed in range(_SEEDS):
            decision = decide_word(left - right, rules, seed=seed)
            if decision.status == "zero":
                status = "proved"
            if decision.witness is None:
                break
            if _admissible(decision, positive, definite):
                status = "refuted"
                point = tuple(sorted((n, _table(x)) for n, x in decision.witness.items()))
                found = found or Counterexample(
                    point, ((f"left - right of {name}", _table(decision.value or ())),), "it is 0"
                )
                break
        notes = tuple(f"where {c}" for c in decision.side_conditions)
        obligations.append(
            Obligation(
                name,
                f"{left} = {right}",
                decision.normal_form,
                status,
                notes,
                decision.seconds,
                certify.words(left, right, rules) if status == "proved" else None,
            )
        )
    if found is not None:
        return Verdict(
            "refuted", tuple(obligations), found, f"n = {_dimension(found)}", tuple(conditions)
        )
    if any(o.status != "proved" for o in obligations):
        return undecided(
            "rewriting of words",
            "exact matrices of dimension 1 to 3",
            obligations=tuple(obligations),
        )
    return Verdict("proved", tuple(obligations), None, "all n", tuple(conditions))


_SEEDS = 60
"""How many random exact matrices are tried for a refutation that fulfils the conditions."""


def _dimension(found: Counterexample) -> int:
    return max(text.count("], [") + 1 for _, text in found.point)


def _admissible(
    decision: WordDecision, positive: Sequence[Words], definite: Sequence[Words]
) -> bool:
    witness, n = decision.witness or {}, decision.dimension or 1

    def there(expr: Words) -> bool:
        return {x.name for x in expr.letters()} <= set(witness)

    try:
        if any(evaluate(e, witness, n)[0][0] <= 0 for e in positive if there(e)):
            return False
        return all(_definite(evaluate(e, witness, n)) for e in definite if there(e))
    except ZeroDivisionError:
        return False


def _definite(table: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a symmetric matrix is positive definite: all pivots of elimination are positive."""
    rows = [list(row) for row in table]
    for k, row in enumerate(rows):
        if row[k] <= 0:
            return False
        for other in rows[k + 1 :]:
            factor = other[k] / row[k]
            for j in range(k, len(row)):
                other[j] -= factor * row[j]
    return True


def _table(rows: Sequence[Sequence[Fraction]]) -> str:
    return str([[str(x) for x in row] for row in rows]).replace("'", "")


@dataclass(frozen=True)
class Minimiser:
    """A step of a system minimises a quadratic model of the loss, for every n.

    model: the model as a function of the move d and the lowered step. excess: what the model has
    above its least value, as a function of the distance e from the minimiser; `positive` says in
    words why that is positive unless e = 0, `definite` the matrices assumed positive definite.
    Proved by completing the square: with d* the move of the step,
    model(d* + e) - model(d*) = excess(e) for every column e.
    """

    kind: ClassVar[str] = "minimiser"

    system: Optimizer
    model: Callable[[Words, Lowered], Words]
    excess: Callable[[Words, Lowered], Words]
    positive: str
    definite: Sequence[Words] = ()
    given: Mapping[Any, bool] = field(default_factory=dict)

    def lowered(self) -> Lowered:
        """The step in words; raises Unsupported."""
        return lower(self.system, given=self.given)

    def said(self, step: Lowered) -> Mapping[str, tuple[Words, Words]]:
        """What the model gains away from the move of a lowered step, and its excess."""
        e = Column("e")
        gain = self.model(step.move + e, step) - self.model(step.move, step)
        return {"the model's excess": (gain, self.excess(e, step))}

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove for every n, or refute by small exact matrices."""
        try:
            step = self.lowered()
        except Unsupported as error:
            return undecided(str(error))
        return decide_words(
            self.said(step), step.rules, (self.positive,), step.positive, self.definite
        )


@dataclass(frozen=True)
class WordIdentity:
    """Equations between words given directly, for every n."""

    kind: ClassVar[str] = "matrix identity"

    equations: Mapping[str, tuple[Words, Words]]
    rules: Sequence[Rule] = ()
    conditions: Sequence[str] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove for every n, or refute by small exact matrices."""
        return decide_words(self.equations, self.rules, self.conditions)


@dataclass(frozen=True)
class Determinant:
    """det(after) = ratio * det(before), for every n.

    after must be before @ (I + u1 v1' + u2 v2' + …), the pairs of columns given as `pairs`. By
    Sylvester's identity det(I + U V') = det(I + V'U), which is the determinant of numbers, as many
    a side as there are pairs (at most two). rules: assumed; `before` is invertible.
    """

    kind: ClassVar[str] = "determinant"

    before: Words
    after: Words
    pairs: Sequence[tuple[Words, Words]]
    ratio: Words
    rules: Sequence[Rule] = ()
    conditions: Sequence[str] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove for every n, or refute the ratio by small exact matrices."""
        change = sum((u @ v.T for u, v in self.pairs[1:]), self.pairs[0][0] @ self.pairs[0][1].T)
        product = {"factors": (self.after, self.before + self.before @ change)}
        said = ("before invertible", "Sylvester's identity", *self.conditions)
        split = decide_words(product, self.rules, said)
        if split.status != "proved":
            return undecided("after is not before times the sum", obligations=split.obligations)
        table = [
            [v.T @ u + (1 if i == k else 0) for k, (u, _) in enumerate(self.pairs)]
            for i, (_, v) in enumerate(self.pairs)
        ]
        small = table[0][0]
        if len(self.pairs) == 2:
            small = small @ table[1][1] - table[0][1] @ table[1][0]
        ratio = decide_words({"det(I + V'U) = ratio": (small, self.ratio)}, self.rules, said)
        shown = (*split.obligations, *ratio.obligations)
        return replace(ratio, obligations=shown)


__all__ = [
    "Determinant",
    "Lowered",
    "MatrixIdentity",
    "Minimiser",
    "WordIdentity",
    "decide_words",
    "lower",
    "turn",
]
