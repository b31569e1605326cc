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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sympy
from sympy import Dummy, Expr, Integer, Pow, sympify

from optwright.derive.declaration import Optimizer
from optwright.derive.prove.claim import conclude, domain_of, ranges
from optwright.derive.prove.decide import Answered, decide, decide_relation
from optwright.derive.prove.domain import Domain
from optwright.derive.prove.system import (
    Unsupported,
    advance,
    at,
    hyper_values,
    initial,
    state_names,
)
from optwright.derive.prove.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.symbol import Hyper, Parameter, Range, Variable, t


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


@dataclass(frozen=True)
class Limit:
    """An expression tends to `value` as `symbol` tends to `to` (0+, 1- or infinity)."""

    kind: ClassVar[str] = "limit"

    expr: Any
    symbol: Any
    to: Any
    value: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Find the limit by lemmas and compare it; another limit refutes."""
        expr, value = sympify(self.expr), sympify(self.value)
        domain = domain_of(
            expr, value, where=self.where, integers=self.integers, hyper=self.parameters
        )
        try:
            found = limit(expr, self.symbol, self.to, self.parameters)
        except Unsupported as error:
            return undecided(f"limit by leading terms: {error}")
        return conclude(
            compared("limit", found, value, domain, budget_s),
            f"{self.symbol} -> {self.to}",
            self.where,
        )


def compared(
    name: str, found: Limited, value: Expr, domain: Domain, budget_s: float
) -> list[Answered]:
    """The obligations of a limit: it is the value, and what it was divided by does not vanish."""
    answers = [decide(name, found.value, value, domain, budget_s)]
    for divisor in found.nonzero:
        shown = decide_relation(f"{name}: {divisor} != 0", sympy.Ne(divisor, 0), domain, budget_s)
        if decide(name, divisor, Integer(0), domain, budget_s).status == "proved":
            return [Answered(Obligation(name, f"{divisor} != 0", "it is 0", "undecided"))]
        if shown.status != "proved":
            # Not zero wherever the limit is claimed: a side condition, as in every quotient.
            o = shown.obligation
            shown = Answered(
                Obligation(
                    o.name, o.before, o.before, "proved", (f"where {divisor} != 0",), o.seconds
                )
            )
        answers.append(shown)
    return answers


@dataclass(frozen=True)
class FamilyLimit:
    """The trajectories of `left` tend to those of `right` as a hyperparameter tends to a value.

    In the coordinates of `right` (`state`: its state after step t from that of `left`; `inverse`:
    back again) one step of `left` has the step of `right` as its limit, and the states after
    `start` steps have it too. For finitely many steps, and oracles that are continuous, the
    trajectories then converge: limits of continuous steps compose.

    hyper    hyperparameters of `right` from those of `left`
    replaced hyperparameters of `left` replaced by expressions (lr/sqrt(t))
    """

    kind: ClassVar[str] = "limit"

    left: Optimizer
    right: Optimizer
    symbol: Parameter
    to: Any
    state: Mapping[str, Any] = field(default_factory=dict)
    inverse: Mapping[str, Any] = field(default_factory=dict)
    hyper: Mapping[str, Any] = field(default_factory=dict)
    replaced: Mapping[str, Any] = field(default_factory=dict)
    start: int = 0
    invariants: Sequence[Any] = ()
    assume: Sequence[Any] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Find the limits of one step and of the start by lemmas and compare them."""
        try:
            answers = self._answers(budget_s)
        except Unsupported as error:
            return undecided(f"limit by leading terms: {error}")
        said = (
            f"{self.symbol} -> {self.to}",
            *(f"{n} = {sympify(x)}" for n, x in self.replaced.items()),
            *(f"{n}[t] = {sympify(x)}" for n, x in self.state.items()),
            *map(str, self.assume),
        )
        verdict = conclude(answers, "all t, losses with continuous oracles", said)
        if verdict.status == "refuted":
            failed = next(a for a in answers if a.status == "refuted")
            found = failed.counterexample or Counterexample((), (), "")
            return Verdict("refuted", verdict.obligations, found, verdict.scope, said)
        return verdict

    def _answers(self, budget_s: float) -> list[Answered]:
        origin = Variable("theta")[0]
        facts = [at(x, t - 1) for x in self.invariants]
        hyper = (*self.right.hyper, *self.left.hyper)
        whole = [h.symbol for h in hyper]
        later = domain_of(*whole, where=[t >= self.start + 1, *facts, *self.assume], hyper=hyper)
        answers: list[Answered] = []

        def hyper_left(clock: Expr) -> dict[str, Expr]:
            plain = hyper_values(self.left.hyper, (), clock)
            return plain | {n: sympify(x).subs(t, clock) for n, x in self.replaced.items()}

        def hyper_right(clock: Expr) -> dict[str, Expr]:
            plain = hyper_values(self.right.hyper, (), clock)
            return plain | {n: sympify(x).subs(t, clock) for n, x in self.hyper.items()}

        def ask(clock: Expr) -> Any:
            return lambda question: Variable("g")[clock]

        def carried(
            maps: Mapping[str, Any], names: Sequence[str], state: Mapping[str, Expr], index: Expr
        ) -> dict[str, Expr]:
            table = {Variable(n)[index]: x for n, x in state.items()}
            return {
                n: at(sympify(maps.get(n, Variable(n)[t])), index).xreplace(table) for n in names
            }

        names = state_names(self.right)
        mine = initial(self.left, origin, hyper_left(Integer(1)))
        other = initial(self.right, origin, hyper_right(Integer(1)))
        for number in range(1, self.start + 1):
            clock = Integer(number)
            mine = dict(
                advance(self.left, mine, hyper_left(clock), clock, ask(clock), origin).state
            )
            other = dict(
                advance(self.right, other, hyper_right(clock), clock, ask(clock), origin).state
            )
        first = domain_of(*whole, where=self.assume, hyper=hyper)
        for name, x in carried(self.state, names, mine, Integer(self.start)).items():
            found = limit(_tidied(x), self.symbol, self.to, hyper)
            answers += compared(f"start: {name}", found, other[name], first, budget_s)
        before = {n: Variable(n)[t - 1] for n in names}
        back = carried(self.inverse, state_names(self.left), before, t - 1)
        step = advance(self.left, back, hyper_left(t), t, ask(t), origin, self.start + 1)
        done = advance(self.right, before, hyper_right(t), t, ask(t), origin, self.start + 1)
        if [q.args for q, _ in step.questions] != [q.args for q, _ in done.questions]:
            raise Unsupported("the two systems ask their oracles at different points")
        for name, x in carried(self.state, names, step.state, t).items():
            found = limit(_tidied(x), self.symbol, self.to, hyper)
            answers += compared(f"step: {name}", found, done.state[name], later, budget_s)
        return answers


def _tidied(expr: Expr) -> Expr:
    """Arguments of roots brought over one denominator, so that factors cancel inside them."""
    return expr.replace(
        lambda e: e.is_Pow and not e.exp.is_Integer and e.base.is_Add | e.base.is_Mul,
        lambda e: Pow(sympy.cancel(e.base), e.exp),
    )


__all__ = ["FamilyLimit", "Limit", "Limited", "limit"]
