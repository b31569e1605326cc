"""The reference interpreter: what a declaration computes, in the arithmetic of a chosen field.

It evaluates the equations themselves, statement by statement, on arrays of numbers of a `Field`
(exact fractions, fifty digits, or intervals that hold every rounding of float32 or float64):

    before = start(adam, [weights, bias], {"lr": 0.1})
    after = advance(adam, before, {"lr": 0.1}, {"grad": lambda points: gradients})
    after.theta, after.state["m"], after.values["m_hat"]

Floats are taken exactly, as the binary numbers they are; defaults are the decimal numbers that the
declaration says. Every function is pure: snapshots are never changed.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, Literal

import numpy as np
import sympy
from sympy import Expr, Symbol

from optwright.derive.interpret.number import (
    DECIMAL50,
    FORMATS,
    Ambiguous,
    Array,
    Condition,
    Enclosure,
    Field,
    fraction,
)
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    History,
    Loop,
    Optimizer,
    Push,
    Repeat,
    Route,
    Schedule,
    State,
    Where,
)
from optwright.derive.language.extent import HOST, Extent, infer
from optwright.derive.language.symbol import Hyper, Value, exact, t

Kind = Literal["host", "all", "tensor", "array", "each_axis"]
_KINDS: tuple[Kind, ...] = ("host", "all", "tensor", "array", "each_axis")

Data = Any
"""A sequence's value as users see it: a number (host, all), a tuple of one number per tensor, a
tuple of object arrays, or a tuple of tuples of arrays (one per axis). A rule of scope "all" has one
array, over the concatenation of all tensors."""

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


@dataclass(frozen=True)
class Quantity:
    """A value while it is computed: its kind, and one item per tensor, or one (host, all)."""

    kind: Kind
    items: tuple[Any, ...]

    @property
    def scalar(self) -> bool:
        return self.kind in ("host", "all", "tensor")

    @property
    def data(self) -> Data:
        return self.items[0] if self.kind in ("host", "all") else self.items


@dataclass(frozen=True)
class Snapshot:
    """An optimizer between two steps.

    t           steps done, by the system's own clock (a repeated system runs several in one call)
    theta       the parameters, one object array per tensor
    state       by name; a history is a tuple of its members, the newest first
    values      every sequence that the last step assigned; those of loops by index
    theta0      the parameters before the first step
    calls       how often `advance` has run, which is what scheduled hyperparameters depend on
    """

    field: Field
    t: int
    theta: tuple[Array, ...]
    state: Mapping[str, Data]
    values: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    theta0: tuple[Array, ...] = ()
    calls: int = 0


@dataclass(frozen=True)
class RouteSnapshot:
    """A route between two steps: for each branch the places of its tensors, and its snapshot."""

    field: Field
    theta: tuple[Array, ...]
    branches: tuple[tuple[tuple[int, ...], Snapshot], ...]

    @property
    def t(self) -> int:
        return max((snapshot.t for _, snapshot in self.branches), default=0)


@dataclass(frozen=True)
class ScheduleSnapshot:
    """A schedule after t steps: its state, the values of the last step, and its output."""

    field: Field
    t: int
    state: Mapping[str, Data]
    values: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    output: Any = None


# --- arrays of numbers ---------------------------------------------------------------------------


def numbers(x: Any, arithmetic: Field) -> Array:
    """An array of the field's numbers, each entry taken exactly."""
    given = np.asarray(x, dtype=object) if not isinstance(x, np.ndarray) else x
    result = np.empty(given.shape, dtype=object)
    for index in np.ndindex(given.shape):
        result[index] = arithmetic.number(given[index])
    return result


def floats(data: Data) -> Any:
    """The nearest floats: of a number a float, of an array a float64 array, of tuples lists."""
    if isinstance(data, tuple):
        return [floats(x) for x in data]
    if isinstance(data, np.ndarray):
        return np.array([float(x) for x in data.flat]).reshape(data.shape)
    return float(data)


def contains(data: Data, computed: Any) -> bool:
    """Whether every computed float is one that its enclosure allows (`Bounded` fields)."""
    return not outside(data, computed)


def outside(data: Data, computed: Any) -> list[str]:
    """Where computed floats leave their enclosures, in words; empty if nowhere."""
    if isinstance(data, tuple):
        found = list(computed)
        if len(found) != len(data):
            return [f"{len(found)} items, {len(data)} expected"]
        return [
            f"[{i}]{text}"
            for i, (a, b) in enumerate(zip(data, found, strict=True))
            for text in outside(a, b)
        ]
    if isinstance(data, np.ndarray):
        found_array = np.asarray(computed)
        if found_array.shape != data.shape:
            return [f": shape {found_array.shape}, {data.shape} expected"]
        return [
            f"{list(i)}{text}"
            for i in np.ndindex(data.shape)
            for text in outside(data[i], found_array[i])
        ]
    if isinstance(data, Enclosure) and computed not in data:
        r = data.range
        allowed = "NaN" if r.empty else f"[{r.low!r}, {r.high!r}]" + (" or NaN" if r.nan else "")
        return [f": {float(computed)!r} is not in {allowed} around {float(data.value)!r}"]
    return []


def _boxed(x: Any) -> Array:
    """A zero-dimensional array, where NumPy hands back the bare object."""
    if isinstance(x, np.ndarray):
        return x
    result = np.empty((), dtype=object)
    result[()] = x
    return result


def _each(function: Callable[..., Any], *operands: Any) -> Array:
    """`function` entry by entry over arrays and numbers, broadcast against each other."""
    return _boxed(
        np.frompyfunc(lambda *entries: function(*entries), len(operands), 1)(*map(_boxed, operands))
    )


def _full(shape: Sequence[int], number: Any) -> Array:
    result = np.empty(tuple(shape), dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = number
    return result


def _reduced(x: Array, axes: Iterable[int], function: Callable[[list[Any]], Any]) -> Array:
    """Each line of entries along the axes made one number; the axes stay, with length one.

    Where axes count, a number without dimensions is a vector of one entry.
    """
    x = x.reshape(x.shape or (1,))
    gone = sorted({axis % x.ndim for axis in axes})
    kept = [axis for axis in range(x.ndim) if axis not in gone]
    moved = x.transpose(kept + gone)
    shape = [x.shape[axis] for axis in kept]
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = function(list(_boxed(moved[index]).flat))
    return result.reshape([1 if axis in gone else x.shape[axis] for axis in range(x.ndim)])


# --- questions -----------------------------------------------------------------------------------


class Script:
    """Oracles that answer from lists, in the order of the questions: `Script(grad=[g1, g2])`.

    Has every answer been asked for? `left` counts those that were not.
    """

    def __init__(self, **answers: Iterable[Any]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def left(self) -> int:
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


class _Asker:
    """The oracles during one call: answers made numbers, checked, and kept for equal questions."""

    def __init__(
        self, oracles: Oracles, arithmetic: Field, shapes: Sequence[tuple[int, ...]]
    ) -> None:
        self.oracles, self.field, self.shapes = oracles, arithmetic, list(shapes)
        self.kept: dict[Any, Any] = {}

    def ask(self, name: str, question: tuple[Any, ...]) -> Any:
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


# --- evaluation ----------------------------------------------------------------------------------

_SAME_NAME = {
    "exp": "exp",
    "log": "log",
    "cos": "cos",
    "sin": "sin",
    "tanh": "tanh",
    "floor": "floor",
    "ceiling": "ceiling",
    "Abs": "Abs",
    "sign": "sign",
}
_RELATIONS = {
    sympy.StrictLessThan: ("<", False),
    sympy.LessThan: ("<=", False),
    sympy.StrictGreaterThan: ("<", True),
    sympy.GreaterThan: ("<=", True),
    sympy.Equality: ("==", False),
    sympy.Unequality: ("!=", False),
}
_LARGEST_REPEATED = 5


class _Run:
    """One run of a step: the names known so far, and how expressions of them evaluate."""

    def __init__(
        self,
        system: Optimizer | Schedule | None,
        arithmetic: Field,
        hyper: Mapping[str, Any],
        clock: int,
        theta: Sequence[Array],
        theta0: Sequence[Array],
        asker: _Asker | None,
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
        self.peers: tuple[_Run, ...] = (self,)
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
                tuple(_full(shape, self.field.enter(x)) for shape in _axis_shapes(tensor.shape))
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
        return (
            quantity.items * len(self.tensors.items)
            if quantity.kind in ("host", "all")
            else quantity.items
        )

    def spread(self, x: Any, extent: Extent, shape: tuple[int, ...]) -> Array:
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
            return _full(wanted, self.field.enter(x))
        if not wanted and x.size == 1:
            return x.reshape(())  # a tensor without dimensions is a vector of one entry for axes
        if x.shape == wanted:
            return x
        return x.reshape(()) if wanted == () else np.array(np.broadcast_to(x, wanted))

    # Entry by entry.

    def entrywise(self, function: Callable[..., Any], *operands: Quantity) -> Quantity:
        """`function(field, *entries)` over operands joined; scalars enter arrays rounded."""
        kind: Kind = max((x.kind for x in operands), key=_KINDS.index, default="host")
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
                    _each(lambda *e: function(self.field, *e), *row)
                    for row in zip(*entered, strict=True)
                ),
            )
        items = []
        for row in zip(*entered, strict=True):
            axes = max(len(x) for x in row if isinstance(x, tuple))
            items.append(
                tuple(
                    _each(
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
        for base in type(expr).__mro__:
            method = _METHODS.get(base)
            if method is not None:
                return method(self, expr)
        raise TypeError(
            f"{expr} is of a kind that the language does not know: {type(expr).__name__}"
        )

    def host(self, number: Any) -> Quantity:
        return Quantity("host", (self.wide.number(number),))

    def rational(self, expr: Any) -> Quantity:
        return self.host(Fraction(int(expr.p), int(expr.q)))

    def decimal(self, expr: Any) -> Quantity:
        return self.rational(exact(expr))

    def infinity(self, expr: Any) -> Quantity:
        return self.host(float(expr))

    def symbol(self, expr: Symbol) -> Quantity:
        if expr == t:
            return self.host(self.clock)
        name = expr.name
        if name in self.indices:
            return self.host(self.indices[name])
        if name in self.hyper:
            return Quantity("host", (self.hyper[name],))
        if name.startswith("count_") and name[6:] in self.histories:
            return self.host(len(self.histories[name[6:]]))
        raise KeyError(f"{self.id}: {name} has no value")

    def member(self, expr: Value) -> Quantity:
        name = expr.name
        if name in self.histories:
            age, members = self.integer(expr.index), self.histories[name]
            if not 1 <= age <= len(members):
                raise IndexError(f"{self.id}: {name}[{age}] is asked for, {len(members)} are kept")
            return members[age - 1]
        if name in self.loops:
            place = self.integer(expr.index)
            if place not in self.loops[name]:
                raise IndexError(f"{self.id}: {name}[{place}] has not been assigned")
            return self.loops[name][place]
        if expr.index == t:
            return self.new[name]
        if expr.index == t - 1:
            return self.old[name]
        if name == "theta" and expr.index == 0:
            return self.start
        raise KeyError(f"{self.id}: {expr} is not at t or t - 1")

    def integer(self, expr: Any) -> int:
        """A host value as the integer that it must be."""
        found = fraction(self.settled(self.evaluate(sympy.sympify(expr))).items[0])
        if isinstance(found, float) or found.denominator != 1:
            raise ValueError(f"{self.id}: {expr} is {found}, not an integer")
        return int(found)

    def sum(self, expr: Expr) -> Quantity:
        terms = list(map(self.evaluate, expr.args))
        made = self.entrywise(lambda f, *x: f.add(x), *terms)
        scalars, arrays = [x for x in terms if x.scalar], [x for x in terms if not x.scalar]
        if len(scalars) < 2 or not arrays:
            return made
        combined = self.entrywise(lambda f, *x: f.add(x), *scalars)
        return self.hull(made, self.entrywise(lambda f, *x: f.add(x), combined, *arrays))

    def product(self, expr: Expr) -> Quantity:
        """All factors at once.

        Scalars among them may meet the arrays one by one, as one number, or as one number above
        the line and one below it: the hull holds all three.
        """
        over: list[Quantity] = []
        under: list[Quantity] = []
        for factor in sympy.Mul.make_args(expr):
            side, base, exponent = over, factor, sympy.S.One
            if isinstance(factor, sympy.Pow) and factor.exp.is_Rational and factor.base != sympy.E:
                base, exponent = factor.args
                if exponent < 0:
                    side, exponent = under, -exponent
            if exponent.is_Integer and exponent <= _LARGEST_REPEATED:
                side += [self.evaluate(base)] * int(exponent)
            else:
                side.append(self.rational_power(self.evaluate(base), exponent))
        made = self.quotient(over, under)
        above, below = [x for x in over if x.scalar], [x for x in under if x.scalar]
        if made.scalar or len(above) + len(below) == 0:
            return made
        arrays_above, arrays_below = (
            [x for x in over if not x.scalar],
            [x for x in under if not x.scalar],
        )
        if below:
            multiplied = self.quotient(above, below)
            made = self.hull(made, self.quotient([multiplied, *arrays_above], arrays_below))
        if len(above) > 1 or len(below) > 1:
            top = [self.quotient(above, [])] if above else []
            bottom = [self.quotient(below, [])] if below else []
            made = self.hull(made, self.quotient([*top, *arrays_above], [*bottom, *arrays_below]))
        return made

    def quotient(self, over: Sequence[Quantity], under: Sequence[Quantity]) -> Quantity:
        k = len(over)
        return self.entrywise(lambda f, *x: f.multiply(x[:k], x[k:]), *over, *under)

    def hull(self, a: Quantity, b: Quantity) -> Quantity:
        return self.entrywise(lambda f, x, y: f.hull(x, y), a, b) if a is not b else a

    def power(self, expr: Expr) -> Quantity:
        base, exponent = expr.args
        if base == sympy.E:
            return self.entrywise(lambda f, x: f.apply("exp", x), self.evaluate(exponent))
        if exponent.is_Rational:
            return self.product(expr)
        return self.entrywise(
            lambda f, x, y: f.power(x, y), self.evaluate(base), self.evaluate(exponent)
        )

    def rational_power(self, base: Quantity, exponent: Any) -> Quantity:
        if exponent == sympy.Rational(1, 2):
            return self.entrywise(lambda f, x: f.apply("sqrt", x), base)
        number = Fraction(int(exponent.p), int(exponent.q))
        return self.entrywise(lambda f, x: f.power(x, number), base)

    def elementary(self, expr: Expr) -> Quantity:
        name = _SAME_NAME[type(expr).__name__]
        return self.entrywise(lambda f, x: f.apply(name, x), self.evaluate(expr.args[0]))

    def maximum(self, expr: Expr) -> Quantity:
        return self.entrywise(lambda f, *x: f.largest(x), *map(self.evaluate, expr.args))

    def minimum(self, expr: Expr) -> Quantity:
        return self.entrywise(lambda f, *x: f.smallest(x), *map(self.evaluate, expr.args))

    def modulo(self, expr: Expr) -> Quantity:
        return self.entrywise(lambda f, a, b: f.modulo(a, b), *map(self.evaluate, expr.args))

    def circle(self, expr: Expr) -> Quantity:
        return Quantity("host", (self.wide.pi(),))

    def euler(self, expr: Expr) -> Quantity:
        return Quantity("host", (self.wide.apply("exp", self.wide.number(1)),))

    def rounded(self, expr: op.round_to) -> Quantity:
        storage = FORMATS[str(expr.args[1].name)]
        return self.entrywise(lambda f, x: f.round_to(x, storage), self.evaluate(expr.args[0]))

    # Conditions and choices.

    def relation(self, expr: Any) -> Quantity:
        word, swapped = _RELATIONS[type(expr)]
        a, b = map(self.evaluate, reversed(expr.args) if swapped else expr.args)
        return self.entrywise(lambda f, x, y: f.compare(x, word, y), a, b)

    def conjunction(self, expr: Any) -> Quantity:
        return self.entrywise(lambda f, *c: f.both(c), *map(self.evaluate, expr.args))

    def disjunction(self, expr: Any) -> Quantity:
        return self.entrywise(lambda f, *c: f.either(c), *map(self.evaluate, expr.args))

    def negation(self, expr: Any) -> Quantity:
        return self.entrywise(lambda f, c: f.invert(c), self.evaluate(expr.args[0]))

    def constant(self, expr: Any) -> Quantity:
        return Quantity("host", (self.wide.truth(bool(expr)),))

    def choice(self, expr: op.cases) -> Quantity:
        """The arms in order, selected per entry.

        A condition on one number, once it is decided, leaves one arm: no other is evaluated, and no
        oracle in another asked.
        """
        found = self.choose(list(expr.arms), expr.otherwise)
        if not found.scalar or not isinstance(self.system, Optimizer):
            return found
        return self.fit(found, infer(expr, self.system.extents, self.system.shape))

    def choose(self, arms: list[tuple[Expr, Any]], otherwise: Expr) -> Quantity:
        if not arms:
            return self.evaluate(otherwise)
        (arm, condition), *others = arms
        holds = self.evaluate(condition)
        if holds.kind in ("host", "all"):
            known = self.wide.known(holds.items[0])
            if known is not None:
                return self.evaluate(arm) if known else self.choose(others, otherwise)
            if any(x.atoms(op.Oracle) for x in (arm, otherwise, *(x for x, _ in others))):
                raise Ambiguous(f"{self.id}: rounding decides whether {condition}")
        return self.entrywise(
            lambda f, c, a, b: f.select(c, a, b),
            holds,
            self.evaluate(arm),
            self.choose(others, otherwise),
        )

    def decide(self, condition: Any) -> bool:
        """A condition on which the course of the step depends. Raises Ambiguous."""
        found = self.evaluate(sympy.sympify(condition))
        known = self.wide.known(found.items[0])
        if known is None:
            raise Ambiguous(f"{self.id}: rounding decides whether {condition}")
        return known

    # Reductions.

    def operands(self, expr: op.Reduction) -> list[Quantity]:
        """What a reduction reduces, two operands made alike."""
        operands = list(map(self.evaluate, expr.operands))
        if len(operands) == 2:
            kind: Kind = max((x.kind for x in operands), key=_KINDS.index)
            if kind == "host" or kind == "all":
                operands = [Quantity(kind, x.items) for x in operands]
            rows = [
                [
                    np.broadcast_arrays(*map(_boxed, self.entered_row(row)))
                    for row in zip(*map(self.per_tensor, operands), strict=True)
                ]
            ]
            first, second = (Quantity("array", tuple(pair[i] for pair in rows[0])) for i in (0, 1))
            operands = (
                [first, second]
                if kind == "array"
                else [Quantity(kind, tuple(x.item() for x in q.items)) for q in (first, second)]
            )
        return operands

    def reduction(self, expr: op.Reduction) -> Quantity:
        operands = self.operands(expr)
        reduce = _REDUCTIONS[type(expr)]
        parts = [x.items for x in operands]
        if isinstance(expr.over, int):
            f, axis = self.field, expr.over
            return Quantity(
                "array",
                tuple(
                    _reduced(_paired(row), [axis], lambda line: reduce(f, line))
                    for row in zip(*parts, strict=True)
                ),
            )
        f = self.field if operands[0].kind in ("array", "each_axis") else self.wide
        if expr.over == "tensor":
            made = tuple(reduce(f, list(_paired(row).flat)) for row in zip(*parts, strict=True))
            return Quantity("all" if self.together else "tensor", made)
        rows = [
            row
            for run in self.peers
            for row in zip(*(x.items for x in run.operands(expr)), strict=True)
        ]
        return Quantity("all", (reduce(f, [x for row in rows for x in _paired(row).flat]),))

    def entered_row(self, row: Sequence[Any]) -> list[Any]:
        array = any(isinstance(x, np.ndarray) for x in row)
        return [self.field.enter(x) if array and not isinstance(x, np.ndarray) else x for x in row]

    def axis_maxima(self, expr: Expr) -> Quantity:
        def maxima(x: Array) -> tuple[Array, ...]:
            if x.ndim < 2:
                return (x.reshape(x.shape or (1,)),)
            return tuple(
                _reduced(x, [a for a in range(x.ndim) if a != k], partial(_largest, self.field))
                for k in range(x.ndim)
            )

        return Quantity("each_axis", tuple(map(maxima, self.evaluate(expr.args[0]).items)))

    def axis_minimum(self, expr: Expr) -> Quantity:
        smallest = self.field.smallest
        items = self.evaluate(expr.args[0]).items
        made = [_each(lambda *x: smallest(x), *arrays) for arrays in items]
        shapes = [tensor.shape for tensor in self.tensors.items]
        return Quantity("array", tuple(x.reshape(n) for x, n in zip(made, shapes, strict=True)))

    def length(self, expr: op.dim) -> Quantity:
        axis = int(expr.args[0])
        for tensor in self.tensors.items:
            if not -tensor.ndim <= axis < tensor.ndim:
                raise ValueError(f"{self.id}: {expr} of a tensor of shape {tensor.shape}")
        return Quantity(
            "tensor", tuple(self.wide.number(x.shape[axis]) for x in self.tensors.items)
        )

    # Matrices.

    def matrix(self, function: Callable[..., Array], *operands: Quantity) -> Quantity:
        return Quantity(
            "array",
            tuple(function(*row) for row in zip(*map(self.per_tensor, operands), strict=True)),
        )

    def matmul(self, expr: Expr) -> Quantity:
        def product(a: Array, b: Array) -> Array:
            rows = [a[index] for index in np.ndindex(a.shape[:-1])]
            columns = [b[:, *index] for index in np.ndindex(b.shape[1:])]
            made = np.empty((len(rows), len(columns)), dtype=object)
            for i, j in np.ndindex(made.shape):
                made[i, j] = self.field.inner(list(rows[i]), list(columns[j]))
            return made.reshape(a.shape[:-1] + b.shape[1:])

        return self.matrix(product, *map(self.evaluate, expr.args))

    def transpose(self, expr: Expr) -> Quantity:
        return self.matrix(lambda a: a.T, self.evaluate(expr.args[0]))

    def solve(self, expr: Expr) -> Quantity:
        return self.matrix(self.field.solve, *map(self.evaluate, expr.args))

    def outer(self, expr: Expr) -> Quantity:
        def product(a: Array, b: Array) -> Array:
            return _each(lambda x, y: self.field.multiply([x, y]), a[:, None], b[None, :])

        return self.matrix(product, *map(self.evaluate, expr.args))

    def identity(self, expr: Expr) -> Quantity:
        zero, one = self.field.number(0), self.field.number(1)

        def unit(a: Array) -> Array:
            result = _full((len(a), len(a)), zero)
            for i in range(len(a)):
                result[i, i] = one
            return result

        return self.matrix(unit, self.evaluate(expr.args[0]))

    def inverse_root(self, expr: Expr) -> Quantity:
        return self.matrix(self.field.inverse_root, *map(self.evaluate, expr.args))

    # Questions.

    def points(self, expr: Expr) -> list[Array]:
        """A point of all tensors; where a route's branches share a statement, of all branches."""
        full: dict[int, Array] = {}
        for run in self.peers:
            spread = run.settled(run.fit(run.evaluate(expr), Extent("coordinate")))
            full |= zip(run.places, (x.copy() for x in run.scatter(spread)), strict=True)
        return [full[place] for place in sorted(full)]

    def own(self, arrays: Sequence[Array]) -> Quantity:
        """An answer for all tensors as the system sees its own."""
        return self.gather([arrays[place] for place in self.places])

    def search(self, expr: op.line_search) -> Any:
        """The answer of a line search, which is asked once in a step."""
        if expr not in self.searches:
            assert self.asker is not None
            start, *constants = (self.evaluate(x).items[0] for x in expr.args[3:])
            points, directions = self.points(expr.args[0]), self.points(expr.args[1])
            question = (expr.contract, points, directions, start, tuple(constants))
            self.searches[expr] = self.asker.ask(expr.word, question)
        return self.searches[expr]

    def evaluations(self, expr: op.evaluations) -> Quantity:
        found = self.search(expr.args[0])
        if not isinstance(found, tuple):
            raise AnswerError(
                "line_search: the rule counts evaluations; answer (length, evaluations)"
            )
        return Quantity("all", (self.wide.number(found[1]),))

    def question(self, expr: op.Oracle) -> Quantity:
        name, asker = expr.word, self.asker
        if asker is None:
            raise AnswerError(f"{self.id}: {expr} is asked where there is no oracle")
        if isinstance(self.system, Schedule):
            return Quantity("host", (self.wide.number(asker.once(name)),))
        if isinstance(expr, op.noise):
            return self.own(asker.arrays(name, asker.once(name, self.integer(expr.args[0]))))
        if isinstance(expr, op.line_search):
            found = self.search(expr)
            length = found[0] if isinstance(found, tuple) else found
            return Quantity("all", (self.wide.number(length),))
        points = self.points(expr.args[0])
        if isinstance(expr, op.value):
            return Quantity("all", (self.wide.number(asker.once(name, points)),))
        if isinstance(expr, op.hessian):
            matrix = numbers(asker.once(name, points), self.field)
            n = self.tensors.items[0].size
            if matrix.shape != (n, n):
                raise AnswerError(f"{name}: answer has shape {matrix.shape}, {(n, n)} expected")
            return Quantity("array", (matrix,))
        question = [points, self.points(expr.args[1])] if isinstance(expr, op.hvp) else [points]
        return self.own(asker.arrays(name, asker.once(name, *question)))

    # Statements.

    def assign(self, equation: Any) -> None:
        name = equation.lhs.name
        found = self.evaluate(equation.rhs)
        if isinstance(self.system, Optimizer):
            found = self.fit(found, self.system.extents[name])
        self.new[name] = found

    def loop(self, loop: Loop) -> None:
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
        assert isinstance(self.system, Optimizer)
        name = equation.lhs.name
        place = self.integer(equation.lhs.index)
        self.loops[name][place] = self.fit(self.evaluate(equation.rhs), self.system.extents[name])

    def push(self, push: Push) -> None:
        assert isinstance(self.system, Optimizer)
        if not self.decide(push.when):
            return
        found = {h.name: self.fit(self.evaluate(x), h.extent) for h, x in push.values}
        for history, _ in push.values:
            members = (found[history.name], *self.histories[history.name])
            self.histories[history.name] = members[: self.integer(history.length)]

    def step(self, statements: Iterable[Any]) -> None:
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


def _paired(row: Sequence[Any]) -> Array:
    """One operand as it is; the entries of two as pairs."""
    if len(row) == 1:
        return _boxed(row[0])
    a, b = _boxed(row[0]), _boxed(row[1])
    result = np.empty(a.shape, dtype=object)
    for index in np.ndindex(a.shape):
        result[index] = (a[index], b[index])
    return result


# Reductions are made by a tree: a term is rounded about log2(n) times on its way to the sum.


def _depth(n: int) -> int:
    return min(max(n - 1, 0), n.bit_length() + 2)


def _total(f: Field, entries: list[Any], roundings: int = 0) -> Any:
    return f.add(entries, depth=_depth(len(entries)) + roundings) if entries else f.number(0)


def _mean(f: Field, entries: list[Any]) -> Any:
    return f.multiply([_total(f, entries)], [f.number(len(entries))], slack=1)


def _norm(f: Field, entries: list[Any]) -> Any:
    squares = _total(f, [f.multiply([x, x]) for x in entries], 1)
    return f.multiply([f.apply("sqrt", squares)], slack=1)


def _dot(f: Field, pairs: list[Any]) -> Any:
    return _total(f, [f.multiply(pair) for pair in pairs], 1)


def _largest(f: Field, entries: list[Any]) -> Any:
    return f.largest(entries) if entries else f.number(-math.inf)


def _count_nonfinite(f: Field, entries: list[Any]) -> Any:
    one, zero = f.wide.number(1), f.wide.number(0)
    return (
        f.wide.add([f.wide.select(f.nonfinite(x), one, zero) for x in entries]) if entries else zero
    )


_REDUCTIONS: dict[Any, Callable[[Field, list[Any]], Any]] = {
    op.total: _total,
    op.mean: _mean,
    op.norm: _norm,
    op.dot: _dot,
    op.largest: _largest,
    op.count_nonfinite: _count_nonfinite,
}

_METHODS: dict[Any, Callable[[_Run, Any], Quantity]] = {
    sympy.Rational: _Run.rational,
    sympy.Float: _Run.decimal,
    type(sympy.oo): _Run.infinity,
    type(-sympy.oo): _Run.infinity,
    type(sympy.pi): _Run.circle,
    type(sympy.E): _Run.euler,
    Symbol: _Run.symbol,
    Value: _Run.member,
    sympy.Add: _Run.sum,
    sympy.Mul: _Run.product,
    sympy.Pow: _Run.power,
    sympy.exp: _Run.elementary,
    sympy.log: _Run.elementary,
    sympy.cos: _Run.elementary,
    sympy.sin: _Run.elementary,
    sympy.tanh: _Run.elementary,
    sympy.floor: _Run.elementary,
    sympy.ceiling: _Run.elementary,
    sympy.Abs: _Run.elementary,
    sympy.sign: _Run.elementary,
    sympy.Max: _Run.maximum,
    sympy.Min: _Run.minimum,
    sympy.Mod: _Run.modulo,
    sympy.core.relational.Relational: _Run.relation,
    sympy.And: _Run.conjunction,
    sympy.Or: _Run.disjunction,
    sympy.Not: _Run.negation,
    sympy.logic.boolalg.BooleanAtom: _Run.constant,
    op.cases: _Run.choice,
    op.round_to: _Run.rounded,
    op.Reduction: _Run.reduction,
    op.max_per_axis: _Run.axis_maxima,
    op.min_over_axes: _Run.axis_minimum,
    op.dim: _Run.length,
    op.evaluations: _Run.evaluations,
    op.matmul: _Run.matmul,
    op.transpose: _Run.transpose,
    op.solve: _Run.solve,
    op.outer: _Run.outer,
    op.identity: _Run.identity,
    op.inverse_root: _Run.inverse_root,
    op.Oracle: _Run.question,
}


# --- hyperparameters -----------------------------------------------------------------------------


def hyperparameters(
    declared: Sequence[Hyper],
    given: Mapping[str, Any] | None,
    arithmetic: Field,
    call: int,
    where: str,
) -> dict[str, Any]:
    """The hyperparameters' numbers at a call: given, as numbers or functions of it, or defaults.

    Raises ValueError for a name that is not declared and for one that has neither.
    """
    given = given or {}
    names = [h.name for h in declared]
    for name in given:
        if name not in names:
            raise ValueError(
                f"{where}: {name} is no hyperparameter; there are {', '.join(names) or 'none'}"
            )
    found: dict[str, Any] = {}
    for h in declared:
        if h.name in given:
            number = given[h.name](call) if callable(given[h.name]) else given[h.name]
            found[h.name] = arithmetic.wide.number(number)
        elif h.default is None:
            raise ValueError(f"{where}: {h.name} has no default and must be given")
        else:
            blank = _Run(None, arithmetic, found, call, (), (), None)
            found[h.name] = blank.evaluate(h.default).items[0]
    return found


# --- optimizers ----------------------------------------------------------------------------------


def _kind(extent: Extent) -> Kind:
    return extent.kind if extent.kind in ("host", "all", "tensor", "each_axis") else "array"


def _quantity(data: Data, extent: Extent) -> Quantity:
    kind = _kind(extent)
    return Quantity(kind, (data,) if kind in ("host", "all") else tuple(data))


def _extent(system: Optimizer, extent: Extent) -> Extent:
    """One number per tensor is one over all where all tensors are one."""
    return Extent("all") if system.scope == "all" and extent.kind == "tensor" else extent


def start(
    system: Optimizer | Route,
    theta: Sequence[Any],
    hyper: Mapping[str, Any] | None = None,
    field: Field = DECIMAL50,
    names: Sequence[str] | None = None,
) -> Any:
    """The snapshot before the first step: `theta` a list of arrays, `hyper` as for `advance`.

    A route needs `names` where its conditions name tensors, and gives a `RouteSnapshot`. Scheduled
    hyperparameters in initial values are taken at t = 1.
    """
    tensors = tuple(numbers(x, field) for x in theta)
    if isinstance(system, Route):
        return _start_route(system, tensors, hyper, field, names or [""] * len(tensors))
    known = hyperparameters(system.hyper, hyper, field, 1, system.id)
    run = _Run(system, field, known, 0, tensors, tensors, None)
    state: dict[str, Data] = {}
    for s in system.state:
        if isinstance(s, History):
            state[s.name] = ()
        else:
            init = run.evaluate(sympy.sympify(s.init))
            state[s.name] = run.fit(init, _extent(system, s.extent)).data
    return Snapshot(field, 0, tensors, state, {}, tensors, 0)


def load(
    system: Optimizer,
    t: int,
    theta: Sequence[Any],
    state: Mapping[str, Any],
    field: Field = DECIMAL50,
    theta0: Sequence[Any] | None = None,
    calls: int | None = None,
) -> Snapshot:
    """The snapshot with the given contents, each float taken exactly: t steps done.

    `state` has all of the declaration's state by name, in the form that snapshots have it.
    """
    tensors = tuple(numbers(x, field) for x in theta)
    first = tensors if theta0 is None else tuple(numbers(x, field) for x in theta0)
    wanted = {s.name: s for s in system.state}
    if set(state) != set(wanted):
        odd = sorted(set(state) ^ set(wanted))[0]
        raise ValueError(
            f"{system.id}: {odd} is {'missing from' if odd in wanted else 'no part of'} the state"
        )

    def taken(data: Any, extent: Extent) -> Data:
        kind = _kind(_extent(system, extent))
        if kind in ("host", "all"):
            return field.wide.number(data)
        if kind == "tensor":
            return tuple(field.wide.number(x) for x in data)
        if kind == "each_axis":
            return tuple(tuple(numbers(x, field) for x in arrays) for arrays in data)
        return tuple(numbers(x, field) for x in data)

    kept = {
        name: taken(state[name], s.extent)
        if isinstance(s, State)
        else tuple(taken(x, s.extent) for x in state[name])
        for name, s in wanted.items()
    }
    return Snapshot(field, t, tensors, kept, {}, first, t if calls is None else calls)


def _resume(
    system: Optimizer,
    snapshot: Snapshot,
    hyper: Mapping[str, Any],
    clock: int,
    asker: _Asker | None,
) -> _Run:
    run = _Run(system, snapshot.field, hyper, clock, snapshot.theta, snapshot.theta0, asker)
    for s in system.state:
        extent = _extent(system, s.extent)
        if isinstance(s, History):
            run.histories[s.name] = tuple(_quantity(x, extent) for x in snapshot.state[s.name])
        else:
            run.old[s.name] = _quantity(snapshot.state[s.name], extent)
    return run


def advance(
    system: Optimizer | Route,
    snapshot: Any,
    hyper: Mapping[str, Any] | None = None,
    oracles: Oracles | None = None,
) -> Any:
    """The snapshot after one call: one step, or as many as the declaration repeats.

    `hyper` gives hyperparameters by name, as numbers or as functions of the call (1, 2, …).
    Raises AnswerError for a missing or misshapen answer, Inexact in exact fields, Ambiguous where
    rounding decides which way a step goes.
    """
    shapes = [x.shape for x in snapshot.theta]
    asker = _Asker(oracles or {}, snapshot.field, shapes)
    if isinstance(system, Route):
        return _advance_route(system, snapshot, hyper, asker)
    return _advance(system, snapshot, hyper, asker)


def _advance(
    system: Optimizer, snapshot: Snapshot, hyper: Mapping[str, Any] | None, asker: _Asker
) -> Snapshot:
    call = snapshot.calls + 1
    known = hyperparameters(system.hyper, hyper, snapshot.field, call, system.id)
    repeat = system.repeat or Repeat(1)
    turn, done = 0, False
    while not done:
        turn += 1
        run = _resume(system, snapshot, known, snapshot.t + 1, asker)
        run.new["turn"] = run.host(turn)
        at_most = run.integer(repeat.at_most)
        if at_most < 1:
            break
        run.step(system.step)
        done = turn >= at_most or run.decide(repeat.until)
        snapshot = _commit(system, snapshot, run)
    return replace(snapshot, calls=call)


def _commit(system: Optimizer, snapshot: Snapshot, run: _Run) -> Snapshot:
    state: dict[str, Data] = {}
    for s in system.state:
        if isinstance(s, History):
            state[s.name] = tuple(run.settled(x).data for x in run.histories[s.name])
        else:
            state[s.name] = run.settled(run.new[s.name]).data
    values: dict[str, Data] = {
        name: x.data for name, x in run.new.items() if name != "turn" or system.repeat
    }
    values |= {
        name: {place: x.data for place, x in members.items()} for name, members in run.loops.items()
    }
    return replace(
        snapshot,
        t=run.clock,
        theta=tuple(run.scatter(run.settled(run.new["theta"]))),
        state=state,
        values=values,
    )


def view(
    system: Optimizer, snapshot: Snapshot, name: str, hyper: Mapping[str, Any] | None = None
) -> tuple[Array, ...]:
    """Other parameters to evaluate at, from the values after the last step."""
    if name not in system.views:
        raise ValueError(
            f"{system.id}: {name} is no view; there are {', '.join(system.views) or 'none'}"
        )
    known = hyperparameters(system.hyper, hyper, snapshot.field, max(snapshot.calls, 1), system.id)
    run = _resume(system, snapshot, known, snapshot.t, None)
    run.new = dict(run.old)
    for sequence, data in snapshot.values.items():
        if isinstance(data, dict):
            run.loops[sequence] = {
                i: _quantity(x, _extent(system, system.extents[sequence])) for i, x in data.items()
            }
        elif sequence != "theta" and sequence in system.extents:
            run.new[sequence] = _quantity(data, _extent(system, system.extents[sequence]))
    return tuple(run.points(sympy.sympify(system.views[name])))


def run(
    system: Optimizer | Route,
    theta: Sequence[Any],
    steps: int,
    oracles: Oracles,
    hyper: Mapping[str, Any] | None = None,
    field: Field = DECIMAL50,
    names: Sequence[str] | None = None,
) -> list[Any]:
    """The snapshots before the first step and after each of so many."""
    found = [start(system, theta, hyper, field, names)]
    for _ in range(steps):
        found.append(advance(system, found[-1], hyper, oracles))
    return found


# --- routes --------------------------------------------------------------------------------------


def meets(where: Where, shape: Sequence[int], name: str) -> bool:
    """Whether a tensor of this shape and name meets a condition."""
    return (
        len(shape) >= where.ndim_at_least
        and (where.ndim_at_most is None or len(shape) <= where.ndim_at_most)
        and (where.name is None or re.search(where.name, name) is not None)
    )


def _own(branch: Optimizer, hyper: Mapping[str, Any] | None) -> dict[str, Any]:
    names = {h.name for h in branch.hyper}
    return {name: number for name, number in (hyper or {}).items() if name in names}


def _start_route(
    route: Route,
    theta: tuple[Array, ...],
    hyper: Mapping[str, Any] | None,
    field: Field,
    names: Sequence[str],
) -> RouteSnapshot:
    hyperparameters(route.hyper, hyper, field, 1, route.id)
    places: list[list[int]] = [[] for _ in route.branches]
    for i, tensor in enumerate(theta):
        for found, (where, _) in zip(places, route.branches, strict=True):
            if meets(where, tensor.shape, names[i]):
                found.append(i)
                break
        else:
            raise ValueError(f"{route.id}: no branch takes tensor {i} of shape {tensor.shape}")
    branches = tuple(
        (tuple(found), start(branch, [theta[i] for i in found], _own(branch, hyper), field))
        for found, (_, branch) in zip(places, route.branches, strict=True)
    )
    return RouteSnapshot(field, theta, branches)


def _advance_route(
    route: Route, snapshot: RouteSnapshot, hyper: Mapping[str, Any] | None, asker: _Asker
) -> RouteSnapshot:
    runs: list[_Run] = []
    for (places, before), (_, branch) in zip(snapshot.branches, route.branches, strict=True):
        own = _own(branch, hyper)
        known = hyperparameters(branch.hyper, own, before.field, before.calls + 1, branch.id)
        run = _resume(branch, before, known, before.t + 1, asker)
        run.places = places
        runs.append(run)
    for run in runs:
        run.peers = tuple(runs)
    for statement in route.shared:
        for run in runs:
            run.step([statement])
    theta = list(snapshot.theta)
    branches = []
    for run, (places, before), (_, branch) in zip(
        runs, snapshot.branches, route.branches, strict=True
    ):
        run.peers = (run,)
        run.step(route.own(branch))
        after = replace(_commit(branch, before, run), calls=before.calls + 1)
        branches.append((places, after))
        for place, array in zip(places, after.theta, strict=True):
            theta[place] = array
    return RouteSnapshot(snapshot.field, tuple(theta), tuple(branches))


# --- schedules -----------------------------------------------------------------------------------


def start_schedule(
    schedule: Schedule, hyper: Mapping[str, Any] | None = None, field: Field = DECIMAL50
) -> ScheduleSnapshot:
    """A schedule before its first step; it has no output yet."""
    known = hyperparameters(schedule.hyper, hyper, field, 1, schedule.id)
    run = _Run(schedule, field, known, 0, (), (), None)
    return ScheduleSnapshot(
        field, 0, {s.name: run.evaluate(sympy.sympify(s.init)).data for s in schedule.state}
    )


def advance_schedule(
    schedule: Schedule,
    snapshot: ScheduleSnapshot,
    hyper: Mapping[str, Any] | None = None,
    value: Any = None,
) -> ScheduleSnapshot:
    """The schedule one step on; `value` is the loss, where it needs it."""
    clock = snapshot.t + 1
    known = hyperparameters(schedule.hyper, hyper, snapshot.field, clock, schedule.id)
    asker = _Asker({} if value is None else {"value": value}, snapshot.field, [])
    run = _Run(schedule, snapshot.field, known, clock, (), (), asker)
    run.old = {name: _quantity(data, HOST) for name, data in snapshot.state.items()}
    run.step(schedule.step)
    output = run.settled(run.evaluate(schedule.output)).items[0]
    values = {name: x.data for name, x in run.new.items()}
    return ScheduleSnapshot(
        snapshot.field, clock, {s.name: values[s.name] for s in schedule.state}, values, output
    )


__all__ = [
    "AnswerError",
    "Data",
    "Oracles",
    "Quantity",
    "RouteSnapshot",
    "ScheduleSnapshot",
    "Script",
    "Snapshot",
    "advance",
    "advance_schedule",
    "contains",
    "floats",
    "hyperparameters",
    "load",
    "meets",
    "numbers",
    "outside",
    "run",
    "start",
    "start_schedule",
    "view",
]
