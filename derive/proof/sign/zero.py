"""Decide whether an expression is zero everywhere on a domain.

First exact points try to refute it; then a normal form tries to prove it, region by region where
signs matter; then further points must agree.  Nothing here guesses: a refutation is a point whose
value is exactly known not to be zero, a proof is a normal form 0, anything else is undecided.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from sympy import Add, Basic, Expr, Integer, Mul, Rational, sympify

from optwright.derive.error import InternalError, NotReal, OutOfTime, Undefined, Unsupported
from optwright.derive.proof.algebra.domain import (
    NEGATIVE,
    POSITIVE,
    ZERO,
    Domain,
    Interval,
    Point,
    is_atom,
)
from optwright.derive.proof.algebra.normal import Algebra
from optwright.derive.proof.algebra.polynomial import Monomial, Poly, factor
from optwright.derive.proof.algebra.root import root_order, rooted_atoms
from optwright.derive.proof.algebra.sign import Infeasible, Sign, Split
from optwright.derive.proof.sign.evaluate import Ball, Evaluation, Unknown, Value
from optwright.derive.proof.sign.sample import sample

__all__ = [
    "Decision",
    "Defect",
    "SignRegion",
    "decide_zero",
    "factor_defect",
    "probe",
    "regions",
]

MAX_REGIONS = 256
MAX_DEPTH = 24


@dataclass(frozen=True)
class SignRegion:
    """One case of a proof: what was assumed, and the normal form found there."""

    assumed: tuple[str, ...]
    normal_form: str


@dataclass(frozen=True)
class Decision:
    """The outcome of `decide_zero`, with its evidence.

    status: ``"zero"``, ``"nonzero"`` or ``"undecided"``.
    reason: one line, for people.
    regions: the cases of the proof and their normal forms.
    side_conditions: the statement is made only where these hold ("v + eps != 0").
    witness: exact values of the atoms; an uninterpreted function appears with the arguments at
    which it was asked (``G(1/2)``).
    value: what the expression is at the witness, an exact rational or an exact expression.
    enclosure: rational bounds on that value, on one side of zero.
    points: how many exact points were evaluated.
    seconds: time taken.
    """

    status: Literal["zero", "nonzero", "undecided"]
    reason: str
    regions: tuple[SignRegion, ...] = ()
    side_conditions: tuple[str, ...] = ()
    witness: Point | None = None
    value: Expr | None = None
    enclosure: tuple[Fraction, Fraction] | None = None
    points: int = 0
    seconds: float = 0.0

    @property
    def normal_form(self) -> str:
        """The normal forms of all regions, as text."""
        return "; ".join(dict.fromkeys(region.normal_form for region in self.regions))


@dataclass(frozen=True)
class Probe:
    """An expression evaluated at one point."""

    point: Point
    evaluation: Evaluation
    value: Value

    def full_point(self) -> Point:
        """The point together with the answers of uninterpreted functions."""
        point = dict(self.point)
        domain = self.evaluation.domain
        for application, args, answer in self.evaluation.answers:
            shown = [
                _rational(value)
                if isinstance(value, Fraction)
                else domain.substitute(arg, point)
                if isinstance(value, Ball)
                else value
                for arg, value in zip(application.args, args, strict=True)
            ]
            point[application.func(*shown)] = _rational(answer)
        return point


def probe(
    expr: Basic,
    domain: Domain,
    rng: random.Random,
    *,
    index: int | None = None,
    digits: int | None = None,
    precision: int = 60,
) -> Probe | None:
    """Evaluate at one exact point of the domain; None where there is no value."""
    point = sample(domain, rng, domain.atoms(expr), index=index, digits=digits)
    if point is None:
        return None
    # A seed of its own, so that the same point asked again gives the same answers.
    seed = rng.random()
    for places in (precision, 4 * precision):
        draws = random.Random(seed)
        evaluation = Evaluation(point, domain, draw=lambda: _draw(draws), digits=places)  # noqa: B023
        try:
            value = evaluation(expr)
        except Undefined:
            return None
        except Unknown:
            continue
        if isinstance(value, Ball) and value.signs & ZERO and not value.small:
            continue
        return Probe(point, evaluation, value)
    return None


def _draw(rng: random.Random) -> Fraction:
    return Fraction(rng.choice((1, -1)) * rng.randrange(1, 12), rng.choice((1, 1, 2, 3)))


def regions(
    expr: Expr,
    domain: Domain,
    region: tuple[Sign, ...] = (),
    *,
    deadline: float | None = None,
    depth: int = 0,
) -> Iterator[tuple[Expr, Domain, tuple[Sign, ...], Algebra | None]]:
    """Cut the domain until the expression has a normal form in every part.

    Yields the expression (with atoms replaced where an equality fixes them), its domain, the
    signs assumed and the algebra in which it converts, or None for the algebra where the
    expression has no real value.  Contradictory parts are left out.
    """
    if depth > MAX_DEPTH:
        raise OutOfTime("too many case distinctions")
    parts = [expr, *domain.facts, *(sign.expr for sign in region)]
    order, roots = root_order(parts, domain), rooted_atoms(parts, domain)
    try:
        algebra = Algebra(domain, region, order=order, deadline=deadline, roots=roots)
        algebra.normal(expr)
        if algebra.close():
            algebra.normal(expr)
    except Infeasible:
        return
    except RecursionError:
        raise OutOfTime("powers within powers without end") from None
    except NotReal:
        if not region:
            raise
        yield expr, domain, region, None
        return
    except Split as split:
        for mask in split.masks:
            if not mask:
                continue
            for part in _narrowed(expr, domain, region, split.expr, mask):
                yield from regions(*part, deadline=deadline, depth=depth + 1)
        return
    yield expr, domain, region, algebra


def _narrowed(
    expr: Expr, domain: Domain, region: tuple[Sign, ...], cut: Expr, mask: int
) -> Iterator[tuple[Expr, Domain, tuple[Sign, ...]]]:
    """The parts of a region in which an expression has a sign; none where that contradicts it.

    Where it is zero, an atom that it fixes is replaced, and an atom that is zero with it is cut
    at. That holds of a sum of terms none of which is negative; the other parts then contradict it.
    """
    fixed = _solve(cut, domain) if mask == ZERO else None
    inside: tuple[Expr, Domain, tuple[Sign, ...]] | None
    inside = expr, domain, (*region, Sign(cut, mask, put=fixed))
    if fixed is not None:
        inside = _substituted(*inside, *fixed)
    if inside is None:
        return
    if mask != ZERO:
        yield inside
        return
    expr, rest, region = inside
    atom = _vanishing(cut, domain)
    if atom is None:
        yield inside
        return
    for mask in (NEGATIVE, POSITIVE):
        yield expr, rest, (*region, Sign(atom, mask))
    value = Integer(0)
    narrowed = (*region, Sign(atom, ZERO, put=(atom, value)))
    none = _substituted(expr, rest, narrowed, atom, value)
    if none is not None:
        yield none


def _vanishing(expr: Expr, domain: Domain) -> Expr | None:
    """An atom that is zero where a sum is, as no term of it is negative; of even power there."""
    found = None
    terms = Add.make_args(expr)
    for term in sorted(terms, key=str):
        scale, product = term.as_coeff_Mul()
        powers = [factor.as_base_exp() for factor in Mul.make_args(product)]
        if not scale.is_Rational or scale <= 0:
            return None
        for base, power in powers:
            if not is_atom(base, domain) or not (power.is_Integer and power > 0):
                return None
            low = domain.interval(base).lo
            if power % 2 and (low is None or low < 0):
                return None
        if len(powers) == 1 and powers[0][1] % 2 == 0:
            found = powers[0][0]
    return found if len(terms) > 1 else None


def _solve(expr: Expr, domain: Domain) -> tuple[Expr, Expr] | None:
    """An atom and its value where ``expr = 0``, if the atom enters with a constant factor."""
    for term in sorted(Add.make_args(expr), key=str):
        scale, atom = term.as_coeff_Mul()
        if scale.is_Rational and is_atom(atom, domain):
            value = -(expr - term) / scale
            if atom not in domain.atoms(value):
                return atom, value
    return None


def _substituted(
    expr: Expr, domain: Domain, region: tuple[Sign, ...], atom: Expr, value: Expr
) -> tuple[Expr, Domain, tuple[Sign, ...]] | None:
    """Everything with an atom replaced by its value; None if the domain forbids that value."""
    mapping = {atom: value}
    interval = domain.interval(atom)
    if value.is_Rational and value not in interval:
        return None
    signs = [
        Sign(
            domain.substitute(s.expr, mapping),
            s.mask,
            s.expr if s.origin is None else s.origin,
            s.given,
            s.put,
        )
        for s in region
    ]
    for fact in domain.facts:
        inside = domain.substitute(fact.args[0] - fact.args[1], mapping)
        signs.append(Sign(inside, _MASK_OF[fact.rel_op], given=True))
    signs += _ends(value, interval)
    rest = Domain(tuple((a, i) for a, i in domain.bounds if a != atom))
    return domain.substitute(expr, mapping), rest, tuple(signs)


_MASK_OF = {
    ">": POSITIVE,
    ">=": POSITIVE | ZERO,
    "<": NEGATIVE,
    "<=": NEGATIVE | ZERO,
    "==": ZERO,
    "!=": POSITIVE | NEGATIVE,
}


def _ends(value: Expr, interval: Interval) -> list[Sign]:
    ends = (
        (interval.lo, interval.lo_open, POSITIVE),
        (interval.hi, interval.hi_open, NEGATIVE),
    )
    return [
        Sign(value - _rational(end), side | (0 if open_ else ZERO), given=True)
        for end, open_, side in ends
        if end is not None
    ]


def _rational(value: Fraction | int) -> Rational:
    return Rational(Fraction(value).numerator, Fraction(value).denominator)


def decide_zero(expr: Expr, domain: Domain | None = None, *, budget_s: float = 2.0) -> Decision:
    """Decide whether ``expr`` is zero at every point of the domain where it is defined.

    budget_s: seconds after which the answer is "undecided".
    Raises TypeError for floats, InternalError if proof and points disagree.
    """
    start = time.process_time()
    expr, domain = sympify(expr), domain or Domain()
    if expr.atoms(float) or any(x.is_Float for x in expr.atoms()):
        raise TypeError(f"decide_zero: {expr} contains a float; use exact rationals")
    search = _Search(expr, domain, start + budget_s)
    return replace(search.decide(), points=search.points, seconds=time.process_time() - start)


class _Search:
    def __init__(self, expr: Expr, domain: Domain, deadline: float):
        self.expr, self.domain, self.deadline = expr, domain, deadline
        self.rng, self.points = random.Random(0), 0

    def decide(self) -> Decision:
        if self.expr == 0:
            return Decision("zero", "0 as it stands", (SignRegion((), "0"),))
        found = self.refute(8)
        if found is not None:
            return found
        cases: list[SignRegion] = []
        conditions: dict[str, None] = {}
        try:
            for expr, _, region, algebra in regions(self.expr, self.domain, deadline=self.deadline):
                assumed = tuple(sign.text for sign in region if not sign.given)
                if algebra is None:
                    conditions[f"not ({' and '.join(assumed)})"] = None
                    cases.append(SignRegion(assumed, "not defined"))
                    continue
                left = algebra.convert(expr)
                if algebra.is_zero(left):
                    conditions.update(dict.fromkeys(algebra.conditions))
                    cases.append(SignRegion(assumed, "0"))
                elif contradictory(algebra):
                    cases.append(SignRegion(assumed, "no such point"))
                else:
                    cases.append(SignRegion(assumed, str(algebra.expression(left.num))))
                    reason = "normal form is not 0" + _where(assumed)
                    return self.inside(region) or self.give_up(reason, cases, conditions)
                if len(cases) > MAX_REGIONS:
                    return self.give_up("too many regions", cases, conditions)
        except OutOfTime as error:
            return self.give_up(str(error) or "out of time", cases, conditions)
        except NotReal as error:
            return self.give_up(f"nowhere defined as a real number: {error}", cases, conditions)
        except Unsupported as error:
            return self.give_up(str(error), cases, conditions)
        return self.confirm(cases, conditions)

    def inside(self, region: tuple[Sign, ...]) -> Decision | None:
        """Try to refute at points of one region."""
        facts = [sign.fact for sign in region if not sign.given]
        try:
            return self.refute(12, domain=self.domain.assume(*facts)) if facts else None
        except ValueError:  # SymPy knows that there is no such point
            return None

    def refute(self, tries: int, start: int = 0, domain: Domain | None = None) -> Decision | None:
        best: Probe | None = None
        spare = 3
        for index in range(start, start + tries):
            if time.process_time() > self.deadline or (best is not None and spare == 0):
                break
            here = probe(self.expr, domain or self.domain, self.rng, index=index)
            if here is None:
                continue
            self.points += 1
            if isinstance(here.value, Fraction):
                if here.value:
                    return self.refuted(here)
            elif not here.value.signs & ZERO:
                best = best or here
            spare -= best is not None
        return None if best is None else self.refuted(best)

    def refuted(self, here: Probe) -> Decision:
        point = here.full_point()
        if isinstance(here.value, Fraction):
            value = _rational(here.value)
            bounds = (here.value, here.value)
        else:
            value = self.domain.substitute(self.expr, point)
            bounds = here.value.bounds
            if value.is_Rational:  # an irrational way to a rational value
                bounds = (Fraction(int(value.p), int(value.q)),) * 2
        shown = value if value.is_Rational else f"{float(bounds[0]):.6g}"
        reason = f"value {shown} at " + ", ".join(
            f"{a} = {x}" for a, x in sorted(point.items(), key=str)
        )
        return Decision("nonzero", reason, witness=point, value=value, enclosure=bounds)

    def give_up(
        self, reason: str, cases: list[SignRegion], conditions: dict[str, None]
    ) -> Decision:
        found = self.refute(24, start=8)
        if found is not None:
            return found
        return Decision("undecided", reason, tuple(cases), tuple(sorted(conditions)))

    def confirm(self, cases: list[SignRegion], conditions: dict[str, None]) -> Decision:
        agreed = 0
        for attempt in range(12):
            here = probe(self.expr, self.domain, self.rng, digits=50, precision=90)
            if here is None and attempt > 5:
                here = probe(self.expr, self.domain, self.rng, index=attempt)
            if here is None:
                continue
            self.points += 1
            small = (
                here.value == 0
                if isinstance(here.value, Fraction)
                else bool(here.value.signs & ZERO)
            )
            if not small:
                raise InternalError(f"{self.expr}: normal form 0, but not 0 at {here.full_point()}")
            agreed += 1
            if agreed == 3:
                break
        evidence = (tuple(cases), tuple(sorted(conditions)))
        if not agreed:
            return Decision(
                "undecided", "normal form 0, but no point of the domain was found", *evidence
            )
        return Decision(
            "zero",
            f"normal form 0 in {len(cases)} region(s), confirmed at {agreed} points",
            *evidence,
        )


def _where(assumed: tuple[str, ...]) -> str:
    return f" where {', '.join(assumed)}" if assumed else ""


def contradictory(algebra: Algebra) -> bool:
    """Whether the known signs of a region contradict each other, as far as linear algebra sees.

    Every monomial counts as an unknown of its own; Fourier-Motzkin elimination decides.
    """
    rows: list[tuple[dict[Monomial, Fraction], bool]] = []
    seen: set[Monomial] = set()
    for poly, mask in algebra.known.items():
        for direction, side in ((1, NEGATIVE), (-1, POSITIVE)):
            if not mask & side:
                rows.append(
                    ({m: Fraction(x) * direction for m, x in poly.terms.items()}, not mask & ZERO)
                )
        seen |= set(poly.terms)
    for monomial in seen - {()}:
        mask = algebra.sign(Poly({monomial: 1}))
        for direction, side in ((1, NEGATIVE), (-1, POSITIVE)):
            if not mask & side:
                rows.append(({monomial: Fraction(direction)}, not mask & ZERO))
    for unknown in sorted(seen - {()}, key=str):
        up = [r for r in rows if r[0].get(unknown, 0) > 0]
        down = [r for r in rows if r[0].get(unknown, 0) < 0]
        rows = [r for r in rows if not r[0].get(unknown, 0)]
        if len(up) * len(down) + len(rows) > 400:
            return False
        for a, strict_a in up:
            for b, strict_b in down:
                x, y = a[unknown], -b[unknown]
                mixed = {
                    m: a.get(m, Fraction(0)) * y + b.get(m, Fraction(0)) * x
                    for m in a.keys() | b.keys()
                }
                rows.append(({m: v for m, v in mixed.items() if v}, strict_a or strict_b))
    for row, strict in rows:
        constant = row.get((), Fraction(0))
        if constant < 0 or (constant == 0 and strict):
            return True
    return False


@dataclass(frozen=True)
class Defect:
    """A difference as a factored fraction.

    constant: rational factor.  factors: irreducible factors of the numerator with multiplicities.
    denominator: what was divided by.  The difference is zero exactly where a factor is.
    """

    constant: Rational
    factors: tuple[tuple[Expr, int], ...]
    denominator: Expr

    @property
    def numerator(self) -> Expr:
        """The numerator, as a product."""
        return Mul(self.constant, *(f**n for f, n in self.factors))

    def __str__(self) -> str:
        return str(self.numerator)


def factor_defect(expr: Expr, domain: Domain | None = None, *, budget_s: float = 5.0) -> Defect:
    """Factor a difference that is not zero, to read off when it would be.

    Absolute values, signs, maxima and cases whose sign the domain does not tell stay as they are.
    Raises OutOfTime, or NotReal for an expression without real values.
    """
    expr, domain = sympify(expr), domain or Domain()
    order = root_order([expr, *domain.facts], domain)
    algebra = Algebra(domain, order=order, deadline=time.process_time() + budget_s, opaque=True)
    left = algebra.normal(expr)
    constant, factors = factor(algebra.reduce(left.num))
    factors = list(factors)
    if constant < 0:  # let a sum carry the sign, rather than a leading minus
        for place, (poly, n) in enumerate(factors):
            if n % 2 and len(poly.terms) > 1:
                factors[place], constant = (-poly, n), -constant
                break
    denominator = Mul(*(algebra.expression(p) ** n for p, n in left.den.items()))
    shown = sorted(((algebra.expression(p), n) for p, n in factors), key=lambda pair: str(pair[0]))
    return Defect(_rational(constant), tuple(shown), denominator)
