"""Signs of rational functions wherever some relations hold, by charts of positive letters.

Each relation is solved for one letter, which puts that letter between two ends; a letter between l
and u is (l + u*r)/(1 + r) with r > 0, one above l is l + r. What then has no coefficient below zero
is nowhere negative. Too large a region, as where a relation is not used, only makes a proof harder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product

from optwright.derive.judge.kernel.box import ANY, NEGATIVE, POSITIVE, ZERO, Box, flipped
from optwright.derive.judge.kernel.polynomial import Fractional, Monomial, Poly
from optwright.derive.judge.kernel.polynomial import product as product_of
from optwright.derive.judge.kernel.unknown import Unknowns

MAX_ATLASES = 6
"""How many choices among the ends of letters are tried."""

End = tuple[Fractional, bool]
"""An end of an interval, and whether it is left out."""
Relation = tuple[Fractional, bool]
"""What is >= 0, and whether it is also not 0."""


@dataclass
class Chart:
    """Base letters as fractions of further letters, all of them >= 0, and which are not 0."""

    letters: Unknowns
    moved: dict[int, Fractional] = field(default_factory=dict)
    above: set[int] = field(default_factory=set)
    _powers: dict[tuple[int, int, int], Poly] = field(default_factory=dict)

    def fresh(self, open_: bool) -> Fractional:
        """A further letter, >= 0 or (open) > 0."""
        made = self.letters(f"chart {len(self.letters.index)}")
        if open_:
            self.above |= made.top.unknowns()
        return made

    def put(self, x: Fractional) -> Fractional:
        """The fraction in the letters of the chart. Raises ZeroDivisionError for 1/0."""
        if not any(self.moved.keys() & p.unknowns() for p in (x.top, *x.below)):
            return x
        top, below = self._put(x.top)
        for p, n in x.below.items():
            bottom, above = self._put(p)
            scale, part = bottom.primitive()
            if not part:
                raise ZeroDivisionError
            top = (top * product_of(above.items()) ** n).scaled(1 / scale**n)
            below[part] = below.get(part, 0) + n
        return Fractional(top, below)

    def _put(self, p: Poly) -> tuple[Poly, dict[Poly, int]]:
        """The polynomial in the letters of the chart, and what it is divided by."""
        degrees: dict[int, int] = {}
        for monomial in p.terms:
            for i, n in monomial:
                if i in self.moved:
                    degrees[i] = max(n, degrees.get(i, 0))
        below: dict[Poly, int] = {}
        for i, degree in degrees.items():
            for q, n in self.moved[i].below.items():
                below[q] = below.get(q, 0) + n * degree
        total: dict[Monomial, Fraction] = {}
        for monomial, c in p.terms.items():
            own = dict(monomial)
            term = Poly({tuple(x for x in monomial if x[0] not in degrees): c})
            for i, degree in degrees.items():
                for base, n in ((0, own.get(i, 0)), (1, degree - own.get(i, 0))):
                    if n:
                        term = term * self._power(i, base, n)
            for m, x in term.terms.items():
                total[m] = total.get(m, Fraction(0)) + x
        return Poly(total), below

    def _power(self, index: int, base: int, power: int) -> Poly:
        """A power of what a letter is: of its numerator (0), or of its denominator (1)."""
        key = (index, base, power)
        if key not in self._powers:
            x = self.moved[index]
            first = x.top if base == 0 else product_of(x.below.items())
            before = self._power(index, base, power - 1) if power > 1 else Poly.number(1)
            self._powers[key] = before * first
        return self._powers[key]

    def sign(self, x: Fractional) -> int:
        """A mask of the signs that the fraction has in the chart, or more; letters of both kinds.

        Raises ZeroDivisionError where it has no value.
        """
        top, below = self._put(x.top)
        mask = self._sign(top)
        for p, n in x.below.items():
            bottom, above = self._put(p)
            if not bottom:
                raise ZeroDivisionError
            mask = self._over(mask, [(bottom, n), *((q, k * n) for q, k in above.items())])
        return self._over(mask, below.items())

    def _over(self, mask: int, below: Iterable[tuple[Poly, int]]) -> int:
        """The signs of a fraction whose numerator has these signs."""
        for p, n in below:
            own = self._sign(p) if n % 2 else POSITIVE
            if own not in (NEGATIVE, POSITIVE):
                return ANY
            mask = flipped(mask) if own == NEGATIVE else mask
        return mask

    def _sign(self, p: Poly) -> int:
        p = self.letters.reduced(p)
        if not p:
            return ZERO
        known = self.above | set(self.letters.squares)
        strict = any(all(i in known for i, _ in m) for m in p.terms)
        mask = POSITIVE if strict else POSITIVE | ZERO
        if all(c > 0 for c in p.terms.values()):
            return mask
        return flipped(mask) if all(c < 0 for c in p.terms.values()) else ANY


@dataclass
class ChartRegion:
    """Base letters with the ends that are known of each: several of one side all hold."""

    letters: Unknowns
    low: dict[int, list[End]] = field(default_factory=dict)
    high: dict[int, list[End]] = field(default_factory=dict)
    _known: list[list[Chart]] | None = None

    @classmethod
    def of(cls, letters: Unknowns, boxes: Mapping[str, Box]) -> ChartRegion:
        """The region in which named letters lie in boxes."""
        region = cls(letters)
        for name, own in boxes.items():
            (index,) = letters(name).top.unknowns()
            for side, end, open_ in (
                (region.low, own.low, own.low_open),
                (region.high, own.high, own.high_open),
            ):
                side[index] = [] if end is None else [(Fractional(Poly.number(end)), open_)]
        return region

    def between(self, name: str, low: End, high: End) -> ChartRegion:
        """With a further letter between two ends."""
        (index,) = self.letters(name).top.unknowns()
        return ChartRegion(self.letters, {**self.low, index: [low]}, {**self.high, index: [high]})

    def solved(self, relations: Sequence[Relation]) -> Iterator[ChartRegion]:
        """The regions of the relations, each solved for one of its letters where that can be."""
        if not relations:
            yield self
            return
        (gap, strict), *others = relations
        seen = False
        for index in sorted(gap.top.unknowns(), reverse=True):
            found = self._solved(gap, strict, index)
            if found is not None:
                seen = True
                yield from found.solved(others)
        if not seen:
            yield from self.solved(others)

    def apart(self) -> Iterator[ChartRegion]:
        """With what follows from the low ends of a letter being below its high ends."""
        for index, lows in self.low.items():
            for (a, a_open), (b, b_open) in product(lows, self.high[index]):
                gap = b - a
                if gap.top.unknowns() and self.sign(gap) & NEGATIVE:
                    for other in sorted(gap.top.unknowns(), reverse=True):
                        found = self._solved(gap, a_open or b_open, other)
                        if found is not None:
                            yield found

    def _solved(self, gap: Fractional, strict: bool, index: int) -> ChartRegion | None:
        parts = gap.top.parts(index)
        if index not in self.low or set(parts) - {0, 1} or 1 not in parts:
            return None
        if any(index in p.unknowns() for p in gap.below):
            return None
        mask = self.sign(Fractional(parts[1], gap.below))
        if mask not in (NEGATIVE, POSITIVE):
            return None
        end = Fractional(parts.get(0, Poly({})).scaled(-1)) * Fractional(parts[1]).inverse()
        sides = dict(self.low), dict(self.high)
        side = sides[0] if mask == POSITIVE else sides[1]
        side[index] = [(end, strict), *side[index]]
        return ChartRegion(self.letters, *sides)

    def sign(self, x: Fractional) -> int:
        """A mask of the signs that a fraction has in the region, or more."""
        best = ANY
        for charts in self.atlases():
            mask = 0
            for chart in charts:
                try:
                    mask |= chart.sign(x)
                except ZeroDivisionError:
                    mask = ANY
            best &= mask or best
            if best in (NEGATIVE, ZERO, POSITIVE):
                break
        return best

    def atlases(self) -> list[list[Chart]]:
        """Ways to cover the region by charts: one end of each side is used, the others are not."""
        if self._known is None:
            self._known = list(islice(self._atlases(), MAX_ATLASES))
        return self._known

    def _atlases(self) -> Iterator[list[Chart]]:
        indices = sorted(self.low)
        none: list[End | None] = [None]
        choices = [
            [(a, b) for a in self.low[i] or none for b in self.high[i] or none] for i in indices
        ]
        for chosen in product(*choices):
            ends = dict(zip(indices, chosen, strict=True))
            order = _ordered(ends)
            if order is None:
                continue
            charts = [Chart(self.letters)]
            try:
                for index in order:
                    charts = [new for c in charts for new in _extended(c, index, *ends[index])]
            except ZeroDivisionError:  # an end has no value everywhere in this larger region
                continue
            yield charts


def _ordered(ends: Mapping[int, tuple[End | None, End | None]]) -> list[int] | None:
    """The letters, each after those that its ends speak of; None if they go round in a circle."""
    needs = {
        i: {
            j
            for end in pair
            if end is not None
            for p in (end[0].top, *end[0].below)
            for j in p.unknowns()
            if j in ends
        }
        for i, pair in ends.items()
    }
    order: list[int] = []
    while needs:
        ready = [i for i, others in needs.items() if others <= set(order)]
        if not ready:
            return None
        order += ready
        needs = {i: others for i, others in needs.items() if i not in order}
    return order


def _extended(chart: Chart, index: int, low: End | None, high: End | None) -> Iterator[Chart]:
    """The chart with one more letter, by as many charts as cover where it lies."""

    def made(x: Fractional, new: Chart) -> Chart:
        new.moved[index] = x
        return new

    def copy() -> Chart:
        return Chart(chart.letters, dict(chart.moved), set(chart.above))

    minus = Fractional(Poly.number(-1))
    if low is None or high is None:
        new = copy()
        if low is not None:
            yield made(chart.put(low[0]) + new.fresh(low[1]), new)
        elif high is not None:
            yield made(chart.put(high[0]) + minus * new.fresh(high[1]), new)
        else:
            yield made(new.fresh(False), new)
            other = copy()
            yield made(minus * other.fresh(False), other)
        return
    a, b = chart.put(low[0]), chart.put(high[0])
    if not (a - b).top:
        yield made(a, copy())
        return
    if low[1] and not high[1]:
        low, high, a, b = high, low, b, a
    new = copy()
    r = new.fresh(low[1])
    yield made((a + b * r) * (Fractional(Poly.number(1)) + r).inverse(), new)
    if not high[1]:
        yield made(b, copy())


__all__ = ["Chart", "ChartRegion", "Relation"]
