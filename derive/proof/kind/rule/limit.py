"""Limits, by leading terms and three lemmas; `sympy.limit` is not asked.

With h -> 0 from above (h = 1 - x for x -> 1, h = 1/x for x -> oo):
  * x**n with integer n, as x -> 1: 1 - x**n = h*S_n where S_n = 1 + x + … + x**(n - 1) -> n;
  * b**x with 0 <= b < 1, as x -> oo: it vanishes faster than every power of x, so that it may be
    left out wherever what it is divided by does not vanish with it;
  * a quotient whose leading coefficients are known, the lower one not zero, tends to their quotient
    (or to 0); roots and products of limits are limits of roots and products, and c**h -> 1 for a
    positive limit c.
A sum whose leading terms cancel is not decided.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Pow, sympify

from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, Parameter, Range, Variable, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.kind.formula.expression import conclude, domain_of, ranges
from optwright.derive.proof.kind.rule.invariant import InvariantAttempt
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.system import (
    Question,
    Step,
    advance,
    at,
    hyper_values,
    initial,
    state_names,
)
from optwright.derive.proof.sign.obligation import Answered, decide_equation, decide_relation

FOLLOWED = 2
"""Steps from the start in which a family is looked at for another limit."""


@dataclass(frozen=True)
class Limited:
    """A limit with what it rests on: coefficients that must not vanish."""

    value: Expr
    nonzero: tuple[Expr, ...]


def limit(expr: Expr, symbol: Expr, to: Any, hyper: Iterable[Hyper] = ()) -> Limited:
    """The limit as `symbol` tends to 1 (from below), to 0 (from above) or to infinity.

    hyper: hyperparameters that are not of the standard vocabulary, for their ranges.
    Raises Unsupported where the lemmas do not tell it.
    """
    h = Dummy("h", positive=True)
    to = sympify(to)
    values: dict[Expr, Expr] = {}
    if to == sympy.oo:
        expr = _settled(expr, symbol, ranges(hyper)).subs(symbol, 1 / h)
    elif to == 1:
        expr = _near_one(expr, symbol, h, values)
    elif to == 0:
        expr = expr.subs(symbol, h)
    else:
        raise Unsupported(f"limits are taken at 0, 1 and oo, not at {to}")
    leading = _Leading(h, values)
    order, value = leading.of(expr)
    if order < 0:
        raise Unsupported("the expression is not bounded")
    return Limited(Integer(0) if order > 0 else value, tuple(dict.fromkeys(leading.nonzero)))


def _near_one(expr: Expr, x: Expr, h: Expr, values: dict[Expr, Expr]) -> Expr:
    """Powers of x as x -> 1 in terms of h and the letters S_n, whose limits are n."""
    table: dict[Expr, Expr] = {}
    for power in expr.atoms(Pow):
        if power.base == x and power.exp.free_symbols and not power.exp.has(x):
            n = power.exp
            if not n.is_integer:
                raise Unsupported(f"{power}: the exponent is no integer")
            letter = Dummy("S", real=True)
            values[letter] = n
            table[power] = 1 - h * letter
    return expr.xreplace(table).xreplace({x: 1 - h})


def _settled(expr: Expr, x: Expr, known: Mapping[str, Range]) -> Expr:
    """The expression without its powers b**(x + c), 0 <= b < 1, which vanish as x -> oo."""
    if not any(p.exp.has(x) for p in expr.atoms(Pow)):
        return expr
    if expr.is_Pow and expr.exp.has(x):
        if expr.exp.subs(x, 1 / x).is_polynomial(x):
            base = _settled(expr.base, x, known)
            if base == 0:
                raise Unsupported(f"{expr.base} vanishes, and with it the limit of its root")
            return Pow(base, expr.exp)
        rest = sympy.expand(expr.exp - x)
        if rest.has(x) or not _decays(expr.base, known):
            raise Unsupported(f"{expr} is no b**({x} + c) with 0 <= b < 1")
        return Integer(0)
    if not (expr.is_Add or expr.is_Mul or expr.is_Pow):
        raise Unsupported(f"{expr}: no limit of powers inside {type(expr).__name__}")
    found = expr.func(*(_settled(a, x, known) for a in expr.args))
    if found.has(sympy.zoo, sympy.nan):
        raise Unsupported(f"{expr} divides by what vanishes")
    return found


def _decays(base: Expr, known: Mapping[str, Range]) -> bool:
    if isinstance(base, Parameter):
        domain = known[base.name]
        return bool(
            domain.low >= 0 and (domain.high < 1 or (domain.high == 1 and domain.high_open))
        )
    return bool(base.is_Rational and 0 <= base < 1)


class _Leading:
    """The leading term c*h**k of an expression as h -> 0."""

    def __init__(self, h: Expr, values: Mapping[Expr, Expr]) -> None:
        self.h, self.values = h, values
        self.nonzero: list[Expr] = []

    def of(self, expr: Expr) -> tuple[Expr, Expr]:
        """The pair (k, c); c = 0 only for the expression 0."""
        if not expr.has(self.h) and not any(expr.has(s) for s in self.values):
            return Integer(0), expr
        if expr == self.h:
            return Integer(1), Integer(1)
        if expr in self.values:
            return Integer(0), self.values[expr]
        if expr.is_Mul:
            parts = [self.of(a) for a in expr.args]
            return sum((k for k, _ in parts), Integer(0)), sympy.Mul(*(c for _, c in parts))
        if expr.is_Pow and expr.exp.has(self.h) and not expr.base.has(*self.values):
            (order, value), (fades, _) = self.of(expr.base), self.of(expr.exp)
            if order != 0 or fades <= 0 or value.is_positive is False:
                raise Unsupported(f"no limit of {expr}")
            self.nonzero.append(value)
            return Integer(0), Integer(1)
        if (
            expr.is_Pow
            and not expr.exp.has(self.h)
            and not any(expr.exp.has(s) for s in self.values)
        ):
            order, value = self.of(expr.base)
            if not (expr.exp.is_Integer and expr.exp > 0):
                self.divide(value)
            return order * expr.exp, value**expr.exp
        if expr.is_Add:
            return self.sum(expr)
        raise Unsupported(f"no leading term of {expr}")

    def divide(self, value: Expr) -> None:
        if value == 0:
            raise Unsupported("a divisor or radicand vanishes")
        self.nonzero.append(value)

    def sum(self, expr: Expr) -> tuple[Expr, Expr]:
        rational = all(p.exp.is_Integer for p in expr.atoms(Pow))
        if rational:
            top, below = sympy.fraction(sympy.together(expr))
            if below.has(self.h) or any(below.has(s) for s in self.values):
                k, c = self.polynomial(sympy.expand(top))
                n, d = self.polynomial(sympy.expand(below))
                self.divide(d)
                return k - n, c / d
            return self.polynomial(sympy.expand(expr))
        parts = [self.of(a) for a in expr.args]
        least = min(k for k, _ in parts)
        total = sympy.Add(*(c for k, c in parts if k == least))
        if total == 0 or total.expand() == 0:
            raise Unsupported(f"the leading terms of {expr} cancel")
        return least, total

    def polynomial(self, expr: Expr) -> tuple[Expr, Expr]:
        if not expr.has(self.h):
            value = expr.xreplace(self.values)
            if value == 0 != expr:
                raise Unsupported("leading terms cancel")
            return Integer(0), value
        poly = sympy.Poly(expr, self.h)
        for (order,), coefficient in reversed(poly.terms()):
            value = coefficient.xreplace(self.values)
            if value.expand() != 0:
                return Integer(order), value
            if any(coefficient.has(s) for s in self.values):
                raise Unsupported("leading terms cancel")
        return Integer(0), Integer(0)


@decide.register
def _limit(claim: Limit, budget_s: float = 5.0) -> Verdict:
    """Find the limit by lemmas and compare it; another limit refutes."""
    expr, value = sympify(claim.expr), sympify(claim.value)
    domain = domain_of(
        expr, value, where=claim.where, integers=claim.integers, hyper=claim.parameters
    )
    try:
        found = limit(expr, claim.symbol, claim.to, claim.parameters)
    except Unsupported as error:
        return undecided(f"limit by leading terms: {error}")
    return conclude(
        compared("limit", found, value, domain, budget_s),
        f"{claim.symbol} -> {claim.to}",
        claim.where,
    )


def compared(
    name: str, found: Limited, value: Expr, domain: Domain, budget_s: float
) -> list[Answered]:
    """The obligations of a limit: it is the value, and what it was divided by does not vanish.

    Where a leading coefficient vanishes the limit is another one, of which nothing is said.
    """
    apart = domain
    answers = []
    for divisor in found.nonzero:
        fact = sympy.Ne(divisor, 0)
        shown = decide_relation(f"{name}: {divisor} != 0", fact, domain, budget_s)
        if shown.status != "proved":
            if fact is sympy.false or _zero(divisor, domain, budget_s):
                return [Answered(Obligation(name, f"{divisor} != 0", "it is 0", "undecided"))]
            apart = apart.assume(fact)
            o = shown.obligation
            shown = Answered(Obligation(o.name, o.before, "it may be 0", "undecided"))
        answers.append(shown)
    return [decide_equation(name, found.value, value, apart, budget_s), *answers]


def _zero(x: Expr, domain: Domain, budget_s: float) -> bool:
    return decide_equation("", x, Integer(0), domain, budget_s).status == "proved"


@decide.register
def _family_limit(claim: FamilyLimit, budget_s: float = 5.0) -> Verdict:
    """Find the limits of one step and of the start by lemmas and compare them."""
    try:
        answers = _answers(claim, budget_s)
    except Unsupported as error:
        return undecided(f"limit by leading terms: {error}")
    said = (
        f"{claim.symbol} -> {claim.to}",
        *(f"{n} = {sympify(x)}" for n, x in claim.replaced.items()),
        *(f"{n}[t] = {sympify(x)}" for n, x in claim.state.items()),
        *map(str, claim.assume),
    )
    scope = "all t, losses with continuous oracles"
    if not any(a.status == "refuted" for a in answers):
        return conclude(answers, scope, said)
    # What fails in a state that no run reaches refutes nothing: follow runs from the start.
    obligations = tuple(a.obligation for a in answers)
    found = _parted(claim, budget_s)
    if found is None:
        open_ = ", ".join(o.name for o in obligations if o.status != "proved")
        return undecided(f"{open_}, and the first steps", obligations=obligations)
    return Verdict("refuted", obligations, found, scope, said)


def _parted(claim: FamilyLimit, budget_s: float) -> Counterexample | None:
    """Exact numbers at which the limit of the states after the first steps is another one."""
    for start in range(claim.start, claim.start + FOLLOWED + 1):
        try:
            answers = _start(replace(claim, start=start), budget_s)
        except Unsupported:
            continue
        for a in answers:
            if a.status == "refuted" and a.counterexample is not None:
                return a.counterexample
    return None


def _hyper(claim: FamilyLimit) -> tuple[Hyper, ...]:
    return (*claim.right.hyper, *claim.left.hyper)


def _domain(claim: FamilyLimit, *facts: Any) -> Domain:
    whole = [h.symbol for h in _hyper(claim)]
    return domain_of(*whole, where=[*facts, *claim.assume], hyper=_hyper(claim))


def _steps(
    claim: FamilyLimit, mine: Mapping[str, Expr], other: Mapping[str, Expr], clock: Expr
) -> tuple[Mapping[str, Expr], Mapping[str, Expr]]:
    """The states of both after a step. Raises Unsupported if their questions differ."""
    origin, least = Variable("theta")[0], claim.start + 1 if clock == t else 1

    def after(system: Optimizer, state: Mapping[str, Expr], said: Mapping[str, Any]) -> Step:
        plain = hyper_values(system.hyper, (), clock)
        values = plain | {n: sympify(x).subs(t, clock) for n, x in said.items()}
        names = count(1)

        def ask(question: Question) -> Expr:
            place = next(names)
            return Variable("g" if place == 1 else f"g_{place}")[clock]

        return advance(system, state, values, clock, ask, origin, least)

    step, done = after(claim.left, mine, claim.replaced), after(claim.right, other, claim.hyper)
    if [q for q, _ in step.questions] != [q for q, _ in done.questions]:
        raise Unsupported("the two systems ask their oracles at different points")
    return step.state, done.state


def _start(claim: FamilyLimit, budget_s: float) -> list[Answered]:
    """The obligations about the states after `start` steps, for any answers in these."""
    origin, first = Variable("theta")[0], Integer(1)

    def begun(system: Optimizer, said: Mapping[str, Any]) -> Mapping[str, Expr]:
        plain = hyper_values(system.hyper, (), first)
        return initial(
            system, origin, plain | {n: sympify(x).subs(t, first) for n, x in said.items()}
        )

    mine, other = begun(claim.left, claim.replaced), begun(claim.right, claim.hyper)
    clocks = [Integer(k) for k in range(1, claim.start + 1)]
    for clock in clocks:
        mine, other = _steps(claim, mine, other, clock)
    domain = _domain(claim, *(at(x, clock) for clock in clocks for x in claim.assume))
    carried = _carried(claim.state, state_names(claim.right), mine, Integer(claim.start))
    answers: list[Answered] = []
    for name, x in carried.items():
        found = limit(_tidied(x), claim.symbol, claim.to, _hyper(claim))
        answers += compared(f"start: {name}", found, other[name], domain, budget_s)
    return answers


def _answers(claim: FamilyLimit, budget_s: float) -> list[Answered]:
    values = [sympify(claim.hyper.get(h.name, h.symbol)) for h in claim.right.hyper]
    if any(claim.symbol in x.free_symbols for x in values):
        raise Unsupported(f"{claim.right.id} itself depends on {claim.symbol}")
    answers: list[Answered] = []
    if claim.invariants:
        known = Always(claim.right, claim.invariants, claim.invariants, assume=claim.assume)
        answers += InvariantAttempt(known).obligations(time.process_time() + budget_s)
    answers += _start(claim, budget_s)
    names = state_names(claim.right)
    before = {n: Variable(n)[t - 1] for n in names}
    back = _carried(claim.inverse, state_names(claim.left), before, t - 1)
    step, done = _steps(claim, back, before, t)
    facts = [at(x, t - 1) for x in claim.invariants]
    later = _domain(claim, t >= claim.start + 1, *facts)
    for name, x in _carried(claim.state, names, step, t).items():
        found = limit(_tidied(x), claim.symbol, claim.to, _hyper(claim))
        answers += compared(f"step: {name}", found, done[name], later, budget_s)
    return answers


def _carried(
    maps: Mapping[str, Any], names: Sequence[str], state: Mapping[str, Expr], index: Expr
) -> dict[str, Expr]:
    """The states of these names after step `index`, by the maps from those of another system."""
    table = {Variable(n)[index]: x for n, x in state.items()}
    return {n: at(sympify(maps.get(n, Variable(n)[t])), index).xreplace(table) for n in names}


def _tidied(expr: Expr) -> Expr:
    """Arguments of roots brought over one denominator, so that factors cancel inside them."""
    return expr.replace(
        lambda e: e.is_Pow and not e.exp.is_Integer and e.base.is_Add | e.base.is_Mul,
        lambda e: Pow(sympy.cancel(e.base), e.exp),
    )


__all__ = ["Limited", "limit"]
