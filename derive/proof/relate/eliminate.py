"""Whether polynomial equations have a common solution in a box, by elimination.

Factors that keep their sign on the box are dropped; a letter that an equation gives as a fraction
is put into the others; products are taken factor by factor; what is left goes to a Gröbner basis.
No step loses a solution in the box, so a contradiction is one of the equations as given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy

import sympy
from sympy import QQ, Symbol
from sympy.polys.rings import PolyElement, ring

from optwright.derive.error import OutOfTime
from optwright.derive.proof.algebra.domain import ZERO, Interval
from optwright.derive.proof.algebra.polynomial import Poly, box_sign, factor

Row = tuple[Poly, ...]
"""An equation as its factors, one of which has to vanish."""

Pivot = tuple[int, Poly, Poly]
"""A letter x, with c and r of an equation c*x + r = 0."""

CASES = 200
"""Cases after which no more are told apart."""


class Equations:
    """Equations between letters that lie in intervals, reduced as they come.

    contradictory: whether they are already known to have no solution.
    """

    def __init__(self, interval: Callable[[int], Interval]) -> None:
        self.interval = interval
        self.rows: tuple[Row, ...] = ()
        self.pivots: tuple[Pivot, ...] = ()
        self.contradictory = False

    def add(self, poly: Poly) -> None:
        """One more equation: that a polynomial is zero. Raises OutOfTime if it grows too long."""
        row: Row = (poly,)
        for pivot in self.pivots:
            row = _put(row, pivot)
        self._keep([row])

    def _keep(self, todo: list[Row]) -> None:
        while todo:
            row = self._reduced(todo.pop(0))
            if row is None or row in self.rows:
                continue
            if not row:
                self.contradictory = True
                return
            pivot = self._pivot(row)
            if pivot is None:
                self.rows = (*self.rows, row)
                continue
            self.pivots = (*self.pivots, pivot)
            todo = [_put(other, pivot) for other in (*self.rows, *todo)]
            self.rows = ()

    def _reduced(self, row: Row) -> Row | None:
        """The irreducible factors that may vanish; None for an equation that holds anyway."""
        if not all(row):
            return None
        parts = {f for poly in row for f, _ in factor(poly)[1]}
        return tuple(sorted((f for f in parts if self._vanishes(f)), key=_size))

    def _vanishes(self, poly: Poly) -> bool:
        return bool(box_sign(poly, self.interval) & ZERO)

    def _pivot(self, row: Row) -> Pivot | None:
        """A letter that the equation gives, the coefficient having no zero in the box."""
        if len(row) > 1:
            return None
        found = [p for p in _linear(row[0]) if not self._vanishes(p[1])]
        return min(found, key=lambda p: len(p[1].terms) * len(p[2].terms), default=None)

    def impossible(self, cases: int = CASES) -> bool:
        """Whether it is shown that no point of the box solves all; False if that stays open."""
        return self._impossible(iter(range(cases)))

    def _impossible(self, spare: Iterator[int]) -> bool:
        if self.contradictory:
            return True
        if next(spare, None) is None:
            return False
        try:
            cases = self._cases()
            if cases is not None:
                return all(case._impossible(spare) for case in cases)
        except OutOfTime:
            return False
        return _inconsistent([row[0] for row in self.rows])

    def _cases(self) -> Iterator[Equations] | None:
        """Cases one of which holds: a factor is zero; a coefficient is zero, or is not."""
        several = [row for row in self.rows if len(row) > 1]
        if several:
            row = min(several, key=lambda r: (len(r), sum(len(f.terms) for f in r)))
            rest = [other for other in self.rows if other is not row]
            return (self._case([(f,), *rest]) for f in row)
        given = [(row, pivot) for row in self.rows for pivot in _linear(row[0])]
        if not given:
            return None
        row, pivot = min(given, key=lambda x: len(x[1][1].terms) * len(x[1][2].terms))
        rest = [other for other in self.rows if other is not row]
        return (
            self._case([(pivot[1],), (pivot[2],), *rest])
            if zero
            else self._case([_put(other, pivot) for other in rest], pivot)
            for zero in (True, False)
        )

    def _case(self, rows: list[Row], *pivots: Pivot) -> Equations:
        """These equations with other rows, and further pivots."""
        case = copy(self)
        case.rows, case.pivots = (), (*self.pivots, *pivots)
        case._keep(rows)
        return case


def _put(row: Row, pivot: Pivot) -> Row:
    """The factors with the letter of a pivot replaced, and multiplied by what it is divided by."""
    letter, c, r = pivot
    found = []
    for poly in row:
        degree = poly.degree(letter)
        if degree:
            total = Poly({})
            for power, part in poly.coefficients(letter).items():
                total = total + part * (-r) ** power * c ** (degree - power)
            poly = total
        found.append(poly)
    return tuple(found)


def _linear(poly: Poly) -> list[Pivot]:
    found = []
    for letter in poly.letters():
        if poly.degree(letter) == 1:
            parts = poly.coefficients(letter)
            found.append((letter, parts[1], parts.get(0, Poly({}))))
    return found


def _size(poly: Poly) -> tuple[int, str]:
    return len(poly.terms), str(sorted(poly.terms.items()))


def _inconsistent(equations: Sequence[Poly]) -> bool:
    """Whether a Gröbner basis is 1: no solution at all, not even in complex numbers."""
    letters = sorted(set().union(*(e.letters() for e in equations)))
    if len(equations) < 2 or len(equations) < len(letters):
        return False
    symbols = [Symbol(f"x{k}") for k in letters]
    ground, *_ = ring(symbols, QQ)
    rows: list[PolyElement] = [
        ground.from_dict(
            {
                tuple(dict(m).get(k, 0) for k in letters): QQ(x.numerator, x.denominator)
                for m, x in e.terms.items()
            }
        )
        for e in equations
    ]
    basis = sympy.groebner([row.as_expr() for row in rows], *symbols, order="grevlex")
    return list(basis.exprs) == [1]


__all__ = ["Equations"]
