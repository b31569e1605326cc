"""Intervals that hold a real number for certain, and a step recorded once to be run many times.

A span is two integers, its ends in units of 2**-BITS, every operation being rounded outward. A
recorder is a field whose numbers are places in a list of operations: the reference interpreter runs
a step on it once, and the list then runs on spans.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from optwright.derive.interpret import Exact, Inexact, NoFraction

BITS = 192
"""Binary places of a span's ends."""
ONE = 1 << BITS


class IntegerSpan(NamedTuple):
    """All numbers between two ends."""

    low: int
    high: int

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The ends as fractions."""
        return Fraction(self.low, ONE), Fraction(self.high, ONE)


def span(x: Fraction) -> IntegerSpan:
    """The narrowest span that holds a number."""
    scaled = x.numerator << BITS
    return IntegerSpan(scaled // x.denominator, -(-scaled // x.denominator))


class Spans(Exact):
    """Arithmetic of spans, rounded outward. What may be undefined is `NoFraction`."""

    name = "spans"

    def number(self, x: Any) -> Any:
        return x if isinstance(x, IntegerSpan) else span(super().number(x))

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        low = high = 0
        for x in terms:
            if isinstance(x, NoFraction):
                return x
            low, high = low + x[0], high + x[1]
        return IntegerSpan(low, high)

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        result: Any = IntegerSpan(ONE, ONE)
        for x in over:
            if isinstance(x, NoFraction):
                return x
            result = _product(result, x)
        for x in under:
            if isinstance(x, NoFraction):
                return x
            if x[0] <= 0 <= x[1]:
                return NoFraction("division by what may be zero")
            result = _quotient(result, x)
        return result

    def power(self, base: Any, exponent: Any) -> Any:
        if isinstance(base, NoFraction) or isinstance(exponent, NoFraction):
            return NoFraction("a power of what is not defined")
        if isinstance(exponent, IntegerSpan):
            low, high = exponent.ends
            if low != high:
                return NoFraction("a power whose exponent is not known")
            exponent = low
        if exponent == Fraction(1, 2):
            return self.apply("sqrt", base)
        if exponent.denominator != 1:
            return NoFraction("a power that is not whole")
        if exponent < 0:
            return self.multiply([IntegerSpan(ONE, ONE)], [self.power(base, -exponent)])
        result, square, left = IntegerSpan(ONE, ONE), base, int(exponent)
        while left:
            if left % 2:
                result = _product(result, square)
            square, left = _product(square, square), left // 2
        return result

    def apply(self, function: str, x: Any) -> Any:
        if isinstance(x, NoFraction):
            return x
        low, high = x
        if function == "sqrt":
            if low < 0:
                return NoFraction("the root of what may be negative")
            return IntegerSpan(math.isqrt(low << BITS), math.isqrt(high << BITS) + 1)
        if function == "Abs":
            return (
                x
                if low >= 0
                else IntegerSpan(-high, -low)
                if high <= 0
                else IntegerSpan(0, max(-low, high))
            )
        if function == "sign" and (low > 0 or high < 0 or low == high == 0):
            sign = (low > 0) - (high < 0)
            return IntegerSpan(sign * ONE, sign * ONE)
        return NoFraction(f"{function} of a span")

    def largest(self, values: Sequence[Any]) -> Any:
        undefined = [x for x in values if isinstance(x, NoFraction)]
        return undefined[0] if undefined else IntegerSpan(*map(max, zip(*values, strict=True)))

    def compare(self, a: Any, relation: str, b: Any) -> Any:
        (low, high), (other_low, other_high) = self.settle(a), self.settle(b)
        if relation in ("==", "!="):
            if low == high == other_low == other_high:
                return relation == "=="
            apart = high < other_low or other_high < low
            return (relation == "!=") if apart else None
        if high < other_low or (relation == "<=" and high == other_low):
            return True
        return False if low > other_high or (relation == "<" and low == other_high) else None

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        if condition is None:
            return NoFraction("a case distinction too near to tell")
        return a if condition else b


def _product(a: IntegerSpan, b: IntegerSpan) -> IntegerSpan:
    if a[0] >= 0 and b[0] >= 0:
        return IntegerSpan((a[0] * b[0]) >> BITS, -((-a[1] * b[1]) >> BITS))
    corners = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return IntegerSpan(min(corners) >> BITS, -((-max(corners)) >> BITS))


def _quotient(a: IntegerSpan, b: IntegerSpan) -> IntegerSpan:
    pairs = [(x << BITS, y) for x in a for y in b]
    return IntegerSpan(min(x // y for x, y in pairs), max(-(-x // y) for x, y in pairs))


class Place:
    """A number, or a condition, that a recorder has noted: the place of its operation."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Recorder(Exact):
    """Notes what is done with numbers that are not known yet; constants are computed."""

    name = "recorder"

    def __init__(self) -> None:
        self.notes: list[tuple[str, tuple[Any, ...]]] = []
        self.inputs: dict[str, Place] = {}

    def note(self, operation: str, *operands: Any) -> Place:
        """The place of a new operation."""
        self.notes.append((operation, operands))
        return Place(len(self.notes) - 1)

    def letter(self, name: str) -> Place:
        """A number that is given when the notes are run."""
        if name not in self.inputs:
            self.inputs[name] = self.note("input", name)
        return self.inputs[name]

    def places(self, xs: Sequence[Any]) -> tuple[int, ...]:
        """Where numbers are noted; raises Inexact for what is undefined."""
        found = []
        for x in xs:
            if isinstance(x, NoFraction):
                raise Inexact(x.reason)
            found.append((x if isinstance(x, Place) else self.note("constant", x)).index)
        return tuple(found)

    def number(self, x: Any) -> Any:
        return x if isinstance(x, Place) else super().number(x)

    def add(self, terms: Sequence[Any], depth: int | None = None) -> Any:
        if not _open(terms):
            return super().add(terms, depth)
        return self.note("add", self.places(terms))

    def multiply(self, over: Sequence[Any], under: Sequence[Any] = (), slack: int = 0) -> Any:
        if not _open([*over, *under]):
            return super().multiply(over, under, slack)
        return self.note("multiply", self.places(over), self.places(under))

    def power(self, base: Any, exponent: Any) -> Any:
        if not _open([base, exponent]):
            found = super().power(base, exponent)
            if not isinstance(found, NoFraction):
                return found
        return self.note("power", *self.places([base, exponent]))

    def apply(self, function: str, x: Any) -> Any:
        if not _open([x]):
            found = super().apply(function, x)
            if not isinstance(found, NoFraction):
                return found
        return self.note("apply", function, *self.places([x]))

    def largest(self, values: Sequence[Any]) -> Any:
        if not _open(values):
            return super().largest(values)
        return self.note("largest", self.places(values))

    def modulo(self, a: Any, b: Any) -> Any:
        if _open([a, b]):
            raise Inexact("a remainder of spans")
        return super().modulo(a, b)

    def compare(self, a: Any, relation: str, b: Any) -> Any:
        if not _open([a, b]):
            return super().compare(a, relation, b)
        left, right = self.places([a, b])
        return self.note("compare", left, relation, right)

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        if isinstance(condition, bool):
            return a if condition else b
        return self.note("select", condition.index, *self.places([a, b]))

    def both(self, conditions: Sequence[Any]) -> Any:
        if not _open(conditions):
            return all(conditions)
        return self.note("both", tuple(map(self._condition, conditions)))

    def either(self, conditions: Sequence[Any]) -> Any:
        if not _open(conditions):
            return any(conditions)
        return self.note("either", tuple(map(self._condition, conditions)))

    def invert(self, condition: Any) -> Any:
        return (
            self.note("invert", condition.index) if isinstance(condition, Place) else not condition
        )

    def _condition(self, x: Any) -> int:
        return (x if isinstance(x, Place) else self.note("truth", x)).index

    def known(self, condition: Any) -> bool | None:
        return condition if isinstance(condition, bool) else None

    def run(self, given: Mapping[str, IntegerSpan], field: Spans) -> list[Any]:
        """The notes run on spans: what is at every place."""
        found: list[Any] = []
        for operation, operands in self.notes:
            match operation:
                case "input":
                    x: Any = given[operands[0]]
                case "constant":
                    x = field.number(operands[0])
                case "truth":
                    x = operands[0]
                case "add":
                    x = field.add([found[k] for k in operands[0]])
                case "multiply":
                    x = field.multiply(
                        [found[k] for k in operands[0]], [found[k] for k in operands[1]]
                    )
                case "power" | "select" | "invert":
                    x = getattr(field, operation)(*(found[k] for k in operands))
                case "apply":
                    x = field.apply(operands[0], found[operands[1]])
                case "compare":
                    x = field.compare(found[operands[0]], operands[1], found[operands[2]])
                case _:
                    x = getattr(field, operation)([found[k] for k in operands[0]])
            found.append(x)
        return found


def _open(xs: Sequence[Any]) -> bool:
    return any(isinstance(x, Place) for x in xs)


__all__ = ["BITS", "IntegerSpan", "Place", "Recorder", "Spans", "span"]
