"""Domains: what each atom of an expression may be.

An *atom* is anything the caller treats as one real unknown: a Symbol, or an opaque expression
such as ``m[t-1]``.  A domain gives it an interval (possibly of integers only) and a list of
facts, relationals that hold between atoms (``m**2 <= v``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
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
    "ANY",
    "NEGATIVE",
    "POSITIVE",
    "ZERO",
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
    for (left, right), (mask_a, a), (mask_b, b) in product(
        product(range(8), repeat=2), _SIGNS, _SIGNS
    ):
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
        bounds: dict[Expr, Interval] = dict.fromkeys(reals, REALS)
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

    @property
    def declared(self) -> frozenset[Expr]:
        """The atoms that are listed."""
        return frozenset(self._index)

    def declares(self, atom: Basic) -> bool:
        """Whether the domain lists this expression as an atom."""
        return atom in self._index

    @cached_property
    def tied(self) -> dict[Basic, set[Expr]]:
        """The facts, each with its atoms."""
        return {fact: self.atoms(fact) for fact in self.facts}

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
