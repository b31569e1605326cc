"""How the values of a step transform when parameters and loss do: forms, and the walk to them.

A form says what becomes of a value in the other coordinates: it is multiplied by a power of a
number (`Powers`), moved by a multiple of a vector (`Shifts`), or multiplied by matrices from one
side or more, like a vector, a gradient or a Hessian (`Indices`). Each operation of the language
either carries forms to a form or has none, and then the walk raises `NoForm` with the reason.
If the forms of the state fit before and after the step, the whole trajectory transforms so, for
every loss, every t and every number of entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy
from sympy import Expr, sympify
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, BooleanAtom, Not, Or

from optwright.derive.claim.rule.symmetry import Form
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import History, Loop, Optimizer, Push
from optwright.derive.language.symbol import Parameter, Value

ZERO = "zero"
"""The form of what is always zero: it is whatever it is added to or compared with."""


class NoForm(ValueError):
    """A value does not transform with the group; the text says which and why."""


class FormRules(ABC):
    """What the operations of the language do to the forms of one group."""

    scalar: Form
    """The form of numbers that the group leaves alone."""
    zero: Form = ZERO
    """The form of the number zero, and of what is not known to be more yet."""
    theta: Form

    @abstractmethod
    def text(self, name: str, form: Form) -> str:
        """What becomes of a value of this form, as a formula."""

    @abstractmethod
    def oracle(self, node: Any, forms: Sequence[Form]) -> Form:
        """The form of an oracle's answer, given those of its arguments."""

    @abstractmethod
    def product(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of an entrywise product."""

    @abstractmethod
    def power(self, node: Expr, base: Form, exponent: Form) -> Form:
        """Of an entrywise power."""

    @abstractmethod
    def function(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of any other entrywise function."""

    @abstractmethod
    def compare(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of the truth of a relation, which must not change with the group."""

    @abstractmethod
    def reduce(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of a reduction."""

    @abstractmethod
    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of a matrix operation."""

    def sum(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of an entrywise sum: that of all its terms."""
        return self.alike(node, forms)

    def choice(self, node: Any, arms: Sequence[Form], conditions: Sequence[Form]) -> Form:
        """Of a choice: that of all its arms."""
        return self.alike(node, arms)

    def both(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of the truth of several conditions together."""
        return self.scalar

    def squared(self, node: Any, a: Form, b: Form) -> Form | None:
        """Of the sum or mean of the entrywise product of two arrays, if it is more than any sum."""
        return None

    def alike(self, node: Any, forms: Sequence[Form]) -> Form:
        """The one form of several values."""
        total = ZERO
        for form in forms:
            total = self.join(node, total, form)
        return total

    def join(self, node: Any, a: Form, b: Form) -> Form:
        """The one form of two values, of which one may be zero."""
        if a in (ZERO, b):
            return b
        if b == ZERO:
            return a
        raise NoForm(f"{node} joins {self.text('x', a)} and {self.text('y', b)}")


def forms(
    system: Optimizer,
    algebra: FormRules,
    hyper: Mapping[str, Form],
    given: Mapping[Any, bool],
    start: Mapping[str, Form],
) -> dict[str, Form]:
    """The form of every sequence of a system.

    hyper: forms of the hyperparameters that change with the group; given: the truth of conditions
    that cases depend on; start: forms that states are assumed to have before the first step.
    Raises NoForm.
    """
    walk = _Walk(system, algebra, hyper, given)
    known: dict[str, Form] = {"theta": algebra.theta}
    for s in system.state:
        known[s.name] = (
            algebra.zero
            if isinstance(s, History)
            else start.get(s.name) or walk.visit(s.init, known)
        )
    for _ in range(len(known) + 2):
        found = walk.step(known)
        after = {
            name: algebra.join(f"the step of {name}", x, found.get(name, x))
            for name, x in known.items()
        }
        if after == known:
            walk.strict = True
            return walk.step(known)
        known = after
    raise NoForm("the forms of the state do not settle")


class _Walk:
    """One step, its values replaced by their forms."""

    def __init__(
        self,
        system: Optimizer,
        algebra: FormRules,
        hyper: Mapping[str, Form],
        given: Mapping[Any, bool],
    ) -> None:
        self.system, self.algebra, self.hyper, self.given = system, algebra, hyper, given
        self.strict = False  # until forms have settled, zero stands for those not known yet

    def step(self, before: Mapping[str, Form]) -> dict[str, Form]:
        """The forms after a step; members of a loop share one."""
        known = dict(before)
        for statement in self.system.step:
            if isinstance(statement, Push):
                for history, x in statement.values:
                    form = self.visit(x, known)
                    known[history.name] = self.algebra.join(history.name, known[history.name], form)
                self.visit(statement.when, known)
            elif isinstance(statement, Loop):
                for equation in (*statement.init, *statement.body, *statement.body):
                    name, form = equation.lhs.name, self.visit(equation.rhs, known)
                    known[name] = self.algebra.join(
                        equation.lhs, known.get(name, self.algebra.zero), form
                    )
            else:
                known[statement.lhs.name] = self.visit(statement.rhs, known)
        if self.system.repeat:
            self.visit(self.system.repeat.until, known)
        return known

    def visit(self, node: Any, known: Mapping[str, Form]) -> Form:
        """The form of an expression or a condition, from those of what it reads."""
        node = sympify(node)
        if isinstance(node, Value) and not (node.name == "turn" and self.system.repeat):
            if node.name not in known:
                raise NoForm(f"{node} is read before its form is known")
            return known[node.name]
        if isinstance(node, Parameter):
            return self.hyper.get(node.name, self.algebra.scalar)
        single = isinstance(node, (Value, op.dim, BooleanAtom)) or node.is_Symbol
        if single or node in self.given:
            return self.algebra.scalar
        if isinstance(node, op.cases):
            return self.choice(node, known)
        if isinstance(node, op.Operation):
            return self.operation(node, known)
        if node.is_number:
            return self.algebra.zero if node == 0 else self.algebra.scalar
        return self.combined(node, [self.visit(x, known) for x in node.args])

    def combined(self, node: Any, parts: list[Form]) -> Form:
        """The form of a relation, or of arithmetic, from those of its operands."""
        algebra = self.algebra
        if isinstance(node, Relational):
            return algebra.compare(node, parts)
        if isinstance(node, (And, Or, Not)):
            return algebra.both(node, parts)
        if node.is_Add:
            return algebra.sum(node, parts)
        if node.is_Mul:
            return ZERO if ZERO in parts else algebra.product(node, parts)
        if not node.is_Pow:
            return self.function(node, parts)
        if parts[0] != ZERO:
            return algebra.power(node, *parts)
        if self.strict and not (node.exp.is_number and node.exp > 0):
            raise NoForm(f"{node} may divide by zero")
        return ZERO

    def function(self, node: Any, parts: list[Form]) -> Form:
        """The form of an entrywise function."""
        if node.func in _KEEP_ZERO and all(x == ZERO for x in parts):
            return ZERO
        return self.algebra.function(node, parts)

    def operation(self, node: Any, known: Mapping[str, Form]) -> Form:
        """The form of an operation of the language."""
        algebra = self.algebra
        if isinstance(node, (op.total, op.mean)) and not isinstance(node.over, int):
            scale, pair = _two_factors(node.operands[0], lambda x: self.visit(x, known), algebra)
            form = pair and algebra.squared(node, *pair)
            if form is not None:
                return algebra.product(node, [*scale, form])
        parts = [self.visit(x, known) for x in node.args if not isinstance(x, Str)]
        if isinstance(node, op.Oracle):
            return algebra.oracle(node, parts)
        if isinstance(node, op.Reduction):
            return algebra.reduce(node, parts[: len(node.operands)])
        if isinstance(node, op.MatrixOperation):
            return algebra.matrix(node, parts)
        return algebra.scalar if isinstance(node, op.evaluations) else self.function(node, parts)

    def choice(self, node: Any, known: Mapping[str, Form]) -> Form:
        open_: list[tuple[Any, Any]] = []
        last = node.otherwise
        for arm, condition in node.arms:
            truth = self.truth(condition)
            if truth is True:
                last = arm
                break
            if truth is None:
                open_.append((arm, condition))
        arms = [self.visit(arm, known) for arm in (*(arm for arm, _ in open_), last)]
        if not open_:
            return arms[0]
        conditions = [self.visit(condition, known) for _, condition in open_]
        return self.algebra.choice(op.cases(*open_, last), arms, conditions)

    def truth(self, condition: Any) -> bool | None:
        """Whether a condition is given to hold, part by part."""
        if condition in self.given:
            return self.given[condition]
        if isinstance(condition, (And, Or)):
            parts = [self.truth(x) for x in condition.args]
            decisive = isinstance(condition, Or)
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        return None


_KEEP_ZERO = (
    *(sympy.sign, sympy.Abs, sympy.Max, sympy.Min, sympy.sin, sympy.tanh),
    *(op.round_to, op.max_per_axis, op.min_over_axes),
)


def _two_factors(
    expr: Expr, visit: Callable[[Any], Form], algebra: FormRules
) -> tuple[list[Form], tuple[Form, Form] | None]:
    """The forms of the factors that are one number, and of the two that are arrays, if just two."""
    scale: list[Form] = []
    arrays: list[Form] = []
    for factor in sympy.Mul.make_args(expr):
        base, count = (factor.base, 2) if factor.is_Pow and factor.exp == 2 else (factor, 1)
        form = visit(base)
        if form == algebra.scalar:
            scale += [form] * count
        else:
            arrays += [form] * count
    return scale, (arrays[0], arrays[1]) if len(arrays) == 2 else None


__all__ = ["ZERO", "FormRules", "NoForm", "forms"]
