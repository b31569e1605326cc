"""Orders of smallness: errors of difference quotients, and rules that agree to some order.

A smooth function enters by its Taylor coefficients at a point, which are free numbers: what holds
for all of them holds for every function with so many continuous derivatives, and a polynomial has
any coefficients one likes, so that each refutation is about an actual function.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import factorial
from typing import Any, ClassVar

import sympy
from sympy import Expr, Integer, Poly, Rational, Symbol, symbols, sympify

from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.run.exact import Objective, Run
from optwright.derive.proof.run.system import (
    THETA,
    Question,
    advance,
    evaluate,
    hyper_values,
    initial,
)
from optwright.derive.proof.sign.obligation import Answered, decide_equation, decide_relation

FARTHEST = 12
"""Up to which derivative the error of a difference quotient is looked at."""
DISTINCT = 4
"""Orders up to which the products of derivatives of a loss of one parameter are all different."""
_X = Symbol("x", real=True)


@dataclass(frozen=True)
class Quotient:
    """The difference quotient sum_i weight_i*f(x + offset_i*h) / h**derivative.

    weights: rational weights by rational offset. It is meant for the derivative of that order.
    """

    weights: Mapping[Any, Any]
    derivative: int = 1

    def __post_init__(self) -> None:
        for x in (number for pair in self.weights.items() for number in pair):
            if not sympify(x).is_Rational:
                raise ValueError(f"{x} is no rational number: give exact weights and offsets")

    def coefficient(self, k: int) -> Rational:
        """That of f^(k)(x)*h**(k - derivative) in its Taylor expansion."""
        terms = (sympify(w) * sympify(a) ** k / factorial(k) for a, w in self.weights.items())
        return sum(terms, Integer(0))

    def error(self, k: int) -> Rational:
        """The coefficient in quotient - f^(derivative)(x)."""
        return self.coefficient(k) - (1 if k == self.derivative else 0)

    def at(self, f: Expr, h: Any) -> Expr:
        """Its value for a function of x, at x = 0."""
        terms = (sympify(w) * f.subs(_X, sympify(a) * sympify(h)) for a, w in self.weights.items())
        return sum(terms, Integer(0)) / sympify(h) ** self.derivative

    def __str__(self) -> str:
        terms = " + ".join(f"({w})*f(x + ({a})*h)" for a, w in self.weights.items())
        return f"[{terms}]/h**{self.derivative}"


@dataclass(frozen=True)
class DifferenceError:
    """The error of a difference quotient is c*f^(d + order)(x)*h**order + O(h**(order + 1)).

    coefficient: c, which is not 0; None claims that the error is O(h**order), or smaller.
    """

    kind: ClassVar[str] = "order"

    quotient: Quotient
    order: int
    coefficient: Any = None

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Compare Taylor coefficients; a monomial refutes."""
        begun = time.perf_counter()
        q, d = self.quotient, self.quotient.derivative
        shown = []
        for k in range(d + self.order + 1):
            wanted = Integer(0)
            if k == d + self.order:
                if self.coefficient is None:
                    break
                wanted = sympify(self.coefficient)
            name = f"f^({k})*h**{k - d} in the error"
            seconds = time.perf_counter() - begun
            claim, found = f"coefficient {wanted}", q.error(k)
            if found == wanted:
                shown.append(Obligation(name, claim, str(found), "proved", (), seconds))
                continue
            shown.append(Obligation(name, claim, str(found), "refuted", (), seconds))
            return Verdict("refuted", tuple(shown), self._counterexample(k, wanted), "all smooth f")
        return Verdict("proved", tuple(shown), None, f"all f with {d + self.order + 1} derivatives")

    def _counterexample(self, k: int, wanted: Expr) -> Counterexample:
        """x**k/k! has no other Taylor coefficient at 0, so its error is one term for every h."""
        q, h = self.quotient, Rational(1, 10)
        f = _X**k / factorial(k)
        exact = f.diff(_X, q.derivative).subs(_X, 0)
        error = q.at(f, h) - exact
        claimed = wanted * h ** (k - q.derivative)
        found = (("quotient", str(q.at(f, h))), ("derivative", str(exact)), ("error", str(error)))
        return Counterexample(
            (("f", str(f)), ("x", "0"), ("h", str(h))),
            found,
            f"the error is {claimed} for this f, all of whose other derivatives are 0 at x",
        )


@dataclass(frozen=True)
class AtLeastAsClose:
    """The error of `first` is at most that of `second`, for every smooth function and every h.

    Both errors are linear in the derivatives of f, which are free: so this holds if and only if
    one error is a multiple of the other, by a factor of at most 1 in size.
    """

    kind: ClassVar[str] = "order"

    first: Quotient
    second: Quotient

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Refute by a polynomial for which the second error is zero, or smaller.

        Never proved, since infinitely many derivatives would have to be compared.
        """
        rows = [(k, self.first.error(k), self.second.error(k)) for k in range(FARTHEST)]
        for k, a, b in rows:
            if abs(a) > abs(b):
                return self._refuted(_X**k / factorial(k))
        for i, a, b in rows:
            for j, c, e in rows:
                if b and a * e - b * c:
                    f = _X**j / factorial(j) - e / b * _X**i / factorial(i)  # second error 0
                    return self._refuted(f)
        return undecided(f"derivatives up to {FARTHEST - 1}, in which it held")

    def _refuted(self, f: Expr) -> Verdict:
        h = Integer(1)
        exact = f.diff(_X, self.first.derivative).subs(_X, 0)
        errors = [q.at(f, h) - exact for q in (self.first, self.second)]
        found = (("first error", str(errors[0])), ("second error", str(errors[1])))
        failed = Obligation("closer", f"{self.first} against {self.second}", str(f), "refuted")
        point = (("f", str(f)), ("x", "0"), ("h", str(h)))
        return Verdict(
            "refuted",
            (failed,),
            Counterexample(point, found, "the first error is not larger in size"),
            "all smooth f",
        )


@dataclass(frozen=True)
class Vanishes:
    """A quotient of polynomials is O(symbol**order) as the symbol tends to 0.

    where: relations that are assumed of other symbols; parameters: those with ranges of their own.
    """

    kind: ClassVar[str] = "order"

    expr: Any
    symbol: Expr
    order: int
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Every coefficient below the order is zero, or one is not at an exact point."""
        try:
            answers = vanishing(
                sympify(self.expr), self.symbol, self.order, self.where, self.parameters, budget_s
            )
        except Unsupported as error:
            return undecided(str(error))
        return conclude(answers, f"{self.symbol} -> 0", self.where)


def vanishing(
    expr: Expr,
    symbol: Expr,
    order: int,
    where: Sequence[Any] = (),
    parameters: Sequence[Hyper] = (),
    budget_s: float = 2.0,
) -> list[Answered]:
    """The obligations that a quotient of polynomials is O(symbol**order).

    Raises Unsupported for other expressions, and where it is not bounded.
    """
    above, below = sympy.fraction(sympy.together(expr))
    try:
        top, bottom = Poly(above, symbol), Poly(below, symbol)
    except sympy.PolynomialError as error:
        raise Unsupported(f"{expr} is no quotient of polynomials in {symbol}") from error
    if any(c.has(symbol) for c in (*top.coeffs(), *bottom.coeffs())):
        raise Unsupported(f"{expr} is no quotient of polynomials in {symbol}")
    if bottom.eval(0) == 0:
        raise Unsupported(f"{expr} is divided by what vanishes with {symbol}")
    domain = domain_of(expr, where=where, hyper=parameters)
    least = bottom.eval(0)
    if decide_relation("divisor", sympy.Ne(least, 0), domain, budget_s).status != "proved":
        raise Unsupported(f"{expr} may be divided by what vanishes with {symbol}: {least}")
    return [
        decide_equation(
            f"coefficient of {symbol}**{k}",
            top.coeff_monomial(symbol**k),
            Integer(0),
            domain,
            budget_s,
        )
        for k in range(order)
    ]


@dataclass(frozen=True)
class Steps:
    """So many steps of a rule, with hyperparameters as expressions (their own symbols unless)."""

    system: Optimizer
    count: int
    hyper: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Expr]:
        return hyper_values(self.system.hyper, (), Integer(1)) | {
            name: sympify(x) for name, x in self.hyper.items()
        }

    def after(self, slopes: Sequence[Expr]) -> Expr:
        """theta in the end, from theta[0] = 0, given the gradient's Taylor coefficients there."""
        return self.walked(
            lambda x: sum((s * x**k / factorial(k) for k, s in enumerate(slopes)), Integer(0))
        )

    def moves(self) -> list[Expr]:
        """The points asked at, and theta in the end, with an unknown gradient for each question."""
        points: list[Expr] = []

        def unknown(x: Expr) -> Expr:
            points.append(x)
            return Symbol(f"g_{len(points)}", real=True)

        end = self.walked(unknown)
        return [*points, end]

    def walked(self, slope: Callable[[Expr], Expr]) -> Expr:
        """theta in the end, from theta[0] = 0, given the gradient as a function of the point."""

        def ask(question: Question) -> Expr:
            if question.kind != "grad":
                raise Unsupported(f"{self.system.id} asks for {question.kind}")
            return slope(question.args[0])

        hyper = self.values()
        state: Mapping[str, Expr] = initial(self.system, Integer(0), hyper)
        for number in range(1, self.count + 1):
            state = advance(self.system, state, hyper, Integer(number), ask, Integer(0)).state
        return state[THETA]

    def run(self, objective: Objective, values: Mapping[str, Expr]) -> Run:
        """The same on a quadratic loss, with numbers."""
        hyper = {n: evaluate(x, {}, values, Integer(1)) for n, x in self.values().items()}
        return Run(self.system, Integer(0), (hyper,), objective, self.count)


@dataclass(frozen=True)
class AgreeToOrder:
    """From any start, for every smooth loss, two rules end O(symbol**order) apart.

    The scope of the verdict says whether that is shown for losses of one parameter only.

    symbol: the hyperparameter that tends to 0. The gradient is its Taylor polynomial of degree
    order - 1 around the start. As both rules move by O(symbol) whatever the gradients are, which
    is shown, the rest of it is O(symbol**order) and moves them by O(symbol**(order + 1)).
    """

    kind: ClassVar[str] = "order"

    left: Steps
    right: Steps
    symbol: Expr
    order: int

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Expand the difference; refute by its lowest term, which a quadratic loss shows."""
        names = ("slope", "curvature", *(f"f_{k}" for k in range(3, self.order + 1)))
        slopes = symbols(names[: max(2, self.order)], real=True)
        hyper = (*self.left.system.hyper, *self.right.system.hyper)
        try:
            gap = self.left.after(slopes) - self.right.after(slopes)
            answers = vanishing(gap, self.symbol, self.order, parameters=hyper, budget_s=budget_s)
            moves = [
                a
                for x in (*self.left.moves(), *self.right.moves())
                for a in vanishing(x, self.symbol, 1, parameters=hyper, budget_s=budget_s)
            ]
        except Unsupported as error:
            return undecided(str(error))
        said = (f"{self.symbol} -> 0", "slope, curvature… those of the loss at the start")
        if any(a.status != "proved" for a in moves):
            return undecided(f"a move that is not O({self.symbol})")
        answers.append(Answered(_small(self.symbol, len(moves))))
        verdict = conclude(answers, self._scope(), said)
        if verdict.status != "refuted":
            return verdict
        found = verdict.counterexample or Counterexample((), (), "")
        shown = self._shown()
        numbers = (*found.found, *shown[0])
        expect = f"the ends are O({self.symbol}**{self.order}) apart"
        return Verdict(
            "refuted",
            verdict.obligations,
            Counterexample(found.point, numbers, expect, shown[1]),
            verdict.scope,
            said,
        )

    def _scope(self) -> str:
        """One parameter tells of many if moves are sums of gradients and f's terms are few.

        From four factors on different products of derivatives of f are one for numbers, as
        f'*f''*(f, f) and f''*(f, f'*f) are (Hairer, Lubich & Wanner 2006, III.1: trees).
        """
        moves = [*self.left.moves(), *self.right.moves()]
        heard = sorted({s for x in moves for s in x.free_symbols if s.name[:2] == "g_"}, key=str)
        plain = all(
            x.is_polynomial(*heard) and sympy.Poly(x, *heard).is_linear for x in moves if heard
        )
        one = "" if plain and self.order <= DISTINCT else " of one parameter"
        return f"all smooth losses{one}, all starts"

    def _shown(self) -> tuple[tuple[tuple[str, str], ...], tuple[Run, ...]]:
        """Both ends on x**2/2 + x from 0, with the symbol at 1/10."""
        objective = Objective((1,), (1,))
        hyper = {h.name: Rational(1, 2) for s in (self.left, self.right) for h in s.system.hyper}
        hyper |= {str(self.symbol): Rational(1, 10)}
        try:
            runs = (self.left.run(objective, hyper), self.right.run(objective, hyper))
            ends = [str(run.state(run.steps)[THETA]) for run in runs]
        except (NotExact, Unsupported):
            return (), ()
        names = [
            f"{s.system.id} on x**2/2 + x from 0 at {self.symbol} = 1/10, theta[{s.count}]"
            for s in (self.left, self.right)
        ]
        return tuple(zip(names, ends, strict=True)), runs


def _small(symbol: Expr, count: int) -> Obligation:
    claim = f"all {count} points asked at and ends are O({symbol}) for unknown gradients"
    return Obligation("moves are small", claim, "0", "proved")


__all__ = [
    "AgreeToOrder",
    "AtLeastAsClose",
    "DifferenceError",
    "Quotient",
    "Steps",
    "Vanishes",
    "vanishing",
]
