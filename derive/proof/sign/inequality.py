"""Decide whether an expression is nowhere negative on a domain.

Exact points refute; sound elementary steps prove: signs of coefficients on the box of letters,
products of factors of known sign, completed squares, facts times non-negative monomials,
comparison of squares for roots, and case distinctions on signs.  What they cannot show is
undecided.  Where z3 is installed it is asked last; its models are replayed exactly.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from sympy import Expr, sympify

from optwright.derive.certificate.tree import NoTree
from optwright.derive.error import InternalError, NotReal, OutOfTime, Unsupported
from optwright.derive.proof.algebra.domain import (
    ANY,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Domain,
    Point,
    sign_product,
)
from optwright.derive.proof.algebra.normal import Algebra
from optwright.derive.proof.algebra.polynomial import Monomial, Poly, box_sign, factor
from optwright.derive.proof.algebra.sign import Sign
from optwright.derive.proof.sign.certify import UNSAID, Certificate, data, leaf, sign
from optwright.derive.proof.sign.evaluate import Ball, Evaluation
from optwright.derive.proof.sign.smt import negative_point
from optwright.derive.proof.sign.zero import Probe, contradictory, probe, regions

__all__ = ["Bound", "decide_nonneg"]

NONNEGATIVE, NONPOSITIVE = POSITIVE | ZERO, NEGATIVE | ZERO


@dataclass(frozen=True)
class Bound:
    """The outcome of `decide_nonneg`, with its evidence.

    status: ``"proved"``, ``"refuted"`` or ``"undecided"``.
    certificate: the steps of the proof, one line each.  data: the same for the checker, where it
    follows them.
    side_conditions: the statement is made only where these hold.
    witness, value, enclosure: a point where the expression is negative, and what it is there.
    points: how many exact points were evaluated.  seconds: time taken.
    """

    status: Literal["proved", "refuted", "undecided"]
    reason: str
    certificate: tuple[str, ...] = ()
    side_conditions: tuple[str, ...] = ()
    witness: Point | None = None
    value: Expr | None = None
    enclosure: tuple[Fraction, Fraction] | None = None
    points: int = 0
    seconds: float = 0.0
    data: Certificate | None = field(default=None, repr=False)


class ProofStep(str):
    """One step of a proof, in words, and as data for the checker."""

    data: dict[str, Any]

    def __new__(cls, words: str, **step: Any) -> ProofStep:
        made = super().__new__(cls, words)
        made.data = step
        return made


def decide_nonneg(
    expr: Expr,
    domain: Domain | None = None,
    *,
    strict: bool = False,
    budget_s: float = 5.0,
) -> Bound:
    """Decide ``expr >= 0`` (``expr > 0`` if strict) wherever it is defined on the domain.

    budget_s: seconds after which the answer is "undecided".
    Raises TypeError for floats, InternalError if proof and points disagree.
    """
    start = time.process_time()
    expr, domain = sympify(expr), domain or Domain()
    if any(x.is_Float for x in expr.atoms()):
        raise TypeError(f"decide_nonneg: {expr} contains a float; use exact rationals")
    search = _Search(expr, domain, strict, start + budget_s)
    return replace(search.decide(), points=search.points, seconds=time.process_time() - start)


class _Search:
    def __init__(self, expr: Expr, domain: Domain, strict: bool, deadline: float):
        self.expr, self.domain, self.strict, self.deadline = expr, domain, strict, deadline
        self.rng, self.points = random.Random(0), 0
        self.best: tuple[Fraction, Point] | None = None
        self.proposed: Bound | None = None
        self.leaves: list[dict[str, Any] | None] = []

    def decide(self) -> Bound:
        found = self.refute(range(16))
        if found is not None:
            return found
        steps: list[str] = []
        conditions: dict[str, None] = {}
        try:
            gap = self.cases(self.expr, self.domain, (), 0, steps, conditions)
        except OutOfTime as error:
            gap = str(error) or "out of time"
        except (NotReal, Unsupported) as error:
            gap = str(error)
        side = tuple(sorted(conditions))
        if gap is None:
            return self.confirm(tuple(steps), side)
        found = self.proposed or self.refute(range(16, 60)) or self.descend()
        return found or Bound("undecided", gap, tuple(steps), side)

    # ---- proof

    def cases(
        self,
        expr: Expr,
        domain: Domain,
        region: tuple[Sign, ...],
        depth: int,
        steps: list[str],
        conditions: dict[str, None],
    ) -> str | None:
        """Prove every region; returns what could not be shown, or None."""
        for inside, where, signs, algebra in regions(expr, domain, region, deadline=self.deadline):
            assumed = ", ".join(sign.text for sign in signs if not sign.given)
            if algebra is None:
                conditions[f"not ({assumed})"] = None
                self.leaf(None, inside, where, signs)
                continue
            value = algebra.convert(inside)
            conditions.update(dict.fromkeys(algebra.conditions))
            proof = _Proof(algebra, self.strict, self.deadline)
            below = POSITIVE
            for poly, power in value.den.items():
                own = algebra.sign(poly) & ~ZERO
                below = sign_product(below, own if power % 2 else POSITIVE)
            num = algebra.reduce(value.num)
            if below in (POSITIVE, NEGATIVE):
                target = num if below == POSITIVE else -num
                found = proof.nonnegative(target, 3)
                if found is not None:
                    steps += [f"where {assumed}:"] * bool(assumed) + found
                    self.leaf(algebra, inside, where, signs, found)
                    continue
            if contradictory(algebra):
                self.leaves.append(None)
                continue
            split = self.choice(algebra, num, value.den)
            if depth >= 4 or split is None:
                if below in (POSITIVE, NEGATIVE) and self.impossible(algebra, target):
                    steps.append(f"{algebra.expression(target)} < 0 is impossible by z3")
                    self.leaves.append(None)
                    continue
                return f"not shown: {algebra.expression(num)} >= 0" + (
                    f" where {assumed}" if assumed else ""
                )
            poly, masks = split
            for mask in masks:
                gap = self.cases(
                    inside,
                    where,
                    (*signs, Sign(algebra.expression(poly), mask)),
                    depth + 1,
                    steps,
                    conditions,
                )
                if gap is not None:
                    return gap
        return None

    def leaf(
        self,
        algebra: Algebra | None,
        expr: Expr,
        domain: Domain,
        signs: tuple[Sign, ...],
        found: list[str] | None = None,
    ) -> None:
        """Keep a region's proof for the certificate; None where the format cannot say it."""
        steps = [line.data for line in found or () if isinstance(line, ProofStep)]
        try:
            self.leaves.append(leaf(algebra, expr, domain, signs, steps))
        except (NoTree, *UNSAID):
            self.leaves.append(None)

    def impossible(self, algebra: Algebra, target: Poly) -> bool:
        """Whether z3 excludes that the target is negative; a model is tried as a witness."""
        left = min(1.0, self.deadline - time.process_time())
        found = negative_point(algebra, target, strict=self.strict, timeout_s=left)
        if isinstance(found, dict):
            here = self.at(found)
            if here is not None and self.fails(here):
                self.proposed = self.refuted(here)
        return found is False

    def choice(self, algebra: Algebra, num: Poly, den: Any) -> tuple[Poly, tuple[int, int]] | None:
        """A polynomial whose sign would help."""
        for poly, power in den.items():
            if power % 2 and algebra.sign(poly) & POSITIVE and algebra.sign(poly) & NEGATIVE:
                return poly, (POSITIVE, NEGATIVE)
        for letter in sorted(num.letters()):
            poly = Poly.letter(letter)
            if algebra.sign(poly) == ANY and any(dict(m).get(letter, 0) % 2 for m in num.terms):
                return poly, (NONNEGATIVE, NONPOSITIVE)
        for poly, power in factor(num)[1]:
            mask = algebra.sign(poly)
            if power % 2 and mask & POSITIVE and mask & NEGATIVE and len(factor(num)[1]) > 1:
                return poly, (NONNEGATIVE, NONPOSITIVE)
        return None

    # ---- points

    def refute(self, indices: range) -> Bound | None:
        for index in indices:
            if time.process_time() > self.deadline:
                return None
            here = probe(self.expr, self.domain, self.rng, index=index)
            if here is not None:
                self.points += 1
                if self.fails(here):
                    return self.refuted(here)
        return None

    def fails(self, here: Probe) -> bool:
        value = here.value
        low = value if isinstance(value, Fraction) else value.bounds[0]
        if not here.evaluation.answers and (self.best is None or low < self.best[0]):
            self.best = (low, here.point)
        if isinstance(value, Ball):
            return value.signs == NEGATIVE
        return value < 0 or (self.strict and value == 0)

    def descend(self) -> Bound | None:
        """Walk from the lowest point found, one coordinate at a time."""
        if self.best is None:
            return None
        stop = min(self.deadline, time.process_time() + 0.5)
        step = Fraction(1, 2)
        while time.process_time() < stop and step > Fraction(1, 1000):
            before = self.best[0]
            for atom in sorted(self.best[1], key=str):
                x = self.best[1][atom]
                moves = (
                    (x + 1, x - 1)
                    if self.domain.interval(atom).integer
                    else (
                        x * sympify(1 + step),
                        x * sympify(1 - step),
                        x + sympify(step),
                        x - sympify(step),
                    )
                )
                for moved in moves:
                    if moved not in self.domain.interval(atom):
                        continue
                    here = self.at({**self.best[1], atom: moved})
                    if here is not None and self.fails(here):
                        return self.refuted(here)
            if self.best[0] >= before:
                step /= 2
        return None

    def at(self, point: Point) -> Probe | None:
        evaluation = Evaluation(point, self.domain)
        try:
            for fact in self.domain.facts:
                if self.domain.atoms(fact) <= point.keys() and not evaluation.truth(fact):
                    return None
            return Probe(point, evaluation, evaluation(self.expr))
        except ArithmeticError:
            return None

    def refuted(self, here: Probe) -> Bound:
        point = here.full_point()
        if isinstance(here.value, Fraction):
            value = sympify(here.value)
            bounds = (here.value, here.value)
        else:
            value = self.domain.substitute(self.expr, point)
            bounds = here.value.bounds
            if value.is_Rational:
                bounds = (Fraction(int(value.p), int(value.q)),) * 2
        shown = value if value.is_Rational else f"{float(bounds[0]):.6g}"
        reason = f"value {shown} at " + ", ".join(
            f"{a} = {x}" for a, x in sorted(point.items(), key=str)
        )
        return Bound("refuted", reason, witness=point, value=value, enclosure=bounds)

    def confirm(self, steps: tuple[str, ...], side: tuple[str, ...]) -> Bound:
        agreed = 0
        for attempt in range(12):
            digits = 50 if attempt < 6 else None
            here = probe(
                self.expr, self.domain, self.rng, index=attempt, digits=digits, precision=90
            )
            if here is None:
                continue
            self.points += 1
            if self.fails(here):
                raise InternalError(
                    f"{self.expr} >= 0 was proved, but fails at {here.full_point()}"
                )
            agreed += 1
            if agreed == 3:
                break
        if not agreed:
            return Bound("undecided", "proved, but no point of the domain was found", steps, side)
        return Bound(
            "proved",
            f"{len(steps)} step(s), confirmed at {agreed} points",
            steps,
            side,
            data=sign(self.expr, self.domain, self.strict, self.leaves),
        )


class _Proof:
    """Sound steps that show a polynomial to be non-negative; each returns its lines, or None."""

    def __init__(self, algebra: Algebra, strict: bool, deadline: float):
        self.algebra, self.strict, self.deadline = algebra, strict, deadline
        self.failed: dict[tuple[Poly, bool], int] = {}

    def nonnegative(self, poly: Poly, depth: int, strict: bool | None = None) -> list[str] | None:
        """Lines that prove ``poly >= 0`` (``> 0`` if strict)."""
        strict = self.strict if strict is None else strict
        if time.process_time() > self.deadline:
            raise OutOfTime
        poly = self.algebra.reduce(poly)
        wanted = POSITIVE if strict else NONNEGATIVE
        sign = ">" if strict else ">="
        mask = self.algebra.sign(poly)
        if not mask & ~wanted & ANY:
            return [ProofStep(f"{self.algebra.expression(poly)} {sign} 0 by signs", by="signs")]
        if depth <= 0 or len(poly.terms) > 120 or self.failed.get((poly, strict), 0) >= depth:
            return None
        found = (
            self.product(poly, depth, strict)
            or self.root(poly, depth, strict)
            or self.square(poly, depth, strict)
            or self.fact(poly, depth, strict)
        )
        if found is None:
            self.failed[poly, strict] = depth
        return found

    def product(self, poly: Poly, depth: int, strict: bool) -> list[str] | None:
        """Factors of one sign each."""
        scale, factors = factor(poly)
        if len(factors) == 1 and factors[0][1] == 1:
            return None
        said: list[Any] = []
        words = f"{self.algebra.expression(poly)}: by its factors"
        lines: list[str] = [ProofStep(words, by="factors", factors=said)]
        direction = 1 if scale > 0 else -1
        for piece, power in factors:
            said.append([data(piece), power, "even"])
            if power % 2 == 0 and not strict:
                continue
            mask = self.algebra.sign(piece)
            if power % 2 == 0 and not mask & ZERO:
                continue
            said[-1][2] = "+"
            if power % 2 and not mask & NEGATIVE and not (strict and mask & ZERO):
                continue
            said[-1][2] = "-"
            if power % 2 and not mask & POSITIVE and not (strict and mask & ZERO):
                direction = -direction
                continue
            up = self.nonnegative(piece, depth - 1, strict)
            down = None if up is not None else self.nonnegative(-piece, depth - 1, strict)
            if up is None and down is None:
                return None
            said[-1][2] = "prove -" if up is None else "prove +"
            lines += up or down or []
            direction = -direction if up is None and power % 2 else direction
        return lines if direction > 0 else None

    def root(self, poly: Poly, depth: int, strict: bool) -> list[str] | None:
        """``a + b*r`` with a root r: compare a**2 with b**2*r**2 where the signs differ."""
        algebra = self.algebra
        for letter in sorted(poly.letters(), reverse=True):
            own = algebra.letters[letter]
            if own.atom or not own.expr.is_Pow or not own.expr.args[1].is_Rational:
                continue
            parts = poly.coefficients(letter)
            if set(parts) != {0, 1}:
                continue
            a, b = parts[0], parts[1]
            square = algebra.reduce(a * a - b * b * Poly.letter(letter, 2))
            sign_a, sign_b = algebra.sign(a), algebra.sign(b)
            if not sign_a & NEGATIVE and not sign_b & POSITIVE:
                found = self.nonnegative(square, depth - 1, strict)
            elif not sign_a & POSITIVE and not sign_b & NEGATIVE:
                found = self.nonnegative(-square, depth - 1, strict)
            else:
                continue
            if found is not None:
                words = f"{algebra.expression(poly)}: by comparing squares"
                return [ProofStep(words, by="root", letter=letter), *found]
        return None

    def square(self, poly: Poly, depth: int, strict: bool) -> list[str] | None:
        """``a*X**2 + b*X + c >= 0`` if a, c and 4*a*c - b**2 >= 0, for X a power of a letter."""
        for letter in sorted(poly.letters()):
            parts = poly.coefficients(letter)
            top = max(parts)
            if top % 2 or set(parts) - {0, top // 2, top}:
                continue
            a, b, c = (parts.get(n, Poly({})) for n in (top, top // 2, 0))
            if self.algebra.sign(a) & (NEGATIVE | ZERO if strict else NEGATIVE):
                continue
            found = self.nonnegative(a.scale(4) * c - b * b, depth - 1, strict)
            if found is None:
                continue
            if self.algebra.sign(a) & ZERO:
                last = self.nonnegative(c, depth - 1, strict)
                if last is None:
                    continue
                found += last
            name = self.algebra.letters[letter].expr ** (top // 2)
            words = f"{self.algebra.expression(poly)}: by completing the square in {name}"
            return [ProofStep(words, by="square", letter=letter), *found]
        return None

    def fact(self, poly: Poly, depth: int, strict: bool) -> list[str] | None:
        """Subtract a known non-negative polynomial times a non-negative monomial."""
        algebra = self.algebra
        for fact, mask in algebra.known.items():
            if mask & NEGATIVE and mask & POSITIVE:
                continue
            known = fact if not mask & NEGATIVE else -fact
            tried: set[tuple[Monomial, Fraction]] = set()
            for top, value in known.terms.items():
                for monomial, coefficient in poly.terms.items():
                    rest = _quotient(monomial, top)
                    ratio = Fraction(coefficient) / value
                    if rest is None or ratio <= 0 or (rest, ratio) in tried:
                        continue
                    tried.add((rest, ratio))
                    times = Poly({rest: ratio})
                    if box_sign(times, lambda i: algebra.letters[i].interval) & NEGATIVE:
                        continue
                    found = self.nonnegative(poly - known * times, depth - 1, strict)
                    if found is not None:
                        used = f"({algebra.expression(times)})*({algebra.expression(known)}) >= 0"
                        step = {"by": "fact", "fact": data(known), "times": data(times)}
                        return [
                            ProofStep(f"{algebra.expression(poly)}: with {used}", **step),
                            *found,
                        ]
        return None


def _quotient(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    exponents = dict(monomial)
    for letter, power in divisor:
        exponents[letter] = exponents.get(letter, 0) - power
        if exponents[letter] < 0:
            return None
    return tuple(sorted((x, n) for x, n in exponents.items() if n))
