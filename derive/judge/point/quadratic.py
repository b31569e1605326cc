"""Rules on quadratics: the characteristic polynomial of a step, and when its roots are small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.judge.kernel.box import NEGATIVE, POSITIVE, ZERO, Box
from optwright.derive.judge.kernel.chart import Chart, ChartRegion, Relation
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.point.obligation import Unbound, range_box
from optwright.derive.judge.point.rational import CLOCK, RationalFunctions, fractional, stepped
from optwright.derive.judge.point.value import Point
from optwright.derive.language.symbol import Hyper, Parameter, Range

CURVATURE, MINIMISER = "curvature", "minimiser"


def ranges_of(exprs: Sequence[Any], hyper: Sequence[Hyper]) -> dict[str, Range]:
    """The range of every letter of some expressions: as declared here, or else as its own."""
    declared = {h.name: h.range for h in hyper}
    found: dict[str, Range] = {}
    for s in sorted({s for e in exprs for s in sympy.sympify(e).free_symbols}, key=str):
        if not isinstance(s, Parameter):
            raise Unbound(f"{s} is no parameter")
        found[str(s)] = declared.get(str(s)) or s.range
    return found


class Quadratic:
    """A rule on quadratics whose curvatures lie between two ends, all parameters being letters.

    values: numbers for parameters, where the claim is looked at in one point only.
    """

    def __init__(
        self,
        claim: Any,
        low: Any,
        high: Any,
        claimed: Sequence[Any] = (),
        anywhere: Mapping[str, Any] | None = None,
        values: Mapping[str, Fraction] | None = None,
    ) -> None:
        self.claim, self.system, self.low, self.high = claim, claim.system, low, high
        given = claim.hyper if anywhere is None else anywhere
        free = [h.symbol for h in self.system.hyper if h.name not in given]
        self.exprs = [*free, *given.values(), low, high, *claimed, *claim.where]
        own = (*self.system.hyper, *claim.parameters)
        if anywhere is not None:
            line = Range(-sympy.oo, sympy.oo, True, True, False)
            free_now = dict.fromkeys(claim.hyper, line)
            self.ranges = ranges_of(self.exprs, own) | free_now
        else:
            self.ranges = ranges_of(self.exprs, own)
        self.letters = Unknowns()
        self.values: dict[str, Any] = {n: self.letters(n) for n in (*self.ranges, CURVATURE)}
        self.values |= values or {}
        boxes = {name: range_box(x) for name, x in self.ranges.items()}
        boxes |= {CLOCK: Box(Fraction(2), None), CURVATURE: Box(Fraction(0), None, True)}
        region = ChartRegion.of(self.letters, boxes)
        facts = list(claim.where)
        if sympy.sympify(low) != 0 and sympy.sympify(low) != sympy.sympify(high):
            facts.append(sympy.sympify(low) < high)
        self.field = RationalFunctions(self.letters)
        self.where = [r for r in facts if r != sympy.true]
        self.regions = list(region.solved(self.relations(self.where)))[:4]
        self.field.signs = self.sign
        self.given = {h.name: self(given.get(h.name, h.symbol)) for h in self.system.hyper}

    def __call__(self, expr: Any) -> Any:
        """An expression in the letters."""
        return Point(self.values, self.field)(tree(expr))

    def relations(self, facts: Sequence[Any]) -> list[Relation]:
        """Inequalities as what is not negative; equations and the like are left out."""
        found = []
        for head, *sides in (tree(fact) for fact in facts):
            if head in (">", ">="):
                a, b = (Point(self.values, self.field)(x) for x in sides)
                found.append((fractional(self.field.subtract(a, b)), head == ">"))
        return found

    def sign(self, x: Any) -> int:
        """The signs that something may have where the claim's assumptions hold."""
        return least_sign(self.regions, fractional(x))

    def within(self, facts: Sequence[Relation], curved: bool) -> list[ChartRegion]:
        """Where further relations hold too, with the curvature between its ends or anywhere."""
        found: list[ChartRegion] = []
        for region in self.regions:
            for solved in region.solved(facts):
                if curved:
                    low, high = fractional(self(self.low)), fractional(self(self.high))
                    open_ = sympy.sympify(self.low) == 0
                    solved = solved.between(CURVATURE, (low, open_), (high, False))
                found.append(solved)
        return found[:6]

    def step(self, centre: Any = Fraction(0)) -> tuple[list[str], list[list[Any]], list[Any]]:
        """Names of the states, the matrix of a step and what it adds. Raises Unbound."""
        f = self.field

        def slope(x: Any) -> Any:
            return f.multiply([self.values[CURVATURE], f.subtract(x, centre)])

        before, after = stepped(self.system, self.given, f, slope, self.letters)
        places = [next(iter(x.top.unknowns())) for x in before.values()]
        hidden = {*places, *(self.letters.index[n] for n in (CLOCK, "theta_0'"))}
        rows, rest = [], []
        for name in before:
            x = fractional(after[name])
            if any(hidden & p.unknowns() for p in x.below):
                raise Unbound(f"{self.system.id}: {name} is not linear")
            row, left = [], x.top
            for place in places:
                part = left.parts(place)
                if set(part) - {0, 1}:
                    raise Unbound(f"{self.system.id}: {name} is not linear")
                left = part.get(0, Poly({}))
                row.append(Fractional(part.get(1, Poly({})), x.below))
            if any(hidden & p.unknowns() for p in (left, *(c.top for c in row))):
                raise Unbound(f"{self.system.id}: {name} depends on t, or is not linear")
            rows.append(row)
            rest.append(Fractional(left, x.below))
        return list(before), rows, rest

    def characteristic(self) -> list[Fractional]:
        """The characteristic polynomial of a step without its roots 0: of 1, z, …; monic."""
        _, rows, rest = self.step()
        if any(x.top for x in rest):
            raise Unbound(f"{self.system.id} moves by a constant")
        falling = polynomial_of(rows)
        while not falling[0].top:
            falling = falling[1:]
        return falling

    def put(self, x: Fractional, values: Mapping[str, Any]) -> Fractional:
        """The fraction with something in the place of letters."""
        moved = {self.letters.index[n]: fractional(v) for n, v in values.items()}
        return Chart(self.letters, moved).put(x)


def polynomial_of(rows: Sequence[Sequence[Fractional]]) -> list[Fractional]:
    """The characteristic polynomial of a matrix (Faddeev and LeVerrier): of 1, z, …; monic."""
    size = len(rows)
    falling = [Fractional(Poly.number(1))]
    power = [[Fractional(Poly({})) for _ in rows] for _ in rows]
    for k in range(1, size + 1):
        for i in range(size):
            power[i][i] = power[i][i] + falling[-1]
        power = [
            [sum_of(rows[i][j] * power[j][c] for j in range(size)) for c in range(size)]
            for i in range(size)
        ]
        trace = sum_of(power[i][i] for i in range(size))
        falling.append(trace * Fractional(Poly.number(Fraction(-1, k))))
    return falling[::-1]


def sum_of(xs: Iterator[Fractional]) -> Fractional:
    found = Fractional(Poly({}))
    for x in xs:
        found = found + x
    return found


def least_sign(regions: Sequence[ChartRegion], x: Fractional) -> int:
    """The fewest signs that one of the regions shows: each of them holds all there is."""
    best = NEGATIVE | ZERO | POSITIVE
    for region in chain(regions, *(region.apart() for region in regions[:1])):
        best = best & region.sign(x) or best
        if best in (NEGATIVE, ZERO, POSITIVE):
            break
    return best


def conditions(poly: Sequence[Fractional], radius: Fractional) -> list[Fractional]:
    """What is positive exactly where all roots of a monic polynomial lie inside a circle.

    Up to degree 2 all are >= 0 exactly where no root is outside. Raises Unbound beyond degree 3.
    """
    size = len(poly) - 1
    one = Fractional(Poly.number(1))
    ups, downs = [], []
    for k, c in enumerate(poly):
        term = c * radius**k
        ups.append(term)
        downs.append(term if (size - k) % 2 == 0 else one * term * Fractional(Poly.number(-1)))
    found = [sum_of(iter(ups)), sum_of(iter(downs))]
    if size == 2:
        found.append(radius**2 - poly[0])
    elif size == 3:
        a, b, c = (x * radius.inverse() ** (3 - k) for k, x in enumerate(poly[:3]))
        found += [one - a * a - b + a * c, Fractional(Poly.number(3)) - b]
    elif size > 3:
        raise Unbound(f"a characteristic polynomial of degree {size}")
    return found


def spiral(poly: Sequence[Fractional]) -> list[Fractional]:
    """What is positive exactly where a monic polynomial of degree 2 has no real root."""
    if len(poly) != 3:
        raise Unbound("a characteristic polynomial that is not of degree 2")
    return [poly[0] * Fractional(Poly.number(4)) - poly[1] ** 2]


def determinant(rows: Sequence[Sequence[Fractional]]) -> Fractional:
    """By the first row."""
    if not rows:
        return Fractional(Poly.number(1))
    total = Fractional(Poly({}))
    for j, x in enumerate(rows[0]):
        rest = [[y for k, y in enumerate(row) if k != j] for row in rows[1:]]
        total = total + x * determinant(rest) * Fractional(Poly.number((-1) ** j))
    return total


__all__ = [
    "CURVATURE",
    "MINIMISER",
    "Quadratic",
    "conditions",
    "determinant",
    "least_sign",
    "polynomial_of",
    "ranges_of",
    "spiral",
]
