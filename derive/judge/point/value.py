"""The values of trees at exact points."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from optwright.derive.certificate.form import Tree
from optwright.derive.interpret import Field

_constant = cache(Fraction)
"""The number that a leaf says; trees say the same few again and again."""
Number = Any
"""A number of a `Field`."""


class Unvalued(ArithmeticError):
    """A tree has no value at this point, or none that this evaluation knows."""


class Near(Unvalued):
    """Two irrational numbers agree to all digits that were computed."""


class Point:
    """Values of the unknowns of a tree, each one number or a list of one number per coordinate.

    size: the number of coordinates.
    """

    def __init__(self, values: Mapping[str, Any], field: Field, size: int = 1) -> None:
        self.values, self.field, self.size = values, field, size

    def __call__(self, node: Tree, place: int = 0) -> Number:
        """The value of a tree at one coordinate; raises Unvalued."""
        with self.field.arithmetic():
            return self._settled(node, place)

    def _settled(self, node: Tree, place: int) -> Number:
        """The value, inside the field's arithmetic."""
        f, found = self.field, self.unsettled(node, place)
        try:
            found = f.settle(found)
        except ArithmeticError as error:
            raise Unvalued(str(error)) from error
        if f.nonfinite(found):
            raise Unvalued("no finite value")
        return found

    def unsettled(self, node: Tree, place: int) -> Number:
        """The value as the field's arithmetic gives it, before the field settles it."""
        f = self.field
        if isinstance(node, str):
            return f.number(_constant(node))
        head, *args = node
        if head == "x":
            return self._known(args[0], place)
        if head == "cases":
            pairs = zip(args[:-1:2], args[1::2], strict=True)
            arm = next((x for x, holds in pairs if self.truth(holds, place)), args[-1])
            return self.unsettled(arm, place)
        if head == "call":
            return self._call(args[0], args[1:], place)
        if head == "pi":
            return f.pi()
        xs = [self._settled(x, place) for x in args]
        match head:
            case "+":
                return f.add(xs)
            case "*":
                return f.multiply(xs)
            case "^":
                return self._power(xs[0], xs[1], args[1])
            case "max":
                return f.largest(xs)
            case "min":
                return f.negate(f.largest([f.negate(x) for x in xs]))
            case "abs" | "sign" | "exp" | "log" | "cos" | "sin":
                return f.apply("Abs" if head == "abs" else head, xs[0])
        raise Unvalued(f"{head} has no value")

    def _known(self, name: str, place: int) -> Number:
        if name not in self.values:
            raise Unvalued(f"{name} has no value")
        x = self.values[name]
        return self.field.number(x[place] if isinstance(x, list) else x)

    def _power(self, base: Number, exponent: Number, said: Tree) -> Number:
        if isinstance(exponent, Fraction):
            return self.field.power(base, exponent)
        whole = int(exponent) if exponent == int(exponent) else None
        if whole is not None:
            return self.field.power(base, Fraction(whole))
        if isinstance(said, str):
            return self.field.power(base, Fraction(said))
        return self.field.power(base, exponent)

    def truth(self, node: Tree, place: int = 0) -> bool:
        """Whether a condition holds; raises Unvalued."""
        head, *args = node
        if head in ("true", "false"):
            return bool(head == "true")
        if head == "and":
            return all(self.truth(x, place) for x in args)
        if head == "or":
            return any(self.truth(x, place) for x in args)
        if head == "not":
            return not self.truth(args[0], place)
        a, b = (self(x, place) for x in args)
        if a != b and near(a, b):
            raise Near("two numbers are too near to compare")
        return bool({">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[head])

    def _call(self, name: str, args: list[Tree], place: int) -> Number:
        f, word = self.field, name.split("_")[0]
        rows = [[self(x, k) for k in range(self.size)] for x in args]
        match word:
            case "norm":
                return f.apply("sqrt", f.add([f.multiply([x, x]) for x in rows[0]]))
            case "dot":
                return f.inner(*rows)
            case "total":
                return f.add(rows[0])
            case "mean":
                return f.multiply([f.add(rows[0])], [f.number(self.size)])
            case "largest":
                return f.largest(rows[0])
        if self.size == 1:
            match word:
                case "matmul" | "outer":
                    return f.multiply([rows[0][0], rows[1][0]])
                case "transpose" | "max" | "min":
                    return rows[0][0]
                case "solve":
                    return f.multiply([rows[1][0]], [rows[0][0]])
                case "identity" | "dim":
                    return f.number(1)
                case "inverse":
                    power = f.multiply([f.number(-1)], [rows[1][0]])
                    return self._power(rows[0][0], power, "")
        raise Unvalued(f"{name} has no value here")


def near(a: Number, b: Number) -> bool:
    """Whether two numbers are the same: exactly for fractions, else to forty digits."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    try:
        x, y = Fraction(a), Fraction(b)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unvalued("a number that is not finite, or not defined") from error
    return abs(x - y) <= Fraction(1, 10**38) * (1 + abs(x) + abs(y))


__all__ = ["Near", "Number", "Point", "Unvalued", "near"]
