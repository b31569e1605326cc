"""A rule with the curvatures on which it is looked at."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Any

import sympy
from sympy import Expr, Integer, Rational, Symbol, sympify
from sympy.polys.fields import FracElement

from optwright.derive.claim.loss.quadratic import L, curvature, minimiser, mu
from optwright.derive.claim.problem import Objective
from optwright.derive.claim.verdict import Counterexample
from optwright.derive.error import InternalError
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof.algebra.domain import Domain, Point
from optwright.derive.proof.kind.formula.expression import domain_of
from optwright.derive.proof.linear.box import ParameterBox, whole
from optwright.derive.proof.linear.jury import Section, inside, section, value_at
from optwright.derive.proof.linear.step import (
    NotLinear,
    Polynomial,
    characteristic,
    element,
    factors,
    linear,
)
from optwright.derive.proof.run.exact import Run, recorded
from optwright.derive.proof.sign.sample import sample

STEPS = 8
"""How long the runs of counterexamples are."""


_OWN = (mu(1), L(1), curvature(1), minimiser(0))


@dataclass(frozen=True)
class CurvatureProblem:
    """A rule with the curvatures on which it is looked at: the fields of claims on quadratics.

    claimed: what else speaks of parameters.
    """

    system: Optimizer
    hyper: Mapping[str, Any]
    parameters: Sequence[Hyper]
    where: Sequence[Any]
    low: Any
    high: Any
    claimed: Sequence[Any] = ()

    @cached_property
    def domain(self) -> Domain:
        """The ranges of all parameters, and the relations assumed."""
        given = [sympify(x) for x in self.hyper.values()]
        free = [h.symbol for h in self.system.hyper if h.name not in self.hyper]
        ends = [sympify(self.low), sympify(self.high)]
        apart = [ends[0] < ends[1]] if ends[0] != 0 and ends[0] != ends[1] else []
        return domain_of(
            *free,
            *given,
            *ends,
            *self.claimed,
            where=[r for r in (*self.where, *apart) if r is not sympy.true],
            hyper=(*_OWN, *self.system.hyper, *self.parameters),
        )

    @cached_property
    def polynomial(self) -> Polynomial:
        """The characteristic polynomial; raises NotLinear."""
        ends = (self.low, self.high, *self.claimed)
        symbols = {s for x in ends for s in sympify(x).free_symbols}
        symbols |= {s for s, _ in self.domain.bounds}
        rule = linear(self.system, self.hyper, self.domain, symbols)
        if any(rule.offset):
            raise NotLinear(f"{self.system.id} moves by a constant even where all states are 0")
        return characteristic(rule)

    @cached_property
    def factors(self) -> tuple[Polynomial, ...]:
        """The characteristic polynomial in factors; raises NotLinear."""
        ends = (self.low, self.high, *self.hyper.values(), *self.claimed)
        if any(curvature in sympify(x).free_symbols for x in ends):
            raise ValueError("claims are about parameters: say with low and high what curvature is")
        found = factors(self.polynomial)
        if not found:
            raise NotLinear("its matrix is nilpotent: it ends after finitely many steps")
        return found

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The letters of the coefficients, in their order."""
        return tuple(self.factors[0][0].field.symbols)

    def conditions(self, radius: Any = 1) -> tuple[FracElement, ...]:
        """What is positive exactly where the spectral radius is below this one."""
        field_ = self.factors[0][0].field
        circle = element(field_, radius)
        return tuple(dict.fromkeys(c for p in self.factors for c in inside(p, circle)))

    @cached_property
    def region(self) -> ParameterBox:
        """The parameters as a box, without the curvature."""
        return whole(self.domain)

    def curved(self, region: ParameterBox) -> ParameterBox:
        """With the curvature between its ends."""
        return region.between(curvature, self.low, self.high, sympify(self.low) == 0)

    def points(
        self, facts: Sequence[Any], indices: Iterable[int], seed: int = 0
    ) -> Iterator[Point]:
        """Exact parameters that fulfil further relations; small indices give simple ones."""
        try:
            domain = self.domain.assume(*facts)
        except ValueError:
            return
        wanted = set(self.symbols) - {curvature}
        for index in indices:
            here = sample(domain, random.Random(100 * index + seed), wanted, index=index)
            if here is not None:
                yield here

    def ends(self, point: Point) -> tuple[Fraction, Fraction]:
        """The least and the largest curvature at a point."""
        low, high = (as_fraction(sympify(x).subs(point)) for x in (self.low, self.high))
        return low, high

    def numbers(self, point: Point, at: Fraction = Fraction(0)) -> list[Fraction]:
        """A point as numbers in the order of the letters, the curvature among them."""
        return [at if s == curvature else as_fraction(point[s]) for s in self.symbols]

    def sections(self, values: Sequence[FracElement], point: Point) -> list[Section] | None:
        """The values as functions of the curvature at a point; None where one is not defined."""
        place = self.symbols.index(curvature)
        low, high = self.ends(point)
        numbers = self.numbers(point)
        try:
            found = [section(v, place, numbers) for v in values]
        except ZeroDivisionError:
            return None
        return found if all(f.defined(low, high) for f in found) else None

    def fails(self, values: Sequence[FracElement], point: Point) -> Fraction | bool | None:
        """A curvature at which a value is <= 0; False if all are positive; None if not settled."""
        sections = self.sections(values, point)
        if sections is None:
            return None
        low, high = self.ends(point)
        open_ = sympify(self.low) == 0
        failing = [s for s in sections if not s.positive(low, high, open_)]
        if not failing:
            return False
        tried = [high, *([] if open_ else [low]), (low + high) / 2]
        for s in failing:
            for x in chain(tried, s.pieces(low, high)):
                if s(x) <= 0:
                    return x
        return None

    def run(self, point: Point, at: Fraction, steps: int = STEPS) -> Run:
        """An exact run on the quadratic of this curvature, from theta = 1."""
        values = {
            h.name: sympify(self.hyper.get(h.name, h.symbol)).subs(point) for h in self.system.hyper
        }
        loss = Objective((Rational(at.numerator, at.denominator),), (Integer(0),))
        return Run(self.system, Integer(1), (values,), loss, steps)

    def counterexample(
        self, point: Point, at: Fraction, found: Sequence[tuple[str, Any]], expect: str
    ) -> Counterexample:
        """Exact numbers that contradict a claim, with the run that they belong to.

        The run is made by the equations alone; that it follows the recurrence of the characteristic
        polynomial confirms what was found from that.
        """
        run = self.run(point, at)
        weights = self.values(self.polynomial, point, at)
        path = [as_fraction(run.state(k)["theta"]) for k in range(1, STEPS + 1)]
        for k in range(len(path) - len(weights) + 1):
            if sum(w * x for w, x in zip(weights, path[k:], strict=False)) != 0:
                raise InternalError(f"the run {run} does not follow its characteristic polynomial")
        shown = sorted((str(s), str(x)) for s, x in point.items() if s != curvature)
        ran = (f"theta[{STEPS}] from 1", run.state(STEPS)["theta"])
        return Counterexample(
            (*shown, ("curvature", str(at))),
            tuple((name, str(x)) for name, x in (*found, ran)),
            expect,
            recorded(run),
        )

    def values(self, values: Sequence[FracElement], point: Point, at: Fraction) -> list[Fraction]:
        """The values at a point and a curvature."""
        numbers = self.numbers(point, at)
        return [value_at(v, numbers) for v in values]

    @property
    def scope(self) -> str:
        """For what is proved."""
        if sympify(self.low) == sympify(self.high):
            return f"all quadratics of curvature {self.low}"
        left = "(0" if sympify(self.low) == 0 else f"[{self.low}"
        return f"all quadratics, all n, with curvatures in {left}, {self.high}]"


def as_fraction(x: Expr) -> Fraction:
    """An exact number of SymPy as a fraction."""
    x = sympify(x)
    return Fraction(int(x.p), int(x.q))


__all__ = ["STEPS", "CurvatureProblem", "as_fraction"]
