"""What linear rules do on quadratics: stability, rates, optimal parameters, oscillation.

The largest modulus of the roots of the characteristic polynomial (the spectral radius) decides: a
rule converges from every start, on every quadratic whose curvatures lie in an interval, exactly if
its radius is below 1 for each of them. Jury's conditions make claims about it claims about signs of
rational functions. Those are proved on boxes (`linear.box`); they are refuted at rational
parameters, where the signs on a whole interval of curvatures are counted exactly (Sturm).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import sympy
from sympy import Rational, Symbol, sympify
from sympy.core.relational import Relational
from sympy.polys.fields import FracElement, FracField
from sympy.polys.matrices import DomainMatrix

from optwright.derive.claim.loss.quadratic import (
    Direction,
    FixedPoint,
    Optimal,
    Oscillates,
    Rate,
    Stable,
    curvature,
    minimiser,
)
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError
from optwright.derive.language.symbol import Hyper, Parameter
from optwright.derive.proof.algebra.domain import Point
from optwright.derive.proof.linear.box import EmptyBox, Sense, negation
from optwright.derive.proof.linear.jury import discriminant
from optwright.derive.proof.linear.problem import CurvatureProblem, as_fraction
from optwright.derive.proof.linear.step import (
    NotLinear,
    characteristic,
    compose,
    element,
    fixed_point,
    linear,
)
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.evaluate import holds
from optwright.derive.proof.sign.obligation import Answered, decide_equation


def _proved(answers: Sequence[Answered], conditions: Sequence[Any], scope: str) -> Verdict:
    """Proved if all were; never refuted, since a region may be larger than the set in it."""
    obligations = tuple(a.obligation for a in answers)
    open_ = [o for o in obligations if o.status != "proved"]
    if open_:
        return undecided(
            *(f"{o.name}: {o.before}" for o in open_),
            obligations=tuple(
                o
                if o.status == "proved"
                else Obligation(o.name, o.before, o.after, "undecided", o.notes, o.seconds)
                for o in obligations
            ),
        )
    return Verdict("proved", obligations, None, scope, tuple(map(str, conditions)))


class _Budget:
    def __init__(self, seconds: float) -> None:
        self.end = time.process_time() + seconds

    def __call__(self) -> float:
        return max(0.05, min(2.0, self.end - time.process_time()))

    @property
    def spent(self) -> bool:
        return time.process_time() > self.end


@decide.register
def _stable(claim: Stable, budget_s: float = 5.0) -> Verdict:
    """Prove both directions by Jury's conditions, or refute at exact parameters."""
    problem = CurvatureProblem(
        claim.system, claim.hyper, claim.parameters, claim.where, claim.low, claim.high, claim.when
    )
    try:
        values = problem.conditions()
    except NotLinear as error:
        return undecided(str(error))
    return _equivalent(
        problem,
        values,
        claim.when,
        claim.sense,
        budget_s,
        (
            "the spectral radius is below 1 for all curvatures",
            "the spectral radius is not below 1 for all curvatures",
        ),
    )


@decide.register
def _oscillates(claim: Oscillates, budget_s: float = 5.0) -> Verdict:
    """Prove both directions by the discriminant, or refute at exact parameters."""
    problem = CurvatureProblem(
        claim.system, claim.hyper, claim.parameters, claim.where, claim.at, claim.at, claim.when
    )
    try:
        found = [discriminant(p) for p in problem.factors]
    except NotLinear as error:
        return undecided(str(error))
    if None in found or sum(len(p) == 3 for p in problem.factors) != 1:
        return undecided("the characteristic polynomial has no single quadratic factor")
    values = [
        -d for p, d in zip(problem.factors, found, strict=True) if d is not None and len(p) == 3
    ]
    return _equivalent(
        problem,
        values,
        claim.when,
        claim.sense,
        budget_s,
        ("there are roots that are not real", "all roots are real"),
    )


def _equivalent(
    problem: CurvatureProblem,
    values: Sequence[FracElement],
    when: Sequence[Any],
    sense: Direction,
    budget_s: float,
    words: tuple[str, str],
) -> Verdict:
    """Decide whether all values are positive, for all curvatures, exactly where `when` holds."""
    budget = _Budget(budget_s)
    claim = f"{words[0]} {sense} {', '.join(map(str, when))}"

    def refuted(rounds: range) -> Verdict | None:
        found = _disagreement(problem, values, when, sense, words, rounds, budget)
        if found is None:
            return None
        failed = Obligation("exact parameters", claim, str(found), "refuted")
        return Verdict("refuted", (failed,), found, problem.scope, tuple(map(str, problem.where)))

    early = refuted(range(1))
    if early is not None:
        return early
    if next(problem.points((), range(12)), None) is None:
        return undecided("no parameters were found that fulfil what is assumed")
    answers: list[Answered] = []
    if sense != "only if":
        answers += _sufficient(problem, values, when, budget)
    if sense != "if":
        answers += _necessary(problem, values, when, budget, words[1])
    verdict = _proved(answers, problem.where, problem.scope)
    late = None if verdict.status == "proved" else refuted(range(1, 12))
    return verdict if late is None else late


def _sufficient(
    problem: CurvatureProblem, values: Sequence[FracElement], when: Sequence[Any], budget: _Budget
) -> Iterator[Answered]:
    """Every value is positive where the relations hold."""
    try:
        region = problem.curved(problem.region.meet(when))
    except EmptyBox as error:
        yield Answered(Obligation("sufficient", f"no parameters fulfil {error}", "0", "proved"))
        return
    for value in values:
        yield region.decide("sufficient", value, "> 0", budget())


def _necessary(
    problem: CurvatureProblem,
    values: Sequence[FracElement],
    when: Sequence[Any],
    budget: _Budget,
    fails: str,
) -> Iterator[Answered]:
    """Where one relation fails and those before it hold, a value is <= 0 at some curvature."""
    for place, relation in enumerate(when):
        opposite = negation(relation)
        name = f"necessary: where {opposite}, {fails}"
        try:
            region = problem.region.meet((*when[:place], opposite))
        except EmptyBox:
            yield Answered(Obligation(name, f"{opposite} is impossible", "0", "proved"))
            continue
        best: Answered | None = None
        for at, value in _candidates(problem, values, (*when[:place], opposite)):
            if budget.spent:
                break
            # Curvature 0 is left out; what is negative there is negative at small ones.
            sense: Sense = "<= 0" if at != 0 else "< 0"
            best = region.put_in(curvature, at).decide(name, value, sense, budget())
            if best.status == "proved":
                break
        yield best or Answered(
            Obligation(name, "no value fails at one end", "not shown", "undecided")
        )


def _candidates(
    problem: CurvatureProblem, values: Sequence[FracElement], facts: Sequence[Any]
) -> Iterator[tuple[Any, FracElement]]:
    """Curvatures and values that are <= 0 there (at 0, < 0) at all of some exact points."""
    points = list(problem.points(facts, range(4)))
    low, high = sympify(problem.low), sympify(problem.high)
    places = dict.fromkeys((high, low, (low + high) / 2))
    for at, value in product(places, values):
        try:
            tried = [
                problem.values([value], here, as_fraction(at.subs(here)))[0] for here in points
            ]
        except ZeroDivisionError:
            continue
        if all(x <= 0 if at != 0 else x < 0 for x in tried):
            yield at, value


def _disagreement(
    problem: CurvatureProblem,
    values: Sequence[FracElement],
    when: Sequence[Any],
    sense: Direction,
    words: tuple[str, str],
    rounds: range,
    budget: _Budget,
) -> Counterexample | None:
    """Exact parameters at which the relations and the signs of the values disagree."""
    claim = f"{words[0]} {sense} {', '.join(map(str, when))}"
    for point in _critical(problem, values, when, rounds):
        if budget.spent:
            return None
        truths = [holds(sympify(r), point, problem.domain) for r in when]
        if None in truths:
            continue
        at = problem.fails(values, point)
        if all(truths) and at not in (None, False) and sense != "only if":
            assert isinstance(at, Fraction)
            shown = [
                (f"{v.as_expr()}, which has to be > 0 for that", x)
                for v, x in zip(values, problem.values(values, point, at), strict=True)
                if x <= 0
            ]
            return problem.counterexample(point, at, [(words[0], "false"), *shown], claim)
        if not all(truths) and at is False and sense != "if":
            high = problem.ends(point)[1]
            failing = [str(r) for r, truth in zip(when, truths, strict=True) if not truth]
            shown = [
                (str(v.as_expr()), x)
                for v, x in zip(values, problem.values(values, point, high), strict=True)
            ]
            said = [(words[0], "true"), *((r, "false") for r in failing), *shown]
            return problem.counterexample(point, high, said, claim)
    return None


def _critical(
    problem: CurvatureProblem, values: Sequence[FracElement], when: Sequence[Any], rounds: range
) -> Iterator[Point]:
    """Points inside, outside and on the edges of what is claimed and of what is true."""
    edges: list[Sequence[Any]] = [when]
    for relation in map(sympify, when):
        if isinstance(relation, Relational):
            edges += [(sympy.Eq(*relation.args),), (negation(relation),)]
            edges.append(tuple(sympify(r) for r in when if r is not relation))
    for end in dict.fromkeys((sympify(problem.high), sympify(problem.low))):
        if end != 0:
            edges += [
                (sympy.Eq(sympy.numer(sympy.together(v.as_expr().subs(curvature, end))), 0),)
                for v in values
            ]
    for index in rounds:
        for seed, facts in enumerate((*edges, ())):
            yield from problem.points(facts, (index,), seed)


def rate_problem(claim: Rate) -> CurvatureProblem:
    """The rule with its curvatures."""
    return CurvatureProblem(
        claim.system,
        claim.hyper,
        claim.parameters,
        claim.where,
        claim.low,
        claim.high,
        (claim.radius,),
    )


@decide.register
def _rate(claim: Rate, budget_s: float = 5.0) -> Verdict:
    """Prove by Jury's conditions for the circle of this radius, or refute exactly."""
    problem, budget = rate_problem(claim), _Budget(budget_s)
    try:
        values = problem.conditions(claim.radius)
        if claim.relation != "<" and any(len(p) > 3 for p in problem.factors):
            return undecided("roots on the circle are told up to degree 2 only")
    except NotLinear as error:
        return undecided(str(error))
    early = _refuted(claim, problem, values, range(3), budget)
    if early is not None:
        return early
    answers = list(_answers(claim, problem, values, budget))
    verdict = _proved(answers, claim.where, problem.scope)
    if verdict.status == "proved":
        return verdict
    late = _refuted(claim, problem, values, range(3, 40), budget)
    return verdict if late is None else late


def _claim(claim: Rate) -> str:
    radius = sympify(claim.radius)
    return {
        "<": f"the spectral radius is < {radius} for all curvatures",
        "<=": f"the spectral radius is <= {radius} for all curvatures",
        "max": f"the largest spectral radius is {radius}",
        "=": f"the spectral radius is {radius} for all curvatures",
    }[claim.relation]


def _answers(
    claim: Rate, problem: CurvatureProblem, values: Sequence[FracElement], budget: _Budget
) -> Iterator[Answered]:
    field_ = values[0].field
    yield problem.region.decide(
        "the radius is positive", element(field_, claim.radius), "> 0", budget()
    )
    curved = problem.curved(problem.region)
    for value in values:
        yield curved.decide("bound", value, "> 0" if claim.relation == "<" else ">= 0", budget())
    if claim.relation in ("<", "<="):
        return
    ends = dict.fromkeys(e for e in (sympify(claim.low), sympify(claim.high)) if e != 0)
    if claim.relation == "=" and sympify(claim.low) != sympify(claim.high):
        ends = {curvature: None}
    for end, value in product(ends, values):
        if compose(value, _letters(field_, {curvature: end})) == 0:
            where = "for all curvatures" if end == curvature else f"at curvature {end}"
            before = f"{value.as_expr()} = 0"
            yield Answered(Obligation(f"a root on the circle {where}", before, "0", "proved"))
            return
    yield Answered(Obligation("a root on the circle", "none found", "", "undecided"))


def _refuted(
    claim: Rate,
    problem: CurvatureProblem,
    values: Sequence[FracElement],
    indices: range,
    budget: _Budget,
) -> Verdict | None:
    found = _exceeded(claim, problem, values, indices, budget)
    if found is None:
        return None
    failed = Obligation("exact parameters", _claim(claim), str(found), "refuted")
    return Verdict("refuted", (failed,), found, problem.scope, tuple(map(str, claim.where)))


def _exceeded(
    claim: Rate,
    problem: CurvatureProblem,
    values: Sequence[FracElement],
    indices: range,
    budget: _Budget,
) -> Counterexample | None:
    """Exact parameters at which the radius is not as claimed."""
    for point in problem.points((), indices):
        if budget.spent:
            return None
        radius = holds(sympify(claim.radius) > 0, point, problem.domain)
        if radius is not True:
            continue
        low, high = problem.ends(point)
        strict = claim.relation == "<"
        sections = problem.sections(values, point)
        if sections is None:
            continue
        places = dict.fromkeys((low, high, (low + high) / 2, (3 * low + high) / 4))
        for at in (x for x in places if x > 0):
            for value, s in zip(values, sections, strict=True):
                if s(at) < 0 or (strict and s(at) == 0):
                    shown = [
                        (
                            f"{value.as_expr()}, which has to be >{'' if strict else '='} 0",
                            s(at),
                        )
                    ]
                    return problem.counterexample(point, at, shown, _claim(claim))
        within = problem.fails(values, point) is False
        if claim.relation == "max" and within and low > 0:
            said = [("the spectral radius is smaller for all curvatures", "true")]
            return problem.counterexample(point, high, said, _claim(claim))
        if claim.relation == "=":
            for at in (x for x in places if x > 0):
                if all(s(at) > 0 for s in sections):
                    said = [("the spectral radius is smaller", "true")]
                    return problem.counterexample(point, at, said, _claim(claim))
    return None


@decide.register
def _optimal(claim: Optimal, budget_s: float = 5.0) -> Verdict:
    """Prove the rate and that none is better, or refute either exactly."""
    budget = _Budget(budget_s)
    values = {**claim.fixed, **claim.hyper}
    rate = Rate(
        claim.system,
        values,
        claim.radius,
        "max",
        claim.parameters,
        claim.where,
        claim.low,
        claim.high,
    )
    reached = decide(rate, budget_s)
    if reached.status == "refuted":
        return reached
    open_ = CurvatureProblem(
        claim.system,
        claim.fixed,
        (*claim.parameters, *(_anywhere(name) for name in claim.hyper)),
        claim.where,
        claim.low,
        claim.high,
        (claim.radius, *values.values()),
    )
    try:
        conditions = open_.conditions(claim.radius)
    except NotLinear as error:
        return undecided(str(error))
    answers = list(_certificate(claim, rate_problem(rate), conditions, budget))
    verdict = _proved(answers, claim.where, open_.scope)
    if verdict.status != "proved":
        better = _better(claim, rate_problem(rate), open_, conditions, budget)
        if better is not None:
            failed = Obligation("better parameters", "none are better", str(better), "refuted")
            return Verdict("refuted", (failed,), better, open_.scope, reached.conditions)
    if reached.status != "proved":
        return reached
    return Verdict(
        verdict.status,
        (*reached.obligations, *verdict.obligations),
        None,
        verdict.scope,
        verdict.conditions,
        tried=verdict.tried,
    )


def _certificate(
    claim: Optimal,
    claimed: CurvatureProblem,
    conditions: Sequence[FracElement],
    budget: _Budget,
) -> Iterator[Answered]:
    """Weights of the conditions that are zero at the claimed optimum, and their signs."""
    name = "no parameters are better"
    free = [h.symbol for h in claim.system.hyper if h.name in claim.hyper]
    field_ = conditions[0].field
    optimum = _letters(field_, {s: claim.hyper[s.name] for s in free})
    active: dict[FracElement, None] = {}
    for end, value in product((claim.low, claim.high), conditions):
        if end == 0:
            continue
        there = compose(value, _letters(field_, {curvature: end}))
        if there is not None and compose(there, optimum) == 0:
            active[there] = None
    for weights in _combinations(list(active), free):
        for sign in (1, -1):
            used = [(w * sign, v) for w, v in zip(weights, active, strict=True) if w]
            found = [
                claimed.region.decide(f"weight of {v.as_expr()}", w, "> 0", budget())
                for w, v in used
            ]
            if not found or any(a.status != "proved" for a in found):
                continue
            if sum((w * v for w, v in used), field_.zero) != 0:
                raise InternalError("the weights do not cancel")
            shown = " + ".join(f"({w.as_expr()})*({v.as_expr()})" for w, v in used)
            yield from found
            yield Answered(
                Obligation(
                    f"{name}: conditions for a smaller radius contradict each other",
                    f"{shown} = 0",
                    "0",
                    "proved",
                )
            )
            return
    yield Answered(Obligation(name, "combination of the conditions", "none", "undecided"))


def _better(
    claim: Optimal,
    claimed: CurvatureProblem,
    open_: CurvatureProblem,
    conditions: Sequence[FracElement],
    budget: _Budget,
) -> Counterexample | None:
    """Exact parameters with a smaller radius over all curvatures than the claimed ones."""
    for point in claimed.points((), range(4)):
        own = {
            h.symbol: sympify(claim.hyper[h.name]).subs(point)
            for h in claim.system.hyper
            if h.name in claim.hyper
        }
        for scales in product(_SCALES, repeat=len(own)):
            if budget.spent:
                return None
            moved = {s: x * k for (s, x), k in zip(own.items(), scales, strict=True)}
            there = {**point, **moved}
            if open_.fails(conditions, there) is False:
                at = _worst(open_, conditions, {**point, **own})
                if at is None:
                    continue
                radius = sympify(claim.radius).subs(point)
                said = [
                    (
                        "with " + ", ".join(f"{s} = {x}" for s, x in moved.items()),
                        f"below {radius} for all curvatures",
                    )
                ]
                return open_.counterexample(
                    {**point, **own},
                    at,
                    [("the spectral radius", f"at least {radius}"), *said],
                    "no parameters give a smaller largest radius",
                )
    return None


def _worst(
    problem: CurvatureProblem, conditions: Sequence[FracElement], point: Point
) -> Fraction | None:
    """A curvature at which the radius is not below the claimed one."""
    found = problem.fails(conditions, point)
    return found if isinstance(found, Fraction) else None


_SCALES = tuple(
    Rational(p, q) for p, q in ((1, 1), (9, 10), (11, 10), (3, 4), (5, 4), (1, 2), (3, 2), (2, 1))
)


def _anywhere(name: str) -> Hyper:
    """A hyperparameter of the system that may be any real number."""
    return Parameter(name, "(-inf, inf)")(0)


def _letters(field_: FracField, put: Mapping[Symbol, Any]) -> list[FracElement]:
    """The letters of a field, with values in the place of some."""
    return [element(field_, put.get(s, s)) for s in field_.symbols]


def _combinations(
    rows: Sequence[FracElement], free: Sequence[Symbol]
) -> Iterator[list[FracElement]]:
    """Weights, free of some letters, with which polynomials in these letters add up to zero."""
    if not rows or any(
        n
        for v in rows
        for powers in v.denom
        for s, n in zip(v.field.symbols, powers, strict=True)
        if s in free
    ):
        return
    field_ = rows[0].field
    places = [field_.symbols.index(s) for s in free]
    table: list[dict[tuple[int, ...], FracElement]] = []
    for v in rows:
        parts: dict[tuple[int, ...], FracElement] = {}
        for powers, c in v.numer.items():
            key = tuple(powers[k] for k in places)
            rest = tuple(0 if k in places else n for k, n in enumerate(powers))
            term = field_.new(field_.ring.from_dict({rest: c}))
            parts[key] = parts.get(key, field_.zero) + term
        table.append({key: x / field_.new(v.denom) for key, x in parts.items()})
    monomials = sorted({key for row in table for key in row})
    matrix = DomainMatrix(
        [[row.get(key, field_.zero) for row in table] for key in monomials],
        (len(monomials), len(rows)),
        field_.to_domain(),
    )
    yield from matrix.nullspace().to_list()


@decide.register
def _fixed_point(claim: FixedPoint, budget_s: float = 5.0) -> Verdict:
    """Solve for the fixed point, and compare; a wrong one is refuted at exact numbers."""
    problem = CurvatureProblem(
        claim.system,
        claim.hyper,
        claim.parameters,
        claim.where,
        curvature,
        curvature,
        (claim.point, minimiser),
    )
    try:
        domain = problem.domain
        rule = linear(claim.system, claim.hyper, domain, (), minimiser)
        found = fixed_point(rule)["theta"]
        apart = sum(characteristic(rule), rule.field.zero).as_expr()
    except NotLinear as error:
        return undecided(str(error))
    answered = decide_equation(
        "theta at rest", found, sympify(claim.point), domain, budget_s, factor=True
    )
    o = answered.obligation
    conditions = (f"{sympy.factor(apart)} is not 0", *map(str, claim.where))
    if answered.counterexample is not None:
        seen = answered.counterexample
        return Verdict(
            "refuted",
            (o,),
            Counterexample(
                seen.point,
                (
                    ("the point at rest less the one claimed", seen.found[0][1]),
                    ("the point at rest", str(found)),
                ),
                f"it is {claim.point}",
            ),
            "all quadratics",
            conditions,
        )
    if o.status != "proved":
        return undecided(f"normal form of {o.before}", obligations=(o,))
    return Verdict("proved", (o,), None, "all quadratics, all n", conditions)
