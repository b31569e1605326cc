"""Domains: what each atom of an expression may be, and exact points inside.

An *atom* is anything the caller treats as one real unknown: a Symbol, or an opaque expression
such as ``m[t-1]``.  A domain gives it an interval (possibly of integers only) and a list of
facts, relationals that hold between atoms (``m**2 <= v``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Function,
    Max,
    Min,
    Mul,
    Number,
    NumberSymbol,
    Piecewise,
    Pow,
    Rational,
    S,
    false,
    sympify,
    true,
)
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import And

__all__ = [
    "NEGATIVE",
    "ZERO",
    "POSITIVE",
    "ANY",
    "Domain",
    "Interval",
    "Point",
    "sign_product",
    "sign_sum",
]

Point = dict[Expr, Rational]

_OPERATIONS = (
    Add,
    Mul,
    Pow,
    Number,
    NumberSymbol,
    Function,
    Max,
    Min,
    Piecewise,
    type(S.ImaginaryUnit),
    type(S.ComplexInfinity),
)

# A sign is a set of possibilities, kept as a bit mask.
NEGATIVE, ZERO, POSITIVE = 1, 2, 4
ANY = NEGATIVE | ZERO | POSITIVE
_SIGNS = ((NEGATIVE, -1), (ZERO, 0), (POSITIVE, 1))


def _combine(rule: Callable[[int, int], Iterable[int]]) -> list[list[int]]:
    of_value = {value: mask for mask, value in _SIGNS}
    table = [[0] * 8 for _ in range(8)]
    for left in range(8):
        for right in range(8):
            for mask_a, a in _SIGNS:
                for mask_b, b in _SIGNS:
                    if left & mask_a and right & mask_b:
                        for value in rule(a, b):
                            table[left][right] |= of_value[value]
    return table


_PRODUCT = _combine(lambda a, b: [a * b])
_SUM = _combine(lambda a, b: [-1, 0, 1] if a * b < 0 else [max(-1, min(1, a + b))])


def sign_product(a: int, b: int) -> int:
    """Possible signs of a product, from the possible signs of its factors."""
    return _PRODUCT[a][b]


def sign_sum(a: int, b: int) -> int:
    """Possible signs of a sum, from the possible signs of its terms."""
    return _SUM[a][b]


@dataclass(frozen=True)
class Interval:
    """Reals (or integers) between two ends; ``None`` is an infinite end.

    ``Interval(0, 1, hi_open=True)`` is [0, 1); ``Interval(1, None, integer=True)`` counts steps.
    """

    lo: Fraction | int | None = None
    hi: Fraction | int | None = None
    lo_open: bool = False
    hi_open: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        for name in ("lo", "hi"):
            end = getattr(self, name)
            if isinstance(end, float):
                raise TypeError(f"Interval: {name}={end!r} is a float; give an exact rational")
            if end is not None:
                object.__setattr__(self, name, _fraction(end))

    def __contains__(self, value: object) -> bool:
        x = _fraction(value)
        if self.integer and x.denominator != 1:
            return False
        if self.lo is not None and (x < self.lo or (self.lo_open and x == self.lo)):
            return False
        return not (self.hi is not None and (x > self.hi or (self.hi_open and x == self.hi)))

    @property
    def empty(self) -> bool:
        """Whether no real number lies between the ends."""
        if self.lo is None or self.hi is None:
            return False
        return self.lo > self.hi or (self.lo == self.hi and (self.lo_open or self.hi_open))

    @property
    def sign(self) -> int:
        """Possible signs of a member, as a mask."""
        mask = ANY
        if self.lo is not None and self.lo >= 0:
            mask &= ~NEGATIVE
            if self.lo > 0 or self.lo_open:
                mask &= ~ZERO
        if self.hi is not None and self.hi <= 0:
            mask &= ~POSITIVE
            if self.hi < 0 or self.hi_open:
                mask &= ~ZERO
        return mask

    def meet(self, other: Interval) -> Interval:
        """The intersection."""
        lo, lo_open = _tighter(self.lo, self.lo_open, other.lo, other.lo_open, max)
        hi, hi_open = _tighter(self.hi, self.hi_open, other.hi, other.hi_open, min)
        return Interval(lo, hi, lo_open, hi_open, self.integer or other.integer)


def _tighter(
    a: Fraction | int | None,
    a_open: bool,
    b: Fraction | int | None,
    b_open: bool,
    pick: Callable[[Any, Any], Any],
) -> tuple[Fraction | int | None, bool]:
    if a is None:
        return b, b_open
    if b is None:
        return a, a_open
    if a == b:
        return a, a_open or b_open
    end = pick(a, b)
    return end, a_open if end == a else b_open


def _fraction(value: Any) -> Fraction:
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    value = sympify(value)
    if not value.is_Rational:
        raise TypeError(f"exact rational wanted, not {value}")
    return Fraction(int(value.p), int(value.q))


REALS = Interval()


def _assumed(atom: Expr) -> Interval:
    """The interval that an atom's own SymPy assumptions state."""
    interval = Interval(integer=bool(atom.is_integer))
    if atom.is_positive:
        return replace(interval, lo=0, lo_open=True)
    if atom.is_nonnegative:
        return replace(interval, lo=0)
    if atom.is_negative:
        return replace(interval, hi=0, hi_open=True)
    if atom.is_nonpositive:
        return replace(interval, hi=0)
    return interval


# Values that make trouble or make roots rational, tried before arbitrary ones.
_UNIT = [
    Fraction(*pair)
    for pair in (
        (1, 2),
        (3, 4),
        (16, 25),
        (8, 9),
        (9, 25),
        (1, 4),
        (15, 16),
        (1, 3),
        (9, 10),
        (2, 3),
        (99, 100),
    )
]
_REAL = [
    Fraction(*pair)
    for pair in (
        (1, 1),
        (2, 1),
        (-1, 1),
        (4, 1),
        (1, 4),
        (0, 1),
        (-2, 1),
        (3, 1),
        (9, 1),
        (1, 2),
        (-3, 1),
        (-1, 2),
        (9, 4),
        (5, 1),
        (1, 9),
        (-4, 3),
        (16, 1),
        (25, 4),
        (1, 100),
        (-7, 1),
        (100, 1),
    )
]
_STEP = [0, 1, 2, 0, 3, 1, 4, 6]


@dataclass(frozen=True)
class Domain:
    """Intervals of atoms and facts between them.

    bounds: pairs (atom, Interval); an atom that is not listed has what its SymPy assumptions say.
    facts: SymPy relationals (or conjunctions of them) that may be assumed.
    """

    bounds: tuple[tuple[Expr, Interval], ...] = ()
    facts: tuple[Basic, ...] = ()

    def __post_init__(self) -> None:
        flat: list[Relational] = []
        for fact in self.facts:
            flat += _relationals(fact)
        object.__setattr__(self, "facts", tuple(flat))
        for atom, interval in self.bounds:
            if interval.empty:
                raise ValueError(f"domain of {atom}: the interval is empty")

    @classmethod
    def where(
        cls, *relations: Any, integers: Iterable[Expr] = (), reals: Iterable[Expr] = ()
    ) -> Domain:
        """Build a domain from relations: ``Domain.where(lr > 0, 0 <= b, t >= 1, integers=[t])``.

        A relation between one atom and a number becomes a bound, any other a fact.  Name an
        opaque atom in ``reals`` (or bound it) to have it treated as one.
        Raises ValueError for a relation that SymPy already knows to be false.
        """
        bounds: dict[Expr, Interval] = {atom: REALS for atom in reals}
        for atom in integers:
            bounds[atom] = Interval(integer=True)
        facts = []
        for relation in relations:
            for fact in _relationals(relation):
                bound = _bound(fact)
                if bound is None:
                    facts.append(fact)
                else:
                    bounds[bound[0]] = bounds.get(bound[0], REALS).meet(bound[1])
        return cls(tuple(bounds.items()), tuple(facts))

    @cached_property
    def _index(self) -> dict[Expr, Interval]:
        index: dict[Expr, Interval] = {}
        for atom, interval in self.bounds:
            index[atom] = index.get(atom, _assumed(atom)).meet(interval)
        return index

    def declares(self, atom: Basic) -> bool:
        """Whether the domain lists this expression as an atom."""
        return atom in self._index

    @cached_property
    def _tied(self) -> dict[Basic, set[Expr]]:
        return {fact: self.atoms(fact) for fact in self.facts}

    def _atoms_of(self, fact: Basic) -> set[Expr]:
        return self._tied[fact]

    def interval(self, atom: Expr) -> Interval:
        """The interval of one atom."""
        found = self._index.get(atom)
        return _assumed(atom) if found is None else found

    def sign(self, atom: Expr) -> int:
        """Possible signs of one atom, as a mask of NEGATIVE, ZERO, POSITIVE."""
        return self.interval(atom).sign

    def assume(self, *facts: Basic) -> Domain:
        """The same domain with further facts."""
        return Domain(self.bounds, (*self.facts, *facts))

    def atoms(self, expr: Basic) -> set[Expr]:
        """The atoms of an expression: declared ones, symbols, and opaque leaves.

        Applications of uninterpreted functions are not atoms, their arguments' atoms are.
        """
        found: set[Expr] = set()
        stack = [expr]
        while stack:
            node = stack.pop()
            if is_atom(node, self):
                found.add(node)
            else:
                stack.extend(node.args)
        return found

    def substitute(self, expr: Basic, mapping: Mapping[Expr, Basic]) -> Basic:
        """Replace atoms, without looking inside opaque ones."""
        if isinstance(expr, Expr) and expr in mapping:
            return mapping[expr]
        if not expr.args or is_atom(expr, self):
            return expr
        args = [self.substitute(arg, mapping) for arg in expr.args]
        return (
            expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
        )

    def sample(
        self,
        rng: random.Random,
        atoms: Iterable[Expr] | None = None,
        *,
        index: int | None = None,
        digits: int | None = None,
    ) -> Point | None:
        """An exact rational point inside the domain, or None where none was found.

        atoms: those wanted (all declared ones if not given); those that a fact ties to them are
        added.  index: small numbers give simple points
        (few digits, ends of intervals, perfect squares).  digits: long random rationals instead.
        """
        wanted = set(self._index).union(*self._tied.values()) if atoms is None else set(atoms)
        facts = list(self.facts)
        tied: list[Basic] = []
        while True:
            new = [
                fact for fact in facts if self._atoms_of(fact) & wanted or not self._atoms_of(fact)
            ]
            if not new:
                break
            tied += new
            facts = [fact for fact in facts if fact not in new]
            for fact in new:
                wanted |= self._atoms_of(fact)
        order = sorted(wanted, key=str)
        for attempt in range(40):
            point = {
                atom: self._draw(
                    self.interval(atom), rng, None if attempt > 20 else index, digits, place
                )
                for place, atom in enumerate(order)
            }
            if self._repair(point, tied, rng, digits):
                return {atom: Rational(x.numerator, x.denominator) for atom, x in point.items()}
        return None

    def _draw(
        self,
        interval: Interval,
        rng: random.Random,
        index: int | None,
        digits: int | None,
        place: int,
    ) -> Fraction:
        lo, hi = interval.lo, interval.hi
        if interval.integer:
            start = (
                Fraction(0)
                if lo is None
                else Fraction(-(-lo // 1)) + (1 if interval.lo_open and lo == lo // 1 else 0)
            )
            for _ in range(20):
                step = rng.choice(_STEP) if index is None or index > 2 else index
                x = start + step * (rng.choice((1, -1)) if lo is None else 1)
                if lo is None and hi is not None:
                    x = Fraction(hi // 1) - step
                if x in interval:
                    return x
            return start
        if digits is not None:
            fine = Fraction(rng.randrange(1, 10**digits), 10**digits)
            if lo is not None and hi is not None:
                return Fraction(lo + (hi - lo) * fine)
            wide = fine * rng.choice((1, 3, 10))
            if lo is not None:
                return Fraction(lo + wide)
            return Fraction(hi - wide) if hi is not None else wide * rng.choice((1, -1))
        if lo is not None and hi is not None:
            pick = (
                _UNIT[(index + 3 * place) % 5]
                if index is not None and index < 4
                else rng.choice([*_UNIT, Fraction(0)])
            )
            x = lo + (hi - lo) * pick
            return Fraction(x if x in interval else (lo + hi) / Fraction(2))
        pick = _REAL[(index + place) % 5] if index is not None and index < 4 else rng.choice(_REAL)
        if lo is not None:
            x = lo + abs(pick)
        elif hi is not None:
            x = hi - abs(pick)
        else:
            x = pick
        return Fraction(x if x in interval else lo + 1 if lo is not None else x - 1)

    def _repair(
        self,
        point: dict[Expr, Fraction],
        facts: list[Basic],
        rng: random.Random,
        digits: int | None,
    ) -> bool:
        """Move atoms until the facts hold; False where that fails."""
        from optwright.derive.proof.decide.evaluate import holds

        for _ in range(2 + 2 * len(facts)):
            broken = [fact for fact in facts if holds(fact, point, self) is not True]
            if not broken:
                return True
            if not self._mend(rng.choice(broken), point, rng, digits):
                return False
        return False

    def _mend(
        self, fact: Basic, point: dict[Expr, Fraction], rng: random.Random, digits: int | None
    ) -> bool:
        """Solve a fact for an atom in which it is affine at this point."""
        from optwright.derive.proof.decide.evaluate import value_at

        difference = fact.args[0] - fact.args[1]
        atoms = sorted(self.atoms(fact) & set(point), key=str)
        rng.shuffle(atoms)
        for atom in atoms:
            at = []
            for x in (Fraction(0), Fraction(1), Fraction(2)):
                value = value_at(difference, {**point, atom: x}, self)
                if not isinstance(value, Fraction):
                    break
                at.append(value)
            if len(at) < 3 or at[0] + at[2] != 2 * at[1] or at[0] == at[1]:
                continue
            slope = at[1] - at[0]
            edge = -at[0] / slope
            gap = abs(self._draw(Interval(0), rng, None, digits, 0)) / rng.choice((1, 1, 10))
            if isinstance(fact, Eq):
                x = edge
            elif isinstance(fact, (Gt, Ge, Ne)):
                x = edge + gap * (1 if slope > 0 else -1)
            else:
                x = edge - gap * (1 if slope > 0 else -1)
            if x in self.interval(atom):
                point[atom] = x
                return True
        return False


def is_atom(node: Basic, domain: Domain) -> bool:
    """Whether an expression is one unknown of this domain."""
    if node.is_Symbol or domain.declares(node):
        return True
    if not isinstance(node, Expr) or isinstance(node, _OPERATIONS):
        return False
    return not getattr(node, "is_uninterpreted", False)


def _relationals(fact: Any) -> list[Relational]:
    if fact is True or fact == true:
        return []
    if fact is False or fact == false:
        raise ValueError("domain: a fact is false")
    if isinstance(fact, And):
        return [r for arg in fact.args for r in _relationals(arg)]
    if isinstance(fact, (Eq, Ne, Gt, Ge, Lt, Le)):
        return [fact]
    raise TypeError(f"domain: a fact must be a relation such as v >= 0, not {fact}")


def _bound(fact: Relational) -> tuple[Expr, Interval] | None:
    left, right = fact.args
    if left.is_Rational and not right.is_number:
        left, right, fact = right, left, fact.reversed
    if not right.is_Rational or left.is_Add or left.is_Mul or left.is_Pow or left.is_Function:
        return None
    end = _fraction(right)
    if isinstance(fact, Ge):
        return left, Interval(lo=end)
    if isinstance(fact, Gt):
        return left, Interval(lo=end, lo_open=True)
    if isinstance(fact, Le):
        return left, Interval(hi=end)
    if isinstance(fact, Lt):
        return left, Interval(hi=end, hi_open=True)
    if isinstance(fact, Eq):
        return left, Interval(lo=end, hi=end)
    return None
