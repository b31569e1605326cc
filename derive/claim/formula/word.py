"""Vectors and matrices of every dimension as words: letters, and the operations between them.

An expression keeps how it was made, and nothing else: what it is equal to is for others to find.
Shapes are checked symbolically: a dimension is a name such as "n", or 1.

    H, s = Matrix("H", symmetric=True), Column("s")
    s.T @ H @ s                                            a number
    inverse_rules(H, Matrix("B", symmetric=True))          H @ B = I and B @ H = I, to be assumed
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Dimension = str | int
Made = tuple[Any, ...]
"""An operation and its operands: ("letter", Letter), ("number", x), ("identity",), ("turn", a),
("add", a, b), ("matmul", a, b), ("scale", number, a), ("divide", number, a)."""


@dataclass(frozen=True, order=True)
class WordLetter:
    """A named matrix, column or scalar; `turned` is its transpose."""

    name: str
    rows: Dimension
    cols: Dimension
    symmetric: bool = False
    turned: bool = False

    @property
    def shape(self) -> tuple[Dimension, Dimension]:
        """Rows and columns."""
        return (self.cols, self.rows) if self.turned else (self.rows, self.cols)

    def turn(self) -> WordLetter:
        """The transpose; a symmetric letter and a scalar are their own."""
        if self.symmetric or self.rows == self.cols == 1:
            return self
        return WordLetter(self.name, self.rows, self.cols, False, not self.turned)

    def __str__(self) -> str:
        return self.name + (".T" if self.turned else "")


Word = tuple[WordLetter, ...]


@dataclass(frozen=True, eq=False)
class Words:
    """An expression in letters, of one shape.

    Combine with `+ - @`, `*` and `/` by scalars, and `.T`. Raises ValueError for shapes that do not
    fit, TypeError for floats.
    """

    shape: tuple[Dimension, Dimension]
    made: Made

    @property
    def T(self) -> Words:
        """The transpose."""
        return Words((self.shape[1], self.shape[0]), ("turn", self))

    def __add__(self, other: Words | int | Fraction) -> Words:
        other = _lift(other)
        if self.shape != other.shape:
            raise ValueError(f"shapes {_show(self.shape)} and {_show(other.shape)} do not add")
        return Words(self.shape, ("add", self, other))

    __radd__ = __add__

    def __neg__(self) -> Words:
        return self * -1

    def __sub__(self, other: Words | int | Fraction) -> Words:
        return self + -_lift(other)

    def __rsub__(self, other: int | Fraction) -> Words:
        return _lift(other) - self

    def __matmul__(self, other: Words) -> Words:
        if self.shape[1] != other.shape[0]:
            raise ValueError(f"shapes {_show(self.shape)} and {_show(other.shape)} do not multiply")
        return Words((self.shape[0], other.shape[1]), ("matmul", self, other))

    def __mul__(self, other: Words | int | Fraction) -> Words:
        other = _lift(other)
        if other.shape != (1, 1) and self.shape != (1, 1):
            raise ValueError("* multiplies by a scalar; use @ between matrices")
        scalar, rest = (other, self) if other.shape == (1, 1) else (self, other)
        return Words(rest.shape, ("scale", scalar, rest))

    __rmul__ = __mul__

    def __truediv__(self, other: Words | int | Fraction) -> Words:
        other = _lift(other)
        if other.shape != (1, 1):
            raise ValueError(
                f"cannot divide by a matrix of shape {_show(other.shape)}; use inverse_rules"
            )
        return Words(self.shape, ("divide", other, self))

    def __rtruediv__(self, other: int | Fraction) -> Words:
        return _lift(other) / self

    def __pow__(self, power: int) -> Words:
        result = _lift(1) if self.shape == (1, 1) else UnitMatrix(self.shape[0])
        for _ in range(power):
            result = result @ self
        return result

    def parts(self) -> list[Words]:
        """This expression and all that it was made from, each once."""
        found = {id(self): self}
        stack: list[Words] = [self]
        while stack:
            for operand in stack.pop().made[1:]:
                if isinstance(operand, Words) and id(operand) not in found:
                    found[id(operand)] = operand
                    stack.append(operand)
        return list(found.values())

    def letters(self) -> set[WordLetter]:
        """All letters that occur."""
        return {part.made[1] for part in self.parts() if part.made[0] == "letter"}

    def __str__(self) -> str:
        head, *args = self.made
        match head:
            case "letter" | "number":
                return str(args[0])
            case "identity":
                return "I"
            case "turn":
                return f"({args[0]}).T"
            case "divide":
                return f"({args[1]})/({args[0]})"
        sign = {"add": " + ", "matmul": " @ ", "scale": "*"}[head]
        return sign.join(f"({x})" if x.made[0] in ("add", "scale") else str(x) for x in args)

    __repr__ = __str__


def _show(shape: tuple[Dimension, Dimension]) -> str:
    return f"{shape[0]} x {shape[1]}"


def _lift(value: Words | int | Fraction) -> Words:
    if isinstance(value, Words):
        return value
    if isinstance(value, float):
        raise TypeError(f"{value} is a float; use a Fraction")
    return Words((1, 1), ("number", Fraction(value)))


def Matrix(
    name: str, rows: Dimension = "n", cols: Dimension | None = None, *, symmetric: bool = False
) -> Words:
    """A matrix letter, square with dimension `rows` if `cols` is not given."""
    cols = rows if cols is None else cols
    if symmetric and rows != cols:
        raise ValueError(f"Matrix {name}: a symmetric matrix is square, not {rows} x {cols}")
    letter = WordLetter(name, rows, cols, symmetric)
    return Words(letter.shape, ("letter", letter))


def Column(name: str, rows: Dimension = "n") -> Words:
    """A column letter."""
    return Matrix(name, rows, 1)


def Scalar(name: str) -> Words:
    """A commuting scalar."""
    return Matrix(name, 1)


def UnitMatrix(rows: Dimension = "n") -> Words:
    """The identity matrix."""
    return Words((rows, rows), ("identity",))


@dataclass(frozen=True)
class WordRule:
    """An assumption used for rewriting: a word of the left side becomes the right side.

    The left side is one word (`H @ B`, `B @ s`) or one scalar (`y.T @ s`); the transposed rule is
    used too. Raises ValueError for another left side, and for sides of different shapes.
    """

    left: Words
    right: Words

    def __post_init__(self) -> None:
        if self.left.shape != self.right.shape:
            raise ValueError(f"rule {self}: shapes differ")
        self.word()

    def word(self) -> Word:
        """The word that is rewritten."""
        return self._word(self.left)

    def _word(self, expr: Words) -> Word:
        match expr.made:
            case ("letter", letter):
                return (letter,)
            case ("turn", a):
                return tuple(letter.turn() for letter in reversed(self._word(a)))
            case ("matmul", a, b):
                return self._word(a) + self._word(b)
        raise ValueError(f"rule {self}: the left side must be one word with coefficient 1")

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


def inverse_rules(a: Words, b: Words) -> list[WordRule]:
    """The rules that make two matrix letters each other's inverse."""
    return [WordRule(a @ b, UnitMatrix(a.shape[0])), WordRule(b @ a, UnitMatrix(b.shape[0]))]


__all__ = [
    "Column",
    "Matrix",
    "Scalar",
    "UnitMatrix",
    "Word",
    "WordLetter",
    "WordRule",
    "Words",
    "inverse_rules",
]
