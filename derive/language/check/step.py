"""A step read in order: symbols known, nothing used before it is assigned, extents that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NoReturn

import sympy
from sympy import Eq, Expr, Symbol
from sympy.core.numbers import NumberSymbol
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanAtom

from optwright.derive.error import DeclarationError, suggest
from optwright.derive.language import operation as op
from optwright.derive.language.check.name import check_name
from optwright.derive.language.extent import ALL, HOST, Extent, ExtentError, Shape, infer, join
from optwright.derive.language.step import Loop, Push, Statement, str_equation
from optwright.derive.language.symbol import Hyper, Parameter, Value, nodes, t

_FUNCTIONS = (
    "Abs", "Max", "Min", "Mod", "ceiling", "cos", "exp", "floor", "log", "sign", "sin", "tanh",
)  # fmt: skip
_KNOWN = (
    *(sympy.Add, sympy.Mul, sympy.Pow, sympy.Number, NumberSymbol),
    *(getattr(sympy, name) for name in _FUNCTIONS),
    *(Relational, sympy.And, sympy.Or, sympy.Not, BooleanAtom),
    *(Symbol, Str, Value, op.Operation),
)
"""All that an expression may be made of."""

_INSTEAD = {
    "Piecewise": "write cases((a, condition), b)",
    "ITE": "write cases((a, condition), b)",
    "Heaviside": "write cases((1, x > 0), 0)",
    "ImaginaryUnit": "values are real: is a root of a negative number taken?",
    "ComplexInfinity": "something is divided by zero",
    "NaN": "it is 0/0 or the like, a number that is none",
}


@cache
def _in_language(kind: type) -> bool:
    return kind.__name__ not in _INSTEAD and issubclass(kind, _KNOWN)


class _Place:
    """Where something stands, as text once it is asked for: printing costs more than checking."""

    def __init__(self, before: str, what: object) -> None:
        self.before, self.what = before, what

    def __str__(self) -> str:
        what = repr(str_equation(self.what)) if isinstance(self.what, Eq) else self.what
        return f"{self.before} {what}"


class StepCheck:
    """Walks a step in order, knowing what is assigned so far.

    where      the declaration, for messages
    hyper      its hyperparameters, by name
    kept       the extents of what is kept, theta included
    histories  the extents of its histories
    shape      what its tensors are
    schedule   whether it is one, whose loss is one host number
    """

    def __init__(
        self,
        where: str,
        hyper: Mapping[str, Hyper],
        kept: Mapping[str, Extent],
        histories: Mapping[str, Extent],
        shape: Shape = "any",
        schedule: bool = False,
    ) -> None:
        self.where, self.hyper, self.shape, self.schedule = where, hyper, shape, schedule
        self.kept, self.histories = dict(kept), dict(histories)
        self.assigned: dict[str, Extent] = {}
        self.loops: dict[str, Extent] = {}

    @property
    def extents(self) -> dict[str, Extent]:
        """The extent of every sequence that is known so far."""
        return self.kept | self.histories | self.assigned | self.loops

    def fail(self, where: object, symbol: str, reason: str) -> NoReturn:
        """Raise the error."""
        raise DeclarationError(f"{self.where}, {where}", symbol, reason)

    def walk(self, statements: Iterable[Statement]) -> None:
        """Check all statements of a step. Raises DeclarationError at the first that is wrong."""
        for statement in statements:
            if isinstance(statement, Eq):
                self._equation(statement)
            elif isinstance(statement, Loop):
                self._loop(statement)
            elif isinstance(statement, Push):
                self._push(statement)
            else:
                self._no_statement(statement)

    def _no_statement(self, given: Any) -> NoReturn:
        if given in (True, False):
            reason = "is no equation: == and SymPy's Eq decide at once; write Eq(m[t], …)"
        elif isinstance(given, (Expr, Relational)):
            reason = "is an expression, no equation: write Eq(m[t], …), which assigns m[t]"
        else:
            reason = f"is a {type(given).__name__}: a step is made of Eq(m[t], …), Loop and Push"
        self.fail("step", str(given), reason)

    # --- expressions -----------------------------------------------------------------------------

    def extent(self, expr: Any, where: object, index: Symbol | None = None) -> Extent:
        """The extent of an expression all of whose symbols are known here."""
        found = dict.fromkeys(nodes(expr))
        for node in found:
            self._known(node, where)
            if isinstance(node, Value):
                self._value(node, where)
        named = {node.args[0] for node in found if isinstance(node, Value)}
        symbols = {node for node in found if isinstance(node, Symbol)}
        for symbol in sorted(symbols - named - {t, index}, key=str):
            self._symbol(symbol, where)
        if self.schedule:
            expr = expr.replace(op.value, lambda *_: Symbol("loss"))
        try:
            return infer(expr, self.extents, self.shape)
        except ExtentError as error:
            self.fail(where, str(expr), str(error))

    def number(self, expr: Any, where: object, index: Symbol | None = None) -> Extent:
        """The extent of an expression that is a number, no condition."""
        if not isinstance(expr, Expr):
            condition = isinstance(expr, (sympy.logic.boolalg.Boolean, Relational))
            kind = "a condition" if condition else f"a {type(expr).__name__}"
            self.fail(where, str(expr), f"is {kind}, no number: write cases((a, condition), b)")
        return self.extent(expr, where, index)

    def _known(self, node: Any, where: object) -> None:
        if not _in_language(node.__class__):
            name = type(node).__name__
            functions = f"the functions are sqrt, {', '.join(_FUNCTIONS)}"
            reason = _INSTEAD.get(name, functions)
            self.fail(where, str(node), f"{name} is no part of the language: {reason}")

    def _symbol(self, symbol: Symbol, where: object) -> None:
        name = symbol.name
        if name in self.hyper:
            if symbol != self.hyper[name].symbol:
                reason = "is SymPy's Symbol: write the Parameter that hyper=… has"
                self.fail(where, name, reason)
            return
        if name.startswith("count_") and name.removeprefix("count_") in self.histories:
            return
        if name == "t":
            self.fail(where, name, "is another t: import t from optwright.derive.language")
        if name in self.extents:
            self.fail(where, name, f"is a sequence: write {name}[t] or {name}[t - 1]")
        if isinstance(symbol, Parameter):
            known = suggest(name, self.hyper) or f": add it, as in hyper=({name}(0.1),)"
            self.fail(where, name, f"is not among the hyperparameters{known}")
        hint = suggest(name, {*self.hyper, *self.extents})
        self.fail(where, name, f"is neither a hyperparameter nor a sequence{hint}")

    def _value(self, node: Value, where: object) -> None:
        name, at = node.name, node.index
        if name in self.loops or name in self.histories or (name == "theta" and at == 0):
            return
        if at == t:
            self._after(node, where)
        elif at == t - 1:
            self._before(node, where)
        elif any(s.name == "t" and s != t for s in at.free_symbols):
            self.fail(where, str(node), "has another t: import t from optwright.derive.language")
        elif (at - t).is_positive:
            reason = f"is not known yet: a step finds {name}[t] from values at t - 1"
            self.fail(where, str(node), reason)
        else:
            reason = "a step reads sequences at t and t - 1 only: keep what else is needed as state"
            self.fail(where, str(node), f"{reason}, as in Eq(before[t], {name}[t - 1])")

    def _after(self, node: Value, where: object) -> None:
        name = node.name
        if name in self.assigned:
            return
        if name in self.hyper:
            self.fail(where, str(node), f"is a hyperparameter: write {name} without an index")
        hint = suggest(name, self.kept | self.assigned)
        if name in self.kept:
            hint = f" ({name}[t - 1] is its value before the step)"
        self.fail(where, str(node), f"is used before it is assigned{hint}")

    def _before(self, node: Value, where: object) -> None:
        name = node.name
        if name in self.kept:
            return
        if name in self.assigned:
            self.fail(where, str(node), "is assigned in the step but not kept: add it to the state")
        hint = suggest(name, self.kept)
        self.fail(where, str(node), f"is not in the state{hint or f': add it, state=({name},)'}")

    # --- statements ------------------------------------------------------------------------------

    def _equation(self, statement: Eq) -> None:
        where = _Place("equation", statement)
        left = statement.lhs
        if not isinstance(left, Value) or left.index != t:
            example = f"{left.name}[t]" if isinstance(left, Value) else "m[t]"
            self.fail(where, str(left), f"an equation assigns a sequence at t, such as {example}")
        name = left.name
        check_name(name, _Place(f"{self.where},", where))
        if name in self.assigned:
            self.fail(where, name, "is assigned twice in one step: give the first another name")
        if name in self.hyper:
            self.fail(where, name, "is a hyperparameter and cannot be assigned")
        if name in self.histories:
            self.fail(where, name, "is a history: append to it with Push")
        found = self.number(statement.rhs, where)
        if name in self.kept:
            found = self._fits(name, self.kept[name], found, where)
        self.assigned[name] = found

    def _fits(self, name: str, declared: Extent, found: Extent, where: object) -> Extent:
        """The declared extent, into which what is assigned fits."""
        try:
            fits = join(declared, found) == declared
        except ExtentError:
            fits = False
        if not fits:
            reason = f"is declared of extent {declared} and assigned a value of extent {found}"
            self.fail(where, name, reason)
        return declared

    def _loop(self, loop: Loop) -> None:
        over = f"loop over {loop.index}"
        if loop.index == t:
            raise DeclarationError(self.where, "t", "a loop needs an index of its own")
        for bound in (loop.first, loop.last):
            if self.extent(sympy.sympify(bound), "loop").kind != "host":
                self.fail(over, str(bound), "the bounds of a loop are host values")
        for e in loop.init:
            self._member(e, _Place(f"start of the {over},", e), None)
        for e in loop.body:
            where = _Place(f"{over},", e)
            if e.lhs.name in {*self.kept, *self.assigned, *self.hyper}:
                self.fail(where, e.lhs.name, "a loop assigns sequences of its own")
            if e.lhs.index != loop.index:
                self.fail(where, str(e.lhs), f"a loop assigns members at {loop.index}")
            self._member(e, where, loop.index)

    def _member(self, e: Eq, where: object, index: Symbol | None) -> None:
        name = e.lhs.name
        check_name(name, _Place(f"{self.where},", where))
        found = self.number(e.rhs, where, index)
        try:
            self.loops[name] = join(self.loops[name], found) if name in self.loops else found
        except ExtentError as error:
            self.fail(where, name, str(error))

    def _push(self, statement: Push) -> None:
        for history, x in statement.values:
            where = f"push onto {history.name}"
            if history.name not in self.histories:
                self.fail(where, history.name, "is not among the state's histories")
            found, declared = self.number(x, where), self.histories[history.name]
            if found != declared:
                self.fail(where, history.name, f"is declared of extent {declared}, pushed {found}")
        if self.extent(statement.when, "push") not in (HOST, ALL):
            reason = "the condition of a push is one number over all tensors"
            self.fail("push", str(statement.when), reason)


__all__ = ["StepCheck"]
