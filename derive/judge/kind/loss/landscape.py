"""Losses at a point and on an interval, again: derivatives, curves, Sturm, quotients' limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from optwright.derive.certificate.tree import tree
from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.interpret import EXACT
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.kernel.sturm import coefficients, nonnegative, positive
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.point.figures import agree, number
from optwright.derive.judge.point.found import Found, stated_fraction
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.point.quadratic import determinant
from optwright.derive.judge.point.rational import RationalFunctions, fractional
from optwright.derive.judge.point.value import Point
from optwright.derive.judge.registry import proved, refuted

FACTORS = (0, 1, -1, 2, -2, Fraction(3, 2), Fraction(1, 2))
"""Factors a of the curves (a*s**k, …) that are tried."""


class Surface:
    """A loss around a point: a fraction of polynomials in how far each coordinate is from it."""

    def __init__(self, claim: Any) -> None:
        self.names = [str(x) for x in claim.at]
        self.place = [stated_fraction(p) for p in claim.at.values()]
        letters = Unknowns()
        self.field = RationalFunctions(letters)
        values = {
            name: self.field.add([p, letters(name)])
            for name, p in zip(self.names, self.place, strict=True)
        }
        self.loss = fractional(Point(values, self.field)(tree(claim.loss)))
        self.index = [letters.index[name] for name in self.names]

    @property
    def polynomial(self) -> Poly:
        """The loss; raises Unbound where it is no polynomial."""
        if self.loss.below:
            raise Unbound("a loss that is no polynomial")
        return self.loss.top

    def derivative(self, *along: int) -> Fraction:
        """A partial derivative at the point, along these letters."""
        powers = tuple(sorted((i, along.count(i)) for i in set(along)))
        times = 1
        for _, n in powers:
            for k in range(2, n + 1):
                times *= k
        return self.polynomial.terms.get(powers, Fraction(0)) * times

    def ways(self) -> Iterator[str]:
        """Where curves through the point lead: up, down, level."""
        count = len(self.index)
        for powers in product((1, 2, 3), repeat=count):
            for factors in product(FACTORS, repeat=count):
                if not any(factors):
                    continue
                yield from self._along(powers, factors)

    def _along(self, powers: Sequence[int], factors: Sequence[Any]) -> Iterator[str]:
        change: dict[int, Fraction] = {}
        for monomial, c in self.polynomial.terms.items():
            order, x = 0, c
            for i, n in monomial:
                k = self.index.index(i)
                order, x = order + n * powers[k], x * Fraction(factors[k]) ** n
            if order:
                change[order] = change.get(order, Fraction(0)) + x
        orders = sorted(n for n, x in change.items() if x)
        if not orders:
            yield "level"
            return
        for side in (1, -1):
            yield "up" if change[orders[0]] * side ** orders[0] > 0 else "down"


def what(claim: Any) -> set[str]:
    """What the point is for certain, and what it is not (after "no ")."""
    surface = Surface(claim)
    if any(surface.derivative(i) for i in surface.index):
        kinds = ("stationary", "minimum", "maximum", "saddle", "strict minimum", "strict maximum")
        return {f"no {kind}" for kind in kinds}
    rows = [[surface.derivative(i, j) for j in surface.index] for i in surface.index]
    minors = [
        determinant([[Fractional(Poly.number(x)) for x in row[:k]] for row in rows[:k]])
        for k in range(1, len(rows) + 1)
    ]
    signs = [x.top.constant or 0 for x in minors]
    found = {"stationary"}
    seen: set[str] = set()
    certain = len(surface.index) == 1  # there the lowest term of the change tells everything
    if all(x > 0 for x in signs):
        seen, certain = {"up"}, True
    elif all(x * (-1) ** k > 0 for k, x in enumerate(signs, 1)):
        seen, certain = {"down"}, True
    else:
        for way in surface.ways():
            seen.add(way)
            if {"up", "down"} <= seen:
                break
    if certain and seen == {"up"}:
        found |= {"minimum", "strict minimum", "no saddle"}
    if certain and seen == {"down"}:
        found |= {"maximum", "strict maximum", "no saddle"}
    if "down" in seen:
        found |= {"no minimum", "no strict minimum"}
    if "up" in seen:
        found |= {"no maximum", "no strict maximum"}
    if "level" in seen:
        found |= {"no strict minimum", "no strict maximum"}
    if {"up", "down"} <= seen:
        found |= {"saddle"}
    return found


@proved.register
def point_is(claim: CriticalPoint, known: Obligations) -> None:
    """A loss has at a point what is claimed."""
    found = what(claim)
    if f"no {claim.what}" in found:
        raise Rejected(f"the point is no {claim.what}")
    if "gradient" not in known.found:
        raise Rejected("there is no obligation about the gradient")
    for name in known.found:
        known.take(name)
        if claim.what in found:
            known.evaluated.add(name)
    known.points += 1


@refuted.register
def point_is_not(claim: CriticalPoint, found: Found) -> None:
    """A loss has at a point something else."""
    if f"no {claim.what}" not in what(claim):
        raise Rejected("that the point is something else is not seen")
    told = found["point"]
    if told.get("loss") != str(claim.loss) or any(
        Fraction(told[str(x)]) != stated_fraction(p) for x, p in claim.at.items()
    ):
        raise Rejected("a counterexample about another loss or point")
    loss = tree(claim.loss)
    for name, text in found["found"].items():
        if name.startswith("loss at "):
            pairs = dict(part.split(" = ") for part in name.removeprefix("loss at ").split(", "))
            values = {n: Fraction(x) for n, x in pairs.items()}
            if Point(values, EXACT)(loss) != number(text):
                raise Rejected(f"the {name} is not {text}")


def _mixed(claim: Any) -> tuple[Fraction, Fraction]:
    """f_xy and f_yx at the point, as limits of difference quotients."""
    surface = Surface(claim)
    x, y = surface.index
    loss = surface.loss
    if claim.value is None:
        bottom = _at(Fractional(Poly.number(1)), loss.below, {x: 0, y: 0})
        if bottom is None:
            raise Unbound("a loss without a value at the point")
        here = _limit(_limit(loss, x), y)
    else:
        here = Fractional(Poly.number(stated_fraction(claim.value)))

    def f(moved: Sequence[int]) -> Fractional:
        """The loss with these coordinates moved, the others at the point."""
        if not moved:
            return here
        found = loss
        for i in (x, y):
            if i not in moved:
                found = _limit(found, i)
        return found

    def second(first: int, then: int) -> Fraction:
        away = _limit(_over(f([first, then]) - f([then]), first), first)
        near = _limit(_over(f([first]) - f([]), first), first)
        constant = _limit(_over(away - near, then), then).top.constant
        if constant is None:
            raise Unbound("a derivative that is no number")
        return constant

    return second(x, y), second(y, x)


def _at(x: Fractional, below: Mapping[Poly, int], put: Mapping[int, int]) -> Fractional | None:
    for p in below:
        for i, value in put.items():
            p = p.put(i, Poly.number(value))
        if not p:
            return None
    return x


def _over(x: Fractional, index: int) -> Fractional:
    """A fraction divided by a letter."""
    return x * Fractional(Poly.unknown(index)).inverse()


def _limit(x: Fractional, index: int) -> Fractional:
    """The limit where a letter goes to 0; raises Unbound where there is none."""
    zero = Poly({})
    if any(not p.put(index, zero) for p in x.below):
        raise Unbound("a quotient that is not bounded")
    result = Fractional(x.top.put(index, zero))
    for p, n in x.below.items():
        result = result * Fractional(p.put(index, zero)).inverse() ** n
    return result


@proved.register
def partials(claim: MixedPartials, known: Obligations) -> None:
    """The mixed partial derivatives are as claimed, or equal."""
    xy, yx = _mixed(claim)
    wanted = (xy, xy) if claim.values is None else tuple(map(stated_fraction, claim.values))
    if (xy, yx) != wanted:
        raise Rejected(f"the mixed partial derivatives are {xy} and {yx}")
    x, y = claim.at
    for name in (f"f_{x}{y}", f"f_{y}{x}"):
        known.take(name)
        known.evaluated.add(name)
    known.points += 1


@refuted.register
def other_partials(claim: MixedPartials, found: Found) -> None:
    """The mixed partial derivatives are others."""
    xy, yx = _mixed(claim)
    x, y = claim.at
    shown = found["found"]
    if (number(shown[f"f_{x}{y}"]), number(shown[f"f_{y}{x}"])) != (xy, yx):
        raise Rejected(f"the mixed partial derivatives are {xy} and {yx}")
    if (xy, yx) == (
        (xy, xy) if claim.values is None else tuple(map(stated_fraction, claim.values))
    ):
        raise Rejected("the mixed partial derivatives are as claimed")


def _gap(claim: Any) -> tuple[str, list[Fraction], Fraction | None, Fraction | None]:
    """What is > or >= 0 on the interval, and its ends."""
    head, a, b = tree(claim.relation)
    letters = Unknowns()
    name = str(claim.letter)
    found = fractional(Point({name: letters(name)}, RationalFunctions(letters))(
        ["+", a, ["*", "-1", b]]))  # fmt: skip
    if found.below or head not in (">", ">="):
        raise Unbound("no inequality between polynomials")
    low, high = (None if x is None else stated_fraction(x) for x in (claim.low, claim.high))
    return head, coefficients(found.top, letters.index[name]), low, high


@proved.register
def on_interval(claim: OnInterval, known: Obligations) -> None:
    """A polynomial inequality on an interval, by Sturm's theorem."""
    head, gap, low, high = _gap(claim)
    name = str(claim.relation)
    known.take(name)
    if not (positive if head == ">" else nonnegative)(gap, low, high):
        raise Rejected("the polynomial has another sign somewhere")
    known.evaluated.add(name)
    known.points += 1


@refuted.register
def off_interval(claim: OnInterval, found: Found) -> None:
    """A point of the interval at which the inequality fails."""
    values = {name: Fraction(x) for name, x in found["point"].items()}
    at, (_, _, low, high) = values[str(claim.letter)], _gap(claim)
    if (low is not None and at < low) or (high is not None and at > high):
        raise Rejected(f"{at} is outside the interval")
    agree(found["found"], values)
    if Point(values, EXACT).truth(tree(claim.relation)):
        raise Rejected("the relation holds at the counterexample")


__all__ = ["Surface", "what"]
