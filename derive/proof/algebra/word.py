"""Matrix identities for every dimension, by noncommutative words.

An expression is expanded into a sum of words over letters (matrices, columns, their transposes)
with scalar coefficients.  A stretch of a word that starts with a row and ends with a column is a
number and leaves the word as a commuting scalar, so only rational arithmetic remains.  Rules such
as ``H @ B = I`` rewrite words.  A zero normal form proves an identity whatever the dimension.

>>> from optwright.derive.claim.formula.word import Column, Matrix, inverse_rules
>>> H, B = Matrix("H", symmetric=True), Matrix("B", symmetric=True)
>>> s = Column("s")
>>> decide_word(s.T @ H @ B @ s - s.T @ s, inverse_rules(H, B)).status
'zero'
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal
from weakref import WeakKeyDictionary

from optwright.derive.claim.formula.word import Dimension, Word, WordLetter, WordRule, Words
from optwright.derive.error import InternalError
from optwright.derive.proof.algebra.polynomial import Monomial, Poly, Quotient, factor

__all__ = [
    "WordDecision",
    "decide_word",
    "divisors",
    "evaluate",
    "forget",
    "normal_form",
    "terms",
    "text",
]

Table = tuple[tuple[Fraction, ...], ...]
"""A matrix of exact rationals, by rows."""
Terms = Mapping[Word, Quotient]

# Scalars are letters of the polynomials: either named, or words that have become numbers.
_SCALARS: list[Word] = []
_INDEX: dict[Word, int] = {}


def _scalar(word: Word) -> Quotient:
    turned = tuple(letter.turn() for letter in reversed(word))
    word = min(word, turned, key=_order)
    if word not in _INDEX:
        _INDEX[word] = len(_SCALARS)
        _SCALARS.append(word)
    return Quotient(Poly.letter(_INDEX[word]))


def _order(word: Word) -> tuple[tuple[str, bool], ...]:
    return tuple((letter.name, letter.turned) for letter in word)


def _number(value: int | Fraction) -> Quotient:
    return Quotient(Poly.constant(value))


_TERMS: WeakKeyDictionary[Words, Terms] = WeakKeyDictionary()


def forget() -> None:
    """Number scalars anew, so that what is said of a claim does not depend on those before it."""
    _SCALARS.clear()
    _INDEX.clear()
    _TERMS.clear()


def terms(expr: Words) -> Terms:
    """The expansion of an expression, without rules. Raises ZeroDivisionError."""
    found = _TERMS.get(expr)
    if found is None:
        found = _TERMS[expr] = _expanded(expr)
    return found


def _expanded(expr: Words) -> Terms:
    match expr.made:
        case ("letter", letter):
            return {(): _scalar((letter,))} if expr.shape == (1, 1) else {(letter,): _number(1)}
        case ("number", value):
            return {(): _number(value)} if value else {}
        case ("identity",):
            return {(): _number(1)}
        case ("turn", a):
            return {tuple(x.turn() for x in reversed(w)): c for w, c in terms(a).items()}
        case ("add", a, b):
            return _sum([terms(a), terms(b)])
        case ("scale", a, b):
            return _scaled(terms(b), _coefficient(a))
        case ("divide", a, b):
            return _scaled(terms(b), _inverse(_coefficient(a)))
        case ("matmul", a, b):
            parts = []
            for left, x in terms(a).items():
                for right, y in terms(b).items():
                    word, pulled = _collapse(left + right)
                    parts.append({word: x * y * pulled})
            return _sum(parts)
    raise ValueError(f"{expr} is made by no operation between words")


def _coefficient(expr: Words) -> Quotient:
    """The value of a 1 x 1 expression."""
    return terms(expr).get((), _number(0))


def divisors(expr: Words) -> set[str]:
    """Texts of the factors that were divided by."""
    return {
        _poly_text(p)
        for part in expr.parts()
        if part.made[0] == "divide"
        for p, _ in factor(_coefficient(part.made[1]).num)[1]
    }


def text(expr: Words) -> str:
    """The expansion of an expression, for people."""
    return _terms_text(terms(expr), expr.shape)


def _sum(parts: Iterable[Terms]) -> Terms:
    total: dict[Word, Quotient] = {}
    for terms in parts:
        for word, value in terms.items():
            both = total[word] + value if word in total else value
            if both.num:
                total[word] = both
            else:
                total.pop(word, None)
    return total


def _scaled(terms: Terms, scale: Quotient) -> Terms:
    return {w: p for w, c in terms.items() if (p := c * scale).num}


def _inverse(value: Quotient) -> Quotient:
    if not value.num:
        raise ZeroDivisionError("division by a scalar that is zero")
    scale, factors = factor(value.num)
    return Quotient(value.expanded_den().scale(Fraction(1) / scale), dict(factors))


def _collapse(word: Word) -> tuple[Word, Quotient]:
    """Pull the numbers out of a word: every stretch between two inner dimensions 1."""
    cuts = [i for i in range(1, len(word)) if word[i].shape[0] == 1]
    pulled = _number(1)
    kept: Word = ()
    for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True):
        part = word[start:end]
        if part and part[0].shape[0] == 1 and part[-1].shape[1] == 1:
            pulled = pulled * _scalar(part)
        else:
            kept += part
    return kept, pulled


def normal_form(expr: Words, rules: Iterable[WordRule] = ()) -> Terms:
    """Rewrite until no rule applies.  Raises RuntimeError if that does not end."""
    rewritings = [pair for rule in rules for pair in _both(rule)]
    return _Rewriter(rewritings).terms(terms(expr), expr.shape)


def _both(rule: WordRule) -> list[tuple[Word, Words]]:
    """The rewriting and its transpose."""
    word = rule.word()
    turned = tuple(x.turn() for x in reversed(word))
    return [(word, rule.right)] if turned == word else [(word, rule.right), (turned, rule.right.T)]


class _Rewriter:
    def __init__(self, rewritings: list[tuple[Word, Words]]):
        self.rewritings = rewritings
        self.left = 5000
        self.known: dict[int, Quotient] = {}

    def terms(self, given: Terms, shape: tuple[Dimension, Dimension]) -> Terms:
        return _sum(_scaled(self.word(w, shape), self.quotient(c)) for w, c in given.items())

    def word(self, word: Word, shape: tuple[Dimension, Dimension]) -> Terms:
        for pattern, right in self.rewritings:
            for i in range(len(word) - len(pattern) + 1):
                if word[i : i + len(pattern)] == pattern:
                    self.left -= 1
                    if self.left < 0:
                        raise RuntimeError("rewriting does not end; orient the rules")
                    before, after = word[:i], word[i + len(pattern) :]
                    parts = []
                    for middle, value in terms(right).items():
                        whole, pulled = _collapse(before + middle + after)
                        parts.append({whole: value * pulled})
                    return self.terms(_sum(parts), shape)
        if shape == (1, 1) and word:
            return {(): _scalar(word)}
        return {word: _number(1)}

    def quotient(self, value: Quotient) -> Quotient:
        num = self.poly(value.num)
        for piece, power in value.den.items():
            below = _inverse(self.poly(piece))
            num = num * below**power
        return num

    def poly(self, poly: Poly) -> Quotient:
        total = _number(0)
        for monomial, number in poly.terms.items():
            product = _number(number)
            for index, power in monomial:
                if index not in self.known:
                    self.known[index] = self.word(_SCALARS[index], (1, 1)).get((), _number(0))
                product = product * self.known[index] ** power
            total = total + product
        return total


@dataclass(frozen=True)
class WordDecision:
    """The outcome of `decide_word`.

    status: ``"zero"`` (for every dimension), ``"nonzero"`` or ``"undecided"``.
    normal_form: what is left after rewriting.  side_conditions: denominators that must not vanish.
    witness: exact matrices by name, which satisfy the rules; value: the expression there.
    dimension: of the witness.  seconds: time taken.
    """

    status: Literal["zero", "nonzero", "undecided"]
    normal_form: str
    side_conditions: tuple[str, ...] = ()
    witness: Mapping[str, Table] | None = None
    value: Table | None = None
    dimension: int | None = None
    seconds: float = 0.0


def decide_word(expr: Words, rules: Sequence[WordRule] = (), *, seed: int = 0) -> WordDecision:
    """Decide whether an expression is zero in every dimension.

    Refuted only by exact small matrices that satisfy the rules; a proof is confirmed on such
    matrices.  Raises InternalError if the two disagree.
    """
    start = time.process_time()
    try:
        left = normal_form(expr, rules)
    except (RuntimeError, ZeroDivisionError) as error:
        return WordDecision("undecided", str(error), seconds=time.process_time() - start)
    conditions = sorted(
        f"{text} != 0" for text in divisors(expr).union(*(divisors(r.right) for r in rules))
    )
    rng = random.Random(seed)
    proved = not left
    confirmed = 0
    for attempt in range(40):
        if confirmed == 3:
            break
        dimension = (2, 1, 3)[attempt % 3]
        found = _model([expr], rules, dimension, rng)
        if found is None:
            continue
        confirmed += proved
        value = evaluate(expr, found, dimension)
        if any(any(row) for row in value):
            if proved:
                raise InternalError(f"normal form 0, but not 0 at {found}")
            return WordDecision(
                "nonzero",
                _terms_text(left, expr.shape),
                tuple(conditions),
                found,
                value,
                dimension,
                time.process_time() - start,
            )
    # Without a model the assumptions may contradict each other, and prove anything.
    status: Literal["zero", "undecided"] = "zero" if confirmed else "undecided"
    return WordDecision(
        status,
        _terms_text(left, expr.shape),
        tuple(conditions),
        seconds=time.process_time() - start,
    )


# ---- exact small matrices


def evaluate(expr: Words, point: Mapping[str, Table], dimension: int) -> Table:
    """The value of an expression at exact matrices, given by name; raises ZeroDivisionError."""
    return _Evaluator(point, dimension)(expr)


class _Evaluator:
    def __init__(self, point: Mapping[str, Table], dimension: int):
        self.point, self.dimension = point, dimension
        self.known: dict[int, Table] = {}

    def __call__(self, expr: Words) -> Table:
        if id(expr) not in self.known:
            self.known[id(expr)] = self.made(expr)
        return self.known[id(expr)]

    def made(self, expr: Words) -> Table:
        match expr.made:
            case ("letter", letter):
                return self.point[letter.name]
            case ("number", value):
                return ((value,),)
            case ("identity",):
                return _unit(_size(expr.shape[0], self.dimension))
            case ("turn", a):
                return tuple(zip(*self(a), strict=True))
            case ("matmul", a, b):
                return _product(self(a), self(b))
            case ("add", a, b):
                pairs = zip(self(a), self(b), strict=True)
                return tuple(tuple(x + y for x, y in zip(p, q, strict=True)) for p, q in pairs)
            case ("scale", a, b):
                scale = self(a)[0][0]
            case ("divide", a, b):
                scale = 1 / self(a)[0][0]
        return tuple(tuple(scale * x for x in row) for row in self(b))


def _size(of: Dimension, dimension: int) -> int:
    return of if isinstance(of, int) else dimension


def _unit(n: int) -> Table:
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def _product(a: Table, b: Table) -> Table:
    columns = list(zip(*b, strict=True))
    return tuple(
        tuple(sum((x * y for x, y in zip(row, col, strict=True)), Fraction(0)) for col in columns)
        for row in a
    )


def _model(
    exprs: Iterable[Words], rules: Sequence[WordRule], dimension: int, rng: random.Random
) -> dict[str, Table] | None:
    """Exact matrices for all letters that satisfy the rules, or None.

    Random small integers first; then each letter in turn is moved to solve the rules that are
    affine in it.
    """
    letters = sorted(
        {x for e in (*exprs, *(s for r in rules for s in (r.left, r.right))) for x in e.letters()}
    )
    point = {
        x.name: _assemble(x, dimension, lambda: Fraction(rng.randrange(-3, 4))) for x in letters
    }
    try:
        for rule in rules:
            _lengthened(rule, point, dimension, rng)
        for _ in range(2):
            for letter in reversed(letters):
                broken = [r for r in rules if not _holds(r, point, dimension)]
                affected = [r for r in rules if letter in r.left.letters() | r.right.letters()]
                if any(r in affected for r in broken):
                    solved = _solve(letter, affected, point, dimension)
                    if solved is not None:
                        point[letter.name] = solved
            if all(_holds(r, point, dimension) for r in rules):
                for e in exprs:
                    evaluate(e, point, dimension)
                return point
    except ZeroDivisionError:
        return None
    return None


def _lengthened(
    rule: WordRule, point: dict[str, Table], dimension: int, rng: random.Random
) -> None:
    """Choose the column x of a rule x'x = c**2 so that it holds: c times a rational unit vector."""
    word = rule.word()
    if len(word) != 2 or word[0] != word[1].turn() or word[1].cols != 1:
        return
    ((wanted,),) = evaluate(rule.right, point, dimension)
    root = Fraction(math.isqrt(abs(wanted.numerator)), math.isqrt(wanted.denominator))
    if root**2 != wanted:
        return
    # The image of a rational point under the inverse stereographic projection.
    flat = [Fraction(rng.randrange(-3, 4)) for _ in range(_size(word[1].rows, dimension) - 1)]
    size = sum((x * x for x in flat), Fraction(0))
    unit = [2 * x / (size + 1) for x in flat] + [(size - 1) / (size + 1)]
    point[word[1].name] = tuple((root * x,) for x in unit)


def _holds(rule: WordRule, point: Mapping[str, Table], dimension: int) -> bool:
    return evaluate(rule.left, point, dimension) == evaluate(rule.right, point, dimension)


def _assemble(letter: WordLetter, dimension: int, entry: Callable[[], Fraction]) -> Table:
    rows, cols = _size(letter.rows, dimension), _size(letter.cols, dimension)
    table = [[Fraction(0)] * cols for _ in range(rows)]
    for i in range(rows):
        for j in range(cols):
            if letter.symmetric and j < i:
                table[i][j] = table[j][i]
            else:
                table[i][j] = entry()
    return tuple(map(tuple, table))


def _solve(
    letter: WordLetter, rules: Sequence[WordRule], point: Mapping[str, Table], dimension: int
) -> Table | None:
    def residual(table: Table) -> list[Fraction]:
        here = {**point, letter.name: table}
        return [
            x for r in rules for row in evaluate(r.left - r.right, here, dimension) for x in row
        ]

    count = 0

    def counted() -> Fraction:
        nonlocal count
        count += 1
        return Fraction(0)

    base = residual(_assemble(letter, dimension, counted))
    columns = []
    for place in range(count):
        entries = iter([Fraction(i == place) for i in range(count)])
        moved = residual(_assemble(letter, dimension, lambda: next(entries)))  # noqa: B023
        columns.append([x - y for x, y in zip(moved, base, strict=True)])
    solution = _linear(columns, [-x for x in base])
    if solution is None:
        return None
    entries = iter(solution)
    return _assemble(letter, dimension, lambda: next(entries))


def _linear(columns: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Solve for coefficients of columns that give the right side; free ones are 0."""
    rows = [[*entries, r] for *entries, r in zip(*columns, right, strict=True)]
    pivots: list[int] = []
    for column in range(len(columns)):
        rank = len(pivots)
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        rows[rank] = [x / rows[rank][column] for x in rows[rank]]
        for i, row in enumerate(rows):
            if i != rank and row[column]:
                rows[i] = [x - row[column] * y for x, y in zip(row, rows[rank], strict=True)]
        pivots.append(column)
    if any(row[-1] for row in rows[len(pivots) :]):
        return None
    solution = [Fraction(0)] * len(columns)
    for row, column in zip(rows, pivots, strict=False):
        solution[column] = row[-1]
    return solution


# ---- text


def _terms_text(given: Terms, shape: tuple[Dimension, Dimension]) -> str:
    shown = []
    for word, value in sorted(given.items(), key=lambda pair: _order(pair[0])):
        text = " @ ".join(map(str, word)) or ("1" if shape == (1, 1) else "I")
        scale = _text(value)
        shown.append(text if scale == "1" else scale if text == "1" else f"({scale}) * {text}")
    return " + ".join(shown) or "0"


def _text(value: Quotient) -> str:
    top = _poly_text(value.num)
    if not value.den:
        return top
    below = "*".join(
        f"({_poly_text(p)})" + (f"**{n}" if n > 1 else "") for p, n in value.den.items()
    )
    return f"({top})/{below}"


def _poly_text(poly: Poly) -> str:
    text = " + ".join(_monomial_text(m, x) for m, x in sorted(poly.terms.items()))
    return text.replace("+ -", "- ") or "0"


def _monomial_text(monomial: Monomial, value: Any) -> str:
    texts = [(" @ ".join(map(str, _SCALARS[i])), n) for i, n in monomial]
    if len(texts) == 1 and texts[0][1] == 1 and value in (1, -1):
        return texts[0][0] if value == 1 else f"-{texts[0][0]}"
    parts = [
        (f"({text})" if "@" in text else text) + (f"**{n}" if n > 1 else "") for text, n in texts
    ]
    if not parts:
        return str(value)
    product = "*".join(parts)
    return product if value == 1 else f"-{product}" if value == -1 else f"{value}*{product}"
