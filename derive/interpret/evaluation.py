"""One run of a step: what it asks, the names known so far, and how its statements assign them.

What each kind of expression means is registered with `meaning` by `expression` and `reduction`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from optwright.derive.interpret.field import Ambiguous, Array, Field, fraction
from optwright.derive.interpret.quantity import KINDS, Kind, Quantity, each, full, numbers
from optwright.derive.interpret.rounding import Condition
from optwright.derive.language.declaration import Loop, Optimizer, Push, Schedule
from optwright.derive.language.extent import Extent

Oracles = Mapping[str, Any]
"""Answers to a step's questions, by name; each a function, or the answer itself, always the same.

    grad(points), hessian_diagonal(points)      one array per tensor
    hvp(points, vectors)                        one array per tensor
    value(points)                               a number
    hessian(points)                             an n × n array over the concatenated parameters
    noise(k)                                    one array per tensor
    line_search(contract, points, directions, start, constants)    a number, or it and how many
                                                points were asked, where the rule counts them

Points are lists of object arrays of the field's numbers, shaped like the parameters.
"""


class AnswerError(ValueError):
    """An oracle that is missing, or whose answer does not fit the parameters."""


class Script:
    """Oracles that answer from lists, in the order of the questions: `Script(grad=[g1, g2])`.

    Has every answer been asked for? `left` counts those that were not.
    """

    def __init__(self, **answers: Iterable[Any]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def left(self) -> int:
        """How many answers nobody has asked for."""
        return sum(map(len, self.answers.values()))

    @property
    def oracles(self) -> Oracles:
        """As functions, to be handed to `advance`."""

        def ask(name: str) -> Callable[..., Any]:
            def answer(*question: Any) -> Any:
                self.asked.append((name, question))
                if not self.answers[name]:
                    raise AnswerError(f"{name}: asked more often than the script has answers")
                return self.answers[name].pop(0)

            return answer

        return {name: ask(name) for name in self.answers}


class Asker:
    """The oracles during one call: answers made numbers, checked, and kept for equal questions."""

    def __init__(
        self, oracles: Oracles, arithmetic: Field, shapes: Sequence[tuple[int, ...]]
    ) -> None:
        self.oracles, self.field, self.shapes = oracles, arithmetic, list(shapes)
        self.kept: dict[Any, Any] = {}

    def ask(self, name: str, question: tuple[Any, ...]) -> Any:
        """The raw answer. Raises AnswerError for an oracle that was not given."""
        if name not in self.oracles:
            given = ", ".join(self.oracles) or "none"
            raise AnswerError(
                f"{name}: the step asks this oracle, which was not given (given: {given})"
            )
        oracle = self.oracles[name]
        with self.field.arithmetic():
            return oracle(*question) if callable(oracle) else oracle

    def once(self, name: str, *question: Any) -> Any:
        """The raw answer; an equal question is asked once."""
        key = (name, *(_key(part) for part in question))
        if key not in self.kept:
            self.kept[key] = self.ask(name, question)
        return self.kept[key]

    def arrays(self, name: str, answer: Any) -> list[Array]:
        """An answer as one array per tensor. Raises AnswerError for other shapes."""
        given = list(answer) if isinstance(answer, (list, tuple)) else [answer]
        if len(given) != len(self.shapes):
            raise AnswerError(
                f"{name}: answered {len(given)} arrays for {len(self.shapes)} tensors"
            )
        made = [numbers(x, self.field) for x in given]
        for place, (array, shape) in enumerate(zip(made, self.shapes, strict=True)):
            if array.shape != shape:
                raise AnswerError(
                    f"{name}: answer {place} has shape {array.shape}, its tensor {shape}"
                )
        return made


def _key(part: Any) -> Any:
    if isinstance(part, (list, tuple)):
        return tuple(_key(x) for x in part)
    return (part.shape, tuple(part.flat)) if isinstance(part, np.ndarray) else part


@singledispatch
def meaning(expr: Any, run: Evaluator) -> Quantity:
    """The value of an expression, or of a condition, by its class.

    Raises TypeError for what the language does not know.
    """
    raise TypeError(f"{expr} is of a kind that the language does not know: {type(expr).__name__}")


class Evaluator:
    """One run of a step: the names known so far, and how expressions of them evaluate."""

    def __init__(
        self,
        system: Optimizer | Schedule | None,
        arithmetic: Field,
        hyper: Mapping[str, Any],
        clock: int,
        theta: Sequence[Array],
        theta0: Sequence[Array],
        asker: Asker | None,
    ) -> None:
        self.system, self.id = system, "" if system is None else system.id
        self.field, self.wide, self.clock, self.asker = arithmetic, arithmetic.wide, clock, asker
        self.together = isinstance(system, Optimizer) and system.scope == "all"
        self.shapes = [x.shape for x in theta]
        self.hyper = hyper
        self.tensors = self.gather(theta)
        self.start = self.gather(theta0)
        self.old: dict[str, Quantity] = {"theta": self.tensors}
        self.new: dict[str, Quantity] = {}
        self.histories: dict[str, tuple[Quantity, ...]] = {}
        self.loops: dict[str, dict[int, Quantity]] = {}
        self.indices: dict[str, int] = {}
        self.searches: dict[Expr, Any] = {}
        self.peers: tuple[Evaluator, ...] = (self,)
        self.places: Sequence[int] = range(len(self.shapes))

    # Between the tensors of the user and those of the system.

    def gather(self, tensors: Sequence[Array]) -> Quantity:
        """Parameter-shaped arrays as the system sees them: each, or their concatenation."""
        if not self.together:
            return Quantity("array", tuple(tensors))
        entries = [x for tensor in tensors for x in tensor.flat]
        vector = np.empty(len(entries), dtype=object)
        vector[:] = entries
        return Quantity("array", (vector,))

    def scatter(self, quantity: Quantity) -> list[Array]:
        """Arrays of the system's as arrays shaped like the parameters."""
        if not self.together:
            return list(quantity.items)
        sizes = [int(np.prod(shape, dtype=int)) for shape in self.shapes]
        ends = np.cumsum([0, *sizes])
        vector = quantity.items[0]
        return [
            vector[a:b].reshape(shape)
            for a, b, shape in zip(ends[:-1], ends[1:], self.shapes, strict=True)
        ]

    def settled(self, quantity: Quantity) -> Quantity:
        """The quantity, now that it leaves the step: nothing in it may be undefined."""
        for item in quantity.items:
            for part in item if isinstance(item, tuple) else (item,):
                for x in part.flat if isinstance(part, np.ndarray) else (part,):
                    self.field.settle(x)
        return quantity

    def fit(self, quantity: Quantity, extent: Extent) -> Quantity:
        """The quantity spread out to an extent, where it is narrower: a number over all entries."""
        tensors = self.tensors.items
        if extent.kind == "host" or (extent.kind == "all" and quantity.kind == "all"):
            return quantity
        if extent.kind == "all":
            return Quantity("all", quantity.items[:1])
        if extent.kind == "tensor":
            return Quantity("tensor", self.per_tensor(quantity))
        items = self.per_tensor(quantity)
        if extent.kind == "each_axis":
            if quantity.kind == "each_axis":
                return quantity
            made = [
                tuple(full(shape, self.field.enter(x)) for shape in _axis_shapes(tensor.shape))
                for x, tensor in zip(items, tensors, strict=True)
            ]
            return Quantity("each_axis", tuple(made))
        return Quantity(
            "array",
            tuple(
                self.spread(x, extent, tensor.shape)
                for x, tensor in zip(items, tensors, strict=True)
            ),
        )

    def per_tensor(self, quantity: Quantity) -> tuple[Any, ...]:
        """One item per tensor: what is shared is repeated."""
        return (
            quantity.items * len(self.tensors.items)
            if quantity.kind in ("host", "all")
            else quantity.items
        )

    def spread(self, x: Any, extent: Extent, shape: tuple[int, ...]) -> Array:
        """A number or an array as one of an extent, on a tensor of this shape."""
        if extent.kind == "matrix":
            lengths = {
                "n": int(np.prod(shape, dtype=int)),
                "rows": shape[0] if shape else 1,
                "columns": shape[-1] if shape else 1,
            }
            wanted = tuple(lengths[name] for name in extent.dims)
        else:
            shape = shape or (1,) * (extent.kind == "axes")
            gone = {axis % len(shape) for axis in extent.axes if -axis <= len(shape)}
            wanted = tuple(1 if axis in gone else n for axis, n in enumerate(shape))
        if not isinstance(x, np.ndarray):
            return full(wanted, self.field.enter(x))
        if not wanted and x.size == 1:
            return x.reshape(())  # a tensor without dimensions is a vector of one entry for axes
        if x.shape == wanted:
            return x
        return x.reshape(()) if wanted == () else np.array(np.broadcast_to(x, wanted))

    def points(self, expr: Expr) -> list[Array]:
        """A point of all tensors; where a route's branches share a statement, of all branches."""
        found: dict[int, Array] = {}
        for run in self.peers:
            spread = run.settled(run.fit(run.evaluate(expr), Extent("coordinate")))
            found |= zip(run.places, (x.copy() for x in run.scatter(spread)), strict=True)
        return [found[place] for place in sorted(found)]

    # Entry by entry.

    def entrywise(self, function: Callable[..., Any], *operands: Quantity) -> Quantity:
        """`function(field, *entries)` over operands joined; scalars enter arrays rounded."""
        kind: Kind = max((x.kind for x in operands), key=KINDS.index, default="host")
        if kind in ("host", "all"):
            return Quantity(kind, (function(self.wide, *(x.items[0] for x in operands)),))
        rows = [self.per_tensor(x) for x in operands]
        if kind == "tensor":
            return Quantity(
                kind, tuple(function(self.wide, *row) for row in zip(*rows, strict=True))
            )
        entered = [
            tuple(map(self.entered, row)) if x.scalar else row
            for x, row in zip(operands, rows, strict=True)
        ]
        if kind == "array":
            return Quantity(
                kind,
                tuple(
                    each(lambda *e: function(self.field, *e), *row)
                    for row in zip(*entered, strict=True)
                ),
            )
        items = []
        for row in zip(*entered, strict=True):
            axes = max(len(x) for x in row if isinstance(x, tuple))
            items.append(
                tuple(
                    each(
                        lambda *e: function(self.field, *e),
                        *(x[k] if isinstance(x, tuple) else x for x in row),
                    )
                    for k in range(axes)
                )
            )
        return Quantity(kind, tuple(items))

    def entered(self, x: Any) -> Any:
        """A scalar on its way into arrays; conditions stay."""
        return x if isinstance(x, (bool, Condition)) else self.field.enter(x)

    def evaluate(self, expr: Any) -> Quantity:
        """The value of an expression, or of a condition."""
        return meaning(expr, self)

    def host(self, number: Any) -> Quantity:
        """A number of any usual type as a host value."""
        return Quantity("host", (self.wide.number(number),))

    def integer(self, expr: Any) -> int:
        """A host value as the integer that it must be."""
        found = fraction(self.settled(self.evaluate(sympy.sympify(expr))).items[0])
        if isinstance(found, float) or found.denominator != 1:
            raise ValueError(f"{self.id}: {expr} is {found}, not an integer")
        return int(found)

    def decide(self, condition: Any) -> bool:
        """A condition on which the course of the step depends. Raises Ambiguous."""
        found = self.evaluate(sympy.sympify(condition))
        known = self.wide.known(found.items[0])
        if known is None:
            raise Ambiguous(f"{self.id}: rounding decides whether {condition}")
        return known

    # Statements.

    def assign(self, equation: Any) -> None:
        """Give a sequence its value at t."""
        name = equation.lhs.name
        found = self.evaluate(equation.rhs)
        if isinstance(self.system, Optimizer):
            found = self.fit(found, self.system.extents[name])
        self.new[name] = found

    def loop(self, loop: Loop) -> None:
        """Run a loop: its starts, then its body once for each index."""
        assert isinstance(self.system, Optimizer)
        first, last = self.integer(loop.first), self.integer(loop.last)
        turns = range(first, last - 1, -1) if loop.downward else range(first, last + 1)
        for equation in (*loop.init, *loop.body):
            self.loops[equation.lhs.name] = {}
        for equation in loop.init:
            self.set_member(equation)
        for turn in turns:
            self.indices[loop.index.name] = turn
            for equation in loop.body:
                self.set_member(equation)
        self.indices.pop(loop.index.name, None)

    def set_member(self, equation: Any) -> None:
        """Give one member of a loop its value."""
        assert isinstance(self.system, Optimizer)
        name = equation.lhs.name
        place = self.integer(equation.lhs.index)
        self.loops[name][place] = self.fit(self.evaluate(equation.rhs), self.system.extents[name])

    def push(self, push: Push) -> None:
        """Put new members before those of histories. Raises Ambiguous."""
        assert isinstance(self.system, Optimizer)
        if not self.decide(push.when):
            return
        found = {h.name: self.fit(self.evaluate(x), h.extent) for h, x in push.values}
        for history, _ in push.values:
            members = (found[history.name], *self.histories[history.name])
            self.histories[history.name] = members[: self.integer(history.length)]

    def step(self, statements: Iterable[Any]) -> None:
        """Take the statements in their order."""
        for statement in statements:
            if isinstance(statement, Loop):
                self.loop(statement)
            elif isinstance(statement, Push):
                self.push(statement)
            else:
                self.assign(statement)


def _axis_shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    if len(shape) < 2:
        return [shape or (1,)]
    return [tuple(n if a == k else 1 for a, n in enumerate(shape)) for k in range(len(shape))]


__all__ = ["AnswerError", "Asker", "Evaluator", "Oracles", "Script", "meaning"]
