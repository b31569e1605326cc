"""Orders of smallness: errors of difference quotients, and rules that agree to some order.

A smooth function enters by its Taylor coefficients at a point, which are free numbers: what holds
for all of them holds for every function with so many continuous derivatives, and a polynomial has
any coefficients one likes, so that each refutation is about an actual function.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from math import factorial
from typing import Any

import sympy
from sympy import Expr, Integer, Poly, Rational, Symbol, symbols, sympify

from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    DifferenceQuotient,
    Steps,
    Vanishes,
)
from optwright.derive.claim.problem import Objective
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import NotExact, Unsupported
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Record, Run, recorded
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


def _coefficient(q: DifferenceQuotient, k: int) -> Rational:
    """That of f^(k)(x)*h**(k - derivative) in its Taylor expansion."""
    terms = (sympify(w) * sympify(a) ** k / factorial(k) for a, w in q.weights.items())
    return sum(terms, Integer(0))


def _error(q: DifferenceQuotient, k: int) -> Rational:
    """The coefficient in quotient - f^(derivative)(x)."""
    return _coefficient(q, k) - (1 if k == q.derivative else 0)


def _at(q: DifferenceQuotient, f: Expr, h: Any) -> Expr:
    """Its value for a function of x, at x = 0."""
    terms = (sympify(w) * f.subs(_X, sympify(a) * sympify(h)) for a, w in q.weights.items())
    return sum(terms, Integer(0)) / sympify(h) ** q.derivative


@decide.register
def _difference_error(claim: DifferenceError, budget_s: float = 5.0) -> Verdict:
    """Compare Taylor coefficients; a monomial refutes."""
    begun = time.perf_counter()
    q, d = claim.quotient, claim.quotient.derivative
    shown = []
    for k in range(d + claim.order + 1):
        wanted = Integer(0)
        if k == d + claim.order:
            if claim.coefficient is None:
                break
            wanted = sympify(claim.coefficient)
        name = f"f^({k})*h**{k - d} in the error"
        seconds = time.perf_counter() - begun
        said, found = f"coefficient {wanted}", _error(q, k)
        if found == wanted:
            shown.append(Obligation(name, said, str(found), "proved", (), seconds))
            continue
        shown.append(Obligation(name, said, str(found), "refuted", (), seconds))
        return Verdict("refuted", tuple(shown), _counterexample(claim, k, wanted), "all smooth f")
    return Verdict("proved", tuple(shown), None, f"all f with {d + claim.order + 1} derivatives")


def _counterexample(claim: DifferenceError, k: int, wanted: Expr) -> Counterexample:
    """x**k/k! has no other Taylor coefficient at 0, so its error is one term for every h."""
    q, h = claim.quotient, Rational(1, 10)
    f = _X**k / factorial(k)
    exact = f.diff(_X, q.derivative).subs(_X, 0)
    error = _at(q, f, h) - exact
    claimed = wanted * h ** (k - q.derivative)
    found = (("quotient", str(_at(q, f, h))), ("derivative", str(exact)), ("error", str(error)))
    return Counterexample(
        (("f", str(f)), ("x", "0"), ("h", str(h))),
        found,
        f"the error is {claimed} for this f, all of whose other derivatives are 0 at x",
    )


@decide.register
def _at_least_as_close(claim: AtLeastAsClose, budget_s: float = 5.0) -> Verdict:
    """Refute by a polynomial for which the second error is zero, or smaller.

    Never proved, since infinitely many derivatives would have to be compared.
    """
    rows = [(k, _error(claim.first, k), _error(claim.second, k)) for k in range(FARTHEST)]
    for k, a, b in rows:
        if abs(a) > abs(b):
            return _refuted(claim, _X**k / factorial(k))
    for i, a, b in rows:
        for j, c, e in rows:
            if b and a * e - b * c:
                f = _X**j / factorial(j) - e / b * _X**i / factorial(i)  # second error 0
                return _refuted(claim, f)
    return undecided(f"derivatives up to {FARTHEST - 1}, in which it held")


def _refuted(claim: AtLeastAsClose, f: Expr) -> Verdict:
    h = Integer(1)
    exact = f.diff(_X, claim.first.derivative).subs(_X, 0)
    errors = [_at(q, f, h) - exact for q in (claim.first, claim.second)]
    found = (("first error", str(errors[0])), ("second error", str(errors[1])))
    failed = Obligation("closer", f"{claim.first} against {claim.second}", str(f), "refuted")
    point = (("f", str(f)), ("x", "0"), ("h", str(h)))
    return Verdict(
        "refuted",
        (failed,),
        Counterexample(point, found, "the first error is not larger in size"),
        "all smooth f",
    )


@decide.register
def _vanishes(claim: Vanishes, budget_s: float = 5.0) -> Verdict:
    """Every coefficient below the order is zero, or one is not at an exact point."""
    try:
        answers = vanishing(
            sympify(claim.expr), claim.symbol, claim.order, claim.where, claim.parameters, budget_s
        )
    except Unsupported as error:
        return undecided(str(error))
    return conclude(answers, f"{claim.symbol} -> 0", claim.where)


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


def _values(steps: Steps) -> dict[str, Expr]:
    return hyper_values(steps.system.hyper, (), Integer(1)) | {
        name: sympify(x) for name, x in steps.hyper.items()
    }


def _after(steps: Steps, slopes: Sequence[Expr]) -> Expr:
    """theta in the end, from theta[0] = 0, given the gradient's Taylor coefficients there."""
    return _walked(
        steps, lambda x: sum((s * x**k / factorial(k) for k, s in enumerate(slopes)), Integer(0))
    )


def _moves(steps: Steps) -> list[Expr]:
    """The points asked at, and theta in the end, with an unknown gradient for each question."""
    points: list[Expr] = []

    def unknown(x: Expr) -> Expr:
        points.append(x)
        return Symbol(f"g_{len(points)}", real=True)

    end = _walked(steps, unknown)
    return [*points, end]


def _walked(steps: Steps, slope: Callable[[Expr], Expr]) -> Expr:
    """theta in the end, from theta[0] = 0, given the gradient as a function of the point."""

    def ask(question: Question) -> Expr:
        if question.kind != "grad":
            raise Unsupported(f"{steps.system.id} asks for {question.kind}")
        return slope(question.args[0])

    hyper = _values(steps)
    state: Mapping[str, Expr] = initial(steps.system, Integer(0), hyper)
    for number in range(1, steps.count + 1):
        state = advance(steps.system, state, hyper, Integer(number), ask, Integer(0)).state
    return state[THETA]


def _run(steps: Steps, objective: Objective, values: Mapping[str, Expr]) -> Run:
    """The same on a quadratic loss, with numbers."""
    hyper = {n: evaluate(x, {}, values, Integer(1)) for n, x in _values(steps).items()}
    return Run(steps.system, Integer(0), (hyper,), objective, steps.count)


@decide.register
def _agree_to_order(claim: AgreeToOrder, budget_s: float = 5.0) -> Verdict:
    """Expand the difference; refute by its lowest term, which a quadratic loss shows."""
    names = ("slope", "curvature", *(f"f_{k}" for k in range(3, claim.order + 1)))
    slopes = symbols(names[: max(2, claim.order)], real=True)
    hyper = (*claim.left.system.hyper, *claim.right.system.hyper)
    try:
        gap = _after(claim.left, slopes) - _after(claim.right, slopes)
        answers = vanishing(gap, claim.symbol, claim.order, parameters=hyper, budget_s=budget_s)
        moves = [
            a
            for x in (*_moves(claim.left), *_moves(claim.right))
            for a in vanishing(x, claim.symbol, 1, parameters=hyper, budget_s=budget_s)
        ]
    except Unsupported as error:
        return undecided(str(error))
    said = (f"{claim.symbol} -> 0", "slope, curvature… those of the loss at the start")
    if any(a.status != "proved" for a in moves):
        return undecided(f"a move that is not O({claim.symbol})")
    answers.append(Answered(_small(claim.symbol, len(moves))))
    verdict = conclude(answers, _scope(claim), said)
    if verdict.status != "refuted":
        return verdict
    found = verdict.counterexample or Counterexample((), (), "")
    shown = _shown(claim)
    numbers = (*found.found, *shown[0])
    expect = f"the ends are O({claim.symbol}**{claim.order}) apart"
    return Verdict(
        "refuted",
        verdict.obligations,
        Counterexample(found.point, numbers, expect, shown[1]),
        verdict.scope,
        said,
    )


def _scope(claim: AgreeToOrder) -> str:
    """One parameter tells of many if moves are sums of gradients and f's terms are few.

    From four factors on different products of derivatives of f are one for numbers, as
    f'*f''*(f, f) and f''*(f, f'*f) are (Hairer, Lubich & Wanner 2006, III.1: trees).
    """
    moves = [*_moves(claim.left), *_moves(claim.right)]
    heard = sorted({s for x in moves for s in x.free_symbols if s.name[:2] == "g_"}, key=str)
    plain = all(x.is_polynomial(*heard) and sympy.Poly(x, *heard).is_linear for x in moves if heard)
    one = "" if plain and claim.order <= DISTINCT else " of one parameter"
    return f"all smooth losses{one}, all starts"


def _shown(claim: AgreeToOrder) -> tuple[tuple[tuple[str, str], ...], tuple[Record, ...]]:
    """Both ends on x**2/2 + x from 0, with the symbol at 1/10."""
    objective = Objective((1,), (1,))
    hyper = {h.name: Rational(1, 2) for s in (claim.left, claim.right) for h in s.system.hyper}
    hyper |= {str(claim.symbol): Rational(1, 10)}
    try:
        runs = (_run(claim.left, objective, hyper), _run(claim.right, objective, hyper))
        ends = [str(run.state(run.steps)[THETA]) for run in runs]
    except (NotExact, Unsupported):
        return (), ()
    names = [
        f"{s.system.id} on x**2/2 + x from 0 at {claim.symbol} = 1/10, theta[{s.count}]"
        for s in (claim.left, claim.right)
    ]
    return tuple(zip(names, ends, strict=True)), recorded(*runs)


def _small(symbol: Expr, count: int) -> Obligation:
    claim = f"all {count} points asked at and ends are O({symbol}) for unknown gradients"
    return Obligation("moves are small", claim, "0", "proved")


__all__ = ["vanishing"]
