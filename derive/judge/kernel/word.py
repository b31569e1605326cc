"""Identities between matrices of every size, and their value at exact matrices.

The check expands both sides into sums of irreducible words over one denominator. The format is that
of `optwright.derive.certificate.word`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.polynomial import Poly

Letter = tuple[str, bool]
"""A name, and whether it is transposed."""
Word = tuple[Letter, ...]
Shape = tuple[str, str]
Table = tuple[tuple[Fraction, ...], ...]

MAX_REWRITES = 20_000


@dataclass(frozen=True)
class Sum:
    """A sum of words with polynomial coefficients in scalars, over one polynomial."""

    terms: Mapping[Word, Poly]
    below: Poly
    shape: Shape


def check(certificate: Mapping[str, Any]) -> None:
    """Follow a certificate; raises Rejected where it does not show what it says."""
    algebra = _Algebra(certificate["steps"])
    for left, right in certificate["rules"]:
        algebra.add_rule(left, right)
    left, right = algebra.of(certificate["left"]), algebra.of(certificate["right"])
    if left.shape != right.shape:
        raise Rejected("the two sides have different shapes")
    gap = algebra.add(left, algebra.scaled(right, Poly.number(-1)))
    if any(gap.terms.values()):
        raise Rejected("the two sides differ")


class _Algebra:
    def __init__(self, steps: Sequence[Any]) -> None:
        self.steps = steps
        self.shapes: dict[str, Shape] = {}
        self.symmetric: set[str] = set()
        self.scalars: dict[Word, int] = {}
        self.rules: list[tuple[Word, int, bool]] = []
        self.left = MAX_REWRITES
        self.done: dict[int, Sum] = {}
        for step in steps:
            if step[0] == "letter":
                _, name, rows, columns, symmetric = step
                shape = (str(rows), str(columns))
                if self.shapes.setdefault(name, shape) != shape or (
                    symmetric != (name in self.symmetric) and name in self.symmetric
                ):
                    raise Rejected(f"two letters of the name {name}")
                if symmetric:
                    self.symmetric.add(name)

    def shape(self, letter: Letter) -> Shape:
        rows, columns = self.shapes[letter[0]]
        return (columns, rows) if letter[1] else (rows, columns)

    def turned(self, word: Word) -> Word:
        return tuple(
            (name, not turned and name not in self.symmetric and self.shapes[name] != ("1", "1"))
            for name, turned in reversed(word)
        )

    def add_rule(self, left: int, right: int) -> None:
        """Rewrite the word `left`, and its transpose, wherever it stands."""
        word, shape = self.word(left), None
        if not word:
            raise Rejected("a rule whose left side is no word")
        shape = (self.shape(word[0])[0], self.shape(word[-1])[1])
        if self.of(right).shape != shape:
            raise Rejected("a rule whose sides have different shapes")
        self.rules.append((word, right, False))
        if self.turned(word) != word:
            self.rules.append((self.turned(word), right, True))
        self.done.clear()

    def word(self, index: int) -> Word:
        """The word that a step made of letters alone says."""
        head, *args = self.steps[index]
        if head == "letter":
            return ((args[0], False),)
        if head == "turn":
            return self.turned(self.word(args[0]))
        if head == "matmul":
            return self.word(args[0]) + self.word(args[1])
        raise Rejected("a rule whose left side is no word")

    def of(self, index: int) -> Sum:
        """The expansion of a step."""
        if index not in self.done:
            head, *args = self.steps[index]
            if head not in ("letter", "number", "identity") and not all(x < index for x in args):
                raise Rejected("a step that uses a later one")
            self.done[index] = self._of(*self.steps[index])
        return self.done[index]

    def _of(self, head: str, *args: Any) -> Sum:
        one = Poly.number(1)
        match head:
            case "letter":
                return self.product(((args[0], False),), one)
            case "number":
                return Sum({(): Poly.number(Fraction(args[0]))}, one, ("1", "1"))
            case "identity":
                return Sum({(): one}, one, (str(args[0]), str(args[0])))
            case "turn":
                return self.turn(self.of(args[0]))
            case "add":
                return self.add(self.of(args[0]), self.of(args[1]))
            case "matmul":
                return self.matmul(self.of(args[0]), self.of(args[1]))
            case "scale":
                number, other = self.of(args[0]), self.of(args[1])
                top = self.number(number)
                return self.over(self.scaled(other, top), number.below)
            case "divide":
                number, other = self.of(args[0]), self.of(args[1])
                if not self.number(number):
                    raise Rejected("division by zero")
                return self.over(self.scaled(other, number.below), self.number(number))
        raise Rejected(f"a step of no known kind: {head}")

    def number(self, x: Sum) -> Poly:
        if x.shape != ("1", "1"):
            raise Rejected("a matrix where a number is wanted")
        return x.terms.get((), Poly({}))

    def scaled(self, x: Sum, top: Poly) -> Sum:
        return Sum({w: p * top for w, p in x.terms.items()}, x.below, x.shape)

    def over(self, x: Sum, below: Poly) -> Sum:
        return Sum(x.terms, x.below * below, x.shape)

    def turn(self, x: Sum) -> Sum:
        terms: dict[Word, Poly] = {}
        for w, p in x.terms.items():
            terms[self.turned(w)] = terms.get(self.turned(w), Poly({})) + p
        return Sum(terms, x.below, (x.shape[1], x.shape[0]))

    def add(self, a: Sum, b: Sum) -> Sum:
        if a.shape != b.shape:
            raise Rejected("a sum of different shapes")
        if a.below == b.below:
            first, second, below = Poly.number(1), Poly.number(1), a.below
        else:
            first, second, below = b.below, a.below, a.below * b.below
        terms = {w: p * first for w, p in a.terms.items()}
        for w, p in b.terms.items():
            terms[w] = terms.get(w, Poly({})) + p * second
        return Sum({w: p for w, p in terms.items() if p}, below, a.shape)

    def matmul(self, a: Sum, b: Sum) -> Sum:
        if a.shape[1] != b.shape[0]:
            raise Rejected("a product of shapes that do not fit")
        shape = (a.shape[0], b.shape[1])
        total = Sum({}, Poly.number(1), shape)
        for v, p in a.terms.items():
            for w, q in b.terms.items():
                whole = (
                    self.product(v + w, p * q) if v + w else Sum({(): p * q}, Poly.number(1), shape)
                )
                total = self.add(total, Sum(whole.terms, whole.below, shape))
        return self.over(total, a.below * b.below)

    def product(self, word: Word, scale: Poly) -> Sum:
        """A word, rewritten, the numbers in it taken out."""
        for pattern, right, turned in self.rules:
            for i in range(len(word) - len(pattern) + 1):
                if word[i : i + len(pattern)] == pattern:
                    self.left -= 1
                    if self.left < 0:
                        raise Rejected("rewriting does not end")
                    by = self.turn(self.of(right)) if turned else self.of(right)
                    return self.replaced(word, i, len(pattern), by, scale)
        shape = (self.shape(word[0])[0], self.shape(word[-1])[1])
        kept: Word = ()
        for part in self.stretches(word):
            if self.shape(part[0])[0] == "1" and self.shape(part[-1])[1] == "1":
                scale = scale * Poly.unknown(self.scalar(part))
            else:
                kept += part
        return Sum({kept: scale}, Poly.number(1), shape)

    def replaced(self, word: Word, start: int, length: int, by: Sum, scale: Poly) -> Sum:
        shape = (self.shape(word[0])[0], self.shape(word[-1])[1])
        total = Sum({}, Poly.number(1), shape)
        for middle, p in by.terms.items():
            whole = word[:start] + middle + word[start + length :]
            found = (
                self.product(whole, scale * p)
                if whole
                else Sum({(): scale * p}, Poly.number(1), shape)
            )
            total = self.add(total, Sum(found.terms, found.below, shape))
        return self.over(total, by.below)

    def stretches(self, word: Word) -> Iterator[Word]:
        """The parts of a word between two inner dimensions 1."""
        start = 0
        for i in range(1, len(word) + 1):
            if i == len(word) or self.shape(word[i])[0] == "1":
                yield word[start:i]
                start = i

    def scalar(self, word: Word) -> int:
        word = min(word, self.turned(word))
        return self.scalars.setdefault(word, len(self.scalars))


def evaluate(steps: Sequence[Any], matrices: Mapping[str, Table], n: int) -> list[Table | None]:
    """The values of all steps at exact matrices; None for a division by zero and what uses it."""
    found: list[Table | None] = []
    for head, *args in steps:
        operands = [] if head in ("letter", "number", "identity") else [found[i] for i in args]
        if any(x is None for x in operands):
            found.append(None)
            continue
        a, b = [*operands, (), ()][:2]
        assert a is not None and b is not None
        match head:
            case "letter":
                found.append(matrices.get(args[0]))
            case "number":
                found.append(((Fraction(args[0]),),))
            case "identity":
                size = n if isinstance(args[0], str) else args[0]
                found.append(unit(size))
            case "turn":
                found.append(tuple(zip(*a, strict=True)))
            case "add":
                found.append(
                    tuple(
                        tuple(x + y for x, y in zip(p, q, strict=True))
                        for p, q in zip(a, b, strict=True)
                    )
                )
            case "matmul":
                found.append(multiplied(a, b))
            case "scale":
                found.append(tuple(tuple(a[0][0] * x for x in row) for row in b))
            case "divide":
                found.append(
                    tuple(tuple(x / a[0][0] for x in row) for row in b) if a[0][0] else None
                )
            case _:
                raise Rejected(f"a step of no known kind: {head}")
    return found


def unit(n: int) -> Table:
    """The identity matrix."""
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def multiplied(a: Table, b: Table) -> Table:
    """The product of two matrices."""
    return tuple(
        tuple(sum((x * y for x, y in zip(row, col, strict=True)), Fraction(0))
              for col in zip(*b, strict=True))
        for row in a
    )  # fmt: skip


def inverse(a: Table) -> Table | None:
    """The inverse of a matrix, None if it has none."""
    n = len(a)
    rows = [[*row, *one] for row, one in zip(a, unit(n), strict=True)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return tuple(tuple(row[n:]) for row in rows)


__all__ = ["Table", "check", "evaluate", "inverse", "multiplied", "unit"]
