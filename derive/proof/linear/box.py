"""Sets of parameters written as images of boxes, where signs of polynomials are easy to see.

{lr < 2/L} is {lr = 2/L*s, 0 <= s < 1}: each relation that is affine in a parameter is solved for
it, and the parameter expressed by a fresh letter in an interval. What cannot be solved so is kept
as a relation. The image contains the set, so that what holds on it holds on the set.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import sympy
from sympy import Expr, Symbol, sympify
from sympy.core.relational import Ge, Gt, Le, Lt, Relational
from sympy.polys.fields import FracElement, FracField

from optwright.derive.claim.verdict import Obligation
from optwright.derive.error import InternalError
from optwright.derive.proof.algebra.domain import (
    NEGATIVE,
    POSITIVE,
    ZERO,
    Domain,
    Interval,
    sign_product,
)
from optwright.derive.proof.algebra.polynomial import Poly, box_sign, factor
from optwright.derive.proof.linear.jury import value_at
from optwright.derive.proof.linear.step import NotLinear, compose, element, field_of
from optwright.derive.proof.sign.inequality import decide_nonneg
from optwright.derive.proof.sign.obligation import Answered, decide_relation
from optwright.derive.proof.sign.sample import sample

Sense = Literal["> 0", ">= 0", "<= 0", "< 0"]
_WANTED: dict[Sense, int] = {
    "> 0": POSITIVE,
    ">= 0": POSITIVE | ZERO,
    "<= 0": NEGATIVE | ZERO,
    "< 0": NEGATIVE,
}
_RELATION = {"> 0": Gt, ">= 0": Ge, "<= 0": Le, "< 0": Lt}


class EmptyBox(ValueError):
    """No parameters fulfil the relations."""


@dataclass(frozen=True)
class ParameterBox:
    """Parameters that fulfil some relations: each is `put[parameter]`, letters in `domain`."""

    domain: Domain
    put: Mapping[Symbol, Expr] = default(default_factory=dict)

    def __call__(self, expr: Any) -> Any:
        """An expression in the letters of the region."""
        return sympify(expr).subs(self.put, simultaneous=True)

    def meet(self, relations: Iterable[Any]) -> ParameterBox:
        """The part where further relations hold; raises EmptyBox where none is left."""
        region = self
        for relation in relations:
            region = region._meet(relation)
        return region

    def decide(self, name: str, value: FracElement, sense: Sense, budget_s: float) -> Answered:
        """Whether a rational function has one sign on the whole region.

        What is proved holds on the set; what is not may fail outside of the set only.
        """
        before = f"{value.as_expr()} {sense}"
        image = self.image(value)
        if image is not None and not self.signs(image) & ~_WANTED[sense]:
            self._confirm(value, sense)
            after = f"{sympy.factor(image.as_expr())} {sense} by signs"
            return Answered(Obligation(name, before, after, "proved", self.where()))
        expr = self(value.as_expr())
        relation = _RELATION[sense](expr, 0)
        o = decide_relation(name, relation, self.domain, budget_s).obligation
        notes = (*self.where(), *o.notes)
        if o.status == "proved":
            return Answered(replace(o, before=before, notes=notes))
        return Answered(Obligation(name, before, "not shown", "undecided", notes, o.seconds))

    def _confirm(self, value: FracElement, sense: Sense) -> None:
        """Evaluate what was proved at exact points; raises InternalError if it fails there."""
        own = self.field
        for seed in range(2):
            here = sample(self.domain, random.Random(seed), own.symbols, index=seed)
            if here is None:
                continue
            letters = [Fraction(int(here[s].p), int(here[s].q)) for s in own.symbols]
            try:
                inner = dict(zip(own.symbols, letters, strict=True))
                inner |= {s: value_at(x, letters) for s, x in self._images.items()}
                found = value_at(value, [inner[s] for s in value.field.symbols])
            except ZeroDivisionError:
                continue
            sign = POSITIVE if found > 0 else NEGATIVE if found < 0 else ZERO
            if not sign & _WANTED[sense]:
                raise InternalError(f"{value.as_expr()} {sense} was proved, but fails at {here}")

    @cached_property
    def field(self) -> FracField:
        """The rational functions in the letters of the region."""
        inner = {s for x in self.put.values() for s in x.free_symbols}
        return field_of({s for s, _ in self.domain.bounds if s.is_Symbol} | inner)

    @cached_property
    def _images(self) -> dict[Symbol, FracElement]:
        return {s: element(self.field, x) for s, x in self.put.items()}

    def image(self, value: FracElement) -> FracElement | None:
        """A rational function in the letters of the region; None where those are not rational."""
        field, own = value.field, self.field
        try:
            put = self._images
            letters = [put[s] if s in put else element(own, s) for s in field.symbols]
        except NotLinear:
            return None
        return compose(value, letters)

    def signs(self, value: FracElement) -> int:
        """The signs that a rational function may have, from those of its factors' coefficients."""
        boxes = [self.domain.interval(s) for s in value.field.symbols]
        mask = POSITIVE
        for side in (value.numer, value.denom):
            poly = Poly(
                {
                    tuple((k, n) for k, n in enumerate(powers) if n): int(c)
                    for powers, c in side.items()
                }
            )
            scale, found = factor(poly)
            mask = sign_product(mask, POSITIVE if scale > 0 else NEGATIVE if scale < 0 else ZERO)
            for piece, power in found:
                own = box_sign(piece, boxes.__getitem__)
                if power % 2 == 0:
                    own = (own & ZERO) | (POSITIVE if own & ~ZERO else 0)
                mask = sign_product(mask, own & ~ZERO if side is value.denom else own)
        return mask

    def between(self, x: Symbol, low: Any, high: Any, low_open: bool = False) -> ParameterBox:
        """The region with x between two ends, of which it is known that low <= high."""
        low, high = self(low), self(high)
        share = _share(x)
        return self._replaced(
            x, low + (high - low) * share, share, Interval(0, 1, low_open), self.domain.facts
        )

    def put_in(self, x: Symbol, by: Any) -> ParameterBox:
        """The region with a value put in for x."""
        return ParameterBox(self.domain, {**self.put, x: self(by)})

    def where(self) -> tuple[str, ...]:
        """How the parameters were expressed, in words for an obligation."""
        letters = {s for x in self.put.values() for s in x.free_symbols}
        boxes = [
            f"{s} in {_interval(self.domain.interval(s))}"
            for s in sorted(letters, key=str)
            if s.name.startswith(_MARK)
        ]
        return (*(f"{s} = {x}" for s, x in self.put.items()), *boxes)

    def _meet(self, relation: Any) -> ParameterBox:
        fact = self(relation)
        if fact in (True, sympy.true):
            return self
        if fact in (False, sympy.false):
            raise EmptyBox(str(relation))
        if isinstance(fact, Relational) and self._sign_of_gap(fact):
            return self
        if not isinstance(fact, (Gt, Ge, Lt, Le)):
            return ParameterBox(self.domain.assume(fact), self.put)
        try:
            given = Domain.where(fact)
            if given.bounds:
                return ParameterBox(
                    Domain((*self.domain.bounds, *_met(self.domain, given)), self.domain.facts),
                    self.put,
                )
        except ValueError as error:
            raise EmptyBox(str(relation)) from error

        def order(x: Symbol) -> tuple[bool, bool, str]:
            # Solved for already, else one without an upper end, which needs no second relation.
            return x not in fact.args, self.domain.interval(x).hi is not None, x.name

        for x in sorted(fact.free_symbols, key=order):
            solved = self._solved(x, fact)
            if solved is not None:
                return solved
        return ParameterBox(self.domain.assume(fact), self.put)

    def _solved(self, x: Symbol, fact: Any) -> ParameterBox | None:
        """The relation solved for x, where x is affine in it with a slope of known sign."""
        top, bottom = sympy.fraction(sympy.together(fact.gts - fact.lts))
        try:
            poly = sympy.Poly(top, x)
        except sympy.PolynomialError:
            return None
        if poly.degree() != 1 or x in bottom.free_symbols:
            return None
        slope, rest = poly.all_coeffs()
        rising = self._sign(slope / bottom)
        if not rising:
            return None
        end = sympy.factor(-rest / slope)
        strict = isinstance(fact, (Gt, Lt))
        own, share = self.domain.interval(x), _share(x)
        low = None if own.lo is None else sympify(own.lo)
        facts: list[Any] = list(self.domain.facts)
        if rising > 0:
            by, box = end + share, Interval(0, None, strict)
            apart = own.lo_open and not strict
            if low is not None and not self._holds(end > low if apart else end >= low):
                facts.append(_above(by, own))
        elif low is None:
            by, box = end - share, Interval(0, None, strict)
        else:
            by, box = low + (end - low) * share, Interval(0, 1, own.lo_open, strict)
            if not self._holds(end > low):
                facts.append(end > low if strict or own.lo_open else end >= low)
        if own.hi is not None and not (rising < 0 and self._holds(end <= sympify(own.hi))):
            facts.append(_below(by, own))
        return self._replaced(x, by, share, box, facts)

    def _replaced(
        self, x: Symbol, by: Expr, share: Symbol, box: Interval, facts: Iterable[Any]
    ) -> ParameterBox:
        put = {s: e.subs(x, by) for s, e in self.put.items()}
        put.setdefault(x, by)
        bounds = tuple((s, i) for s, i in self.domain.bounds if s != x)
        moved = [f.subs(x, by) for f in facts]
        if sympy.false in moved:
            raise EmptyBox(str(x))
        return ParameterBox(
            Domain((*bounds, (share, box)), tuple(f for f in moved if f != sympy.true)), put
        )

    def _sign(self, expr: Expr) -> int:
        try:
            mask = self.signs(element(self.field, expr))
            if mask in (POSITIVE, NEGATIVE):
                return 1 if mask == POSITIVE else -1
        except NotLinear:
            pass
        for sign in (1, -1):
            bound = decide_nonneg(sign * expr, self.domain, strict=True, budget_s=0.5)
            if bound.status == "proved":
                return sign
        return 0

    def _holds(self, relation: Any) -> bool:
        if relation in (True, sympy.true):
            return True
        if isinstance(relation, Relational):
            gap = self._sign_of_gap(relation)
            if gap is not None:
                return gap
        return decide_relation("", relation, self.domain, 0.5).status == "proved"

    def _sign_of_gap(self, relation: Relational) -> bool | None:
        """Whether it holds, where the signs of coefficients tell."""
        try:
            mask = self.signs(element(self.field, relation.gts - relation.lts))
        except (NotLinear, AttributeError):
            return None
        wanted = POSITIVE if isinstance(relation, (Gt, Lt)) else POSITIVE | ZERO
        return True if not mask & ~wanted else None


_MARK = "s_"


def _share(x: Symbol) -> Symbol:
    return Symbol(_MARK + x.name, real=True)


def _above(x: Expr, own: Interval) -> Any:
    return sympy.Gt(x, own.lo) if own.lo_open else sympy.Ge(x, own.lo)


def _below(x: Expr, own: Interval) -> Any:
    return sympy.Lt(x, own.hi) if own.hi_open else sympy.Le(x, own.hi)


def _met(domain: Domain, given: Domain) -> list[tuple[Expr, Interval]]:
    return [(atom, domain.interval(atom).meet(box)) for atom, box in given.bounds]


def _interval(box: Interval) -> str:
    left = "(" if box.lo_open or box.lo is None else "["
    right = ")" if box.hi_open or box.hi is None else "]"
    low, high = ("-inf" if box.lo is None else box.lo), ("inf" if box.hi is None else box.hi)
    return f"{left}{low}, {high}{right}"


def negation(relation: Any) -> Any:
    """The relation that holds exactly where this one does not."""
    return sympy.Not(relation)


def whole(domain: Domain) -> ParameterBox:
    """The region of all points of a domain, its relations solved where they can be."""
    return ParameterBox(Domain(domain.bounds)).meet(domain.facts)


__all__ = ["EmptyBox", "ParameterBox", "Sense", "negation", "whole"]
